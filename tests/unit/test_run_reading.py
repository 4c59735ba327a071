"""What the detail of a run asks a server for. The reader is a fake at the door of the store."""

from __future__ import annotations

from typing import Any

from churn_sample import HARE
from mltui.errors import Unreachable
from mltui.model.runs import LoggedModel, Run, Store
from mltui.present.run_detail import RunRelations
from mltui.tui.places.runs.reading import RunReading


class Mirror:
    """A server's mirror that knows a run and none of its models."""

    store = Store("http://tracking", "rest", "flag")

    def run(self, run_id: str) -> Run:
        return HARE

    def nothing(self, run_id: Any) -> tuple[()]:
        return ()

    inputs = logged_models = nothing

    counted = 0
    moved = 0

    def traces(self, run_id: str) -> int:
        self.counted += 1
        return self.counted

    def fingerprint(self) -> int:
        return self.moved

    def read_times(self, run_ids: Any) -> dict[str, int]:
        return {}


BEST = LoggedModel("m-1", "best", "ready", "", 0, "")


def test_a_server_is_asked_for_the_models_that_its_mirror_lacks() -> None:
    reading, mirror = RunReading(), Mirror()
    assert reading.ask(mirror, HARE, None, lambda *_: (BEST,))  # type: ignore[arg-type]
    _, related = reading.read(mirror, HARE, RunRelations(), None)  # type: ignore[arg-type]
    assert related.models == (BEST,)


def test_a_server_that_fails_costs_the_models_only() -> None:
    def fails(*_: Any) -> tuple[LoggedModel, ...]:
        raise Unreachable("down")

    assert not RunReading().ask(Mirror(), HARE, None, fails)  # type: ignore[arg-type]


def test_traces_are_counted_again_when_the_store_moved() -> None:
    reading, mirror = RunReading(), Mirror()
    found = []
    for moved in (0, 0, 1):
        mirror.moved = moved
        found.append(reading.read(mirror, HARE, RunRelations(), None)[1].traces)  # type: ignore[arg-type]
    assert found == [1, 1, 2]
