"""From rows of files along the line to points of a metric and to changes of datasets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from mltui.model.trend import DataChange, TimeLine, TrendPoint
from mltui.sources.dvc.cached import Cache, project_of
from mltui.sources.dvc.experiment_values import LARGEST_BYTES
from mltui.sources.dvc.readable import joined
from mltui.sources.places import Project
from mltui.sources.trend.contents import is_metrics, loaded, top_of
from mltui.sources.trend.files import FileHistory, Row


@dataclass(slots=True)
class MetricFiles:
    """The metrics files of a line: {path: [(place on the line, {key: number} or None where it was taken out)]}.

    `blobs` are the last contents. `lacking` counts contents by path that DVC caches and whose object is not here, or
    that git has not.
    """

    values: dict[str, list[tuple[int, Mapping[str, float] | None]]] = field(default_factory=dict)
    blobs: dict[str, str | None] = field(default_factory=dict)
    lacking: dict[str, int] = field(default_factory=dict)

    def keys(self) -> dict[str, frozenset[str]]:
        """The keys each file ever held."""
        return {path: frozenset(key for _, found in rows for key in found or ()) for path, rows in self.values.items()}

    def beside(self, paths: Collection[str]) -> bool:
        """Whether any two of these files were there at one commit: they are not one file under two names."""
        spans = sorted(span for path in paths for span in _spans(self.values.get(path, ())))
        return any(second < end for (_, end), (second, _) in pairwise(spans))

    def points(self, files: Sequence[str], key: str, line: TimeLine) -> tuple[TrendPoint, ...]:
        """The values of `key`, one at each commit in which one of `files` came to say something else."""
        found: dict[int, TrendPoint] = {}
        for path in files:
            for at, held in self.values.get(path, ()):
                if held and key in held:
                    value = held[key]
                    found[at] = TrendPoint(at, line.shas[at], line.times[at], value, (), path, value, value)
        return tuple(found[at] for at in sorted(found))


def metric_files(history: FileHistory, line: TimeLine, project: Project) -> MetricFiles:
    """Those that some dvc.yaml declares; where none is, those that are called like one."""
    places = {sha: at for at, sha in enumerate(line.shas)}
    found = MetricFiles()
    in_git = {path for _, path, _ in history.rows}
    declared = [path for path in history.declared if path in in_git]
    cached = [path for path in history.declared if path not in in_git]
    by_name = () if declared or cached else filter(is_metrics, in_git)
    wanted = {*declared, *by_name}
    for sha, path, blob in history.rows:
        if path in wanted and sha in places:
            _add(found, path, places[sha], blob, history.says.get(blob) if blob else None)
    if cached and history.locks:
        _from_cache(found, history, cached, places, project)
    return found


def _add(found: MetricFiles, path: str, at: int, blob: str | None, said: Any) -> None:
    if blob and not isinstance(said, Mapping):
        found.lacking[path] = found.lacking.get(path, 0) + 1
        return
    rows = found.values.setdefault(path, [])
    if rows and found.blobs.get(path) == blob:
        return  # a merge that took what is there already
    found.blobs[path] = blob
    held = {key: float(value) for key, value in said.items()} if blob else None
    if rows and rows[-1][0] == at:  # a merge shows a file once for each parent
        rows.pop()
    rows.append((at, held))


def _from_cache(
    found: MetricFiles, history: FileHistory, cached: Sequence[str], places: Mapping[str, int], project: Project
) -> None:
    """Metrics files that DVC caches, by the hash that dvc.lock has of them."""
    caches: dict[str, Cache] = {}
    former: dict[str, str] = {}
    for sha, out, value in locked_rows(history):
        for target in cached:
            inside = _inside(target, out, folder=value.endswith(".dir"))
            if inside is None or former.get(target) == value or sha not in places:
                continue
            former[target] = value
            known = f"{value}/{inside}"
            if known not in history.says:
                root = project_of(project.root, top_of(target))
                content = _cached(caches.setdefault(str(root), Cache(root)), value.removeprefix("md5:"), inside)
                if content is None:
                    found.lacking[target] = found.lacking.get(target, 0) + 1
                    continue
                history.says[known] = loaded(content, target)
            _add(found, target, places[sha], value, history.says[known])


def _inside(target: str, out: str, *, folder: bool) -> str | None:
    """Where in the out `target` is: "" if it is the out itself, None if it is elsewhere. An out that is relative to
    where its stage works may be the end of it."""
    start = f"/{target}/".find(f"/{out}/")
    rest = f"/{target}/"[start + len(out) + 2 : -1]
    return rest if start >= 0 and bool(rest) == folder else None


def _cached(cache: Cache, md5: str, inside: str) -> bytes | None:
    found = cache.inside(md5, inside) if inside else md5
    return cache.read(found, LARGEST_BYTES) if found else None


def locked_rows(history: FileHistory) -> Iterator[tuple[str, str, str]]:
    """(commit, path as from the top, hash) of the outs in each version of a dvc.lock."""
    for sha, path, blob in history.locks or ():
        for _, out, value in history.says.get(blob or "", ()):
            yield sha, joined(top_of(path), out), value


def data_changes(
    history: FileHistory, line: TimeLine, numbers: Mapping[str, Mapping[str, int]], outs: Sequence[str] = ()
) -> tuple[DataChange, ...]:
    """Where on the line each dataset came to have another content. `numbers` are versions by path and hash."""
    places = {sha: at for at, sha in enumerate(line.shas)}
    held: dict[str, dict[str, str]] = {}  # by the file that tells
    seen: dict[int, list[tuple[str, str | None, str | None]]] = {}
    for sha, path, rows in _told(history, outs):
        if sha in places:
            before, now = held.get(path, {}), dict(rows)
            held[path] = now
            pairs = ((target, before.get(target), now.get(target)) for target in dict.fromkeys((*before, *now)))
            seen.setdefault(places[sha], []).extend(pair for pair in pairs if pair[1] != pair[2])
    return tuple(
        DataChange(at, line.shas[at], path, new, known.get(new or ""), known.get(old or ""))
        for at in sorted(seen)
        for path, old, new in _without_moves(seen[at])
        for known in (numbers.get(path, {}),)
    )


def _without_moves(changes: list[tuple[str, str | None, str | None]]) -> Iterator[tuple[str, str | None, str | None]]:
    """(path, old, new) of one commit, without what lies elsewhere with the same content."""
    moved = {old for _, old, new in changes if new is None} & {new for _, old, new in changes if old is None}
    return (each for each in changes if not (None in each[1:] and (each[1] or each[2]) in moved))


def _told(history: FileHistory, outs: Sequence[str]) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """(commit, file, its datasets with their hashes) at each change of a .dvc file, or of a dvc.lock for `outs`."""
    tracked: dict[tuple[str, str], Row] = {}
    for row in history.rows:
        if row[1].endswith(".dvc"):
            tracked[row[0], row[1]] = row  # a merge shows a file once for each parent: the last one
    for sha, path, blob in tracked.values():
        said = history.says.get(blob, ()) if blob else ()
        yield sha, path, [(joined(top_of(path), out), value) for _, out, value in said]
    if outs:
        for sha, path, blob in history.locks or ():
            said = history.says.get(blob, ()) if blob else ()
            rows = [(joined(top_of(path), out), value) for _, out, value in said]
            yield sha, path, [(out, value) for name, value in rows for out in outs if _is_end(name, out)]


def _is_end(name: str, out: str) -> bool:
    """Whether an out of a lock is that one: it may be relative to where its stage works."""
    return out == name or out.endswith(f"/{name}")


def _spans(rows: Sequence[tuple[int, Mapping[str, float] | None]]) -> Iterator[tuple[int, float]]:
    """(from, up to) of the places at which a file was there."""
    since: int | None = None
    for at, held in rows:
        if held is None and since is not None:
            yield since, at
            since = None
        elif held is not None and since is None:
            since = at
    if since is not None:
        yield since, float("inf")
