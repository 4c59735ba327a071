"""Everything about one stage: its state and who runs it, why it is stale, what goes in and out, how long it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from mltui.model.ages import age_ago, elapsed
from mltui.model.attention import unhashed_text, value_text
from mltui.model.durations import durations, usual
from mltui.model.dvc import Entry, Pipeline, Reason, Stage
from mltui.model.job import Job, JobStep
from mltui.model.key_names import key_of
from mltui.model.remote import RemoteAnswers
from mltui.model.stage_state import StageState, failures, last_step
from mltui.present import detail
from mltui.present.jobs_running import LONGER
from mltui.present.layout import grid
from mltui.present.marks import count, stage_mark, stamp, state_mark
from mltui.present.pipeline import why_line
from mltui.present.spark import sparkline
from mltui.present.stage_graph import counted
from mltui.present.stage_groups import Box
from mltui.present.text import Line, Span, Symbols, ago, as_of, line, safe, size

#: Columns of the trend of durations, and lines of a log that is running.
TREND, TAIL = 12, 8
#: Reasons that say why a status is not known.
UNKNOWN = ("unreadable", "unhashed", "remote")


@dataclass(frozen=True, slots=True)
class GraphScene:
    """What a detail needs besides the stage. `jobs` come newest first, `now` is epoch ms.

    What other sources know of it comes as it is to be shown: `told` are fields below the head (the commit that last
    moved its lock entry, the runs it made), `beside` words behind a dep or an out by its path (rows, what it was last
    time), `tail` the last lines that a running job of ours printed. `remote` is what the default remote said once.
    """

    pipeline: Pipeline
    states: Mapping[str, StageState]
    jobs: Sequence[Job]
    now: int
    symbols: Symbols
    told: Sequence[detail.Field] = ()
    beside: Mapping[str, str] = field(default_factory=dict)
    tail: Sequence[str] = ()
    remote: RemoteAnswers = field(default_factory=RemoteAnswers)
    keys: bool = True


def stage_detail(stage: Stage, scene: GraphScene) -> list[Line]:
    """The detail of `stage`; its name is the pane's title."""
    symbols = scene.symbols
    lines = detail.fields([*_head(stage, scene), *scene.told])
    said = [line(Span(safe(each), "dim")) for each in scene.tail[-TAIL:]]
    whole = f"its end; {key_of('page.log')} shows all of it" if scene.keys else "its end"
    lines += detail.section("Log", said, whole)
    lines += detail.section("Why", _reasons(stage, symbols))
    lines += detail.section("Waits for", _upstream(stage, scene))
    lines += detail.section("Params", _params(stage, symbols))
    lines += detail.section("Deps", _entries(stage, "dep", scene))
    lines += detail.section("Outs", _entries(stage, "out", scene))
    if stage.cmd and "\n" in stage.cmd.strip():
        lines += detail.section("Command", detail.paragraphs(stage.cmd, ""))
    return lines


def group_detail(box: Box, scene: GraphScene) -> list[Line]:
    """The stages of a group that is folded, each with its state and why."""
    symbols, states = scene.symbols, [scene.states[stage.address] for stage in box.stages]
    head: list[detail.Field] = [
        ("stages", line(f"{len(states)}", *counted(states, symbols))),
        ("", line(Span("+ or enter shows each of them, - folds them again", "dim"))),
    ]
    rows = [
        [(state_mark(state, symbols),), line(safe(stage.address)), why_line(stage, symbols)]
        for stage, state in zip(box.stages, states, strict=True)
    ]
    return detail.fields(head) + detail.section("Stages", grid(rows))


def running_step(stage: Stage, jobs: Sequence[Job]) -> tuple[Job, JobStep] | None:
    """The job of ours that runs the stage now, and its step."""
    for job in jobs:
        for step in job.steps:
            if step.address == stage.address and step.state == "running" and not job.ended:
                return job, step
    return None


def _head(stage: Stage, scene: GraphScene) -> list[detail.Field]:
    symbols, now = scene.symbols, scene.now
    state = scene.states[stage.address]
    mark = state_mark(state, symbols)
    seen = stage.as_of if stage.as_of is not None else scene.pipeline.as_of
    old = (Span(f"  {as_of(seen, now)}, asking dvc", "dim"),) if seen and not scene.pipeline.settled else ()
    special = [
        *(["frozen: dvc repro skips it"] if stage.frozen else []),
        *(["always changed: dvc repro runs it every time"] if stage.always_changed else []),
    ]
    command = (stage.cmd or "").strip()
    return [
        ("status", (mark, Span(f" {state}", mark.role), *old)),
        ("", line(Span("; ".join(special), "dim")) if special else ()),
        ("running", _running(stage, scene)),
        ("failed", _failed(stage, scene) if state == "failed" else ()),
        ("last run", _last(stage, scene)),
        ("took", _took(stage, scene)),
        ("about", line(safe(stage.desc.strip())) if stage.desc else ()),
        ("cmd", line(safe(command)) if command and "\n" not in command else ()),
        ("after", _names(stage.parents)),
        ("before", _names(each.address for each in scene.pipeline.stages if stage.address in each.parents)),
        ("in", line(safe(stage.path))),
        ("runs in", line(safe(stage.wdir)) if stage.wdir not in ("", ".") else ()),
        ("metrics", line(safe(", ".join(stage.metrics))) if stage.metrics else ()),
        ("plots", line(safe(", ".join(stage.plots))) if stage.plots else ()),
    ]


def _running(stage: Stage, scene: GraphScene) -> Line:
    """``for 41 s, about 9 s left, pid 4242 ada dvc repro``; of a process that is not ours when it began."""
    if stage.status != "running":
        return ()
    ours = running_step(stage, scene.jobs)
    words = running_words(stage, scene.jobs, scene.now)
    if (runner := stage.runner) is not None:
        program, _, rest = runner.command.partition(" ")
        named = " ".join(filter(None, (PurePath(program).name, rest)))
        words.append(" ".join(filter(None, (f"pid {runner.pid}", safe(runner.user), safe(named)))))
        if ours is None and runner.start is not None:
            words.append(f"begun {age_ago(max(0, scene.now - runner.start) / 1000)}")
    return line(", ".join(words) or "now")


def running_words(stage: Stage, jobs: Sequence[Job], now: int) -> list[str]:
    """``for 41 s``, ``about 9 s left``, as far as a job of ours tells; `now` is epoch ms."""
    ours = running_step(stage, jobs)
    if ours is None or ours[1].start is None:
        return []
    since = max(0, now - ours[1].start)
    return [f"for {elapsed(since / 1000)}", *_left(since, usual(durations(jobs, stage.address)))]


def _left(since: int, takes: int | None) -> list[str]:
    if takes is None:
        return []
    return [f"about {elapsed((takes - since) / 1000)} left"] if takes > since else [LONGER]


def _failed(stage: Stage, scene: GraphScene) -> Line:
    job = failures(scene.jobs).get(stage.address)
    end = next((step.end for step in job.steps if step.address == stage.address), None) if job else None
    when = f" {age_ago(max(0, scene.now - end) / 1000)}" if end is not None else ""
    said = f"{key_of('place.7')} shows" if scene.keys else f"mltui log {safe(job.id) if job else ''} prints"
    return line(Span(f"in job {safe(job.id)}{when}: {said} what it said", "bad")) if job else ()


def _last(stage: Stage, scene: GraphScene) -> Line:
    found = last_step(scene.jobs, stage.address)
    if found is None:
        return ()
    end, took = found
    told = f", took {elapsed(took / 1000)}" if took is not None else ""
    return line(f"{age_ago(max(0, scene.now - end) / 1000)}{told}")


def _took(stage: Stage, scene: GraphScene) -> Line:
    """``▃▃▅▃ median 32 s over 8 jobs``."""
    taken = durations(scene.jobs, stage.address)
    if len(taken) < 2:
        return ()
    median = elapsed((usual(taken) or 0) / 1000)
    return line(sparkline(taken, TREND, scene.symbols), Span(f"  median {median} over {len(taken)} jobs", "dim"))


def _names(addresses: Iterable[str]) -> Line:
    named = [safe(address) for address in addresses]
    return tuple(Span(each, "accent") for each in (*(f"{name}, " for name in named[:-1]), *named[-1:]))


def _reasons(stage: Stage, symbols: Symbols) -> list[Line]:
    """Why it is not fresh; of one that never ran only why not even that is known."""
    rows: list[list[Line]] = []
    lines: list[Line] = []
    for reason in stage.reasons:
        if not stage.locked and reason.kind not in UNKNOWN:
            continue
        if stage.status == "running" and reason.kind == "out":
            continue  # DVC takes the outs of a stage away before it runs it
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
    told = unhashed_text(reason) if reason.kind == "unhashed" and reason.new else reason.change
    word = line(Span(safe(told), "unknown" if reason.kind in UNKNOWN else "warn"))
    if reason.old is None or reason.new is None or reason.kind == "unhashed":
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


def _upstream(stage: Stage, scene: GraphScene) -> list[Line]:
    marks = {each.address: stage_mark(each.status, scene.symbols) for each in scene.pipeline.datasets}
    marks.update((address, state_mark(state, scene.symbols)) for address, state in scene.states.items())
    unknown = stage_mark("unknown", scene.symbols)
    return [line(marks.get(address, unknown), " ", safe(address)) for address in stage.upstream]


def _params(stage: Stage, symbols: Symbols) -> list[Line]:
    changed = {(reason.path, reason.key): reason for reason in stage.reasons if reason.kind == "param"}
    several = len(stage.params or {}) > 1
    rows: list[list[Line]] = []
    for path, values in (stage.params or {}).items():
        for key in sorted(values):
            reason, now = changed.get((path, key)), safe(value_text(values[key]))
            where = (Span(safe(path), "dim"),) if several else ()
            told = line(now)
            if reason is not None:
                was = (
                    (safe(value_text(reason.old)), Span(f" {symbols.arrow} ", "dim")) if reason.old is not None else ()
                )
                told = line(*was, now, Span(f" {symbols.stale}", "warn"))
            rows.append([line(safe(key)), told, where])
    return grid(rows)


def changes_of(stage: Stage, kind: str) -> Mapping[str, str]:
    """What changed of its deps, or of its outs (`kind` is "dep" or "out"), by path, in DVC's words."""
    changes = {reason.path: reason.change for reason in stage.reasons if reason.kind in (kind, "unhashed", "remote")}
    if not stage.locked:  # no entry in dvc.lock that anything could differ from
        return {path: change for path, change in changes.items() if kind == "dep" and change != "modified"}
    return changes


def _entries(stage: Stage, kind: str, scene: GraphScene) -> list[Line]:
    changes = changes_of(stage, kind)
    rows: list[list[Line]] = []
    for entry in stage.deps if kind == "dep" else stage.outs:
        change = changes.get(entry.path)
        told = (Span(f"{scene.symbols.stale} {safe(change)}", "warn"),) if change else ()
        notes = [count(entry.nfiles, "file")] if entry.nfiles else []
        notes += [safe(scene.beside[entry.path])] if entry.path in scene.beside else []
        if kind == "out":
            notes += _kept(entry, change, scene)
        rest = (*told, Span(("  " if told and notes else "") + ", ".join(notes), "dim"))
        rows.append([line(size(entry.size)), line(safe(entry.path), "  ", *rest)])
    return grid(rows, "rl")


def _kept(entry: Entry, change: str | None, scene: GraphScene) -> list[str]:
    """Where an out is kept, as far as it is known without asking anybody: of one that is not here the remote's answer
    tells whether it can be pulled. Of what was made then nobody looked whether the cache still has it."""
    unseen = bool(change) or scene.pipeline.then
    if not entry.cached:
        return ["cache: false"]
    if not entry.hash:
        return []
    answer = scene.remote.answers.get(entry.hash)
    if answer is None:
        return [] if unseen else [f"in cache, {'remote not asked' if scene.remote.name else 'no default remote'}"]
    age = ago(answer.asked, scene.now)
    asked = f"asked {age}{'' if age == 'now' else ' ago'}"
    asked = f"asked {stamp(answer.asked)}" if scene.pipeline.then else asked
    there = f"{'' if answer.there else 'not '}on {safe(scene.remote.name)} ({asked})"
    return [there if unseen else f"in cache, {there}"]
