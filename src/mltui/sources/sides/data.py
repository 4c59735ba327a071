"""The data of a side: what a run read by the edges of the lineage graph, what a commit or the worktree holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from mltui.model.compare import datasets
from mltui.model.dvc import Entry, Pipeline, Reason
from mltui.model.lineage.graph import Edge, EdgeKind
from mltui.model.runs import Run, RunInput
from mltui.model.side import Basis, Datum
from mltui.sources.sides.dvc_says import DvcSays

#: The edges into a run of the lineage graph, whatever they come from.
EdgesOf = Callable[[Run], Sequence[Edge]]
#: The number of a dataset's version by its path and hash; None where it is not counted.
VersionOf = Callable[[str, str], int | None]


def held(files: DvcSays, version_of: VersionOf, how: str) -> dict[str, Datum]:
    """What DVC's files say there is: outs of .dvc files, outs of stages that DVC caches, and deps nothing else tracks.

    `how` says of what they are. Files that git has are code, or results.
    """
    found = {path: _datum(entry, version_of, how) for path, entry in files.tracked.items()}
    for path, (entry, stage) in files.made.items():
        if entry.cached and entry.hash:
            found.setdefault(path, _datum(entry, version_of, how, stage))
    return found


def _datum(entry: Entry, version_of: VersionOf, how: str, made_by: str = "") -> Datum:
    version = version_of(entry.path, entry.hash) if entry.hash else None
    why = how if entry.hash else "its hash is not in DVC's files"
    return Datum(entry.path, entry.hash, "in the tree", why, entry.size, entry.nfiles, version, made_by)


def without_results(data: Mapping[str, Datum], git_has: Iterable[str]) -> dict[str, Datum]:
    """Without outs that git keeps, such as metrics (``cache: false``; dvc.lock does not tell), or files of them."""
    there = {name for path in git_has for name in (path, *_above(path))}
    return {path: each for path, each in data.items() if path not in there}


def _above(path: str) -> Iterable[str]:
    return (path[:at] for at, char in enumerate(path) if char == "/")


def on_disk(data: Mapping[str, Datum], pipeline: Pipeline, version_of: VersionOf) -> dict[str, Datum]:
    """The worktree's data: as DVC's files say, but what DVC found changed on disk is of the hash it found there."""
    found = dict(data)
    reasons = [reason for stage in pipeline.stages for reason in stage.reasons]
    reasons += [reason for dataset in pipeline.datasets for reason in dataset.reasons]
    for reason in reasons:
        if reason.kind in ("dep", "out", "unhashed") and (datum := found.get(reason.path)) is not None:
            found[reason.path] = _as_found(datum, reason, version_of)
    return found


def _as_found(datum: Datum, reason: Reason, version_of: VersionOf) -> Datum:
    if reason.kind != "unhashed" and reason.change in ("not in cache", "new"):
        return datum  # the file is what DVC's files say, or was never hashed
    known = isinstance(reason.new, str) and ":" in reason.new and reason.change == "modified"
    # a dep of a stage was compared with what the stage last read, which may be older than what is tracked now
    if known and reason.new == datum.hash:
        return datum
    hash = reason.new if known else None
    how = "changed on disk" if known else f"on disk it is {reason.change}"
    return Datum(
        datum.path,
        hash,
        "in the tree",
        how,
        version=version_of(datum.path, hash) if hash else None,
        made_by=datum.made_by,
    )


def with_sources(into: Mapping[str, Sequence[Edge]], direct: Sequence[Edge]) -> list[Edge]:
    """The edges into a run, and one from each data that what it read was made of, as the lock of the stage says that
    made it; none where locks say different things of one path. `into` is a graph's. An edge is as sure as the least
    sure one on its way.
    """
    found: dict[str, dict[str, Edge]] = {}
    front = [edge for edge in direct if edge.source.startswith("data:") and edge.kind != "unknown"]
    seen = {edge.source for edge in front}
    while front:
        edge = front.pop()
        makers = [each for each in into.get(edge.source, ()) if each.source.startswith(("stage:", "entry:"))]
        for read in (each for maker in makers for each in into.get(maker.source, ())):
            if not read.source.startswith("data:") or read.source in seen:
                continue
            seen.add(read.source)
            kind: EdgeKind = "recorded" if edge.kind == read.kind == "recorded" else "inferred"
            step = Edge(read.source, edge.target, kind, f"{read.how}, of which {_path(edge.source)} was made")
            found.setdefault(_path(read.source), {})[read.source] = step
            front.append(step)
    own = {_path(edge.source) for edge in direct}
    return [*direct, *(next(iter(each.values())) for path, each in found.items() if len(each) == 1 and path not in own)]


def _path(id: str) -> str:
    return id.partition(":")[2].rpartition("@")[0]


def logged(inputs: Iterable[RunInput]) -> dict[str, Datum]:
    """The datasets that a run logged in MLflow, by name and context. A digest is of at most 10,000 rows
    (``mlflow.data.digest_utils``): another one is other data, the same one may be."""
    return {
        name: Datum(name, f"digest:{digest}", "recorded", "MLflow's digest of a logged dataset")
        for name, digest in datasets(inputs).items()
    }


def read_by(edges: Iterable[Edge], version_of: VersionOf, made: Mapping[str, str]) -> dict[str, Datum]:
    """What a run read, of the edges into it that come from data; `made` are stages by the paths they make.

    Where edges of one path disagree it can't be told which of them it read.
    """
    found: dict[str, list[tuple[Edge, str]]] = {}
    for edge in edges:
        kind, _, name = edge.source.partition(":")
        path, _, hash = name.rpartition("@")
        if kind == "data" and path:
            found.setdefault(path, []).append((edge, hash))
    data: dict[str, Datum] = {}
    for path, pairs in found.items():
        sure = [pair for pair in pairs if pair[0].kind != "unknown"]
        hashes = {hash for _, hash in sure}
        if len(hashes) == 1:
            edge, hash = sure[0]
            basis: Basis = "recorded" if edge.kind == "recorded" else "inferred"
            data[path] = Datum(path, hash, basis, edge.how, version=version_of(path, hash), made_by=made.get(path, ""))
        else:
            among = " or ".join(dict.fromkeys(hash.partition(":")[2][:7] for _, hash in pairs))
            data[path] = Datum(path, None, "unknown", f"{among}: {pairs[0][0].how}", made_by=made.get(path, ""))
    return data
