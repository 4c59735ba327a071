"""From the commits and the blobs to the model's `DvcHistory`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mltui.model.dvc import Gap
from mltui.model.dvc_history import DvcHistory, LockEntry, SeenEntry
from mltui.model.git import FileCommit, Ref
from mltui.sources.dvc.history.arrivals import Arrival, arrivals, in_time, shared_paths
from mltui.sources.dvc.history.blobs import Blobs
from mltui.sources.dvc.history.reach import named
from mltui.sources.dvc.history.states import Reading, State, states_of
from mltui.sources.dvc.history.versions import Timelines, versions
from mltui.sources.dvc.history.walk import Walk

BEGINS = "the history of this clone begins here (shallow)"


def history_of(walked: Walk, blobs: Blobs, refs: Sequence[Ref], outs: Sequence[str]) -> DvcHistory:
    """`refs` as git lists them; `outs` are pipeline outputs that count as datasets."""
    graph, commits = walked.graph, in_time(walked.graph, walked.commits)
    states = states_of(graph, commits)
    shared = shared_paths(blobs, graph, commits, states)
    came = _came(commits)
    general = (Gap("", "", 0, walked.problem),) if walked.problem else ()
    reading = Reading(blobs, states, shared, came, general)
    timelines = Timelines()
    entries: dict[int, tuple[LockEntry, list[str]]] = {}
    for arrival in arrivals(graph, commits, states, reading, outs):
        timelines.add(arrival)
        _seen(arrival, entries)
    head = next((ref.sha for ref in refs if ref.kind == "head" and ref.sha in states), "")
    tips = [(name, ref) for name, ref in named(refs) if ref.sha in states]
    gaps = [gap for (file, blob), _ in came.items() if (gap := reading.gap(file, blob))]
    begins = [Gap("", sha, graph.time[sha], BEGINS) for sha in sorted(graph.cut)]
    return DvcHistory(
        graph,
        versions(timelines, graph, tips, _at_tips(tips, states, reading, outs)),
        tuple(SeenEntry(entry, tuple(commits)) for entry, commits in entries.values()),
        tuple(sorted((*general, *begins, *gaps), key=lambda gap: (gap.time, gap.path))),
        dict(_gaps_of(timelines, gaps, (*general, *begins), states, reading)),
        {name: timelines.lies_at(name) for name in timelines.moved},
        timelines.files,
        shared,
        head,
        dict(states[head].data.items()) if head else {},
        reading.at,
    )


def _came(commits: Sequence[FileCommit]) -> dict[tuple[str, str], tuple[str, int]]:
    """Where each file's blob first came, with its time."""
    came: dict[tuple[str, str], tuple[str, int]] = {}
    for commit in commits:
        for change in commit.changes:
            if change.new:
                came.setdefault((change.path, change.new), (commit.sha, commit.time))
    return came


def _seen(arrival: Arrival, entries: dict[int, tuple[LockEntry, list[str]]]) -> None:
    for entry in arrival.entries:
        entries.setdefault(id(entry), (entry, []))[1].append(arrival.commit.sha)


def _at_tips(
    refs: Sequence[tuple[str, Ref]], states: Mapping[str, State], reading: Reading, outs: Sequence[str]
) -> list[tuple[int, Mapping[str, str]]]:
    """Masks of the refs whose tips have the same files, with the hash of every dataset there."""
    masks: dict[int, tuple[State, int]] = {}
    for at, (_, ref) in enumerate(refs):
        state = states[ref.sha]
        masks[id(state)] = state, masks.get(id(state), (state, 0))[1] | 1 << at
    return [(mask, hashes_of(reading, state, outs)) for state, mask in masks.values()]


def hashes_of(reading: Reading, state: State, outs: Sequence[str]) -> dict[str, str]:
    """{dataset: hash} of one state."""
    found = {}
    if outs:
        marked = frozenset(outs)
        for entry in reading.files(state).locked.values():
            found.update({out.path: out.hash for out in entry.outs if out.hash and out.path in marked})
    for file, blob in state.data.items():
        found.update({name: entry.hash for name, entry in reading.tracked(file, blob) if entry.hash})
    return found


def _gaps_of(
    timelines: Timelines, gaps: Sequence[Gap], general: Sequence[Gap], states: Mapping[str, State], reading: Reading
) -> Iterator[tuple[str, tuple[Gap, ...]]]:
    """The gaps of each dataset: those of its files, and where the history begins if it was there already."""
    by_file: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_file.setdefault(gap.path, []).append(gap)
    there = {
        gap.commit: {name for file, blob in states[gap.commit].data.items() for name, _ in reading.tracked(file, blob)}
        for gap in general
        if gap.commit in states
    }
    for name in timelines.seen:
        files = timelines.all_files.get(name, set())
        mine = [gap for file in sorted(files) for gap in by_file.get(file, ())]
        for file in sorted(files):  # what dvc.lock says lies in the directory that dvc.yaml says
            beside = f"{file.removesuffix('lock')}yaml" if file.endswith("dvc.lock") else ""
            mine += [gap for gap in by_file.get(beside, ()) if gap not in mine]
        names = {name, *timelines.sources.get(name, ())}
        mine += [gap for gap in general if not gap.commit or names & there[gap.commit]]
        if mine:
            yield name, tuple(sorted(mine, key=lambda gap: (gap.time, gap.path)))
