"""Files with their blob ids at one commit: thousands of such sets that differ in next to nothing share the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

#: A change copies one bucket and the list of them: both are small for up to some thousand files.
_BUCKETS = 32


class Files:
    """An unchanging mapping of paths to blob ids. Equal only to itself."""

    __slots__ = ("_buckets",)

    def __init__(self, buckets: tuple[Mapping[str, str], ...] = ({},) * _BUCKETS) -> None:
        self._buckets = buckets

    def get(self, path: str) -> str | None:
        return self._buckets[hash(path) % _BUCKETS].get(path)

    def changed(self, changes: Mapping[str, str | None]) -> Files:
        """The same files but for `changes` (None: gone); itself where they change nothing."""
        real = {path: blob for path, blob in changes.items() if self.get(path) != blob}
        if not real:
            return self
        buckets = [*self._buckets]
        for number in {hash(path) % _BUCKETS for path in real}:
            mine = {path: blob for path, blob in real.items() if hash(path) % _BUCKETS == number}
            buckets[number] = {path: blob for path, blob in {**buckets[number], **mine}.items() if blob is not None}
        return Files(tuple(buckets))

    def items(self) -> Iterator[tuple[str, str]]:
        """Sorted by path."""
        yield from sorted(item for bucket in self._buckets for item in bucket.items())
