"""`ModelsSource`: the registered models that are in scope."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from mltui.errors import NotFound, SourceError
from mltui.sources.mlflow.counting import mark
from mltui.sources.mlflow.mirrored import MirrorReader
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.mlflow.stores import StoresSource

if TYPE_CHECKING:
    from mltui.model.registry import RegisteredModel


class ModelsSource:
    """The model registry: the active store's own, or the one ``MLFLOW_REGISTRY_URI`` names."""

    def __init__(self, stores: StoresSource) -> None:
        self._stores = stores
        self._registry: SqlReader | None = None

    @property
    def name(self) -> str:
        return "models"

    def fingerprint(self) -> Hashable:
        reader, registry = self._stores.active(), self._registry
        return (
            None if reader is None else (reader.store.uri, reader.fingerprint()),
            None if registry is None else mark(registry),
        )

    def load(self, *, quick: bool = True) -> tuple[RegisteredModel, ...]:
        """By name, with their versions, newest first. Raises `NotFound` if there is neither store nor registry.

        `quick`: what was read before is not waited for.
        """
        self._registry = self._stores.registry(quick=quick)
        reader = self._registry or self._stores.reader(quick=quick)
        if reader is None:
            raise NotFound("there is no MLflow store here", "log a run, or name a store with --store")
        return reader.models()

    def now(self) -> tuple[RegisteredModel, ...]:
        """As `StoresSource.models_now`."""
        return self._stores.models_now()

    def silence(self) -> SourceError | None:
        """Why the registry could not be read the last time; what it last said is what `load` gave."""
        if self._registry is not None:
            return self._registry.failure if isinstance(self._registry, MirrorReader) else None
        return self._stores.trouble()
