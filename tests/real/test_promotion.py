"""Promote, refused by a gate, forced, rolled back, undone: in SQLite and on an ``mlflow server`` on PostgreSQL with
basic auth, by the project's own mlflow; and the journal says what the registry's tags say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.real.promoting import fill, project_of, registry, told

from mltui.actions.gateway import gateway_of
from mltui.actions.mlflow.door import MlflowWriter, open_writer
from mltui.actions.mlflow.port import Writer
from mltui.actions.opening import open_workspace
from mltui.actions.promotion.making import action_for
from mltui.actions.promotion.watching import watch
from mltui.errors import NotFound, Refused
from mltui.model.moves import MOVE_TAG, MoveKind
from mltui.model.outcome import Outcome
from mltui.sources.promotion.moves import read_moves
from mltui.sources.promotion.planning import plan
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real


@dataclass
class Place:
    """A project, its registry, and a writer that is ready."""

    root: Path
    uri: str
    writer: Writer

    def workspace(self) -> Workspace:
        return open_workspace(self.root, {"store": self.uri})

    def told(self) -> dict[str, Any]:
        return told(self.uri, self.root.parent)

    def move(
        self, version: str, to: str = "champion", *, reason: str = "", forced: bool = False, kind: MoveKind = "promote"
    ) -> Outcome:
        """As the command line does it, and watched; raises `Refused`."""
        workspace = self.workspace()
        try:
            made = plan(workspace, "churn", version, to, advisory=kind != "promote", kind=kind)
            action = action_for(
                workspace, made, self.writer, reason=reason, forced=forced, here=True, command_line=True
            )
            outcome = gateway_of(workspace).perform(action, lambda: True)
            assert outcome is not None
            if outcome.state == "done":
                assert not watch(self.writer, made, 0.0).said
            return outcome
        finally:
            workspace.close()


@pytest.fixture(scope="module", params=["sqlite", "server"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, own_environment: None
) -> Iterator[Place]:
    directory = tmp_path_factory.mktemp(request.param)
    with registry(request.param, directory) as uri, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLTUI_CACHE_DIR", str(directory / "cache"))
        fill(uri, directory, 0.9, 0.7, 0.95, 0.91)
        root = project_of(directory / "churn")
        workspace = open_workspace(root, {"store": uri})
        writer = open_writer(workspace)
        try:
            yield Place(root, uri, writer)
        finally:
            writer.close()
            workspace.close()


def test_promoted_refused_forced_rolled_back_undone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLTUI_USER", "ada")
    assert place.writer.refusal() is None
    assert place.move("3", reason="better").summary == "churn @champion is 3, was 1"
    with pytest.raises(Refused, match=r"blocked by metrics.auc >= 0.8"):
        place.move("2")
    with pytest.raises(Refused, match="needs a reason"):
        place.move("2", forced=True)
    assert place.move("2", forced=True, reason="customers wait").state == "done"
    assert place.move("3", kind="rollback").summary == "churn @champion is 3, was 2"
    assert place.move("2", kind="undo").summary == "churn @champion is 2, was 3", "gates are advisory"
    assert place.move("4", "stage:Production").state == "done"
    assert place.move("3", "stage:Production", kind="rollback").summary == "churn stage Production is 3, was 4"

    said = place.told()
    assert (said["aliases"], said["tags"]) == ({"champion": "2"}, {}), "no claim is left"
    assert "customers wait; failed: metrics.auc >= 0.8" in said["versions"]["2"]["mltui.forced.champion"]
    entries = [each for each in place.workspace().journal.load().entries if each.state == "done"]
    assert [each.action for each in entries] == ["promote", "promote", "rollback", "undo", "promote", "rollback"]
    tags = {
        key.removeprefix(MOVE_TAG): json.loads(text)
        for one in said["versions"].values()
        for key, text in one.items()
        if key.startswith(MOVE_TAG)
    }
    assert tags == {
        each.id: {key: value for key, value in each.note.facts.items() if key != "registry"} for each in entries
    }, "the journal and the registry's tags say the same"
    assert tags[entries[1].id]["figures"] == {"auc": 0.7}
    workspace = place.workspace()
    moves = read_moves(workspace, workspace.models.now())
    assert [(move.before, move.after) for move in moves if move.target == "@champion" and not move.outside] == [
        ("1", "3"),
        ("3", "2"),
        ("2", "3"),
        ("3", "2"),
    ]
    assert {move.told for move in moves if not move.outside} == {("journal", "registry")}
    since = plan(workspace, "churn", "3", "champion").since
    assert since is not None
    assert (since.id, since.who) == (entries[3].id, entries[3].who.name)
    workspace.close()


def test_a_copy_into_another_model(place: Place) -> None:
    assert place.move("3", "model:prod.churn@champion").state == "done"
    assert place.writer.model("prod.churn").aliases == {"champion": "1"}
    assert [key for key in place.writer.version("prod.churn", "1").tags if key.startswith(MOVE_TAG)]
    assert place.writer.model("prod.churn").tags == {}


def test_names_that_mlflow_refuses_and_models_that_are_gone(place: Place) -> None:
    for alias in ("latest", "v1", "a/b"):
        with pytest.raises(Refused):
            place.move("3", f"@{alias}")
    with pytest.raises(NotFound, match="there is no model"):
        plan(place.workspace(), "chum", "3", "champion")


def test_an_answer_that_nobody_waited_for_is_not_the_next_questions(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ctrl+c while a question is out: its answer comes, and is not the next one's."""
    assert isinstance(place.writer, MlflowWriter)

    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("mltui.actions.mlflow.door.read_line", interrupted)
        with pytest.raises(KeyboardInterrupt):
            place.writer.version("churn", "1")
    assert place.writer.model("churn").name == "churn"
    assert place.writer.version("churn", "2").version == "2"
