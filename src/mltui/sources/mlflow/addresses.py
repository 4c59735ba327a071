"""What a tracking URI or path means, and how it may be shown: without user, password and token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mltui.model.redacting import SQL_SCHEMES, redacted
from mltui.model.runs import StoreKind

__all__ = ["DATABRICKS", "SQL_SCHEMES", "Address", "address", "at_path", "redacted"]

#: Databricks: a workspace by itself, or ``databricks://profile``. The project's own mlflow asks it.
DATABRICKS = frozenset({"databricks", "databricks-uc"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is. `uri` may be shown; `full` may hold secrets; `path` is set for files and directories."""

    kind: StoreKind
    uri: str
    full: str
    path: Path | None = None


def address(said: str, base: Path) -> Address:
    """Understand a tracking URI as MLflow does, or a path. Relative ones are relative to `base`."""
    said = said.strip()
    scheme = said.partition(":")[0].lower() if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", said) else ""
    word = scheme.partition("+")[0]
    if word == "sqlite":
        return _local("sqlite", _sqlite_path(said), base)
    if word in ("http", "https"):
        return Address("rest", redacted(said), said)
    if word in DATABRICKS or said in DATABRICKS:
        return Address("rest", redacted(said), said)
    if word in SQL_SCHEMES:
        return Address("sql", redacted(said), said)
    if word == "file":
        return _path(unquote(urlsplit(said).path or said.partition(":")[2]), base)
    if word:
        return Address("other", redacted(said), said)
    return _path(said, base)


def at_path(path: Path, kind: StoreKind) -> Address:
    """The address of a file or directory found on disk."""
    absolute = path.absolute()
    shown = f"sqlite:///{absolute}" if kind == "sqlite" else absolute.as_uri()
    return Address(kind, shown, shown, absolute)


def _path(said: str, base: Path) -> Address:
    path = base / Path(said).expanduser()
    return _local("sqlite" if path.is_file() else "file", str(path), base)


def _local(kind: StoreKind, path: str, base: Path) -> Address:
    return at_path(Path(_normal(base / path)), kind)


def _normal(path: Path) -> str:
    """Without ``..`` and ``.``; a symbolic link stays what the user called it."""
    import os

    return os.path.normpath(path)


def _sqlite_path(said: str) -> str:
    """``sqlite:///relative``, ``sqlite:////absolute``, ``sqlite+pysqlite:///…?timeout=5`` (SQLAlchemy's)."""
    rest = said.partition(":")[2].partition("?")[0]
    return unquote(rest.removeprefix("///") if rest.startswith("///") else rest.removeprefix("//"))
