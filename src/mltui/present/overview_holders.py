"""Who holds which alias, as the Overview's panel says it: version, figure, since when and by whom, where from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mltui.model.champion import challenger_of, champion_of
from mltui.model.key_names import key_of
from mltui.present.layout import grid
from mltui.present.marks import count, metric_label, value_span
from mltui.present.model_lineage import lineage_line
from mltui.present.model_moves import brought, noted, since_words, targets_of
from mltui.present.models import Held, alias_spans, name_spans, status_spans, versus
from mltui.present.rows import Cell, Column, Rows, by_text
from mltui.present.text import Line, Span, line

if TYPE_CHECKING:
    from mltui.model.lineage.graph import Graph
    from mltui.model.moves import Move
    from mltui.present.overview import Overview
    from mltui.present.runs import RunScene

#: Models in the panel; the others are in Models.
MODELS: Final = 50
#: Terminal columns of a name with its aliases: what stands behind it must stay in sight.
NAME: Final = 40
#: Ends the key of what is told of the version above it: no version has such a name.
BELOW: Final = "\n"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the panel: a version, what is told `below` it, or that there are so many `more` models."""

    held: Held
    below: bool = False
    more: int = 0

    @property
    def key(self) -> str:
        return f"{self.held.key}{BELOW if self.below or self.more else ''}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is read later than the models: moves by model, the lineage, and of challengers by key how their gates are
    (``gates 4 of 5``)."""

    moves: Mapping[str, Sequence[Move]] = field(default_factory=dict)
    graph: Graph | None = None
    gates: Mapping[str, str] = field(default_factory=dict)


def version_key(key: str) -> str:
    """The key in Models of a line's key."""
    return key.removesuffix(BELOW)


def holder_items(view: Overview) -> tuple[Item, ...]:
    """The lines, whatever is known later; below a champion stands where it came from."""
    names: dict[tuple[str, str], None] = {}
    items: list[Item] = []
    for each in view.holders:
        name = (each.model.source, each.model.name)
        if name not in names and len(names) == MODELS:
            left = len({(row.model.source, row.model.name) for row in view.holders}) - MODELS
            return (*items, Item(each, more=left))
        names[name] = None
        items.append(Item(each))
        if each.version is not None and each.version is champion_of(each.model) and _has_lineage(each):
            items.append(Item(each, below=True))
    return tuple(items)


def _has_lineage(row: Held) -> bool:
    return bool(row.commit or row.run or (row.version and (row.version.source_run_id or row.version.run_id)))


def challengers(view: Overview) -> tuple[Held, ...]:
    """The versions that stand beside a champion, of the first models."""
    shown = (item.held for item in holder_items(view) if not item.below and not item.more)
    return tuple(row for row in shown if row.version is not None and row.version is challenger_of(row.model))


def holder_rows(view: Overview, facts: Facts | None = None) -> Rows[Item]:
    """The panel: one column, since what is told below a version goes over the whole line."""
    facts = facts or Facts()
    items = holder_items(view)
    scene = view.scene
    cells = [_version(item.held, scene, facts) for item in items if not item.below and not item.more]
    aligned = iter(grid(cells, "lrll", widest=(NAME, 0, 0, 0), more=scene.symbols.more))
    lines = {item.key: _below(item, scene, facts) if item.below or item.more else next(aligned) for item in items}
    cell: Cell[Item] = Cell(
        Column("holder", "", 20, flex=True, rank=0),
        lambda item: lines.get(item.key, ()),
        lambda item: by_text(item.key),
    )
    return Rows((cell,), items, lambda item: item.key)


def _version(row: Held, scene: RunScene, facts: Facts) -> list[Line]:
    """``churn/5 @challenger``, ``auc 0.947``, ``+0.005``, ``gates 4 of 5``."""
    names = alias_spans(row)
    status = status_spans(row.version, scene.symbols)
    name = (*name_spans(row), *((Span(" "), *names) if names else ()), *((Span(" "), *status) if status else ()))
    figure: Line = ()
    change: Line = ()
    if row.run is not None and scene.primary is not None and scene.primary_of(row.run) is not None:
        figure = (Span(f"{metric_label(scene.primary, scene.symbols)} ", "dim"), value_span(scene.primary_of(row.run)))
        against = versus(row, scene)
        change = (against,) if against.text not in ("-", "=") else ()
    gates = facts.gates.get(row.key, "")
    since = _since(row, scene, facts)
    told = (Span(gates), *((Span("  "), *since) if since else ())) if gates else since
    return [name, figure, change, told]


def _since(row: Held, scene: RunScene, facts: Facts) -> Line:
    moves = facts.moves.get(row.model.name, ())
    for target in targets_of(row):
        if not noted(moves, target):  # where nobody promotes with mltui every alias was set outside it
            continue
        if since := since_words(brought(row, target, moves), scene.now):
            return since
    return ()


def _below(item: Item, scene: RunScene, facts: Facts) -> Line:
    if item.more:
        more = f"{scene.symbols.more} {count(item.more, 'more model')}: {key_of('place.6')} lists them"
        return line(Span(more, "dim"))
    return (Span("  "), *lineage_line(item.held, facts.graph, scene.symbols, params=False))
