"""A store kept by Postgres, MySQL or MariaDB: the same SQL, read-only, where the driver is installed."""

from mltui.sources.mlflow.dbms.database import ServerDatabase

__all__ = ["ServerDatabase"]
