"""The metrics files of lock entries as commits have them: in git, or in DVC's cache by their hash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from mltui.model.dvc import Entry
from mltui.model.dvc_history import DvcFiles, LockEntry, StageKey
from mltui.model.lineage.committed import Filed
from mltui.model.lineage.hashes import digits_of
from mltui.sources.dvc.cached import Cache, hashes_of
from mltui.sources.dvc.metrics import LARGEST_BYTES, numbers, parse
from mltui.sources.lineage.declared_files import DeclaredFiles, is_metrics_file

#: (commit:path, content or None) for each of the specs.
ReadSpecs = Callable[[Sequence[str]], Iterable[tuple[str, bytes | None]]]

#: The numbers in a file, and the hashes DVC may know it by; none of a file that git does not have.
_File = tuple[Mapping[str, float], frozenset[str]]
_NO_FILE: _File = ({}, frozenset())


class MetricsFiles:
    """Answers what the metrics files of a lock entry say; the files of all `entries` of a stage are read in one go."""

    def __init__(
        self,
        read: ReadSpecs,
        at: Callable[[str], DvcFiles | None],
        declared: DeclaredFiles,
        entries: Sequence[tuple[LockEntry, str]],
        roots: Sequence[Path],
    ) -> None:
        self._read, self._at, self._declared, self._entries = read, at, declared, entries
        self._caches = [Cache(root) for root in roots]
        self._ahead: set[StageKey] = set()
        self._files: dict[str, _File] = {}  #: by ``commit:path``
        self._by_hash: dict[tuple[str, str], Mapping[str, float]] = {}  #: what DVC's cache has, and the path of it

    def at(self, commit: str, entry: LockEntry) -> Filed:
        """What they say. A file in git that is not the one the lock names is of another run."""
        if entry.key not in self._ahead:
            self._ahead.add(entry.key)
            self._fetch([(sha, each) for each, sha in self._entries if each.key == entry.key])
        self._fetch([(commit, entry)])
        found: dict[str, float] = {}
        for path, out in self._paths(commit, entry):
            numbers, hashes = self._files.get(f"{commit}:{path}", _NO_FILE)
            if hashes and out is not None and out.path == path and out.hash and digits_of(out.hash) not in hashes:
                return Filed({}, path)
            found.update(numbers or self._cached(path, out))
        return Filed(found)

    def _fetch(self, wanted: Iterable[tuple[str, LockEntry]]) -> None:
        specs = {f"{sha}:{path}": path for sha, entry in wanted for path, _ in self._paths(sha, entry)}
        new = [spec for spec in specs if spec not in self._files and "\n" not in spec]
        for spec, content in self._read(new) if new else ():
            self._files[spec] = (
                _numbers(specs[spec], content),
                hashes_of(content) if content is not None else frozenset(),
            )

    def _paths(self, commit: str, entry: LockEntry) -> Iterator[tuple[str, Entry | None]]:
        """The metrics files with the out that holds them: those declared, else outs that may be such by their name."""
        outs = {out.path: out for out in entry.outs}
        files = self._at(commit)
        known = self._declared.at(files.declared).get(entry.key.folder) if files and files.declared else None
        stage = known.of(entry.key.name) if known else None
        own = [each.path for each in stage.metrics if "${" not in each.path] if stage else []
        for path in own or [path for path in outs if is_metrics_file(path)]:
            yield path, outs.get(path)
        if not files or not known or not known.metrics:
            return
        others = {out.path for each in files.locked.values() for out in each.outs}
        for path in known.metrics:
            holder = next((out for name, out in outs.items() if path == name or path.startswith(f"{name}/")), None)
            if path not in own and is_metrics_file(path) and (holder is not None or path not in others):
                yield path, holder

    def _cached(self, path: str, out: Entry | None) -> Mapping[str, float]:
        if out is None or out.hash is None:
            return {}
        key = (out.hash, path)
        if key in self._by_hash:
            return self._by_hash[key]
        for cache in self._caches:
            inside = path[len(out.path) + 1 :]
            digits: str | None = digits_of(out.hash)
            if inside:
                digits = cache.inside(f"{digits}.dir", inside)
            content = cache.read(digits, LARGEST_BYTES) if digits else None
            if content is not None:  # what is not here may be fetched
                self._by_hash[key] = _numbers(path, content)
                return self._by_hash[key]
        return {}


def _numbers(path: str, content: bytes | None) -> Mapping[str, float]:
    if content is None or len(content) > LARGEST_BYTES:
        return {}
    try:
        return numbers(parse(path, content))
    except (ValueError, UnicodeDecodeError):
        return {}
