"""`e`: chores of what one looks at or marked; `z`: the last one taken back. What is written to is `registry_fake`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.registry_fake import FakeRegistry, FakeWriter
from tui_fakes import FakeWorkspace, churn, run

from mltui.actions.chores.stores import Stores
from mltui.config import Config
from mltui.model.chore import NOTE_TAG
from mltui.model.life import Life
from mltui.model.runs import RunTable
from mltui.present.text import plain
from mltui.sources.journal import JournalSource
from mltui.tui.app import MltuiApp
from mltui.tui.commands import BY_ID
from mltui.tui.screens.asking_text import AskText
from mltui.tui.screens.chooser import Chooser
from mltui.tui.screens.confirming import ConfirmDialog
from mltui.tui.screens.main import MainScreen
from mltui.tui.screens.palette import palette_options
from mltui.tui.widgets.lines import LinesView

FIRST, SECOND = f"{0:032x}", f"{1:032x}"


class World:
    """An app over fakes, and the registry that its dialogs write to."""

    def __init__(self, root: Path, **config: Any) -> None:
        self.registry = FakeRegistry().with_model("churn", 5, champion="4", challenger="5")
        self.writer = FakeWriter(self.registry)
        self.workspace: FakeWorkspace = churn(root, config=Config(**config))
        self.workspace.journal = JournalSource(self.workspace.project)  # type: ignore[assignment]
        for at in range(24):
            shown = run(at)
            self.registry.runs[shown.run_id] = {
                "name": shown.name, "status": shown.status, "lifecycle": "active", "end": shown.end,
                "tags": {"team": "credit"},
            }  # fmt: skip
        self.shows(tags={"team": "credit", "mlflow.user": "ada"})
        self.app = MltuiApp(self.workspace)

    def shows(self, **changes: Any) -> None:
        """Every run of the table is so."""
        table: RunTable = self.workspace.runs.value  # type: ignore[attr-defined]
        found = tuple(replace(each, **changes) for each in table.runs)
        self.workspace.runs.value = replace(table, runs=found)  # type: ignore[attr-defined]

    def tags(self, run_id: str) -> dict[str, str]:
        found: dict[str, str] = self.registry.runs[run_id]["tags"]
        return found

    def shown(self) -> str:
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    def text(self) -> str:
        return "\n".join(plain(row) for row in self.app.screen.query_one("#text", LinesView).lines)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("MLTUI_USER", "ada")
    made = World(tmp_path)
    monkeypatch.setattr(Stores, "writer", lambda _self, _which: made.writer)
    monkeypatch.setattr(Stores, "address", lambda _self, _which: "sqlite:///mlflow.db")
    monkeypatch.setattr(Stores, "lives", lambda _self, ids: {id: Life("gone", 7) for id in ids if id == FIRST})
    return made


async def to(world: World, pilot: Any, settle: Any, place: str, *keys: str) -> None:
    await settle(pilot)
    await pilot.press(place)
    await settle(pilot)
    await pilot.press(*keys)
    await settle(pilot)


async def test_marked_runs_are_tagged_and_z_takes_it_back(world: World, settle: Any) -> None:
    async with world.app.run_test(size=(120, 40)) as pilot:
        await to(world, pilot, settle, "5", "space", "space", "e")
        assert isinstance(world.app.screen, Chooser)
        assert "Edit run run-0 and run run-1" in world.shown()
        await pilot.press(*"set a tag", "enter")
        await settle(pilot)
        assert isinstance(world.app.screen, AskText)
        await pilot.press(*"team=risk", "enter")
        await settle(pilot)
        assert isinstance(world.app.screen, ConfirmDialog)
        told = " ".join(world.text().split())
        assert "run run-0 tag team credit → risk" in told
        assert f'client.set_tag("{FIRST}", "team", "risk")' in told
        assert world.tags(FIRST) == {"team": "credit"}, "nothing is done before it is confirmed"
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert [world.tags(each)["team"] for each in (FIRST, SECOND)] == ["risk", "risk"]
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(world.app.screen, MainScreen)
        await pilot.press("z")
        await settle(pilot)
        assert isinstance(world.app.screen, ConfirmDialog)
        told = " ".join(world.text().split())
        assert "takes back tag run run-0 and run run-1 with team=risk" in told
        assert "run run-1 tag team risk → credit" in told
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert [world.tags(each)["team"] for each in (FIRST, SECOND)] == ["credit", "credit"]
        await pilot.press("escape", "z")
        await settle(pilot)
        assert "nothing is there to undo of what ada did" in world.text()
    entries = world.workspace.journal.load().entries
    assert [entry.action for entry in entries] == ["run tag", "undo"]
    assert entries[1].note.facts["undo"] == entries[0].id


async def test_tags_that_are_mlflows_are_not_offered_to_be_taken_off(world: World, settle: Any) -> None:
    async with world.app.run_test(size=(120, 40)) as pilot:
        await to(world, pilot, settle, "5", "e", *"take tags off", "enter")
        shown = world.shown()
        assert "team" in shown
        assert "mlflow.user" not in shown
        await pilot.press("space", "enter")
        await settle(pilot)
        assert "tag team  credit → nothing" in world.text()


async def test_a_note_is_shown_as_it_is_to_be_changed(world: World, settle: Any) -> None:
    world.shows(tags={NOTE_TAG: "the old one"})
    world.tags(FIRST)[NOTE_TAG] = "the old one"
    async with world.app.run_test(size=(120, 40)) as pilot:
        await to(world, pilot, settle, "5", "e", *"write a note", "enter")
        assert "the old one" in world.shown()
        await pilot.press("end", "!", "enter")
        await settle(pilot)
        assert "the old one → the old one!" in world.text()
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert world.tags(FIRST)[NOTE_TAG] == "the old one!"


async def test_a_deleted_run_is_chosen_from_a_list_to_be_restored(world: World, settle: Any) -> None:
    world.registry.runs[FIRST]["lifecycle"] = "deleted"
    gone = replace(run(0), lifecycle="deleted")
    world.workspace._reader.runs = lambda **_: iter([(gone, run(1))])  # type: ignore[method-assign]
    async with world.app.run_test(size=(120, 40)) as pilot:
        await to(world, pilot, settle, "5", "e", *"restore", "enter")
        assert isinstance(world.app.screen, Chooser)
        assert len(world.app.screen.table.rows) == 1
        await pilot.press("space", "enter")
        await settle(pilot)
        assert "lifecycle  deleted → active" in world.text()
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert world.registry.runs[FIRST]["lifecycle"] == "active"


async def test_only_what_is_gone_is_ended(world: World, settle: Any) -> None:
    world.shows(status="RUNNING", end=None)
    for each in world.registry.runs.values():
        each.update(status="RUNNING", end=None)
    async with world.app.run_test(size=(120, 40)) as pilot:
        await to(world, pilot, settle, "5", "space", "space", "e", *"end what", "enter")
        told = " ".join(world.text().split())
        assert "run run-0 status RUNNING → KILLED" in told
        assert "left alone: run run-1: it is neither gone nor silent" in told
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert world.registry.runs[FIRST]["status"] == "KILLED"
        assert world.registry.runs[SECOND]["status"] == "RUNNING"


async def test_a_version_is_tagged_and_its_model_renamed(world: World, settle: Any) -> None:
    async with world.app.run_test(size=(120, 40)) as pilot:
        await to(world, pilot, settle, "6", "down", "e")
        shown = world.shown()
        assert "Edit churn/5" in shown
        assert "delete" not in shown.partition("Edit churn/5")[2].partition("╰")[0], "MLflow brings no version back"
        await pilot.press(*"set a tag", "enter")
        await settle(pilot)
        await pilot.press(*"checked=yes", "enter")
        await settle(pilot)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert world.registry.versions["churn", "5"].tags == {"checked": "yes"}
        await pilot.press("escape", "e", *"rename the model", "enter")
        await settle(pilot)
        await pilot.press("end", "2", "enter")
        await settle(pilot)
        told = world.text()
        assert "churn → churn2" in told
        assert "whatever loads models:/churn/… finds nothing any more, @champion, @challenger among them" in told
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert "churn2" in world.registry.models


async def test_whose_version_is_in_use_is_said_before_a_run_is_deleted(world: World, settle: Any) -> None:
    async with world.app.run_test(size=(160, 40)) as pilot:
        await to(world, pilot, settle, "5", "down", "e", *"delete", "enter")
        assert "run run-1 made churn/4 (@champion), which is in use" in world.text()


async def test_every_chore_is_in_the_palette(world: World, settle: Any) -> None:
    async with world.app.run_test(size=(120, 40)) as pilot:
        await to(world, pilot, settle, "5")
        found = {option.key: option for option in palette_options(world.app.screen)}  # type: ignore[arg-type]
        chores = {id for id in BY_ID if id.startswith("chore.")}
        assert chores <= found.keys()
        assert found["chore.tag"].open
        assert found["chore.end"].about == "not now: none of them is RUNNING"
        await pilot.press(":", *"Set a tag of", "backspace", "backspace", "backspace", "enter")
        await settle(pilot)
        assert isinstance(world.app.screen, AskText)


async def test_where_nothing_can_be_changed_it_says_why(world: World, settle: Any) -> None:
    async with world.app.run_test(size=(120, 40)) as pilot:
        await to(world, pilot, settle, "2", "e")
        assert "e changes runs and models: in Runs and in Models" in world.shown()


async def test_a_read_only_mltui_says_so(tmp_path: Path, settle: Any) -> None:
    world = World(tmp_path, read_only=True)
    async with world.app.run_test(size=(120, 40)) as pilot:
        for key in ("e", "z"):
            await to(world, pilot, settle, "5", key)
            assert "read-only: refused" in world.shown()
            assert isinstance(world.app.screen, MainScreen)
