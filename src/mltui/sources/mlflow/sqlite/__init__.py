"""A SQLite store, read in place: never migrated, never locked for longer than a burst, nothing written beside it."""

from mltui.sources.mlflow.sqlite.database import SqliteDatabase

__all__ = ["SqliteDatabase"]
