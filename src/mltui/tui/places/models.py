"""Models: registered models with their versions, who holds which alias, why that one, and how to get back."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar

from textual import on
from textual.reactive import reactive

from mltui.model.champion import CHALLENGER, CHAMPION, challenger_of, champion_of
from mltui.model.chore import Subject
from mltui.model.key_names import key_of
from mltui.model.metric import PrimaryMetric
from mltui.model.moves import Move
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.present.marks import count
from mltui.present.model_against import rivals
from mltui.present.model_detail import Told, version_detail
from mltui.present.model_groups import Folds, ModelGroups
from mltui.present.models import Held
from mltui.present.rows import Rows
from mltui.present.runs import RunScene
from mltui.present.text import Line, safe
from mltui.sources.sides.named import Named, of_version
from mltui.tui.feeds import LATE
from mltui.tui.places.base import bound
from mltui.tui.places.marking import Marking
from mltui.tui.places.moves_read import JournalPart, moves_by_model
from mltui.tui.places.parts import LineagePart, ModelsPart, RunsPart, runs_of, value
from mltui.tui.places.registry import MODELS, Known
from mltui.tui.widgets.table import VirtualTable
from mltui.tui.widgets.tableline import Orders

#: Of more runs than these the join is not read for a detail that merely stands beside the table.
FEW_TO_JOIN = 10_000
#: Models whose moves are kept for the next look at one of their versions.
KEPT = 100


class ModelsPlace(Marking[Held]):
    """What is out there, and where did it come from?"""

    known: ClassVar[Known] = MODELS
    first_keys: ClassVar[Sequence[str]] = (
        "leave",
        "open",
        "promote",
        "rollback",
        "filter",
        "lineage",
        "mark",
        "differ",
    )
    placeholder: ClassVar[str] = "reading models"
    told_only: ClassVar[frozenset[str]] = frozenset((*LATE, "journal"))

    models: reactive[ModelsPart] = bound(None)
    runs: reactive[RunsPart] = bound(None)
    journal: reactive[JournalPart] = bound(None)
    lineage: reactive[LineagePart] = bound(None)
    primary: reactive[PrimaryMetric | None] = bound(None)
    now: reactive[int] = bound(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._folds = Folds({})
        self._groups: ModelGroups | None = None
        self._made_of: tuple[object, ...] = ()
        self._moves: dict[int, tuple[RegisteredModel, Sequence[Move]]] = {}
        self._moves_by: object = None

    # Rows: versions below their models

    def rows(self) -> Rows[Held] | None:
        known, runs = value(self.models), value(self.runs)
        if known is None:
            return None
        made_of = (known, runs, self.primary, self.now, self.symbols)
        if self._groups is None or not _same(made_of, self._made_of):
            self._groups = ModelGroups(known, {run.run_id: run for run in runs_of(self.runs)}, self._scene())
            self._made_of = made_of
        return self._groups.rows

    def arranged(self, rows: Rows[Held], orders: Orders) -> Rows[Held]:
        found = rows.ordered(orders)
        return found if self._groups is None else self._groups.folded(found, self._folds)

    def asked(self) -> Hashable:
        return super().asked(), frozenset(self._folds.by_hand.items())

    def counted(self, items: Sequence[Held]) -> str:
        models = sum(each.version is None for each in items)
        return f"{count(models, 'model')}, {count(len(items) - models, 'version')}"

    def _scene(self) -> RunScene:
        return RunScene(self.now, self.symbols, self.primary, goals=self.workspace.config.goals)

    # Folding

    def opened(self, key: str) -> bool:
        """``enter`` on a model that is folded shows its versions; else the detail is gone into."""
        if not self.master.rows.folds.get(key):
            return False
        self._fold((key,), False)
        return True

    @on(VirtualTable.FoldAsked, "#master")
    def _fold_asked(self, message: VirtualTable.FoldAsked) -> None:
        message.stop()
        self._fold((message.key,), message.fold)

    def _fold(self, keys: Sequence[str], folded: bool) -> None:
        self._folds = self._folds.fold(keys, folded)
        self.rebuild()

    def fold_all(self) -> None:
        """Fold all models away, or show all versions where one is folded."""
        folds = self.master.rows.folds
        self._fold(tuple(folds), not any(folds.values()))

    def folds(self) -> bool:
        """Whether there is something to fold."""
        return bool(self.master.rows.folds)

    def reveal(self, key: str) -> bool:
        item = self._items.get(key)
        if item is not None and item.version is not None and self.master.rows.folds.get(heading := _heading(item)):
            self._wanted = key
            self._fold((heading,), False)
            return True
        return super().reveal(key)

    # What a row is for other keys

    def lineage_of(self) -> str | None:
        held = self._items.get(self.looked_at or "")
        version = (held.version or _stands_for(held)) if held is not None else None
        return f"model:{held.model.name}/{version.version}" if held is not None and version is not None else None

    def promoted_of(self) -> str | None:
        held = self._items.get(self.looked_at or "")
        coming = _coming(held.model) if held is not None and held.version is None else None
        return f"model:{coming.model}/{coming.version}" if coming is not None else super().promoted_of()

    def no_lineage(self) -> str:
        return "this model has no version yet" if self.looked_at else super().no_lineage()

    def subjects(self) -> Sequence[Subject]:
        chosen = self.marks or {self.looked_at}
        found = [held for key, held in self._items.items() if key in chosen and held.model.source == "mlflow"]
        return [_subject(held) for held in found]

    def named(self, item: Held) -> Named | None:
        return None if item.version is None else of_version(item.model, item.version, item.run)

    def since(self, item: Held) -> float:
        return (item.version.created if item.version else None) or 0

    def pair_of(self, item: Held) -> tuple[Named, Named] | None:
        """The champion and the version; of the champion itself, and of the model, the challenger."""
        if item.version is None:
            pair = rivals(item.model, {run.run_id: run for run in runs_of(self.runs)})
            first, second = (self.named(each) for each in pair) if pair else (None, None)
            return (first, second) if first is not None and second is not None else None
        holders = {alias.casefold(): version for alias, version in item.model.aliases.items()}
        version = item.version.version
        champion = holders.get(CHAMPION)
        other = holders.get(CHALLENGER) if champion == version else champion
        found = self._items.get(f"{item.model.name}/{other}")
        own, opposite = self.named(item), self.named(found) if found is not None else None
        if own is None or opposite is None or other == version:
            return None
        return (own, opposite) if champion == version else (opposite, own)

    def no_pair(self) -> str:
        return f"mark two versions with {key_of('mark')} to ask why they differ"

    # The detail

    def _read_detail(self) -> None:
        super()._read_detail()
        if self.lineage is None and self.detail_shown() and (self.inside or self._joinable()):
            self.post_message(self.KeysWanted("lineage"))  # what data a version came from

    def _joinable(self) -> bool:
        table = value(self.runs)
        return table is not None and table.complete and len(table.runs) <= FEW_TO_JOIN

    def detail(self, item: Held) -> tuple[str, Sequence[Line]]:
        moves = self._moves_of(item.model)
        runs = {} if item.version else {run.run_id: run for run in runs_of(self.runs)}
        return safe(item.key), version_detail(item, self._scene(), Told(moves, value(self.lineage), runs))

    def _moves_of(self, model: RegisteredModel) -> Sequence[Move]:
        """Read once for each model, until the registry or the journal moved. In a thread."""
        journal = value(self.journal)
        if self._moves_by is not journal or len(self._moves) > KEPT:
            self._moves, self._moves_by = {}, journal
        known = self._moves.get(id(model))
        if known is None or known[0] is not model:
            known = self._moves[id(model)] = model, moves_by_model(self.workspace, (model,))[model.name]
        return known[1]


def _heading(item: Held) -> str:
    """The key of the row of its model."""
    return Held(item.model, None, None).key


def _stands_for(item: Held) -> ModelVersion | None:
    """The version that a model's own row stands for: its champion, else its newest."""
    return champion_of(item.model) or next(iter(item.model.versions), None)


def _coming(model: RegisteredModel) -> ModelVersion | None:
    """The version that may follow the champion: the challenger, else the newest; of a model itself that is promoted."""
    return challenger_of(model) or next(iter(model.versions), None)


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether rows were made of these very things: 20,000 versions are not compared one by one."""
    if len(one) != len(other):
        return False
    return all(a is b or (isinstance(a, int) and a == b) for a, b in zip(one, other, strict=True))


def _subject(held: Held) -> Subject:
    """A version; of a model without any the model itself."""
    version = held.version.version if held.version else ""
    return Subject("version" if version else "model", held.model.name, version)
