"""A server that asks to come again later, and that only one request is on its way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from misbehaving import RUN, Handler, Misbehaving, Reply, rows, said
from mltui.errors import Throttled, Unreachable
from mltui.sources.mlflow.server import door
from mltui.sources.mlflow.server.door import LONGEST_PAUSE, PATIENCE, backoff
from mltui.sources.mlflow.server.login import login
from mltui.sources.mlflow.server.mirror import ServerMirror
from mltui.sources.mlflow.server.rest import Rest


class Pauses:
    """Instead of waiting: how long it would have been, each time."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> bool:
        self.seconds.append(seconds)
        return False


def throttling(times: int, then: Reply, status: int = 429, **headers: str) -> Reply:
    left = [times]

    def reply(handler: Handler) -> None:
        left[0] -= 1
        if left[0] >= 0:
            handler.send(b"slow down", status, "text/plain", **headers)
        else:
            then(handler)

    return reply


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def ask(server: Misbehaving, pauses: Pauses) -> Callable[[], object]:
    rest = Rest(login(server.uri, {}), pauses)
    return lambda: rest.get("runs/get", {"run_id": RUN})


@pytest.mark.parametrize("status", [429, 503])
def test_it_comes_again_when_the_server_said(
    server: Misbehaving, ask: Callable[[], object], pauses: Pauses, status: int
) -> None:
    server.replies["runs/get"] = throttling(2, said({"run": {}}), status, **{"Retry-After": "30"})
    assert ask() == {"run": {}}
    assert len(pauses.seconds) == 2
    assert all(30 <= seconds <= 33 for seconds in pauses.seconds)
    assert len(server.asked) == 3


def test_where_it_does_not_say_the_pauses_double(
    server: Misbehaving, ask: Callable[[], object], pauses: Pauses
) -> None:
    server.replies["runs/get"] = throttling(5, said({"run": {}}))
    ask()
    assert [2**n / 2 <= seconds <= 2**n for n, seconds in enumerate(pauses.seconds)] == [True] * 5
    assert len({backoff(3, None) for _ in range(20)}) > 1, "all clients would come back at once"
    assert backoff(50, None) <= LONGEST_PAUSE


@pytest.mark.parametrize("after", ["Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00 -0000"])
def test_a_date_is_understood(server: Misbehaving, ask: Callable[[], object], pauses: Pauses, after: str) -> None:
    server.replies["runs/get"] = throttling(1, said({"run": {}}), 503, **{"Retry-After": after})
    ask()
    assert pauses.seconds == [0.0]


def test_a_server_without_time_that_says_nothing_fails(
    server: Misbehaving, ask: Callable[[], object], pauses: Pauses
) -> None:
    server.replies["runs/get"] = throttling(1, said({}), 503, **{"Retry-After": "soon"})
    with pytest.raises(Unreachable, match=r"fails \(503\)"):
        ask()
    assert pauses.seconds == []


def test_it_gives_up_and_says_how_long_to_wait(server: Misbehaving, ask: Callable[[], object], pauses: Pauses) -> None:
    server.replies["runs/get"] = throttling(99, said({}), **{"Retry-After": "900"})
    with pytest.raises(Throttled, match=r"asked to wait 9\d\d s \(429\)") as caught:
        ask()
    assert caught.value.seconds >= 900
    assert pauses.seconds == []
    server.replies["runs/get"] = throttling(99, said({}))
    with pytest.raises(Throttled):
        ask()
    assert sum(pauses.seconds) <= PATIENCE


def test_a_sweep_goes_on_where_it_was(server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages that were read are not asked for again."""
    monkeypatch.setattr(door, "backoff", lambda attempt, after: 0.0)
    server.replies["runs/search"] = throttling(3, server.replies["runs/search"])
    mirror = ServerMirror(server.uri, tmp_path / "m.db", {})
    mirror.refresh()
    assert rows(mirror, "select run_uuid from runs") == [(RUN,)]
    assert [path for path, _ in server.asked if path.endswith("experiments/search")] == [server.asked[0][0]]
    mirror.close()


def test_what_closes_ends_a_pause(server: Misbehaving, tmp_path: Path) -> None:
    server.replies["experiments/search"] = throttling(99, said({}), **{"Retry-After": "60"})
    rest = Rest(login(server.uri, {}))
    rest.close()
    with pytest.raises(Throttled):
        rest.post("experiments/search", {})


def test_one_request_is_on_its_way(server: Misbehaving) -> None:
    """A second one that came while the first is not answered would let it see two."""
    counting = threading.Lock()
    now, most = [0], [0]
    second = threading.Event()

    def reply(handler: Handler) -> None:
        with counting:
            now[0] += 1
            most[0] = max(most[0], now[0])
        if now[0] > 1:
            second.set()
        second.wait(0.1)
        with counting:
            now[0] -= 1
        said({})(handler)

    server.replies["runs/get"] = reply
    rest = Rest(login(server.uri, {}))
    threads = [threading.Thread(target=rest.get, args=("runs/get", {})) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    rest.close()
