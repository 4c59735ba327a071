"""Jobs that run elsewhere are asked about while mltui is open."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mltui.config import Config
from mltui.model.part import Problem
from mltui.tui.going import Going


class _Screen:
    """As much of the main screen as is asked."""

    def __init__(self, **config: Any) -> None:
        self.said: list[str] = []
        workspace = SimpleNamespace(project=None, runner=None, config=Config(**config))
        self.feeds = SimpleNamespace(workspace=workspace, paused=False, look=lambda name: None)

    def say(self, word: str) -> None:
        self.said.append(word)


async def test_why_a_box_can_not_be_asked_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [
        (Problem("job 1", "gpu1: no route"),),
        (Problem("job 1", "gpu1: no route"),),
        (),
        (Problem("job 1", "x"),),
    ]
    monkeypatch.setattr("mltui.actions.jobs.following.follow", lambda *_: ((), answers.pop(0)))
    screen = _Screen()
    going = Going(screen, lambda: None)  # type: ignore[arg-type]
    for _ in range(4):
        await going._ask(())
    assert screen.said == ["job 1: gpu1: no route", "job 1: x"]


@pytest.mark.parametrize(("config", "asks"), [({}, True), ({"read_only": True}, False)])
def test_a_read_only_mltui_brings_nothing_home(config: dict[str, Any], asks: bool) -> None:
    assert Going(_Screen(**config), lambda: None)._may_ask() is asks  # type: ignore[arg-type]
