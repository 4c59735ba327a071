"""Pages of a table as they were unpacked the last time, for a page that says the same again.

While a training writes, ten thousand runs are read again and again, and a page or two of them say something new. What
the others were made into is found by their digest: 10 ms for all, without the interpreter, so that no key waits for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Generic, TypeVar

from mltui.sources.mlflow.sqlite.by_run import Packed

T = TypeVar("T")
Unpack = Callable[[Packed], list[T]]


class Repeated(Generic[T]):
    """What the pages of the last reading of a table became."""

    def __init__(self) -> None:
        self._former: dict[bytes, list[T]] = {}

    def reading(self, unpack: Unpack[T]) -> Unpack[T]:
        """`unpack` for the pages of another reading, which is asked only for those that the last one had not."""
        former, self._former = self._former, {}
        latest = self._former

        def again(page: Packed) -> list[T]:
            digest = _digest(page)
            found = former.get(digest)
            if found is None:
                found = unpack(page)
            latest[digest] = found
            return found

        return again


def _digest(page: Packed) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in page.parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()
