"""`Registries`: the models of every registry there is, MLflow's and GTO's, neither in the other's way."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from mltui.errors import NotFound, SourceError
from mltui.model.registry import RegisteredModel

if TYPE_CHECKING:
    from mltui.sources.gto import GtoSource
    from mltui.sources.mlflow.sources import ModelsSource

Models = tuple[RegisteredModel, ...]


class Registries:
    """MLflow's models, then GTO's. A name that both know is two models: `RegisteredModel.source` tells which."""

    name = "models"

    def __init__(self, mlflow: ModelsSource, gto: GtoSource) -> None:
        self._mlflow, self._gto = mlflow, gto
        self._known: dict[str, Models] = {}
        self._silent: SourceError | None = None

    def fingerprint(self) -> Hashable:
        """Of both; a store that can't be looked at does not hide that a tag moved. Raises what `load` would, if GTO
        has nothing to show instead."""
        try:
            store: Hashable = self._mlflow.fingerprint()
        except SourceError as error:
            if not self._known.get("gto"):
                raise
            store = str(error)
        return store, self._gto.fingerprint()

    def load(self, *, quick: bool = True) -> Models:
        """Both, by name within each. What one of them can't read is what it last said (`silence` says why).

        `quick` as in `ModelsSource.load`. Raises `SourceError` if MLflow's can't be read and GTO has none, `NotFound`
        if there is neither a store nor anything of GTO's.
        """
        failed: list[SourceError] = []
        gto = self._read("gto", self._gto.load, failed)
        mlflow = self._read("mlflow", lambda: self._mlflow.load(quick=quick), failed)
        absent = [error for error in failed if isinstance(error, NotFound)]
        real = [error for error in failed if error not in absent]
        if failed and not gto and not mlflow:
            raise (real or absent)[0]
        self._silent = real[0] if real else self._mlflow.silence()
        return mlflow + gto

    def now(self, gto: bool | None = None) -> Models:
        """Both as they are now, in scope or not, for whoever acts upon them; `gto` True or False: those of one alone.

        Raises `SourceError` if one can't be read now; that there is no store is none where GTO's are wanted too.
        """
        found = () if gto is False else self._gto.load()
        if gto:
            return found
        try:
            return self._mlflow.now() + found
        except NotFound:
            if gto is False:
                raise
            return found

    def _read(self, name: str, load: Callable[[], Models], failed: list[SourceError]) -> Models:
        try:
            self._known[name] = load()
        except NotFound as error:  # a store that is gone has no models any more
            failed.append(error)
            self._known.pop(name, None)
        except SourceError as error:
            failed.append(error)
        return self._known.get(name, ())

    def silence(self) -> SourceError | None:
        """Why a part of what `load` gave is what was known from before, or is not there."""
        return self._silent
