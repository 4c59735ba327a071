"""Everything about one run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mltui.model.champion import opponent
from mltui.model.key_names import key_of
from mltui.model.redacting import addresses_redacted
from mltui.model.registry import ModelVersion
from mltui.model.runs import COMMIT_TAG, NAME_TAG, PARENT_TAG, SOURCE_TAG, USER_TAG, LoggedModel, Run, RunInput
from mltui.present import detail
from mltui.present.layout import grid
from mltui.present.marks import (
    count,
    long_sha,
    metric_label,
    run_mark,
    run_role,
    run_word,
    stamp,
    took,
    value_span,
)
from mltui.present.run_cells import run_name
from mltui.present.run_scene import RunScene
from mltui.present.run_sections import (
    COLUMNS,
    MOST,
    NOTE_TAG,
    SOURCE_TAGS,
    bounded_pairs,
    dataset_lines,
    metric_lines,
    model_lines,
    source_lines,
    system_lines,
)
from mltui.present.text import EMPTY, Line, Span, ago, line, safe

#: A run of a server that was read so long ago is as it is now (ms).
FRESH_MS = 60_000
#: Children shown by name; the rest is counted.
CHILDREN = 20
#: Terminal columns of a child's name: a longer one would push all values out of the pane.
CHILD_NAME = 30
#: Tags that the head of the detail shows already.
_SHOWN_ABOVE = frozenset({COMMIT_TAG, NAME_TAG, NOTE_TAG, PARENT_TAG, SOURCE_TAG, USER_TAG, *SOURCE_TAGS})


@dataclass(frozen=True, slots=True)
class RunRelations:
    """What belongs to a run and lies elsewhere. `series` maps a metric's key to its newest values, in order.

    `read_at` (epoch ms) is when the run was read, of a server that does not tell about edits, `swept_at` when
    all of that server was. `gone`: the store has the run no more. `lineage`: what it read and what was made of it.
    """

    inputs: Sequence[RunInput] = ()
    parent: Run | None = None
    children: Sequence[Run] = ()
    versions: Sequence[ModelVersion] = ()
    series: Mapping[str, Sequence[float]] = field(default_factory=dict)
    read_at: int | None = None
    models: Sequence[LoggedModel] = ()
    traces: int | None = None
    gone: bool = False
    swept_at: int | None = None
    lineage: Sequence[Line] = ()


def run_detail(run: Run, scene: RunScene, related: RunRelations) -> list[Line]:
    """The detail of `run`; its name is the pane's title."""
    if run.problem:
        return _unreadable(run, scene)
    lines = detail.fields(_attributes(run, scene, related))
    if related.gone:
        said = "The store no longer has this run; this is what was last read of it."
        lines = [line(Span(said, "warn")), *lines]
    if note := run.tags.get(NOTE_TAG, "").strip():
        lines += detail.section("Note", detail.paragraphs(note))
    metrics = metric_lines(run, scene, related.series)
    more = "" if run.whole or not metrics else "the ones a table needs; the rest is being read"
    lines += detail.section("Metrics", [*metrics, *_elsewhere(run, bool(metrics))], more)
    lines += detail.section("Params", *bounded_pairs(run.params, scene.most(MOST)))
    lines += detail.section("Lineage", related.lineage, f"{key_of('lineage')} shows all of it" if scene.keys else "")
    models = model_lines(related.models, scene.now, scene.symbols.more, whole=scene.whole)
    lines += detail.section("Logged models", models)
    lines += detail.section("Datasets it logged", dataset_lines(related.inputs, scene.most(COLUMNS)))
    measured = any(scene.primary_of(child) is not None for child in related.children[: scene.most(CHILDREN)])
    metric = metric_label(scene.primary, scene.symbols) if measured else ""
    lines += detail.section("Child runs", _children(related.children, scene), metric)
    lines += detail.section("Source", source_lines(run))
    lines += detail.section("Tags", _tags(run))
    lines += detail.section("System metrics", *system_lines(run, scene, related.series))
    return lines


def _attributes(run: Run, scene: RunScene, related: RunRelations) -> list[detail.Field]:
    exp = run.kind == "exp"
    lasted = "" if exp else _lasted(run, scene.now)
    started = (Span(stamp(run.start)), Span(f"  {ago(run.start, scene.now)}", "dim")) if run.start is not None else ()
    return [
        ("status", _status(run, scene)),
        ("as read", _read(related.read_at, scene.now)),
        ("registered", tuple(_versions(related.versions))),
        ("vs champion", _versus(run, scene)),
        ("made" if exp else "started", started),
        ("took", _took(run, lasted)),
        ("ended", line(stamp(run.end)) if run.end is not None and not lasted and not exp else ()),
        ("commit", (long_sha(run.commit),)),
        ("baseline" if exp else "experiment", _text(run.experiment)),
        ("kind", line("DVC experiment") if exp else ()),
        ("source", _text(run.tags.get(SOURCE_TAG))),
        ("user", _text(run.tags.get(USER_TAG))),
        ("parent", (run_name(related.parent),) if related.parent else _text(run.tags.get(PARENT_TAG))),
        ("id", () if exp else (Span(safe(run.run_id), "hash"),)),
        ("artifacts", _text(addresses_redacted(run.artifact_uri))),
        ("traces", (Span(f"{related.traces:,}", "key"),) if related.traces else ()),
        ("last sweep", _swept(related, scene.now)),
    ]


def _status(run: Run, scene: RunScene) -> Line:
    word = (run_mark(run, scene.symbols), Span(f" {run_word(run, scene.now)}", run_role(run)))
    return (*word, Span("  deleted", "warn")) if run.lifecycle == "deleted" else word


def _lasted(run: Run, now: int) -> str:
    """Of a run that is silent or gone, how long it wrote: nobody knows how long it ran."""
    if run.life is not None:
        wrote = took(run.start, run.life.last_write, now)
        return f"{wrote} to its last write" if wrote else ""
    return took(run.start, run.end, now, running=run.status == "RUNNING")


def _took(run: Run, lasted: str) -> Line:
    """``5 min 2 s  ended 14:07``, with the day where that is not the one it started on."""
    if not lasted or run.end is None or run.start is None:
        return line(lasted) if lasted else ()
    start, end = stamp(run.start), stamp(run.end)
    day, _, time = end.partition(" ")
    same_day = time and start.startswith(f"{day} ")
    return line(lasted, Span(f"  ended {time if same_day else end}", "dim"))


def _read(read_at: int | None, now: int) -> Line:
    """``12 min ago``; nothing for what was read a moment ago."""
    old = read_at is not None and now - read_at > FRESH_MS
    return (Span(f"{ago(read_at, now)} ago", "dim"),) if old else ()


def _swept(related: RunRelations, now: int) -> Line:
    """When all runs of a server were read last: it tells of no deletion. Nothing for a store that does."""
    if related.swept_at is None:
        return ()
    seen = ago(related.swept_at, now)
    return (
        Span(
            f"{seen if seen == 'now' else f'{seen} ago'}; finds deletions, each hour and on {key_of('refresh')}", "dim"
        ),
    )


def _versus(run: Run, scene: RunScene) -> Line:
    """``+0.0050 auc?  against churn/4``; nothing for the champion's own run or where one of them has no such metric."""
    champion = opponent(run, scene.champions)
    if champion is None or scene.gain(run) is None or champion.version.run_id == run.run_id:
        return ()
    name = f"{safe(champion.version.model)}/{safe(champion.version.version)}"
    against = Span(f" {metric_label(scene.primary, scene.symbols)}  against {name}", "dim")
    return (scene.versus(run), against)


def _text(text: str | None) -> Line:
    return (Span(safe(text)),) if text else ()


def _versions(versions: Iterable[ModelVersion]) -> Iterable[Span]:
    for at, version in enumerate(versions):
        yield Span(f"{', ' if at else ''}{safe(version.model)}/{safe(version.version)}", "accent")
        for alias in version.aliases:
            yield Span(f" @{safe(alias)}", "good")
        if version.stage and version.stage != "None":
            yield Span(f" {safe(version.stage)}", "good")


def _elsewhere(run: Run, some: bool) -> list[Line]:
    """Why a DVC experiment may seem to have no metrics, or not all of them."""
    if run.note:
        return [line(Span(safe(run.note), "note"))]
    if run.kind != "exp" or some:
        return []
    early = run.status in ("SCHEDULED", "RUNNING")
    return [line(Span("None before it has ended." if early else "None in git, nor in DVC's cache.", "note"))]


def _tags(run: Run) -> list[Line]:
    """The user's own first, MLflow's bookkeeping dimmed at the end."""
    own = {key: value for key, value in run.tags.items() if not key.startswith("mlflow.")}
    rest = {k: v for k, v in run.tags.items() if k.startswith("mlflow.") and k not in _SHOWN_ABOVE}
    lines = detail.pairs(own)
    dimmed = ((Span(safe(key), "dim"), (Span(safe(rest[key]) or EMPTY, "dim"),)) for key in sorted(rest))
    return lines + detail.fields(dimmed)


def _children(children: Sequence[Run], scene: RunScene) -> list[Line]:
    most = scene.most(CHILDREN)
    rows = [
        [(run_mark(run, scene.symbols),), (run_name(run),), (value_span(scene.primary_of(run)),)]
        for run in children[:most]
    ]
    lines = grid(rows, "llr", widest=(0, 0 if scene.whole else CHILD_NAME), more=scene.symbols.more)
    if len(children) > most:
        lines.append((Span(f"and {count(len(children) - most, 'more run')}", "dim"),))
    return lines


def _unreadable(run: Run, scene: RunScene) -> list[Line]:
    head = line(run_mark(run, scene.symbols), " ", Span(safe(run.name or run.run_id), "title"))
    why = line(Span("This run could not be read: ", "warn"), safe(run.problem))
    return [
        head,
        why,
        *detail.fields([("id", (Span(safe(run.run_id), "hash"),)), ("experiment", _text(run.experiment))]),
    ]
