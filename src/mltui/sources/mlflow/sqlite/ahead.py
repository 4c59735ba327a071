"""One page ahead: SQLite packs the next one, which needs no interpreter, while Python takes the last one apart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

P = TypeVar("P")
T = TypeVar("T")

_END = object()


def unpacked(
    pages: Iterator[P | None], unpack: Callable[[P], list[T]], plainly: Callable[[], Iterator[list[T]]]
) -> Iterator[list[T]]:
    """Packed pages as what `unpack` makes of them.

    From a page on that could not be packed, or not be unpacked, all is read again as rows, `plainly`: what came
    before is the same.
    """
    for page in ahead(pages):
        try:
            found = None if page is None else unpack(page)
        except ValueError:
            found = None
        if found is None:
            break
        yield found
    else:
        return
    yield from plainly()


def ahead(pages: Iterator[T]) -> Iterator[T]:
    """The same pages in the same order. Each is asked for, in a thread of its own, when the one before was given.

    An exception comes where the page would have come. Nothing runs any more when the iterator is closed.
    """
    taken: list[Any] = []

    def take() -> None:
        try:
            taken.append((next(pages, _END), None))
        except BaseException as error:  # it belongs to whoever asks for the page
            taken.append((None, error))

    take()
    while True:
        page, error = taken.pop()
        if error is not None:
            raise error
        if page is _END:
            return
        thread = threading.Thread(target=take, name="page ahead", daemon=True)
        thread.start()
        try:
            yield page
        finally:
            thread.join()
