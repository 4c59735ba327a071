"""A promotion taken back: confirmed as it was, and not past the command that promotes. Fakes at the writer's port."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from promotions import plan, promote, report, workspace_at
from registry_fake import FakeRegistry, FakeWriter

from mltui.actions.chores.stores import Stores
from mltui.actions.gateway import gateway_of
from mltui.actions.undo import undoing
from mltui.actions.undo_move import UndoMove
from mltui.cli.undo import _besides
from mltui.errors import Refused


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> FakeRegistry:
    monkeypatch.setenv("MLTUI_USER", "ada")
    return FakeRegistry().with_model("churn", 6, champion="4")


def undone(root: Path, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch, **policy: Any) -> UndoMove:
    """What takes back that churn/5 got @champion from 4; the plan is made without a store."""
    writer, workspace = FakeWriter(registry), workspace_at(root)
    gateway_of(workspace).perform(promote(root, writer, plan()), lambda: True)
    back = replace(plan("4", report=report(advisory=True, **policy)), kind="undo")
    monkeypatch.setattr("mltui.sources.promotion.planning.plan", lambda *_args, **_said: back)
    found = undoing(workspace, Stores(workspace, lambda *_: writer)).action
    assert isinstance(found, UndoMove)
    return found


def test_it_goes_back(tmp_path: Path, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    action = undone(tmp_path / "churn", registry, monkeypatch)
    assert gateway_of(workspace_at(tmp_path / "churn")).perform(action, lambda: True)
    assert registry.alias("churn", "champion") == "4"
    did, undid = workspace_at(tmp_path / "churn").journal.load().entries
    assert (undid.action, undid.note.facts["undo"]) == ("undo", did.id)


@pytest.mark.parametrize(("typed", "yes"), [("y", False), ("churn/5", False), ("churn/4", True)])
def test_what_is_protected_is_typed(
    tmp_path: Path, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch, typed: str, yes: bool
) -> None:
    action = undone(tmp_path / "churn", registry, monkeypatch, protected=("champion",))
    agrees = _besides(action).agrees
    assert agrees is not None
    monkeypatch.setattr("builtins.input", lambda _question: typed)
    assert agrees() is yes


def test_what_a_command_moves_is_not_moved_past_it(
    tmp_path: Path, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused, match="here a command of the project moves churn@champion") as told:
        undone(tmp_path / "churn", registry, monkeypatch, via="command", command=("gh", "{model}"))
    assert told.value.hint.startswith("mltui rollback churn --alias @champion --to 4 lets it")
    assert registry.alias("churn", "champion") == "5"
