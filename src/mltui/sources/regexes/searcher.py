"""Asks the child, and remembers what it answered."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mltui.errors import FilterError, SourceError
from mltui.model.filters import Search
from mltui.sources.runner import Runner, kill_group

CHILD = Path(__file__).with_name("child.py")

#: A pattern may compute so long. A thousand names take milliseconds; one that does not end within this never will (s).
SECONDS = 2.0
#: How often it is asked whether the answer is still wanted (s).
LOOK = 0.05
#: A child that has computed less than it may after so long is stuck (s).
STUCK = 60.0


@dataclass(slots=True)
class _Known:
    """What one pattern matches of the texts it was asked of, and what it took of its time without an answer (s)."""

    asked: set[str] = field(default_factory=set)
    matched: set[str] = field(default_factory=set)
    spent: float = 0.0


class Searcher:
    """Matches patterns, each for at most `seconds` of computing. It remembers those of the filter asked last, so that
    a table that is read again asks of new texts only. Any thread may ask; one asks at a time."""

    def __init__(self, runner: Runner, seconds: float = SECONDS) -> None:
        self._runner = runner
        self._seconds = seconds
        self._known: Mapping[str, _Known] = {}
        self._one = threading.Lock()

    def search(
        self, searches: Sequence[Search], text: str, unwanted: Callable[[], bool] = lambda: False
    ) -> dict[str, frozenset[str]]:
        """The texts that each pattern of the filter `text` matches, for `Facts.matched`.

        Raises `FilterError` for a pattern that takes too long, and as soon as the answer is `unwanted`.
        """
        with self._one:
            known = {each.pattern: self._known.get(each.pattern) or _Known() for each in searches}
            self._known = known
            for each in searches:
                self._ask(each, known[each.pattern], text, unwanted)
            return {pattern: frozenset(one.matched) for pattern, one in known.items()}

    def _ask(self, search: Search, known: _Known, text: str, unwanted: Callable[[], bool]) -> None:
        texts = [each for each in search.texts if each not in known.asked]
        if not texts:
            return
        left = self._seconds - known.spent
        if left <= 0:
            raise self._too_long(search, text)
        begun = time.monotonic()
        try:
            found = self._answer(search.pattern, texts, left, unwanted)
        except _TooLong:
            known.spent = self._seconds
            raise self._too_long(search, text) from None
        except (SourceError, _Gone) as error:
            known.spent += time.monotonic() - begun if isinstance(error, _Gone) else 0.0
            raise FilterError(f"this could not be searched for: {error}", "", text, *search.at) from error
        known.asked.update(texts)
        known.matched.update(texts[at] for at in found)

    def _answer(
        self, pattern: str, texts: Sequence[str], seconds: float, unwanted: Callable[[], bool]
    ) -> Sequence[int]:
        argv = [sys.executable, "-I", "-S", str(CHILD), f"{seconds:.3f}"]
        process = self._runner.start(argv, cwd=Path("/"))
        try:
            answer = _told(process, _question(pattern, texts), unwanted)
        except BaseException:
            kill_group(process)
            raise
        if process.returncode == -signal.SIGPROF:
            raise _TooLong
        if process.returncode:
            raise SourceError(f"its process ended with {process.returncode}")
        places: Sequence[int] = json.loads(answer)
        return places

    def _too_long(self, search: Search, text: str) -> FilterError:
        return FilterError(
            f"this pattern takes more than {self._seconds:g} s",
            "repetitions inside repetitions, as in (a+)+, can be tried in endlessly many ways",
            text,
            *search.at,
        )


def _question(pattern: str, texts: Sequence[str]) -> bytes:
    """As JSON, text by text: others want the interpreter meanwhile."""
    each = b",".join(json.dumps(text).encode() for text in texts)
    return b'{"pattern":%s,"texts":[%s]}' % (json.dumps(pattern).encode(), each)


def _told(process: subprocess.Popen[bytes], said: bytes, unwanted: Callable[[], bool]) -> bytes:
    """What the child answers, as long as somebody wants it."""
    rest: bytes | None = said
    deadline = time.monotonic() + STUCK
    while time.monotonic() < deadline:
        if unwanted():
            raise _Gone("nobody waits for it any more")
        try:
            return process.communicate(rest, LOOK)[0]
        except subprocess.TimeoutExpired:
            rest = None  # it is on its way
    raise _TooLong


class _TooLong(Exception):
    """The pattern used up its time."""


class _Gone(Exception):
    """The answer is not wanted any more."""
