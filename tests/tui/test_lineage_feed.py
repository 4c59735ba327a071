"""When what joins the parts is read: when somebody looks at it, and not each time one of them moves."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sample_workspace import SampleWorkspace

import lineage_sample as sample
from churn_sample import TABLE, WHOLE
from mltui.model.lineage.graph import Graph
from mltui.tui import feeds as module
from mltui.tui.app import MltuiApp
from mltui.tui.feeds import LATE, Feeds

#: Seconds until something that hangs fails the test.
PATIENCE = 120


@pytest.fixture
def workspace(tmp_path: Path) -> SampleWorkspace:
    return SampleWorkspace(tmp_path, **{**WHOLE, "lineage": sample.GRAPH})


def test_it_starts_with_nothing_else(workspace: SampleWorkspace) -> None:
    feeds = Feeds(workspace)
    feeds.start()
    feeds.kick()
    feeds.kick(*LATE, force=True)
    feeds.deliver(lambda part: None)
    assert feeds.wait_idle(PATIENCE)
    assert workspace.lineage.loads == 0
    feeds.start(LATE)
    assert feeds.wait_idle(PATIENCE)
    assert workspace.lineage.loads == 1
    feeds.stop()


def test_it_is_spared_until_somebody_wants_it_now(workspace: SampleWorkspace, monkeypatch) -> None:
    monkeypatch.setattr(module, "SPARING", 3600.0)
    feeds, came = Feeds(workspace), []
    feeds.deliver(came.append)
    feeds.start(LATE)
    assert feeds.wait_idle(PATIENCE, LATE)
    asked = threading.Event()
    mark = workspace.lineage.fingerprint
    workspace.lineage.fingerprint = lambda: (mark(), asked.set())[0]  # type: ignore[method-assign]
    workspace.lineage.becomes(Graph.of((), ()))
    feeds.kick(*LATE)
    assert asked.wait(PATIENCE)
    assert workspace.lineage.loads == 1
    feeds.kick(*LATE, force=True)
    assert feeds.wait_idle(PATIENCE, LATE)
    assert [part.value for part in came][-1] == Graph.of((), ())
    feeds.stop()


def test_one_that_is_spared_ends_when_mltui_does(workspace: SampleWorkspace, monkeypatch) -> None:
    monkeypatch.setattr(module, "SPARING", 3600.0)
    feeds = Feeds(workspace)
    feeds.deliver(lambda part: None)
    feeds.start(LATE)
    assert feeds.wait_idle(PATIENCE, LATE)
    workspace.lineage.becomes(Graph.of((), ()))
    feeds.kick(*LATE)
    feeds.stop()
    threads = [each for each in threading.enumerate() if each.name == "feed lineage"]
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)


async def test_it_is_read_when_somebody_wants_it_and_again_when_it_moved(
    tmp_path: Path, settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mltui.tui.places.overview.FEW_TO_JOIN", 0)  # else the Overview wants it
    workspace = SampleWorkspace(tmp_path, **{**WHOLE, "lineage": sample.GRAPH})
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        assert workspace.lineage.loads == 0, "nobody looked at anything that says it"
        await pilot.press("5")
        await settle(pilot)
        assert workspace.lineage.loads == 1, "the detail of a run says what it read"
        assert screen.lineage.value is sample.GRAPH
        asked, mark = threading.Event(), workspace.lineage.fingerprint
        workspace.lineage.fingerprint = lambda: (mark(), asked.set())[0]  # type: ignore[method-assign]
        workspace.runs.becomes(TABLE)
        screen.feeds.kick("runs")
        await settle(pilot)
        assert asked.is_set()
        assert workspace.lineage.loads == 1, "it did not move itself"


async def test_runs_that_are_not_all_there_hold_it_up_until_somebody_asks(tmp_path: Path, settle) -> None:
    some = TABLE.__class__(TABLE.runs, False, TABLE.metric_keys)
    workspace = SampleWorkspace(tmp_path, **{**WHOLE, "lineage": sample.GRAPH, "runs": some})
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        assert workspace.lineage.loads == 0
        screen.visit(8, sample.RUN)
        screen = await settle(pilot)
        assert workspace.lineage.loads == 1
        assert screen.place.node.id == sample.RUN
