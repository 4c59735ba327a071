"""A log that only a server has, read once: by the number of its lines like any other (`sources.logs.indexed`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from mltui.sources.logs.indexed import Stand


class Log(Protocol):
    """A log as it is looked at. Everything raises `SourceError`; `IndexedLog` says what each is."""

    path: str

    def look(self) -> Stand | None: ...

    def read(self, first: int, count: int) -> list[bytes]: ...

    def end(self, size: int) -> tuple[list[bytes], int]: ...

    def search(self, words: str, start: int, *, back: bool = False, stop: Callable[[], bool] = bool) -> int | None: ...


class HeldLog:
    """What was read of it. It never grows. `written` as of `Stand`."""

    path = ""

    def __init__(self, data: bytes, size: int, written: int | None) -> None:
        self._lines = data.removesuffix(b"\n").split(b"\n") if data else []
        self._stand: Stand | None = Stand(len(self._lines), size, written, counted=True)

    def look(self) -> Stand | None:
        stand, self._stand = self._stand, None
        return stand

    def read(self, first: int, count: int) -> list[bytes]:
        return self._lines[max(0, first) : max(0, first + count)]

    def end(self, size: int) -> tuple[list[bytes], int]:
        return self._lines, 0

    def search(self, words: str, start: int, *, back: bool = False, stop: Callable[[], bool] = bool) -> int | None:
        wanted = words.encode("utf-8", "surrogateescape").lower()
        numbers = range(min(start, len(self._lines) - 1), -1, -1) if back else range(start, len(self._lines))
        return next((number for number in numbers if wanted in self._lines[number].lower()), None)
