"""Pictures of the dialogs of a promotion and a rollback in still air; `pytest --snapshot-update` takes new ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from promotion_sample import BLOCKED, POLICY, PROTECTED, Project, project
from test_pictures import assert_ascii

from mltui.config import Config
from mltui.errors import Unanswered, Unreachable
from mltui.tui.app import MltuiApp

SMALL, WIDE = (80, 24), (120, 40)
PREVIEW = ("6", "j", "P", "enter")
COMMAND = POLICY + '[[gates]]\ncommand = "python check.py"\n'


def _pictured(snap_compare: Any, settle: Any, sample: Project, size: tuple[int, int], keys: tuple[str, ...]) -> bool:
    async def wait(pilot: Any) -> None:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)

    return bool(snap_compare(MltuiApp(sample.workspace), terminal_size=size, run_before=wait))


@pytest.mark.parametrize(
    ("size", "policy", "keys"),
    [
        (SMALL, POLICY, PREVIEW),
        (WIDE, POLICY, (*PREVIEW, "e", *"better", "enter")),
        (WIDE, BLOCKED, PREVIEW),
        (WIDE, BLOCKED, (*PREVIEW, "f", *"demo", "enter")),
        (SMALL, PROTECTED, (*PREVIEW, "ctrl+s")),
        (SMALL, COMMAND, PREVIEW),
        (WIDE, COMMAND, (*PREVIEW, "t")),
    ],
    ids=["small", "wide", "blocked", "forced", "protected", "to-run", "trust"],
)
def test_picture_of_a_promotion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settle: Any, snap_compare: Any, size: Any, policy: str, keys: Any
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    sample = project(_named(tmp_path), monkeypatch, policy)
    assert _pictured(snap_compare, settle, sample, size, keys)


def test_picture_of_a_race_that_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settle: Any, snap_compare: Any
) -> None:
    sample = project(_named(tmp_path), monkeypatch)

    def moves(call: tuple[str, ...]) -> None:
        if call[0] == "set_model_tag":
            sample.writer.before = lambda call: None
            sample.writer.set_alias("churn", "champion", "3")

    sample.writer.before = moves
    assert _pictured(snap_compare, settle, sample, SMALL, (*PREVIEW, "ctrl+s"))


def test_picture_of_an_outcome_that_nobody_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settle: Any, snap_compare: Any
) -> None:
    sample = project(_named(tmp_path), monkeypatch)
    monkeypatch.setattr("mltui.actions.promotion.setting.WAITED_FOR", 0.0)

    def dies(call: tuple[str, ...]) -> None:
        if call[0] == "set_alias":
            sample.writer.fail("model", *[Unreachable("the server is gone")] * 9)
            raise Unanswered("no answer came")

    sample.writer.before = dies
    assert _pictured(snap_compare, settle, sample, SMALL, (*PREVIEW, "ctrl+s"))


def test_picture_in_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settle: Any, snap_compare: Any) -> None:
    sample = project(_named(tmp_path), monkeypatch, COMMAND, Config(theme="dark", ascii=True))

    async def wait(pilot: Any) -> None:
        await settle(pilot)
        for key in PREVIEW:
            await pilot.press(key)
            await settle(pilot)
        assert_ascii(pilot.app)

    assert snap_compare(MltuiApp(sample.workspace), terminal_size=SMALL, run_before=wait)


def test_picture_of_a_rollback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settle: Any, snap_compare: Any) -> None:
    """Of @challenger, to a version that is chosen: of nothing that was moved just now, which has a time."""
    sample = project(_named(tmp_path), monkeypatch)
    assert _pictured(snap_compare, settle, sample, WIDE, ("6", "j", "B", "v", "down", "enter"))


def _named(tmp_path: Path) -> Path:
    """A directory whose name is the same every time: it is on screen."""
    root = tmp_path / "churn-model"
    root.mkdir()
    return root
