"""The preview of a retrain as lines: for `mltui retrain` and for the dialog that starts one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from mltui.model.ages import elapsed
from mltui.model.gpu import Gpu
from mltui.model.job import JobMode
from mltui.model.retrain import ParamField, PlannedStage, RetrainPlan, Took
from mltui.model.shell import join, quote
from mltui.present.jsonable import dumps, jsonable
from mltui.present.layout import grid, width_of
from mltui.present.text import Line, Span, Symbols, line, plain, safe, short_sha, size

#: Files and lines of code that are named; the rest is counted.
MOST = 6
#: Stages that are fresh and named: of 300 nobody reads them all.
MOST_NAMES = 12
#: The share of a line that names of stages may take beside what is said of them: one third.
NAMES = 3
#: Columns of what a line is about.
LABEL = 11
#: What each way of running means for whoever starts it.
WAYS: dict[JobMode, str] = {
    "in place": "the worktree, one job at a time",
    "isolated": "a copy of the worktree; the result is an experiment to apply or branch",
    "workspace": "the worktree, HEAD detached meanwhile; the result is an experiment",
    "rev": "a linked worktree of {rev}; its dvc.lock and metrics stay with the job",
    "queue": "DVC's own queue; the result is an experiment to apply or branch",
    "remote": "the clone of {executor}; the result comes back as an experiment",
}


def plan_lines(plan: RetrainPlan, symbols: Symbols, width: int = 0, told: int = 0) -> list[Line]:
    """Everything that will come of it; where something stands in the way no command, but that at the end, without the
    `told` first obstacles, which are said elsewhere. Nothing is cut here; in `width` columns (0: in any) what a stage
    says has more lines where it does not fit in one."""
    nothing = not plan.stages and not plan.obstacles
    rows = [*_what(plan, symbols, width), *([] if nothing else _how(plan, symbols))]
    lines: list[Line] = []
    for label, content in rows:
        for at, each in enumerate(content):
            lines.append((Span(f"{label if at == 0 else '':<{LABEL}}", "key"), *each))
    return [*lines, *trouble_lines(plan, symbols, told)]


def _what(plan: RetrainPlan, symbols: Symbols, width: int) -> list[tuple[str, Sequence[Line]]]:
    return [
        (
            "will run",
            stage_lines(plan, symbols, width - LABEL if width else 0) or [line(Span(nothing_to_do(plan), "note"))],
        ),
        ("skipped", [line(Span(text, "dim")) for text in _skipped(plan)]),
    ]


def _how(plan: RetrainPlan, symbols: Symbols) -> list[tuple[str, Sequence[Line]]]:
    code = [line(Span(f"{safe(each.path)}:{each.number}  ", "dim"), safe(each.text)) for each in plan.relative_stores]
    env = [f"{key}={value}" if value is not None else f"no {key}" for key, value in shown_env(plan)]
    goes_along = plan.mode != "rev"
    return [
        ("takes", [line(_total(plan))] if len(plan.stages) > 1 else []),
        ("params", param_lines(plan.params, symbols)),
        ("changed", [line(Span(text, "warn")) for text in _named(plan.uncommitted, symbols)] if goes_along else []),
        ("gpu", gpu_lines(plan)),
        ("runs in", [line(way_text(plan))]),
        ("from", [line(_from(plan))] if plan.commit else []),
        ("runs land", [line(safe(plan.lands))] if plan.lands else []),
        ("links", [line(safe(", ".join(plan.links)))] if plan.links else []),
        ("lacks", [line(Span(text, "warn")) for text in _named(plan.unseen, symbols)]),
        ("code", code[:MOST]),
        ("collects", [line("what the code logs into that directory is copied home")] if plan.collects else []),
        *(
            []
            if plan.obstacles
            else [("command", _command(plan)), ("with", [line(Span(safe(each), "dim")) for each in env])]
        ),
        ("waits for", [line(Span(safe(plan.waits_for), "warn"))] if plan.waits_for else []),
    ]


def _command(plan: RetrainPlan) -> list[Line]:
    return [line(Span(safe(command_text(plan)), "accent")), *([line(safe(plan.before))] if plan.before else [])]


def stage_lines(plan: RetrainPlan, symbols: Symbols, width: int = 0) -> list[Line]:
    """One line a stage that will run: why, run cache, how long; two where one of `width` columns (0: any) is not
    enough, and what is said of it below its name where it has no room beside it or names take more than their share."""
    rows = [_stage(stage, symbols) for stage in plan.stages]
    lines = grid(rows)
    if not width or all(width_of(each) <= width for each in lines):
        return lines
    halves = [half for name, why, cache, took in rows for half in ((name, why), ((), (*cache, *_behind(took))))]
    lines = grid(halves)
    if max(width_of(name) for name, *_ in rows) > width // NAMES or any(width_of(each) > width for each in lines[::2]):
        return [each for name, why, cache, took in rows for each in _below(name, why, (*cache, *_behind(took)))]
    return lines


def _below(name: Line, *said: Line) -> list[Line]:
    return [name, *((Span("  "), *each) for each in said if plain(each))]


def _behind(words: Line) -> Line:
    return (Span(", ", "dim"), *words) if plain(words) else ()


def _stage(stage: PlannedStage, symbols: Symbols) -> list[Line]:
    cache = {
        "yes": Span("from the run cache", "good"),
        "no": Span("not in the run cache", "dim"),
        "after": Span(f"run cache known after {safe(stage.after)}", "dim"),
        "unknown": Span("run cache not known", "unknown"),
    }[stage.cache]
    why = safe(stage.why).replace("→", symbols.arrow)
    took = "" if stage.cache == "yes" else took_text(stage.took)
    return [line(Span(safe(stage.address), "accent")), line(why), line(cache), line(Span(took, "dim"))]


def took_text(took: Took) -> str:
    """How long, and what that stands on: "about 31 s, median of 8 jobs"."""
    if took.ms is None:
        return "duration not recorded"
    told = "less than a second" if took.ms < 1000 else f"about {elapsed(took.ms / 1000)}"
    what = "job" if took.basis == "jobs" else "run"
    inferred = "" if took.basis == "jobs" else "inferred from "
    median = "median of " if took.times > 1 and not inferred else ""
    return f"{told}, {inferred}{median}{took.times} {what}{'' if took.times == 1 else 's'}"


def _total(plan: RetrainPlan) -> str:
    cold = [stage for stage in plan.stages if stage.cache != "yes"]
    known = [stage.took.ms for stage in cold if stage.took.ms is not None]
    if not cold:
        return "seconds: all of it is in the run cache"
    if not known:
        return "duration not recorded"
    told = elapsed(sum(known) / 1000)
    if len(known) < len(cold):
        return f"{told} and more: {len(cold) - len(known)} of {len(cold)} stages not recorded"
    return f"about {told}"


def nothing_to_do(plan: RetrainPlan) -> str:
    """What is said where no stage would run."""
    if plan.obstacles:
        return "not known"
    frozen = sum(stage.why == "frozen" for stage in plan.skipped)
    count = len(plan.skipped)
    many = f"{count} stage{'' if count == 1 else 's'}"
    if not count:
        return "nothing: no stage is asked for"
    return f"nothing: {many} fresh" if not frozen else f"nothing: {many}, {frozen} of them frozen"


def _skipped(plan: RetrainPlan) -> list[str]:
    groups: dict[str, list[str]] = {}
    for stage in plan.skipped:
        groups.setdefault(stage.why, []).append(safe(stage.address))
    return [f"{', '.join(names[:MOST_NAMES])}{_more(len(names) - MOST_NAMES)}  {why}" for why, names in groups.items()]


def _more(left: int) -> str:
    return f" and {left:,} more" if left > 0 else ""


def param_lines(params: Sequence[ParamField], symbols: Symbols) -> list[Line]:
    """Params of the stages that run; those an override changes with both values, first."""
    ordered = sorted(params, key=lambda each: not each.changed)
    return grid([_param(each, symbols) for each in ordered])


def _param(field: ParamField, symbols: Symbols) -> list[Line]:
    value = Span(value_text(field.value), "dim" if field.changed else "")
    changed = (f" {symbols.arrow} ", Span(value_text(field.new), "title")) if field.changed else ()
    return [line(Span(safe(field.override), "accent")), line(value, *changed)]


def value_text(value: object) -> str:
    """A param as it is typed; None is what a file does not have."""
    return safe(value) if isinstance(value, str) and value else safe(dumps(jsonable(value)))


def gpu_lines(plan: RetrainPlan) -> list[Line]:
    """Each card, and which is taken."""
    return grid([_gpu(gpu, chosen=str(gpu.index) == plan.gpu or gpu.uuid == plan.gpu) for gpu in plan.gpus])


def _gpu(gpu: Gpu, *, chosen: bool) -> list[Line]:
    others = ", ".join(_process(process.user, process.pid) for process in gpu.processes if not process.ours)
    ours = sum(process.ours for process in gpu.processes)
    state = f"taken by {others}" if others else "free" if not ours else f"free, {ours} of yours"
    use = "" if gpu.use is None else f"{gpu.use} %"
    mark = Span("taken for this" if chosen else "", "accent")
    memory = f"{size(gpu.memory_used)} of {size(gpu.memory_total)}"
    return [
        line(f"{gpu.index}"),
        line(safe(gpu.name)),
        line(memory),
        line(use),
        line(Span(safe(state), "warn" if others else "good")),
        line(mark),
    ]


def _process(user: str, pid: int) -> str:
    return f"{user or 'somebody'} (pid {pid})"


def title_text(plan: RetrainPlan) -> str:
    """``Retrain``, and what is not as usual, which a long preview may have out of sight: "Retrain on box, forced"."""
    way = {"in place": "", "rev": f" of {plan.asked.rev}", "remote": ""}.get(plan.mode, " as an experiment")
    where = "" if plan.executor == "local" else f" on {plan.executor}"
    return f"Retrain{way}{where}{', forced' if plan.asked.force else ''}"


def way_text(plan: RetrainPlan) -> str:
    """Where it runs, and what comes of it."""
    way = WAYS[plan.mode].format(rev=safe(plan.asked.rev or ""), executor=safe(plan.executor))
    return way if plan.executor == "local" else f"{way} (executor {safe(plan.executor)})"


def _from(plan: RetrainPlan) -> str:
    if plan.mode == "rev":
        left = ", without the changes of the worktree" if plan.uncommitted else ""
        return f"commit {short_sha(_behind_flag(plan.command, '--rev'))}{left}"
    at = f"commit {short_sha(plan.commit)}" + (f" of {safe(plan.branch)}" if plan.branch else ", HEAD is detached")
    return f"{at}, and the changes above" if plan.uncommitted else at


def _behind_flag(command: Sequence[str], flag: str) -> str | None:
    return next((value for each, value in itertools.pairwise(command) if each == flag), None)


def command_text(plan: RetrainPlan) -> str:
    """What is run, for a shell: to be copied."""
    if plan.before:
        return join(plan.command)
    return f"cd {quote(plan.cwd)} && {join(plan.command)}"


def shown_env(plan: RetrainPlan) -> list[tuple[str, str | None]]:
    """Variables that are laid over the environment; of PATH what is put before it."""
    shown: list[tuple[str, str | None]] = []
    for key, value in plan.env.items():
        before, colon, _ = (value or "").partition(":")
        shown.append((key, f"{before}:$PATH" if key == "PATH" and colon else value))
    return shown


def trouble_lines(plan: RetrainPlan, symbols: Symbols, told: int = 0) -> list[Line]:
    """What stands in the way (but for the `told` first), is asked once more, or only said."""
    lines: list[Line] = []
    for each in plan.obstacles[told:]:
        lines.append(line(Span(f"{symbols.failed} ", "bad"), safe(each.what)))
        lines += [line(Span(f"  {safe(each.hint)}", "note"))] if each.hint else []
    lines += [line(Span(f"{symbols.unknown} ", "unknown"), safe(text)) for text in plan.questions]
    lines += [line(Span(f"{symbols.stale} ", "warn"), safe(text)) for text in plan.warnings]
    return [(), *lines] if lines else []


def _named(paths: Iterable[str], symbols: Symbols) -> list[str]:
    names = [safe(path) for path in paths]
    more = len(names) - MOST
    shown = ", ".join(names[:MOST]) + (f" {symbols.more} and {more} more" if more > 0 else "")
    return [shown] if names else []
