"""``models/<name>/``: the registry of a file store (`mlflow.store.model_registry.file_store`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from mltui.errors import Unreadable
from mltui.sources.mlflow.files import disk
from mltui.sources.mlflow.files.experiments import REGISTRY, read_texts
from mltui.sources.mlflow.files.meta import parse, text_of, text_or_none, time_of
from mltui.sources.mlflow.records import PROMPT_TAG, Flaw, ModelRecord, RegistryRecord, VersionRecord

#: The stage of versions that were deleted: MLflow keeps their directory and hides them.
DELETED = "Deleted_Internal"


def read_registry(root: str) -> RegistryRecord:
    """Every registered model of the store at `root`; empty without a ``models`` directory."""
    reader = _Reader(root)
    try:
        found = list(disk.subdirectories(f"{root}/{REGISTRY}"))
    except FileNotFoundError:
        return RegistryRecord()
    except OSError as error:
        return RegistryRecord((), (Flaw(f"{REGISTRY}/", disk.reason(error)),))
    models = tuple(model for entry in found if (model := reader.model(entry.path, disk.shown(entry.name))))
    return RegistryRecord(models, tuple(reader.flaws))


class _Reader:
    """Reads models; gathers what can't be read."""

    def __init__(self, root: str) -> None:
        self._root = root
        self.flaws: list[Flaw] = []

    def _flaw(self, path: str, why: str) -> None:
        self.flaws.append(Flaw(disk.shown(os.path.relpath(path, self._root)), why))

    def _meta(self, directory: str) -> dict[str, Any] | None:
        path = f"{directory}/meta.yaml"
        try:
            return parse(disk.read(path).data.decode("utf-8", "replace"))
        except Unreadable as error:
            self._flaw(path, error.summary)
        except FileNotFoundError:
            self._flaw(path, "missing")
        except OSError as error:
            self._flaw(path, disk.reason(error))
        return None

    def model(self, path: str, directory: str) -> ModelRecord | None:
        """One model. None if it is a prompt, or if its ``meta.yaml`` is unreadable and it has no versions."""
        try:
            versions = [entry for entry in disk.subdirectories(path) if entry.name.startswith("version-")]
        except OSError as error:
            self._flaw(path, disk.reason(error))
            return None
        meta = self._meta(path)
        if meta is None and not versions:
            return None
        meta = meta or {}
        name = text_of(meta, "name") or directory
        tags = read_texts(f"{path}/tags", self._flaw)
        if dict(tags).get(PROMPT_TAG, "").lower() == "true":
            return None
        return ModelRecord(
            name=name,
            creation_time=time_of(meta, "creation_timestamp"),
            last_updated_time=time_of(meta, "last_updated_timestamp"),
            description=text_or_none(meta, "description"),
            tags=tags,
            aliases=tuple(self._aliases(path)),
            versions=tuple(v for entry in versions if (v := self._version(name, entry.path, entry.name))),
        )

    def _aliases(self, path: str) -> Iterator[tuple[str, int]]:
        for alias, said in read_texts(f"{path}/aliases", self._flaw):
            try:
                yield alias, _number(said)
            except ValueError:
                self._flaw(f"{path}/aliases/{alias}", f"names no version: {said[:40]!r}")

    def _version(self, model: str, path: str, directory: str) -> VersionRecord | None:
        meta = self._meta(path)
        if meta is None or text_of(meta, "current_stage") == DELETED:
            return None
        try:
            number = _number(text_of(meta, "version") or directory.removeprefix("version-"))
        except ValueError:
            self._flaw(f"{path}/meta.yaml", "no version number")
            return None
        return VersionRecord(
            name=model,
            version=number,
            creation_time=time_of(meta, "creation_timestamp"),
            last_updated_time=time_of(meta, "last_updated_timestamp"),
            description=text_or_none(meta, "description"),
            user_id=text_or_none(meta, "user_id"),
            current_stage=text_of(meta, "current_stage") or "None",
            source=text_or_none(meta, "source"),
            storage_location=text_or_none(meta, "storage_location"),
            run_id=text_or_none(meta, "run_id"),
            run_link=text_or_none(meta, "run_link"),
            status=text_of(meta, "status") or "READY",
            status_message=text_or_none(meta, "status_message"),
            model_id=text_or_none(meta, "model_id"),
            tags=read_texts(f"{path}/tags", self._flaw),
        )


def _number(text: str) -> int:
    """A version's number. Raises ValueError, also of one that no database holds."""
    number = int(text)
    if not 0 <= number < 1 << 63:
        raise ValueError(text)
    return number
