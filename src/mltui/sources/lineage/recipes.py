"""The stages of every dvc.yaml at a commit, with those of a group that the lock knows."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.dvc_history import DvcFiles, StageKey
from mltui.model.lineage.stages import Recipe
from mltui.sources.dvc.declared import DeclaredStage
from mltui.sources.lineage.declared_files import DeclaredFiles


class Recipes:
    """Recipes by what they stand on, so that commits with the same dvc.yaml share one tuple."""

    def __init__(self, declared: DeclaredFiles) -> None:
        self._declared = declared
        self._known: dict[object, Sequence[Recipe] | None] = {}
        self._of_files: dict[int, tuple[DvcFiles, Sequence[Recipe] | None]] = {}

    def of(self, files: DvcFiles) -> Sequence[Recipe] | None:
        """None where there is no dvc.yaml, or none that can be read."""
        if (held := self._of_files.get(id(files))) is not None and held[0] is files:
            return held[1]
        groups = tuple(sorted(key for key in files.locked if "@" in key.name))
        mark = (tuple(sorted(files.declared.items())), groups)
        if mark not in self._known:
            self._known[mark] = self._made(files, groups)
        self._of_files[id(files)] = files, self._known[mark]
        return self._known[mark]

    def _made(self, files: DvcFiles, groups: Sequence[StageKey]) -> Sequence[Recipe] | None:
        found = self._declared.at(files.declared)
        if not found or all(each is None for each in found.values()):
            return None
        recipes: list[Recipe] = []
        for folder, each in found.items():
            for stage in each.stages.values() if each is not None else ():
                recipes += (_recipe(key, stage) for key in _keys(folder, stage, groups))
        return tuple(recipes)


def _keys(folder: str, stage: DeclaredStage, groups: Sequence[StageKey]) -> Sequence[StageKey]:
    if not stage.group:
        return (StageKey(folder, stage.name),)
    inside = [key for key in groups if key.folder == folder and key.name.startswith(f"{stage.name}@")]
    return inside or (StageKey(folder, stage.name),)


def _recipe(key: StageKey, stage: DeclaredStage) -> Recipe:
    return Recipe(key, stage.cmd or "", tuple(entry.path for entry in stage.deps), stage.wdir)
