"""What `mltui status` prints for people: the same moment as the JSON document, in a screenful."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mltui.model.attention import attention, problems, told_once, why
from mltui.model.champion import champions
from mltui.model.columns import parse_column
from mltui.model.dvc import Dataset, Pipeline
from mltui.model.git import GitState
from mltui.model.merged import merged
from mltui.model.registry import RegisteredModel
from mltui.model.runs import Run, Store
from mltui.model.stage_state import StageState, states_of
from mltui.model.status import Attention, Snapshot
from mltui.present.layout import grid
from mltui.present.marks import count, run_need_mark, stage_mark, stage_role, state_mark
from mltui.present.models import short_version
from mltui.present.pipeline import summary
from mltui.present.rows import Rows
from mltui.present.runs import RunScene, run_rows
from mltui.present.table_text import table_text
from mltui.present.text import UNICODE, Line, Span, Symbols, ago, as_of, line, plain, safe, short_sha, size

#: Newest runs that a status names; `mltui runs` lists all.
RUNS_SHOWN = 5
#: The columns of runs that fit beside each other in 80: not these, and of metrics the primary one.
_TOO_MANY = ("attributes.duration", "attributes.user")


@dataclass(frozen=True, slots=True)
class Scene:
    """How to draw: `now` is epoch ms; on a terminal its `width` and the longest list shown whole, `most`.

    In a pipe both are None: everything is printed.
    """

    now: int
    symbols: Symbols = UNICODE
    width: int | None = None
    most: int | None = None


def status_text(snapshot: Snapshot, scene: Scene) -> list[Line]:
    """The lines, sections separated by an empty one; a section with nothing in it is left out."""
    sections = (
        [_head(snapshot, scene)],
        _needs(snapshot, scene),
        _pipeline(snapshot.pipeline.value, _states(snapshot), scene) if snapshot.pipeline.value else [],
        _data(snapshot.datasets, scene),
        _runs(snapshot, scene),
        _models(snapshot.models.value or (), scene),
    )
    lines: list[Line] = []
    for section in sections:
        if section:
            lines += [(), *section] if lines else section
    return lines


def _head(snapshot: Snapshot, scene: Scene) -> Line:
    name = safe(snapshot.project.rstrip("/").rpartition("/")[2] or snapshot.project)
    parts: list[Span] = [Span(name, "title")]
    if snapshot.git.value:
        parts += _git(snapshot.git.value, scene.symbols)
    elif snapshot.git.problem and snapshot.git.problem.absent:
        parts.append(Span("  no git repository", "dim"))
    return tuple(parts)


def _git(git: GitState, symbols: Symbols) -> Iterable[Span]:
    yield Span("  " + (safe(git.branch) if git.branch else "detached"), "accent" if git.branch else "warn")
    if git.ahead:
        yield Span(f" {symbols.ahead}{git.ahead}")
    if git.behind:
        yield Span(f" {symbols.behind}{git.behind}", "warn")
    yield Span(f"  {short_sha(git.commit)}", "hash") if git.commit else Span("  no commit yet", "dim")
    if git.bare:
        yield Span("  bare", "dim")
    elif git.dirty:
        number = count(len(git.changes), "file") + " changed" if git.changes else "changed"
        yield Span(f"  {symbols.dirty} {number}", "warn")
    elif git.commit:
        yield Span("  clean", "good")
    if git.untracked:
        yield Span(f"  {git.untracked:,} untracked", "dim")


def _title(name: str, said: str = "") -> Line:
    return (Span(name, "title"), Span(f"  {said}", "dim")) if said else (Span(name, "title"),)


def _needs(snapshot: Snapshot, scene: Scene) -> list[Line]:
    entries = told_once(attention(snapshot, scene.now), snapshot, scene.now)
    if not entries:
        return []
    states = _states(snapshot)
    rows = [
        (_marked(_mark(entry, states, scene.symbols), entry.what), line(_arrows(safe(entry.why), scene)))
        for entry in entries
    ]
    hints = [
        Span(f"    {scene.symbols.arrow} {safe(found.hint)}", "dim") if found.hint else None
        for found in problems(snapshot)
    ]
    lines: list[Line] = [_title("Needs you")]
    for at, shown in enumerate(grid(_first(rows, scene))):
        hint = hints[at - len(entries)] if entries[at].kind == "problem" else None
        lines += [shown, (hint,)] if hint else [shown]
    return [*lines, *_more(len(rows), scene)]


def _states(snapshot: Snapshot) -> dict[str, StageState]:
    """As the Overview has them: finer than DVC's words, stale tells from what only waits for it."""
    pipeline = snapshot.pipeline.value
    return states_of(pipeline.stages, snapshot.jobs.value or ()) if pipeline else {}


def _mark(entry: Attention, states: Mapping[str, StageState], symbols: Symbols) -> Span:
    if entry.kind == "stage" and entry.what in states and not entry.why.startswith("failed"):
        return state_mark(states[entry.what], symbols)
    return Span("!", "warn") if entry.kind == "problem" else run_need_mark(entry.why, symbols)


def _marked(mark: Span, name: str) -> Line:
    return line("  ", mark, " ", Span(safe(name), "accent"))


def _arrows(text: str, scene: Scene) -> str:
    return text.replace("→", scene.symbols.arrow)


def _pipeline(pipeline: Pipeline, states: Mapping[str, StageState], scene: Scene) -> list[Line]:
    if not pipeline.stages:
        return []
    said: list[Span] = [Span("Pipeline", "title"), Span("  "), *summary(pipeline, scene.symbols, states), Span("  ")]
    if not pipeline.settled and pipeline.as_of is not None:
        said.append(Span(f"{as_of(pipeline.as_of, scene.now)}, files moved since", "warn"))
    if pipeline.pull_fills:
        said.append(Span("the cache is empty: dvc pull fetches it", "dim"))
    needs = ("stale",) if pipeline.cache_empty else ("stale", "missing")
    told = [stage for stage in pipeline.stages if stage.status != "fresh" and stage.status not in needs]
    rows = [
        (
            _marked(stage_mark(stage.status, scene.symbols), stage.address),
            line(Span(stage.status, stage_role(stage.status))),
            line(_arrows(safe(why(stage)), scene) if why(stage) != stage.status else ""),
        )
        for stage in told
    ]
    return [_stripped(said), *grid(_first(rows, scene)), *_more(len(rows), scene)]


def _data(datasets: Sequence[Dataset], scene: Scene) -> list[Line]:
    rows = [
        (
            _marked(stage_mark(dataset.status, scene.symbols), dataset.path),
            line(size(dataset.size)),
            line(count(dataset.nfiles, "file") if dataset.nfiles is not None else ""),
            line(count(dataset.versions, "version") if dataset.versions else ""),
            line(Span("" if dataset.status == "fresh" else dataset.status, stage_role(dataset.status))),
        )
        for dataset in datasets
    ]
    if not rows:
        return []
    # A path may be cut, on a terminal, for what is said of it.
    widest = (max(20, scene.width - 40),) if scene.width is not None else ()
    told, aligns = _told(_first(rows, scene), "lrrrl")
    lines = grid(told, aligns=aligns, widest=widest)
    return [_title("Data", count(len(rows), "dataset")), *lines, *_more(len(rows), scene)]


def _runs(snapshot: Snapshot, scene: Scene) -> list[Line]:
    runs = merged(snapshot.newest.value or (), snapshot.experiments.value or ())
    active = [store for store in snapshot.stores.value or () if store.active]
    if not runs and not active:
        return []
    models = snapshot.models.value or ()
    known = {run.run_id: run for run in runs}
    rows = run_rows(runs[:RUNS_SHOWN], RunScene(scene.now, scene.symbols, snapshot.primary, champions(models, known)))
    said = ", ".join(_store(store, snapshot.project, scene.now) for store in active) or "DVC experiments"
    others = len(snapshot.stores.value or ()) - len(active)
    said += f"; {count(others, 'other store')} (mltui doctor)" if others and active else ""
    table = table_text(rows, scene.width, _beside(rows, snapshot), "  ") if runs else []
    return [_title("Newest runs", said), *table]


def _beside(rows: Rows[Run], snapshot: Snapshot) -> tuple[str, ...]:
    primary = snapshot.primary.key if snapshot.primary else None
    specs = [parse_column(column.key) for column in rows.columns if column.key not in _TOO_MANY]
    return tuple(
        spec.id for spec in specs if spec.family == "attributes" or (spec.family, spec.key) == ("metrics", primary)
    )


def _store(store: Store, project: str, now: int) -> str:
    said = [safe(short_uri(store.uri, project))]
    if store.runs is not None:
        said.append(count(store.runs, "run") + (" so far" if store.partial else ""))
    if store.experiments is not None and store.in_scope is not None and store.in_scope != store.experiments:
        said.append(f"{store.in_scope} of {count(store.experiments, 'experiment')}")
    elif store.experiments is not None:
        said.append(count(store.experiments, "experiment"))
    age = "now"
    if store.problem and store.read_at is not None:
        age = ago(store.read_at, now)
        said.append(f"last read {age}" + (" ago" if age != "now" else ""))
    if store.as_of is not None and ago(store.as_of, now) not in ("now", age):
        said.append(f"older runs {as_of(store.as_of, now)}")
    return " · ".join(said)


def short_uri(uri: str, project: str) -> str:
    """A store below the project by its path from there; any other as it is."""
    for scheme in ("sqlite:///", "file://"):
        path = uri.removeprefix(scheme)
        if path != uri and path.startswith(project.rstrip("/") + "/"):
            return path[len(project.rstrip("/")) + 1 :]
    return uri


def _models(models: Sequence[RegisteredModel], scene: Scene) -> list[Line]:
    rows = []
    mixed = len({model.source for model in models}) > 1
    for model in models:
        sign = "#" if model.source == "gto" else "@"
        held = [
            Span(f"{sign}{safe(alias)} {short_version(version)}  ", "good")
            for alias, version in sorted(model.aliases.items())
        ]
        stages = [Span(f"{v.stage} {v.version}  ") for v in model.versions if v.stage not in ("", "None", "Archived")]
        held_by = _stripped([*held, *stages])
        kept_by = line(Span({"gto": "GTO", "mlflow": "MLflow"}[model.source] if mixed else "", "dim"))
        name = line("  ", Span(safe(model.name), "accent"))
        rows.append((name, kept_by, line(count(len(model.versions), "version")), held_by))
    if not rows:
        return []
    by_gto = "in tags of git (GTO)" if not mixed and models[0].source == "gto" else ""
    told, aligns = _told(_first(rows, scene), "llrl")
    return [_title("Models", by_gto), *grid(told, aligns=aligns), *_more(len(rows), scene)]


def _first(rows: Sequence[Sequence[Line]], scene: Scene) -> Sequence[Sequence[Line]]:
    return rows if scene.most is None else rows[: scene.most]


def _told(rows: Sequence[Sequence[Line]], aligns: str) -> tuple[list[list[Line]], str]:
    """The columns in which somebody says something, and their letters of `aligns`."""
    keep = [at for at in range(len(aligns)) if any(plain(row[at]) for row in rows)]
    return [[row[at] for at in keep] for row in rows], "".join(aligns[at] for at in keep)


def _more(number: int, scene: Scene) -> list[Line]:
    if scene.most is None or number <= scene.most:
        return []
    return [line(Span(f"  {scene.symbols.more} and {number - scene.most:,} more (mltui status --json has all)", "dim"))]


def _stripped(spans: list[Span]) -> Line:
    while spans and not plain(spans[-1:]).strip():  # type: ignore[arg-type]
        spans.pop()
    if spans:
        spans[-1] = Span(spans[-1].text.rstrip(), spans[-1].role)
    return tuple(spans)
