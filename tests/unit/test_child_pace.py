"""The DVC child gives way to whatever runs, except where somebody waits; and its own cache is nothing it stands on."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mltui.config import Config
from mltui.sources.dvc.child.guard import Within
from mltui.sources.dvc.child.pace import Pace
from mltui.sources.dvc.pipeline import PipelineSource
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner


def niceness() -> tuple[int, int]:
    """Of this thread, on Linux; and which it is."""
    return os.getpriority(os.PRIO_PROCESS, 0), threading.get_ident()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a thread has its own nice value on Linux only")
def test_what_somebody_waits_for_is_answered_as_by_any_program() -> None:
    usual, pace = niceness(), Pace()
    assert pace.run(True, niceness) == usual
    polite, thread = pace.run(None, niceness)
    assert polite == 19 and thread != usual[1]
    assert pace.run(False, niceness) == (polite, thread), "one thread does all of that"
    assert pace.run(True, niceness) == usual, "and the other is as it was"
    assert pace.run(None, lambda one, other: one + other, 1, 2) == 3


def test_overrides_of_the_queue_are_asked_for_by_somebody_who_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Child:
        def ask(self, op: str, timeout: float, *, now: bool = False, **_: Any) -> Any:
            return op, now

    source = PipelineSource(Project(tmp_path, tmp_path), Config(), ProcessRunner())
    monkeypatch.setattr(source, "_started", lambda: (Child(), sys.executable))
    assert source.ask_overrides(str(tmp_path), 1.0, ("lr=1",)) == ("overrides", True)
    assert source.ask_retrain(str(tmp_path), 1.0) == ("retrain", True)


def test_files_of_our_own_cache_are_not_among_those_an_answer_stands_on(tmp_path: Path) -> None:
    site = tmp_path / "real"
    site.mkdir()
    linked = tmp_path / "linked"
    linked.symlink_to(site)
    guard = Within(str(linked))
    for path in (linked / "parsed" / "ab", site / "parsed" / "ab", tmp_path / "dvc.yaml"):
        guard("open", (str(path), "r", os.O_RDONLY))
    assert guard.seen == {str(tmp_path / "dvc.yaml")}
