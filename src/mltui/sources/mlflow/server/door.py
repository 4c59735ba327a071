"""How a tracking server is asked, whoever carries the question: one request at a time, and later if it says so."""

from __future__ import annotations

import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from mltui.errors import Throttled, Unreachable

#: A request is asked again after 1, 2, 4, 8 … s, where the server names no time; at most after so many.
LONGEST_PAUSE = 60.0

#: All pauses of one request together (s). A server that wants more is left alone for as long as it says.
PATIENCE = 120.0


class Answer(NamedTuple):
    """Status, headers (names in lower case) and body of one HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Door(ABC):
    """Asks one server for what lies below ``/api/2.0/mlflow``: `base` is its address, fit to be shown, `who` asks.

    Whoever asks while another does waits: one request is in flight. A 429, and a 503 that says when to come again, are
    asked again after a pause: as long as the server says, else twice as long each time, with jitter, so that many
    clients do not come back at once. Every method raises `SourceError`; no message holds a secret. `pause` waits so
    many seconds, and is true if it was cut short.
    """

    #: Experiments that one search of runs may name; None for any number.
    most_experiments: int | None = None

    def __init__(self, base: str, who: str, pause: Callable[[float], bool] | None = None) -> None:
        self.base = base
        self.who = who
        self._closed = threading.Event()
        self._pause = pause or self._closed.wait
        self._one = threading.Lock()
        self.waiting: float | None = None

    def get(self, endpoint: str, query: Mapping[str, str], within: float | None = None) -> dict[str, Any]:
        """GET ``<base>/api/2.0/mlflow/<endpoint>``; it may take a pause or wait for others at most `within` seconds."""
        return self._ask("GET", endpoint, dict(query), within)

    def post(self, endpoint: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST a JSON object to ``<base>/api/2.0/mlflow/<endpoint>``."""
        return self._ask("POST", endpoint, dict(body))

    def close(self) -> None:
        """Let go of the connection. A pause ends."""
        self._closed.set()

    @abstractmethod
    def _exchange(self, method: str, endpoint: str, said: dict[str, Any]) -> Answer:
        """Ask once: `said` is the query of a GET or the body of a POST."""

    @abstractmethod
    def _read(self, answer: Answer, endpoint: str) -> dict[str, Any]:
        """The object that was answered. Raises `SourceError` for any other answer."""

    def _ask(self, method: str, endpoint: str, said: dict[str, Any], within: float | None = None) -> dict[str, Any]:
        patience = PATIENCE if within is None else within
        if not self._one.acquire(timeout=-1 if within is None else within):
            raise Unreachable(f"{self.base}: the server does not answer", "another question waits for it; try again")
        try:
            paused, attempt = 0.0, 0
            while True:
                answer = self._exchange(method, endpoint, said)
                after = _after(answer)
                if answer.status != 429 and (answer.status != 503 or after is None):
                    return self._read(answer, endpoint)
                seconds = backoff(attempt, after)
                paused, attempt = paused + seconds, attempt + 1
                if paused > patience or self._wait(seconds):
                    raise throttled(self.base, seconds, answer.status)
        finally:
            self._one.release()

    def _wait(self, seconds: float) -> bool:
        """Pause; true if that was cut short."""
        self.waiting = seconds
        try:
            return self._pause(seconds)
        finally:
            self.waiting = None


def throttled(base: str, seconds: float, status: int = 429) -> Throttled:
    """That the server at `base` asked to come later."""
    what = "too many requests" if status == 429 else "it has no time"
    return Throttled(f"{base} asked to wait {seconds:.0f} s ({status})", f"{what}; it is asked again then", seconds)


def backoff(attempt: int, after: float | None) -> float:
    """Seconds to wait before the next try, `attempt` of them having failed before: `after`, if the server said that.

    Source: "equal jitter" of the AWS Architecture Blog's "Exponential Backoff And Jitter".
    """
    if after is not None:
        return after * random.uniform(1.0, 1.1)
    return min(LONGEST_PAUSE, 2.0**attempt) * random.uniform(0.5, 1.0)


def _after(answer: Answer) -> float | None:
    """``Retry-After`` in seconds (RFC 9110, 10.2.3: a number or a date); None without one that makes sense."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit() and len(said) < 9:
        return float(said)
    try:
        then = parsedate_to_datetime(said)
    except (TypeError, ValueError, OverflowError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())
