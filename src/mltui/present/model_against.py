"""Champion against challenger, side by side: figures with their difference, and what else is not the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from mltui.model.champion import challenger_of, champion_of
from mltui.model.key_names import key_of
from mltui.present.layout import grid
from mltui.present.marks import delta_span, sha_span, value_span
from mltui.present.model_lineage import datasets_of
from mltui.present.models import Held, version_name, versions_held
from mltui.present.text import Line, Span, ago, line, safe

if TYPE_CHECKING:
    from mltui.model.lineage.graph import Graph
    from mltui.model.registry import RegisteredModel
    from mltui.model.runs import Run
    from mltui.present.runs import RunScene

#: Metrics side by side: the primary one, those whose direction is known, then by name; the rest is counted.
METRICS: Final = 12
#: Params that differ.
PARAMS: Final = 12
#: Terminal columns of a name and of a value beside another one: a pane of 46 has room for both.
NAME, VALUE = 16, 18
_NONE: Mapping[str, str] = {}


def rivals(model: RegisteredModel, runs: Mapping[str, Run]) -> tuple[Held, Held] | None:
    """The champion and the challenger of a model as rows; None where it has not both."""
    champion, challenger = champion_of(model), challenger_of(model)
    if champion is None or challenger is None:
        return None
    first, second = versions_held(model, runs, (champion, challenger))
    return first, second


def against_title(champion: Held, challenger: Held) -> str:
    """``Champion 4 against challenger 5``; of legacy stages the same words."""
    names = [version_name(each.version) if each.version else "" for each in (champion, challenger)]
    return f"Champion {names[0]} against challenger {names[1]}"


def against_lines(champion: Held, challenger: Held, scene: RunScene, graph: Graph | None) -> list[Line]:
    """Both as columns. A difference is called better or worse only where somebody said which way that is."""
    rows: list[list[Line]] = [[(), _title(champion), _title(challenger)]]
    rows += _figures(champion, challenger, scene)
    lines = grid(rows, "lrrl", widest=(NAME, VALUE, VALUE, 0), more=scene.symbols.more)
    others = list(_others(champion, challenger, scene, graph))
    lines += grid(others, "lll", widest=(NAME, VALUE, 0), more=scene.symbols.more) if others else []
    if champion.run is None or challenger.run is None:
        gone = " and ".join(
            version_name(each.version) for each in (champion, challenger) if each.version and not each.run
        )
        lines.append(line(Span(f"The source run of {gone} is not in this store: no figures of it.", "note")))
    elif not any(scene.goal(key) for key in _keys(champion, challenger, scene)):
        lines.append(
            line(
                Span(
                    f"No direction is known, so nothing is better or worse: {key_of('metric')} says which way is.",
                    "note",
                )
            )
        )
    return lines


def _title(row: Held) -> Line:
    return line(Span(version_name(row.version) if row.version else "", "key"))


def _keys(champion: Held, challenger: Held, scene: RunScene) -> list[str]:
    """The metrics of either, the primary one first, then those with a known direction."""
    known = {key for row in (champion, challenger) if row.run for key in row.run.metrics}
    primary = scene.primary.key if scene.primary else None
    return sorted(known, key=lambda key: (key != primary, scene.goal(key) is None, key))


def _figures(champion: Held, challenger: Held, scene: RunScene) -> Iterator[list[Line]]:
    keys = _keys(champion, challenger, scene)
    for key in keys[:METRICS]:
        base = champion.run.metrics.get(key) if champion.run else None
        value = challenger.run.metrics.get(key) if challenger.run else None
        goal = scene.goal(key)
        change = delta_span(value, base, goal)
        told: Line = (change,) if change.text != "-" else ()
        if change.role in ("good", "bad"):
            told = (change, Span(" better" if change.role == "good" else " worse", change.role))
        role = "key" if scene.primary and scene.primary.key == key else ""
        yield [(Span(safe(key), role),), (value_span(base),), (value_span(value),), told]
    if len(keys) > METRICS:
        yield [line(Span(f"+{len(keys) - METRICS} metrics", "dim"))]


def _others(champion: Held, challenger: Held, scene: RunScene, graph: Graph | None) -> Iterator[list[Line]]:
    """Params that differ, data, commit, when made."""
    yield from _params(champion, challenger)
    datasets = [_datasets(each, graph) for each in (champion, challenger)]
    for path in dict.fromkeys((*datasets[0], *datasets[1])):
        name = safe(path.rpartition("/")[2] or path)
        values = [line(each.get(path, Span("-", "dim"))) for each in datasets]
        yield [line(Span(name, "key")), values[0], _changed(values[0], values[1])]
    commits = [(sha_span(each.commit),) for each in (champion, challenger)]
    yield [line(Span("commit", "key")), commits[0], _changed(commits[0], commits[1])]
    made = [ago(each.version.created if each.version else None, scene.now) for each in (champion, challenger)]
    if all(made):
        yield [line(Span("made", "key")), line(made[0]), line(made[1])]


def _params(champion: Held, challenger: Held) -> Iterator[list[Line]]:
    former = champion.run.params if champion.run else _NONE
    now = challenger.run.params if challenger.run else _NONE
    differing = [key for key in sorted({*former, *now}) if former.get(key) != now.get(key)]
    if not champion.run or not challenger.run:
        return
    for key in differing[:PARAMS]:
        yield [line(Span(safe(key), "key")), _value(former.get(key)), _value(now.get(key))]
    more = len(differing) - PARAMS
    if more > 0:
        yield [line(Span(f"+{more} params", "dim"))]
    elif not differing and (former or now):
        yield [line(Span("params", "key")), line("the same")]


def _value(value: str | None) -> Line:
    return line(Span("-", "dim")) if value is None else line(safe(" ".join(value.split())) or Span("(empty)", "dim"))


def _changed(former: Line, now: Line) -> Line:
    return line(Span("the same", "dim")) if former == now else now


def _datasets(row: Held, graph: Graph | None) -> dict[str, Span]:
    """Its dataset versions by path, ``v3``; what is derived has the sign of that."""
    found: dict[str, Span] = {}
    for node, _ in datasets_of(row, graph):
        path, _, number = node.label.rpartition(" ")
        found.setdefault(path, Span(number))
    return found
