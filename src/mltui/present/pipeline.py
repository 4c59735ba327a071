"""Stages as rows with their graph, and everything about one stage: why it is stale first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from mltui.model.attention import value_text, why
from mltui.model.dvc import Entry, Pipeline, Reason, Stage
from mltui.present import detail
from mltui.present.graph import in_order, lanes
from mltui.present.layout import grid
from mltui.present.marks import count, stage_mark, stage_role
from mltui.present.rows import Cell, Column, Rows, by_text
from mltui.present.text import Line, Span, Symbols, as_of, line, safe, size

_ORDER = ("stale", "missing", "unknown", "running", "fresh")


def stage_rows(pipeline: Pipeline, symbols: Symbols, *, flat: bool = False) -> Rows[Stage]:
    """Stages in DAG order: the graph with the status symbols, the name, why not fresh, the outs.

    `flat` leaves the lines of the graph out: among other neighbours than in DAG order they would join the wrong ones.
    """
    stages = in_order(pipeline.stages)
    marks = [(stage_mark(stage.status, symbols),) for stage in stages] if flat else lanes(stages, symbols)
    graph: dict[str, Line] = dict(zip((stage.address for stage in stages), marks, strict=True))
    width = max((sum(len(span.text) for span in piece) for piece in graph.values()), default=1)
    several = len({stage.path for stage in stages}) > 1
    fields: tuple[Cell[Stage], ...] = (
        Cell(Column("status", "", width, rank=0), lambda stage: graph[stage.address], _by_status),
        Cell(
            Column("name", "stage", 12, flex=True, rank=0),
            lambda stage: line(Span(safe(stage.address if several else stage.name), "accent")),
            lambda stage: by_text(stage.address),
        ),
        Cell(
            Column("why", "why", 30, flex=True, rank=0, enough=44),
            lambda stage: why_line(stage, symbols),
            lambda stage: by_text(why(stage) if stage.status != "fresh" else None),
        ),
        Cell(Column("outs", "outs", 20, rank=4), _outs, lambda stage: by_text(_outs_text(stage))),
    )
    return Rows(
        fields, stages, lambda stage: stage.address, lambda stage: f"{stage.address} {stage.status} {stage.cmd}"
    )


def _by_status(stage: Stage) -> tuple[int, float, str]:
    return (0, float(_ORDER.index(stage.status)), "")


def why_line(stage: Stage, symbols: Symbols) -> Line:
    """Why a stage is not fresh, in a few words; what is special about one that is."""
    if stage.status == "fresh":
        return (Span("frozen", "dim"),) if stage.frozen else ()
    text = safe(why(stage)).replace("→", symbols.arrow)
    frozen = (Span("  frozen", "dim"),) if stage.frozen else ()
    return (Span(text, "dim" if stage.status == "running" else ""), *frozen)


def why_meanwhile(stage: Stage, pipeline: Pipeline) -> str:
    """`why`, while a stage before it runs: DVC took that one's outs away itself, and nobody need do anything."""
    running = [each for each in pipeline.stages if each.status == "running" and each.address in stage.upstream]
    if not running:
        return why(stage)
    outs = [out.path for each in running for out in each.outs]
    own = tuple(
        one for one in stage.reasons if not any(one.path == out or one.path.startswith(f"{out}/") for out in outs)
    )
    after = f"after {', '.join(each.address for each in running)} (running)"
    return f"{why(replace(stage, reasons=own))}, {after}" if own else after


def _outs_text(stage: Stage) -> str:
    return safe(", ".join(out.path for out in stage.outs))


def _outs(stage: Stage) -> Line:
    return (Span(_outs_text(stage), "dim"),)


def summary(pipeline: Pipeline, symbols: Symbols) -> Line:
    """``2 fresh  2 stale``, in the order of urgency, each with its symbol."""
    counts: dict[str, int] = {}
    for stage in pipeline.stages:
        counts[stage.status] = counts.get(stage.status, 0) + 1
    spans: list[Span] = []
    for status in _ORDER:
        if status in counts:
            mark = stage_mark(status, symbols)  # type: ignore[arg-type]
            spans.extend((*((Span("   "),) if spans else ()), mark, Span(f" {counts[status]} {status}")))
    return tuple(spans)


def stage_detail(stage: Stage, pipeline: Pipeline, now: int, symbols: Symbols) -> list[Line]:
    """The detail of `stage`; its name is the pane's title."""
    lines = detail.fields(_head(stage, pipeline, now, symbols))
    lines += detail.section("Why", _reasons(stage, symbols))
    lines += detail.section("Waits for", _upstream(stage, pipeline, symbols))
    lines += detail.section("Params", _params(stage, symbols))
    lines += detail.section("Deps", _entries(stage.deps, stage.reasons, "dep", symbols))
    lines += detail.section("Outs", _entries(stage.outs, stage.reasons, "out", symbols))
    if stage.cmd:
        lines += detail.section("Command", detail.paragraphs(stage.cmd, ""))
    return lines


def _head(stage: Stage, pipeline: Pipeline, now: int, symbols: Symbols) -> list[detail.Field]:
    status = (stage_mark(stage.status, symbols), Span(f" {stage.status}", stage_role(stage.status)))
    seen = stage.as_of if stage.as_of is not None else pipeline.as_of
    old = (Span(f"  {as_of(seen, now)}, asking dvc", "dim"),) if seen and not pipeline.settled else ()
    special = [
        *(["frozen: dvc repro skips it"] if stage.frozen else []),
        *(["always changed: dvc repro runs it every time"] if stage.always_changed else []),
    ]
    return [
        ("status", (*status, *old)),
        ("", line(Span("; ".join(special), "dim")) if special else ()),
        ("about", line(safe(stage.desc.strip())) if stage.desc else ()),
        ("after", _names(stage.parents)),
        ("before", _names(each.address for each in pipeline.stages if stage.address in each.parents)),
        ("in", line(safe(stage.path))),
        ("runs in", line(safe(stage.wdir)) if stage.wdir not in ("", ".") else ()),
        ("metrics", line(safe(", ".join(stage.metrics))) if stage.metrics else ()),
        ("plots", line(safe(", ".join(stage.plots))) if stage.plots else ()),
    ]


def _names(addresses: Iterable[str]) -> Line:
    return tuple(Span(f"{', ' if at else ''}{safe(address)}", "accent") for at, address in enumerate(addresses))


def _reasons(stage: Stage, symbols: Symbols) -> list[Line]:
    rows: list[list[Line]] = []
    lines: list[Line] = []
    for reason in stage.reasons:
        if reason.kind == "command" and (reason.old is not None or reason.new is not None):
            lines.append(line(Span("cmd", "key"), "  changed"))
            lines.append(line(Span("  was  ", "dim"), detail_text(reason.old)))
            lines.append(line(Span("  now  ", "dim"), detail_text(reason.new)))
            continue
        named = line(safe(reason.key or reason.path), "  ", *_change(reason, symbols))
        rows.append([(Span(reason.kind, "key"),), named])
    return grid(rows) + lines


def _change(reason: Reason, symbols: Symbols) -> Line:
    if reason.kind == "param" and (reason.old is not None or reason.new is not None):
        old, new = safe(value_text(reason.old)), safe(value_text(reason.new))
        return line(old, Span(f" {symbols.arrow} ", "dim"), Span(new, "warn"), Span(f"  {safe(reason.path)}", "dim"))
    word = line(Span(safe(reason.change), "unknown" if reason.kind in ("unhashed", "remote", "unreadable") else "warn"))
    if reason.old is None or reason.new is None:
        return word
    return (*word, Span(f"  {_short(reason.old)} {symbols.arrow} {_short(reason.new)}", "dim"))


def _short(value: Any) -> str:
    """A hash in eight digits behind its kind; anything else as it is."""
    text = safe(value_text(value))
    kind, colon, digits = text.rpartition(":")
    return f"{kind}{colon}{digits[:8]}" if colon and len(digits) > 8 else text


def detail_text(value: Any) -> str:
    """A command in one line; a list of commands joined by ``;``."""
    if isinstance(value, (list, tuple)):
        return "; ".join(safe(str(each)) for each in value)
    return "none" if value is None else safe(str(value))


def _upstream(stage: Stage, pipeline: Pipeline, symbols: Symbols) -> list[Line]:
    known = {each.address: each.status for each in pipeline.stages}
    known.update((each.address, each.status) for each in pipeline.datasets)
    return [line(stage_mark(known.get(address, "unknown"), symbols), " ", safe(address)) for address in stage.upstream]


def _params(stage: Stage, symbols: Symbols) -> list[Line]:
    changed = {(reason.path, reason.key) for reason in stage.reasons if reason.kind == "param"}
    several = len(stage.params or {}) > 1
    rows: list[list[Line]] = []
    for path, values in (stage.params or {}).items():
        for key in sorted(values):
            mark = Span(f" {symbols.stale}", "warn") if (path, key) in changed else Span("")
            where = (Span(safe(path), "dim"),) if several else ()
            rows.append([line(safe(key)), line(safe(value_text(values[key])), mark), where])
    return grid(rows)


def _entries(entries: Sequence[Entry], reasons: Sequence[Reason], kind: str, symbols: Symbols) -> list[Line]:
    changes = {reason.path: reason.change for reason in reasons if reason.kind in (kind, "unhashed", "remote")}
    rows: list[list[Line]] = []
    for entry in entries:
        change = changes.get(entry.path)
        told = (Span(f"{symbols.stale} {safe(change)}", "warn"),) if change else ()
        notes = [count(entry.nfiles, "file")] if entry.nfiles else []
        notes += [] if entry.cached or kind != "out" else ["cache: false"]
        rest = (*told, Span(("  " if told else "") + ", ".join(notes), "dim"))
        rows.append([line(size(entry.size)), line(safe(entry.path), "  ", *rest)])
    return grid(rows, "rl")
