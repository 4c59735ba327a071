"""Model versions below their models: a heading for each model, which folds its versions away."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mltui.model.champion import challenger_of, champion_of
from mltui.present.marks import count, value_span
from mltui.present.models import (
    Held,
    alias_rank,
    alias_span,
    name_spans,
    short_version,
    version_cells,
    version_name,
    versions_held,
    versus,
    words,
)
from mltui.present.rows import Cell, Rows
from mltui.present.text import Line, Span, ago, line, safe

if TYPE_CHECKING:
    from mltui.model.registry import RegisteredModel
    from mltui.model.runs import Run
    from mltui.present.runs import RunScene

#: With more versions than a screen has lines models are folded until somebody unfolds them.
OPEN: Final = 40
#: Holders named in the heading of a model.
NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class Folds:
    """What somebody folded or unfolded, by the key of the heading; else `folded` is told by how much there is."""

    by_hand: Mapping[str, bool]

    def fold(self, keys: Collection[str], folded: bool) -> Folds:
        return Folds({**self.by_hand, **dict.fromkeys(keys, folded)})


class ModelGroups:
    """The versions of all models with a heading above those of each. Its `rows` count and filter versions only."""

    def __init__(self, models: Sequence[RegisteredModel], runs: Mapping[str, Run], scene: RunScene) -> None:
        self._scene = scene
        items: list[Held] = []
        order: list[int] = []
        self._heading: dict[int, int] = {}  # the place of a version's heading by its own
        self._sizes: dict[str, int] = {}
        for model in models:
            at = len(items)
            items.append(Held(model, None, None))
            if not model.versions:
                order.append(at)
                continue
            items += versions_held(model, runs, model.versions)
            order += range(at + 1, len(items))
            self._heading.update(dict.fromkeys(range(at + 1, len(items)), at))
            self._sizes[items[at].key] = len(model.versions)
        self._items, self._runs = tuple(items), runs
        cells = tuple(version_cells(self._items, scene))
        self.rows: Rows[Held] = Rows(cells, self._items, _key, words, tuple(order), search_cells=False)

    def folded(self, rows: Rows[Held], folds: Folds) -> Rows[Held]:
        """`rows`, which are some of these in any order, below their headings; each model stands where its first version
        stood. `Rows.folds` says which are folded away."""
        below: dict[int, list[int]] = {}
        for at in range(len(self._items)) if rows.order is None else rows.order:
            heading = self._heading.get(at)
            if heading is None:
                below[at] = []
            else:
                below.setdefault(heading, []).append(at)
        many = sum(map(len, below.values())) > OPEN
        order: list[int] = []
        states: dict[str, bool] = {}
        for heading, versions in below.items():
            order.append(heading)
            if not versions:
                continue
            key = self._items[heading].key
            whole = len(versions) == self._sizes[key]
            states[key] = folds.by_hand.get(key, many and whole)
            if not states[key]:
                order += versions
        fields = tuple(self._cell(cell, states) for cell in rows.fields)
        return replace(rows, fields=fields, order=tuple(order), folds=states)

    def _cell(self, cell: Cell[Held], states: Mapping[str, bool]) -> Cell[Held]:
        column = cell.column.key
        if column == "name":
            shown = replace(cell.column, tail=False)
            return Cell(shown, lambda row: self._name(row, states), cell.sort)
        if column == "aliases":
            return Cell(cell.column, lambda row: _holders(row, cell, states), cell.sort)
        if column == "source":  # of a model, once
            return Cell(cell.column, lambda row: () if row.version else cell.show(row), cell.sort)
        if column in ("primary", "versus", "created"):
            return Cell(cell.column, lambda row: self._told(column, row, states) or cell.show(row), cell.sort)
        return cell

    def _name(self, row: Held, states: Mapping[str, bool]) -> Line:
        signs = self._scene.symbols
        if row.version is not None:
            return line(Span(f"  {safe(row.model.name)}/", "dim"), version_name(row.version))
        if row.key not in states:
            return name_spans(row)
        name = Span(safe(row.model.name), "accent")
        if not states[row.key]:
            return line(f"{signs.unfolded} ", name)
        versions = count(len(row.model.versions), "version")
        return line(f"{signs.folded} ", name, Span(f"  {versions}", "dim"))

    def _told(self, column: str, row: Held, states: Mapping[str, bool]) -> Line:
        """Of a folded model the champion's figure, the challenger's against it, and when its newest was made."""
        if row.version is not None or not states.get(row.key):
            return ()
        if column == "created":
            return line(ago(row.model.versions[0].created, self._scene.now))
        who = champion_of(row.model) if column == "primary" else challenger_of(row.model)
        found = next(versions_held(row.model, self._runs, (who,)), None) if who is not None else None
        if found is None or found.run is None:
            return ()
        return (
            (value_span(self._scene.primary_of(found.run)),) if column == "primary" else (versus(found, self._scene),)
        )


def _holders(row: Held, cell: Cell[Held], states: Mapping[str, bool]) -> Line:
    """Of a folded model who holds what; of one whose versions are shown these say it."""
    if row.version is not None:
        return cell.show(row)
    return holders_line(row.model) if states.get(row.key) else ()


def holders_line(model: RegisteredModel) -> Line:
    """``@champion 38  @challenger 40``; of a model without aliases its legacy stages."""
    named = [(alias_span(alias, model), model.aliases[alias]) for alias in sorted(model.aliases, key=alias_rank)]
    if not named:
        stages: dict[str, str] = {}
        for version in model.versions:
            if version.stage not in ("", "None", "Archived"):
                stages.setdefault(version.stage, version.version)
        named = [(Span(safe(stage), "accent"), holder) for stage, holder in sorted(stages.items())]
    spans: list[Span] = []
    for name, holder in named[:NAMED]:
        spans += [Span("  " if spans else ""), name, Span(f" {short_version(holder)}")]
    if len(named) > NAMED:
        spans.append(Span(f"  +{len(named) - NAMED}", "dim"))
    return tuple(span for span in spans if span.text)


def _key(row: Held) -> str:
    return row.key
