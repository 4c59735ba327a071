"""From a store to its reader."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from mltui.config import Config
from mltui.errors import Denied, Unreadable
from mltui.model.runs import Store
from mltui.sources.mlflow.addresses import DATABRICKS, Address, address
from mltui.sources.mlflow.reader import StoreReader
from mltui.sources.mlflow.whose import Field, environment, is_users, withheld
from mltui.sources.places import Project, cache_dir

#: Schemes MLflow knows and no reader of mltui does, with what to do instead.
_INSTEAD = {
    "uc": "a Unity Catalog without Databricks holds models, and no runs",
    "mssql": "put a tracking server in front of it: mlflow server --backend-store-uri …",
    "s3": "artifacts may be there, runs can't: name a database, a directory or a server",
}


def open_store(store: Store, project: Project, config: Config) -> StoreReader:
    """The reader of `store`, which nothing is asked of yet. Raises `SourceError` if no reader can read such a store."""
    where = address_of(store, project, config)
    if where.kind == "sqlite" and where.path is not None:
        from mltui.sources.mlflow.sql import SqlReader
        from mltui.sources.mlflow.sqlite import SqliteDatabase

        return SqlReader(store, SqliteDatabase(where.path, _cache(project) / "copies"))
    if where.kind == "sql":
        from mltui.sources.mlflow.dbms import ServerDatabase
        from mltui.sources.mlflow.sql import SqlReader

        return SqlReader(store, ServerDatabase(where.full))
    if where.kind == "file" and where.path is not None:
        from mltui.sources.mlflow.files.mirror import FileMirror
        from mltui.sources.mlflow.mirrored import MirrorReader

        return MirrorReader(store, FileMirror(where.path, _mirror(project, where)))
    if where.kind == "rest" and where.uri.partition(":")[0] in DATABRICKS:
        return _databricks(store, where, project, config)
    if where.kind == "rest":
        from mltui.sources.mlflow.mirrored import MirrorReader
        from mltui.sources.mlflow.server.mirror import ServerMirror

        field, registry = named(store, project, config), config.registry or ""
        mirror = ServerMirror(
            where.full,
            _mirror(project, where),
            environment(project, config, field),
            registry=environment(project, config, "registry"),
        )
        unsent = withheld(project, config, field, where.full), withheld(project, config, "registry", registry)
        return MirrorReader(store, mirror, [one for one in unsent if one])
    word = store.uri.partition(":")[0].partition("-")[0].partition("+")[0]
    raise Unreadable(f"{store.uri} can't be read by mltui", _INSTEAD.get(word, "name a database, directory or server"))


def _databricks(store: Store, where: Address, project: Project, config: Config) -> StoreReader:
    """Through the project's own mlflow, in a child that starts with the first question."""
    from mltui.sources.dotenv import read_dotenv
    from mltui.sources.dvc.python import interpreter
    from mltui.sources.mlflow.databricks.mirror import DatabricksMirror
    from mltui.sources.mlflow.databricks.whose import child_environment
    from mltui.sources.mlflow.mirrored import MirrorReader
    from mltui.sources.runner import ProcessRunner

    theirs = {} if project.server else read_dotenv(project.root / ".env")
    environ = child_environment(theirs, os.environ, named=is_users(config, named(store, project, config)))
    python = interpreter(project, config, "mlflow").path
    database = _mirror(project, where)
    return MirrorReader(
        store,
        DatabricksMirror(where.full, database, environ, python=python, root=project.root, runner=ProcessRunner()),
    )


def open_registry(store: Store, project: Project, config: Config) -> StoreReader:
    """The reader of a model registry that is elsewhere than the runs. Raises `SourceError` like `open_store`."""
    where = address_of(store, project, config)
    if where.kind != "rest":
        return open_store(store, project, config)
    from mltui.sources.mlflow.mirrored import MirrorReader
    from mltui.sources.mlflow.server.registry_mirror import RegistryMirror

    database = _mirror(project, where)
    variables, unsent = environment(project, config, "registry"), withheld(project, config, "registry", where.full)
    registry = RegistryMirror(where.full, database.with_stem(f"{database.stem}-registry"), variables)
    return MirrorReader(store, registry, [unsent] if unsent else [])


def address_of(store: Store, project: Project, config: Config) -> Address:
    """Where `store` is, with the secrets that its `uri` does not show."""
    for said in (said_store(project, config), said_registry(project, config)):
        if said is not None and said.uri == store.uri:
            return said
    return address(store.uri, project.root)


def said_store(project: Project, config: Config) -> Address | None:
    """Where the store is that somebody named; None if nobody did."""
    base = project.start if config.store_origin in ("flag", "environment") else project.root
    return address(config.store, base) if config.store else None


def said_registry(project: Project, config: Config) -> Address | None:
    """Where the model registry is that somebody named; None if nobody did."""
    return address(config.registry, project.root) if config.registry else None


def named(store: Store, project: Project, config: Config) -> Field:
    """Which field of `config` names `store`: whose login and certificates it gets depends on it."""
    fields: dict[Field, Address | None] = {
        "store": said_store(project, config),
        "registry": said_registry(project, config),
    }
    return next((field for field, said in fields.items() if said is not None and said.uri == store.uri), "found")


def _cache(project: Project) -> Path:
    try:
        return cache_dir(project)
    except OSError as error:
        raise Denied(f"the cache can't be written: {error.strerror}", "set MLTUI_CACHE_DIR") from error


def _mirror(project: Project, where: Address) -> Path:
    directory = _cache(project) / "mirrors"
    return directory / f"{hashlib.sha256(os.fsencode(where.full)).hexdigest()[:16]}.db"
