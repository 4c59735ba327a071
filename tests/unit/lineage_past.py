"""A small past made by hand, for the rules of the join: commits in a line or with branches, one stage, its locks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from hashlib import md5

from mltui.model.dvc import DvcExperiment, Entry
from mltui.model.dvc_history import CommitGraph, DvcFiles, LockEntry, StageKey
from mltui.model.lineage.building import build
from mltui.model.lineage.committed import Filed
from mltui.model.lineage.graph import Edge, Graph
from mltui.model.lineage.joining import Joiner
from mltui.model.lineage.naming import Names
from mltui.model.lineage.past import Past, contents_of, sizes_of
from mltui.model.lineage.stages import Recipe
from mltui.model.registry import RegisteredModel
from mltui.model.runs import COMMIT_TAG, SOURCE_TAG, Run, RunInput

TRAIN = StageKey("", "train")
#: The time of the first commit; each next one is so much later (ms).
BEGIN, STEP = 1_700_000_000_000, 100_000


def sha(name: str) -> str:
    """A full hash for a short name; it begins with it, so that failures can be read."""
    return (name.encode().hex() + md5(name.encode()).hexdigest() * 2)[:40]


def digest(text: str) -> str:
    return md5(text.encode()).hexdigest()


def entry(data: str, model: str = "m", key: StageKey = TRAIN, **params: object) -> LockEntry:
    """A lock entry of a stage that reads data.csv and src/train.py and writes model.pkl."""
    return LockEntry(
        key,
        "python src/train.py",
        (Entry("data.csv", f"md5:{digest(data)}", 8), Entry("src/train.py", f"md5:{digest('code')}", 5)),
        (Entry("model.pkl", f"md5:{digest(model)}", 7),),
        {"params.yaml": params} if params else {},
    )


def line(*names: str) -> dict[str, tuple[str, ...]]:
    """Parents of commits in a line, the oldest first."""
    return {name: (names[at - 1],) if at else () for at, name in enumerate(names)}


def past(
    locks: Mapping[str, LockEntry | None],
    parents: Mapping[str, tuple[str, ...]] | None = None,
    *,
    metrics: Mapping[str, Mapping[str, float]] | None = None,
    tracked: Mapping[str, Mapping[str, str]] | None = None,
    revs: Mapping[str, str] | None = None,
    experiments: Sequence[DvcExperiment] = (),
    made_in: Mapping[str, LockEntry] | None = None,
    recipes: Sequence[Recipe] | None = None,
    spoilt: Collection[str] = (),
) -> Past:
    """Commits by name with the stage's lock entry, in the order they were made; `metrics` is what files say there,
    `spoilt` are commits whose metrics file is not the one their lock names."""
    above = parents or line(*locks)
    names = list(locks)
    times = {sha(name): BEGIN + STEP * at for at, name in enumerate(names)}
    graph = CommitGraph({sha(name): tuple(map(sha, above[name])) for name in reversed(names)}, times)
    files = {
        sha(name): DvcFiles(
            {path: Entry(path, f"md5:{digest(text)}") for path, text in (tracked or {}).get(name, {}).items()},
            {each.key: each} if each else {},
        )
        for name, each in locks.items()
    }
    seen: dict[str, tuple[LockEntry, str]] = {}
    for name, each in locks.items():
        if each is not None:
            seen.setdefault(repr(each), (each, sha(name)))
    entries = tuple(seen.values())
    locked = [each for each, _ in entries] + list((made_in or {}).values())
    versions: dict[str, list[str]] = {}
    for each_tree in (tracked or {}).values():
        for path, text in each_tree.items():
            versions.setdefault(path, []).append(f"md5:{digest(text)}")
    by_file = {sha(name): Filed(said) for name, said in (metrics or {}).items()}
    by_file |= {sha(name): Filed({}, "metrics.json") for name in spoilt}
    return Past(
        graph,
        files.get,
        lambda commit: recipes,
        lambda commit, entry: by_file.get(commit, Filed({})),
        lambda commit: "not in this clone",
        Names({}, {}, sizes_of(locked)),
        contents_of(locked, versions),
        {**{sha(name): sha(name) for name in names}, **{tag: sha(name) for tag, name in (revs or {}).items()}},
        entries,
        experiments,
        {sha(name): DvcFiles({}, {each.key: each}) for name, each in (made_in or {}).items()}.get,
        sha(names[-1]),
    )


def run(
    at: str | None,
    *,
    id: str = "r1",
    ended: float = 0.5,
    status: str = "FINISHED",
    source: str = "src/train.py",
    metrics: Mapping[str, float] | None = None,
    tags: Mapping[str, str] | None = None,
    **params: str,
) -> Run:
    """A run that recorded the commit named `at` and ended so many steps after the first commit."""
    end = int(BEGIN + STEP * ended)
    said = {SOURCE_TAG: source, **({COMMIT_TAG: sha(at)} if at else {}), **(tags or {})}
    return Run(
        id, f"name-{id}", "run", "e", "0", status, "active", end - 1000, end if status == "FINISHED" else None,
        sha(at) if at else None, metrics or {}, params, said,
    )  # type: ignore[arg-type]  # fmt: skip


def joined(
    past: Past,
    *runs: Run,
    inputs: Mapping[str, Sequence[RunInput]] | None = None,
    models: Sequence[RegisteredModel] = (),
) -> Graph:
    """The graph of these runs."""
    joiner = Joiner(past)
    for each in runs:
        joiner.add(each, (inputs or {}).get(each.run_id, ()))
    return build(joiner.joined(), models, past)


def data_edges(graph: Graph, id: str = "r1", path: str = "data.csv") -> list[Edge]:
    """The edges from versions of a path to a run."""
    return [edge for edge in graph.into.get(f"run:{id}", ()) if edge.source.startswith(f"data:{path}@")]


def read(graph: Graph, id: str = "r1", path: str = "data.csv") -> tuple[str, str] | None:
    """(kind, digits) of the one edge from a path to a run; None if there is none or several."""
    found = data_edges(graph, id, path)
    return (found[0].kind, found[0].source.rpartition(":")[2]) if len(found) == 1 else None


def experiment(name: str, commit: str, baseline: str) -> DvcExperiment:
    return DvcExperiment(name, sha(commit), sha(baseline), "ada", BEGIN, {}, {})


def without(each: LockEntry, **changed: object) -> LockEntry:
    return replace(each, **changed)  # type: ignore[arg-type]
