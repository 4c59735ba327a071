"""Chores at the writer's port: what is noted before they are done, what is refused, one subject's trouble, the undo.

The store that mltui reads is a real file; the writer is `registry_fake`, since a real one does not fail when asked to.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from mlflow_tables import REGISTRY_2020, TABLES_2020, a_run, make
from registry_fake import FakeRegistry, FakeWriter

from mltui.actions.chores.chore import ChoreAction
from mltui.actions.chores.stores import Stores
from mltui.actions.gateway import gateway_of
from mltui.actions.undo import undoing
from mltui.config import Config
from mltui.errors import Denied, Refused, Unanswered, Unreachable, UsageError
from mltui.model.chore import NOTE_TAG, Chore, Subject, deleted, ended, noted, renamed, restored, tagged
from mltui.model.outcome import Outcome
from mltui.sources.places import Project
from mltui.sources.processes import host_name
from mltui.sources.workspace import Workspace

ONE, TWO, GONE, LIVE = "a" * 32, "b" * 32, "c" * 32, "d" * 32
#: Long after any silence, and a process that no host has.
START, NO_PID = 1_600_000_000_000, "999999999"


class World:
    """A project with a store that is read, and the registry and the runs that are written to."""

    def __init__(self, root: Path) -> None:
        project = root / "churn"
        project.mkdir()
        subprocess.run(["git", "init", "-q"], cwd=project, check=True)
        gone = {"mltui.pid": NO_PID, "mltui.pid_start": "linux:1", "mltui.host": host_name()}
        rows = [a_run(ONE, name="one"), a_run(TWO, name="two"), a_run(GONE, name="gone", status="RUNNING")]
        rows += [("tags", {"key": key, "value": value, "run_uuid": GONE}) for key, value in gone.items()]
        rows += [a_run(LIVE, name="live", status="RUNNING", start_time=9_000_000_000_000)]
        make(project / "mlflow.db", TABLES_2020 | REGISTRY_2020, rows)
        self.project = Project(project, project, project / ".git", project / ".git")
        self.registry = FakeRegistry().with_model("churn", 3, champion="2")
        for run_id, name, status in ((ONE, "one", "FINISHED"), (TWO, "two", "FINISHED"), (GONE, "gone", "RUNNING")):
            self.add(run_id, name, status)
        self.add(LIVE, "live", "RUNNING")
        self.writer = FakeWriter(self.registry)
        self.workspace = Workspace(self.project, Config())
        self.stores = Stores(self.workspace, lambda _workspace, _which: self.writer)

    def add(self, run_id: str, name: str, status: str) -> None:
        ended_at = None if status == "RUNNING" else START + 1000
        self.registry.runs[run_id] = {
            "name": name, "status": status, "lifecycle": "active", "end": ended_at, "tags": {"team": "credit"},
        }  # fmt: skip

    def action(self, chore: Chore) -> ChoreAction:
        return ChoreAction(chore, self.stores)

    def do(self, chore: Chore) -> Outcome:
        outcome = gateway_of(self.workspace).perform(self.action(chore), lambda: True)
        assert outcome is not None
        return outcome

    def undo(self, id: str = "") -> Outcome:
        outcome = gateway_of(self.workspace).perform(undoing(self.workspace, self.stores, id).action, lambda: True)
        assert outcome is not None
        return outcome

    def refused(self, chore: Chore) -> str:
        before = self.writes()
        with pytest.raises(Refused) as refused:
            self.do(chore)
        assert self.writes() == before, "what is refused changes nothing"
        return refused.value.summary

    def writes(self) -> list[tuple[str, ...]]:
        return [call for call in self.writer.calls if call[0] not in ("run", "model", "version")]

    def journal(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.workspace.journal.files()[0].read_bytes().splitlines()]

    def state(self) -> tuple[Any, ...]:
        """Everything that can be written, as it is."""
        runs = {id: {**run, "tags": dict(run["tags"])} for id, run in self.registry.runs.items()}
        return runs, dict(self.registry.models), dict(self.registry.versions)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("MLTUI_USER", "ada")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    return World(tmp_path)


def runs(*ids: str) -> list[Subject]:
    return [Subject("run", id, name={ONE: "one", TWO: "two", GONE: "gone", LIVE: "live"}[id]) for id in ids]


VERSION, MODEL = Subject("version", "churn", "3"), Subject("model", "churn")

EVERY: Sequence[tuple[Chore, str]] = (
    (tagged(runs(ONE, TWO), {"team": "risk", "new": "1"}), "tag run one and run two with team=risk, new=1"),
    (tagged(runs(ONE), {"team": None}), "take tag team off run one"),
    (noted(runs(ONE), "the good one\nreally"), "write about run one"),
    (renamed(runs(ONE)[0], "best"), "rename run one to best"),
    (deleted(runs(ONE, TWO)), "delete run one and run two"),
    (ended(runs(GONE)), "set to KILLED run gone"),
    (tagged([VERSION], {"checked": "yes"}), "tag churn/3 with checked=yes"),
    (noted([VERSION], "for the audit"), "write about churn/3"),
    (tagged([MODEL], {"owner": "ada"}), "tag model churn with owner=ada"),
    (noted([MODEL], "who leaves"), "write about model churn"),
    (renamed(MODEL, "churn2"), "rename model churn to churn2"),
)


@pytest.mark.parametrize(("chore", "title"), EVERY, ids=[title for _, title in EVERY])
def test_there_and_back(world: World, chore: Chore, title: str) -> None:
    before = world.state()
    assert chore.title == title
    outcome = world.do(chore)
    assert outcome.state == "done", outcome
    assert world.state() != before
    back = world.undo()
    assert back.state == "done", back
    assert world.state() == before
    with pytest.raises(Refused, match="nothing is there to undo"):
        world.undo()


def test_what_was_there_is_noted_before_anything_is_done(world: World) -> None:
    noted_then: list[dict[str, Any]] = []
    world.writer.before = lambda call: noted_then.extend(world.journal()) if call[0] == "set_run_tag" else None
    world.do(tagged(runs(ONE), {"team": "risk"}))
    facts = noted_then[0]["facts"]
    assert (noted_then[0]["event"], noted_then[0]["action"]) == ("intent", "run tag")
    assert facts["store"].startswith("sqlite:///")
    (change,) = facts["changes"]
    assert (change["id"], change["key"], change["before"], change["after"]) == (ONE, "team", "credit", "risk")


def test_values_that_differ_come_back_each_as_it_was(world: World) -> None:
    world.registry.runs[TWO]["tags"] = {}
    before = world.state()
    world.do(tagged(runs(ONE, TWO), {"team": "risk"}))
    assert [run["tags"]["team"] for run in list(world.registry.runs.values())[:2]] == ["risk", "risk"]
    world.undo()
    assert world.state() == before


@pytest.mark.parametrize(
    ("chore", "why"),
    [
        (ended(runs(LIVE)), "neither gone nor silent"),
        (ended(runs(ONE)), "it is FINISHED"),
        (deleted(runs(LIVE)), "it runs"),
        (tagged(runs(ONE), {"mlflow.user": "eve"}), "MLflow's or mltui's own"),
        (tagged(runs(ONE), {"mltui.pid": None}), "MLflow's or mltui's own"),
        (tagged([MODEL], {NOTE_TAG: "x"}), "its description"),
        (tagged(runs(ONE), {"a;b": "1"}), "MLflow takes no tag"),
        (tagged(runs(ONE), {"../x": "1"}), "MLflow takes no tag"),
        (noted(runs(ONE), "x" * 8001), "cuts the rest"),
        (renamed(MODEL, "other"), "there is a model other already"),
        (renamed(MODEL, "a/b"), "MLflow takes no model"),
        (renamed(VERSION, "x"), "no name of its own"),
        (tagged(runs(ONE), {"team": "credit"}), "already"),
        (tagged([Subject("version", "churn", "9")], {"a": "1"}), "no version 9"),
        (restored(runs(ONE)), "lifecycle is 'active' already"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, chore: Chore, why: str) -> None:
    world.registry.with_model("other", 1)
    assert why in world.refused(chore)
    assert not world.workspace.journal.files()[0].exists()


def test_the_note_of_a_run_may_be_written_as_the_tag_it_is(world: World) -> None:
    world.do(tagged(runs(ONE), {NOTE_TAG: "good"}))
    assert world.registry.runs[ONE]["tags"][NOTE_TAG] == "good"


def test_a_deleted_run_is_only_restored(world: World) -> None:
    world.do(deleted(runs(ONE)))
    assert "restore it first" in world.refused(tagged(runs(ONE), {"a": "1"}))
    world.do(restored(runs(ONE)))
    assert world.registry.runs[ONE]["lifecycle"] == "active"


def test_a_run_that_is_gone_ended_with_its_last_write(world: World) -> None:
    action = world.action(ended(runs(GONE)))
    assert action.refusal() is None
    (change,) = action.changes
    assert (change.ended, change.ends) == (None, START)
    assert f"end_time={START}" in action.commands()[0]


def test_what_cant_be_done_to_one_is_done_to_the_others(world: World) -> None:
    outcome = world.do(ended(runs(GONE, LIVE, ONE)))
    assert outcome.state == "done"
    assert world.writes() == [("end_run", GONE, "KILLED", str(START))]
    assert [each for each in outcome.left if each.startswith("left alone: run live")]
    assert [each for each in outcome.left if each.startswith("left alone: run one: it is FINISHED")]


def test_one_subjects_trouble_is_not_anothers(world: World) -> None:
    before = world.state()
    world.writer.fail("set_run_tag", Denied("you may not"))
    outcome = world.do(tagged(runs(ONE, TWO), {"team": "risk"}))
    assert outcome.state == "failed"
    assert "1 of 2 done" in outcome.summary
    assert "run one, tag team: not done: you may not" in outcome.left
    assert "run two, tag team: done" in outcome.left
    back = world.undo()
    assert back.state == "done"
    assert world.state() == before


def test_a_server_that_is_gone_is_not_asked_for_each_run(world: World) -> None:
    world.writer.fail("set_run_tag", Unreachable("no server"))
    outcome = world.do(tagged(runs(ONE, TWO), {"team": "risk"}))
    assert outcome.state == "failed"
    assert "run two, tag team: not tried: no server" in outcome.left
    assert len(world.writes()) == 1


@pytest.mark.parametrize("arrived", [True, False])
def test_an_answer_that_does_not_come_is_looked_for(world: World, arrived: bool) -> None:
    def die(call: tuple[str, ...]) -> None:
        if call[0] == "set_run_tag":
            raise Unanswered("the server died")

    if arrived:
        world.writer.after = die
    else:
        world.writer.before = die
    outcome = world.do(tagged(runs(ONE), {"team": "risk"}))
    assert outcome.state == ("done" if arrived else "failed")
    assert world.registry.runs[ONE]["tags"]["team"] == ("risk" if arrived else "credit")


def test_what_nobody_can_read_is_an_unknown_outcome(world: World) -> None:
    def die(call: tuple[str, ...]) -> None:
        if call[0] == "set_run_tag":
            world.writer.fail("run", Unreachable("no server"))
            raise Unanswered("the server died")

    world.writer.after = die
    assert world.do(tagged(runs(ONE), {"team": "risk"})).state == "unknown"


def test_what_was_changed_between_the_look_and_the_write_is_left(world: World) -> None:
    looks = 0

    def other(call: tuple[str, ...]) -> None:
        nonlocal looks
        looks += call[0] == "run"
        if call[0] == "run" and looks == 3:  # shown, confirmed, right before it is written
            world.registry.runs[ONE]["tags"]["team"] = "theirs"

    world.writer.before = other
    outcome = world.do(tagged(runs(ONE), {"team": "risk"}))
    assert outcome.state == "failed"
    assert "changed meanwhile: it is 'theirs' now" in outcome.left[0]
    assert world.registry.runs[ONE]["tags"]["team"] == "theirs"


class _Killed(BaseException):
    """The process is gone: nothing is noted after it."""


def test_who_was_killed_in_the_middle_is_told_which_were_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mltui.actions.journal.FileJournal.ended", lambda *_: "")

    def die(call: tuple[str, ...]) -> None:
        if call[0] == "set_run_tag":
            raise _Killed

    world.writer.after = die
    with pytest.raises(_Killed):
        world.do(tagged(runs(ONE, TWO), {"team": "risk"}))
    written = sqlite3.connect(world.project.root / "mlflow.db")  # what the writer did, as the reader sees it
    written.executemany("insert into tags values ('team', ?, ?)", [("risk", ONE), ("credit", TWO)])
    written.commit()
    written.close()
    monkeypatch.setattr("mltui.sources.journal.source.is_there", lambda *_: False)
    (entry,) = world.workspace.journal.load().entries
    assert entry.unknown
    assert entry.found == (
        "1 of 2 done; mltui undo takes it back",
        "run one, tag team: done",
        "run two, tag team: not done",
    )
    world.writer.after = lambda _call: None
    assert world.undo().state == "done"
    assert world.registry.runs[ONE]["tags"]["team"] == "credit"


# Undo


def test_undo_goes_further_back_each_time(world: World) -> None:
    before = world.state()
    world.do(tagged(runs(ONE), {"team": "risk"}))
    world.do(renamed(runs(ONE)[0], "best"))
    assert undoing(world.workspace, world.stores).entry.action == "run rename"
    world.undo()
    assert undoing(world.workspace, world.stores).entry.action == "run tag"
    world.undo()
    assert world.state() == before
    entries = world.workspace.journal.load().entries
    assert [entry.action for entry in entries] == ["run tag", "run rename", "undo", "undo"]
    assert [entry.note.facts["undo"] for entry in entries[2:]] == [entries[1].id, entries[0].id]


def test_what_was_changed_since_is_not_undone(world: World) -> None:
    world.do(tagged(runs(ONE), {"team": "risk"}))
    world.registry.runs[ONE]["tags"]["team"] = "theirs"
    with pytest.raises(Refused, match="changed since: it is 'theirs' now"):
        world.undo()
    assert world.registry.runs[ONE]["tags"]["team"] == "theirs"


def test_a_tag_that_came_after_is_not_taken_for_what_was_left(world: World) -> None:
    world.do(tagged(runs(ONE), {"team": None}))
    world.registry.runs[ONE]["tags"]["team"] = "theirs"
    with pytest.raises(Refused, match="changed since"):
        world.undo()


def test_somebody_elses_actions_are_theirs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.do(tagged(runs(ONE), {"team": "risk"}))
    monkeypatch.setenv("MLTUI_USER", "grace")
    with pytest.raises(Refused, match="nothing is there to undo of what grace did"):
        world.undo()


class Retrain:
    """Something that can't be undone."""

    name, title = "retrain", "retrain train"

    @property
    def note(self) -> Any:
        from mltui.model.journal import Note

        return Note("job 1")

    def commands(self) -> list[str]:
        return ["dvc repro"]

    def refusal(self) -> Refused | None:
        return None

    def act(self, tell: Any) -> Outcome:
        return Outcome("done", "started")


def test_what_cant_be_undone_is_said_and_not_passed_over_in_silence(world: World) -> None:
    world.do(tagged(runs(ONE), {"team": "risk"}))
    gateway_of(world.workspace).perform(Retrain(), lambda: True)
    found = undoing(world.workspace, world.stores)
    assert found.entry.action == "run tag"
    assert found.passed == (
        "retrain train: what a training made stays; z on its job in Jobs, mltui restore, puts files back",
    )
    with pytest.raises(Refused, match="can't undo retrain train: what a training made stays"):
        undoing(world.workspace, world.stores, world.workspace.journal.load().entries[-1].id)


def test_a_beginning_that_several_actions_have_names_them_and_undoes_none(world: World) -> None:
    world.do(tagged(runs(ONE), {"team": "risk"}))
    world.do(renamed(runs(ONE)[0], "best"))
    before = world.state()
    first, second = world.workspace.journal.load().entries
    shared = first.id[:4]  # the year
    with pytest.raises(UsageError, match=f"2 actions of the journal begin with {shared}") as refused:
        world.undo(shared)
    assert first.id in refused.value.hint and second.id in refused.value.hint and first.title in refused.value.hint
    assert world.state() == before
    assert world.undo(first.id).state == "done"


def test_what_failed_whole_is_nothing_to_undo(world: World) -> None:
    world.do(tagged(runs(ONE), {"team": "risk"}))
    world.writer.fail("set_run_tag", Denied("you may not"))
    world.do(tagged(runs(TWO), {"team": "risk"}))
    assert "run one" in undoing(world.workspace, world.stores).entry.title


def test_what_was_done_in_another_store_is_undone_there(world: World) -> None:
    world.do(tagged(runs(ONE), {"team": "risk"}))
    (world.project.root / "mlflow.db").rename(world.project.root / "other.db")
    elsewhere = Workspace(world.project, Config())
    stores = Stores(elsewhere, lambda _workspace, _which: world.writer)
    with pytest.raises(Refused, match=r"it was done in sqlite:///.*/mlflow.db"):
        gateway_of(elsewhere).perform(undoing(elsewhere, stores).action, lambda: True)


def test_a_secret_is_not_kept_and_so_not_brought_back(world: World) -> None:
    world.registry.runs[ONE]["tags"]["how"] = "--password=hunter22 and more"
    world.do(tagged(runs(ONE), {"how": "by hand"}))
    assert "hunter22" not in world.workspace.journal.files()[0].read_text()
    with pytest.raises(Refused, match="looked like a secret"):
        world.undo()


def test_a_read_only_mltui_does_no_chore(world: World) -> None:
    world.workspace.config = Config(read_only=True)
    with pytest.raises(Refused, match="read-only"):
        gateway_of(world.workspace).perform(world.action(tagged(runs(ONE), {"team": "risk"})), lambda: True)
    assert world.writer.calls == []
