"""What git and DVC had at a moment of the past: commits, datasets, the stages of a lock, lineage, trends, series.

Branches carry no time: the commits and versions of then are named by tags, as far as these were there.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from math import inf, isnan

from mltui.model.dvc import Dataset, Reason, Stage
from mltui.model.dvc_history import DvcFiles, LockEntry
from mltui.model.git import GitState, History
from mltui.model.lineage.graph import Edge, Graph, Node
from mltui.model.lineage.naming import alias_node, version_id
from mltui.model.registry import RegisteredModel
from mltui.model.regressions import judged, stepped
from mltui.model.series import Series
from mltui.model.trend import TimeLine, Trend, TrendSeries

#: Of a stage that is shown as it was: nobody noted whether it was fresh.
STATUS_THEN = "its status then is not known"


def history_then(history: History, at: int, tags: Collection[str]) -> History:
    """The commits of `history` with a date up to `at`; of the names that point at them the `tags` of then."""
    commits = (commit for commit in history.commits if commit.time <= at)
    named = (
        replace(commit, refs=tuple(ref for ref in commit.refs if ref.kind == "tag" and ref.name in tags))
        if commit.refs
        else commit
        for commit in commits
    )
    return replace(history, commits=tuple(named))


def git_then(state: GitState, commit: str | None) -> GitState:
    """A clean repository at the commit of then: nothing tells of the branch and of what was not committed."""
    return GitState(state.root, None, commit, False, 0, None, None, bare=state.bare, shallow=state.shallow)


def dataset_then(dataset: Dataset, at: int, tags: Collection[str]) -> Dataset:
    """`dataset`, as the commit of then has it, with its versions and gaps up to then. Numbers stay what they are."""
    history = tuple(
        replace(
            version,
            refs=tuple(name for name in version.refs if name in tags),
            tips=tuple(name for name in version.tips if name in tags),
        )
        for version in dataset.history
        if version.time <= at or version.hash == dataset.hash
    )
    return replace(
        dataset,
        status="unknown",
        dvc=(),
        reasons=(),
        versions=None if dataset.versions is None else len(history),
        history=history,
        gaps=tuple(gap for gap in dataset.gaps if gap.time <= at),
    )


def stages_then(files: DvcFiles) -> tuple[Stage, ...]:
    """The stages of every dvc.lock of one commit. What dvc.yaml declares and nobody ever ran is not among them."""
    made = {out.path: entry.key.address for entry in files.locked.values() for out in entry.outs}
    return tuple(_stage(entry, made) for entry in files.locked.values())


def _stage(entry: LockEntry, made: Mapping[str, str]) -> Stage:
    key = entry.key
    above = dict.fromkeys(
        address
        for dep in entry.deps
        for out, address in made.items()
        if (dep.path == out or dep.path.startswith(f"{out}/") or out.startswith(f"{dep.path}/"))
    )
    lone = key.name.startswith("./")
    return Stage(
        name=key.name.removeprefix("./"),
        path=key.address if lone else f"{key.folder}/dvc.yaml" if key.folder else "dvc.yaml",
        address=key.address,
        status="unknown",
        parents=tuple(address for address in above if address != key.address),
        reasons=(Reason("then", "", STATUS_THEN),),
        cmd=entry.cmd or None,
        deps=entry.deps,
        outs=entry.outs,
        params=entry.params,
    )


# Lineage


def graph_then(graph: Graph, models: Iterable[RegisteredModel], at: int) -> Graph:
    """The nodes that were there at `at`, with the edges between them.

    Runs that had started, versions of `models` (those of then), commits and data by their dates, stages whose lock was
    committed. Of aliases and stages of the registry only those that `models` are known to have held.
    """
    models = tuple(models)
    versions = {version_id(version) for model in models for version in model.versions}
    kept = {id: node for id, node in graph.nodes.items() if _dated(node, versions, at)}
    for id, node in graph.nodes.items():
        if node.time is None and node.kind != "alias" and id not in kept and _hangs(node, graph, kept):
            kept[id] = node
    edges = [edge for edge in graph.edges if edge.source in kept and edge.target in kept]
    for model in models:
        for version in model.versions:
            if (id := version_id(version)) in kept:
                for held in dict.fromkeys((*version.aliases, *filter(_is_stage, (version.stage,)))):
                    alias = alias_node(model.name, held)
                    kept[alias.id] = alias
                    edges.append(Edge(id, alias.id, "recorded", "held then, as the moves and the registry's times say"))
    in_tree = [each for key, each in graph.in_tree.items() if key in kept]
    trimmed = (replace(each, data=tuple(id for id in each.data if id in kept)) for each in in_tree)
    return Graph.of(kept.values(), edges, (each for each in trimmed if each.data))


def _is_stage(stage: str) -> bool:
    return stage not in ("", "None")


def _dated(node: Node, versions: Collection[str], at: int) -> bool:
    if node.kind == "model":
        return node.id in versions
    return node.kind != "alias" and node.time is not None and node.time <= at


def _hangs(node: Node, graph: Graph, kept: Mapping[str, Node]) -> bool:
    """Whether a node without a time was there: a stage if the commit was that first locked it, else what something
    that was there came from or went into."""
    if node.kind == "stage" and (commits := [e for e in graph.into.get(node.id, ()) if e.source.startswith("commit:")]):
        return any(edge.source in kept for edge in commits)
    before = any(edge.source in kept and _has_time(kept[edge.source]) for edge in graph.into.get(node.id, ()))
    return before or any(edge.target in kept for edge in graph.out_of.get(node.id, ()))


def _has_time(node: Node) -> bool:
    return node.time is not None and node.kind != "commit"


# Metrics


def trend_then(trend: Trend, at: int) -> Trend:
    """The trend as it would have been drawn: its line ends with the last commit of then; regressions found anew."""
    count = 1 + max((place for place, time in enumerate(trend.line.times) if time <= at), default=-1)
    line = TimeLine(trend.line.shas[:count], trend.line.times[:count], trend.line.cut, trend.line.merged)
    cut = (stepped(one.name, [point for point in one.points if point.at < count]) for one in trend.series)
    series: tuple[TrendSeries, ...] = tuple(one for one in cut if one.points)
    found, why = judged(series, trend.goal)
    return replace(
        trend,
        line=line,
        series=series,
        tags=tuple(tag for tag in trend.tags if tag.at < count),
        data=tuple(change for change in trend.data if change.at < count),
        regressions=found,
        why=why,
    )


def series_then(series: Series, at: int) -> Series:
    """The points that had been logged by `at`; the same object where all of them had."""
    kept = [place for place, time in enumerate(series.times) if time <= at]
    if len(kept) == len(series):
        return series
    values = array("d", (series.values[place] for place in kept))
    steps = array("q", (series.steps[place] for place in kept))
    times = array("q", (series.times[place] for place in kept))
    return Series(
        series.run_id,
        series.key,
        values,
        times,
        steps,
        repeated=any(one == other for one, other in pairwise(steps)),
        nan=sum(map(isnan, values)),
        up=values.count(inf),
        down=values.count(-inf),
        disordered=sum(later < former for former, later in pairwise(times)),
        note=series.note,
    )
