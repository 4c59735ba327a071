"""Everything about one job: first what somebody has to do about it, then what ran, what it printed, what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mltui.model.attention import edit_text
from mltui.model.job import Job, JobStep
from mltui.model.jobs import expected, stages_of
from mltui.model.key_names import key_of
from mltui.model.made import Made, MadeMetric
from mltui.model.shell import join, quote
from mltui.present import detail
from mltui.present.jobs import JobScene, state_role
from mltui.present.jobs_running import so_long
from mltui.present.layout import grid
from mltui.present.log_text import shown
from mltui.present.marks import long_sha, short_who, stamp, took
from mltui.present.run_scene import RunScene
from mltui.present.text import Line, Span, ago, delta, line, number, safe

#: Lines of what it printed, in the detail; ``L`` shows all of it.
TAIL = 12
#: Metrics of files that are listed; the rest is counted.
METRICS = 12


def job_detail(job: Job, view: JobScene, made: Made | None = None) -> list[Line]:
    """The detail of a job. `made` is what it made, as soon as that was looked up."""
    gone = [path for path in made.missing if path not in job.changed] if made is not None else []
    lines = [*_head(job, view), *_need(job, view, sure=made is not None and not gone)]
    lines += [*_gone(gone), *_edits(job, view)]
    lines += detail.section("Stages", _steps(job, view))
    lines += _made(made, view) if made is not None else []
    if job.state != "failed":
        lines += detail.section("Log", _said(job, view), f"its end; {key_of('page.log')} shows all of it")
    lines += detail.section("Notes", [line(safe(note)) for note in job.notes])
    return lines + detail.section("Asked for", _asked(job, view))


def _head(job: Job, view: JobScene) -> list[Line]:
    now, state = view.scene.now, job.state
    word = line(view.mark(job), " ", Span(state, state_role(state)))
    if job.ended:
        text = took(job.start, job.end, now)
        word += line(f" {ago(job.end, now)} ago" if job.end and ago(job.end, now) != "now" else "")
    else:
        text = so_long(job, expected(job, view.jobs), now)
    if job.exit_code:
        word += line(Span(f"  exit code {job.exit_code}", "dim"))
    pairs = [
        detail.field("state", *word),
        detail.field("took" if job.ended else "runs for", text) if text else detail.field("", ""),
        detail.field("made", Span(safe(job.experiment or ""), "accent"), "  experiment") if job.experiment else None,
    ]
    return detail.fields([pair for pair in pairs if pair is not None and pair[0]])


def _need(job: Job, view: JobScene, *, sure: bool) -> Iterator[Line]:
    """What its state asks of somebody. `sure`: outs that git does not see were looked for, and none is missing."""
    if job.state == "failed":
        yield from _failed(job, view)
    elif job.state == "stopped":
        yield from _stopped(job, sure)
    elif job.state == "queued":
        why = safe(job.waits_for) if job.waits_for else "its turn; nobody said for what"
        yield from ((), line(Span("waits for  ", "key"), why))
    elif job.state == "lost":
        yield ()
        yield line(
            "Its runner is not there any more and did not say how it ended: it was killed, or the host restarted."
        )
        yield line(Span("The log has what it printed; mltui journal has how it was started.", "note"))
    if job.alive:
        yield from detail.section(
            "Still alive", [line(Span(str(pid), "bad"), f"  {safe(cmd)}") for pid, cmd in job.alive]
        )


def _failed(job: Job, view: JobScene) -> Iterator[Line]:
    where = Span(safe(job.failed_stage), "bad") if job.failed_stage else Span("before any stage ran", "bad")
    yield ()
    yield line(Span("failed at ", "key"), where) if job.failed_stage else line(where)
    yield from _said(job, view)


def _stopped(job: Job, sure: bool) -> Iterator[Line]:
    if job.changed:
        title = f"{len(job.changed)} file{'s' * (len(job.changed) != 1)} differ from before it started"
        yield from detail.section(
            title, [line(Span(safe(path), "warn")) for path in job.changed], f"{key_of('undo')} restores them"
        )
    elif sure:
        yield ()
        yield line("No file differs from before it started.")


def _gone(paths: Sequence[str]) -> list[Line]:
    """Outs that git does not see, and that are not there."""
    title = f"{len(paths)} out{'s are' if len(paths) > 1 else ' is'} not here: DVC removes outs before a stage runs"
    return detail.section(
        title, [line(Span(safe(path), "warn")) for path in paths], f"{key_of('undo')} restores what DVC cached"
    )


def _edits(job: Job, view: JobScene) -> Iterator[Line]:
    """What of the files that its stages read was edited meanwhile, and what DVC makes of that."""
    steps = [step for step in job.steps if step.edited]
    rows = [
        line("  ", Span(safe(edit_text(each)).replace("→", view.scene.symbols.arrow), "warn"))
        for step in steps
        for each in step.edited
    ]
    if not rows:
        return
    names = ", ".join(safe(step.address) for step in steps)
    runs = any(step.state == "running" for step in steps)
    verb, has = ("runs", "will have") if runs else ("ran", "has")
    yield from detail.section(f"Edited while {names} {verb}", rows)
    yield line(f"DVC locks what a stage read when it has ended: dvc.lock {has} it as edited.")
    if any(each.stands for step in steps for each in step.edited):
        targets = " ".join(quote(step.address) for step in steps)
        yield line(Span(f"mltui retrain --force {safe(targets)}", "accent"), "  runs it with what is there now")


def _steps(job: Job, view: JobScene) -> list[Line]:
    known = {step.address: step for step in job.steps}
    rows = [_step(known.get(address) or JobStep(address), view, ended=job.ended) for address in stages_of(job)]
    return grid(rows)


def _step(step: JobStep, view: JobScene, *, ended: bool) -> Sequence[Line]:
    runs = step.state == "running"
    text = "" if step.state == "skipped" else took(step.start, step.end, view.scene.now, running=runs)
    word = "" if step.state == "done" else "not run" if ended and step.state == "waiting" else step.state
    return (
        line(view.step_mark(step.state), " ", Span(safe(step.address), "accent")),
        line(text.removesuffix(" so far")),
        line(Span("from the run cache" if word == "cached" else word, "dim")),
    )


def _said(job: Job, view: JobScene) -> list[Line]:
    rows = job.said[-TAIL:]
    return [line("  ", *shown(row.encode("utf-8", "surrogateescape"), view.scene.symbols)) for row in rows]


def _made(made: Made, view: JobScene) -> list[Line]:
    lines = detail.section("Runs", _runs(made, view.scene))
    measured = f"against {made.baseline[:7]}" if made.baseline else ""
    lines += detail.section("Metrics", _metrics(made.metrics[:METRICS], view.scene), measured)
    if len(made.metrics) > METRICS:
        lines.append(line(Span(f"and {len(made.metrics) - METRICS} more", "dim")))
    if made.experiment:
        lines += detail.section("Experiment", _experiment(made.experiment, view))
    return lines + [line(Span(safe(note), "note")) for note in made.notes]


def _experiment(name: str, view: JobScene) -> list[Line]:
    """What can be done with it, as long as it is there."""
    if view.experiments is not None and name not in view.experiments:
        return [line(Span(safe(name), "dim"), "  is not there any more")]
    return [
        line(Span(safe(name), "accent")),
        line(Span(key_of("experiment"), "accent"), "  applies it, makes a branch of it or removes it"),
        line(Span(f"dvc exp apply {quote(name)}", "accent"), "  brings it into the worktree, too"),
    ]


def _runs(made: Made, scene: RunScene) -> list[Line]:
    """A run a line, and below it what it says against the one before."""
    key = scene.primary.key if scene.primary else ""
    rows, against = [], []
    for each in made.runs:
        value, base = each.run.metrics.get(key), each.former.metrics.get(key) if each.former else None
        told = f"{safe(key)} {number(value)}" if value is not None else each.run.status.lower()
        name = Span(safe(each.run.name or each.run.run_id), "accent")
        rows.append((line(name), line(safe(each.stage)), line(told)))
        known = value is not None and base is not None and each.former is not None
        against.append(
            f"  {delta(value, base)} against {safe(each.former.name)}" if known else ""  # type: ignore[arg-type,union-attr]
        )
    lines: list[Line] = []
    for row, text in zip(grid(rows), against, strict=True):
        lines += [row, *([line(Span(text, "dim"))] if text else [])]
    return lines


def _metrics(found: Sequence[MadeMetric], scene: RunScene) -> list[Line]:
    """Metrics below the file that holds them."""
    rows = grid([_metric(each, scene) for each in found])
    lines: list[Line] = []
    for at, (each, row) in enumerate(zip(found, rows, strict=True)):
        if not at or each.path != found[at - 1].path:
            lines.append(line(Span(safe(each.path), "dim")))
        lines.append((Span(" "), *row))
    return lines


def _metric(each: MadeMetric, scene: RunScene) -> Sequence[Line]:
    before = "-" if each.before is None else number(each.before)
    after = "-" if each.after is None else number(each.after)
    change = delta(each.after, each.before) if each.delta is not None and each.after is not None else ""  # type: ignore[arg-type]
    return line(safe(each.key)), line(f"{before} {scene.symbols.arrow} {after}"), line(change)


def _asked(job: Job, view: JobScene) -> list[Line]:
    spec = job.spec
    pairs = [
        detail.field("command", safe(join(spec.argv))),
        detail.field("in", safe(spec.cwd)),
        detail.field("mode", spec.mode),
        detail.field("executor", safe(spec.executor), *([Span(f"  {safe(job.handle)}", "dim")] if job.handle else [])),
        detail.field("targets", safe(" ".join(spec.targets))) if spec.targets else None,
        detail.field("params", safe(" ".join(spec.overrides))) if spec.overrides else None,
        detail.field("rev", safe(spec.rev)) if spec.rev else None,
        detail.field("forced", "yes") if spec.force else None,
        detail.field("gpu", safe(spec.gpu) or "none") if spec.gpu is not None else None,
        detail.field("at", long_sha(spec.commit), f" {safe(spec.branch)}" if spec.branch else "", _dirty(job, view)),
        detail.field("started", stamp(spec.created), f" by {safe(short_who(spec.who))}" if spec.who else ""),
        detail.field("host", safe(job.host)) if job.host else None,
        detail.field("id", Span(job.id, "hash")),
        detail.field("log", safe(job.log)),
    ]
    return detail.fields([pair for pair in pairs if pair is not None and pair[1]])


def _dirty(job: Job, view: JobScene) -> Span:
    return Span(f"  {view.scene.symbols.dirty} with changes that are not committed" if job.spec.dirty else "", "warn")
