"""The journal: every intent and outcome is a line on the disk, whoever else writes, whatever goes wrong."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mltui.actions.finding_out import note_what_is_found
from mltui.actions.gateway import Tell, gateway_of
from mltui.actions.journal import FileJournal
from mltui.cli import run
from mltui.config import Config
from mltui.errors import Refused, SourceError
from mltui.model.journal import Note
from mltui.model.journal_record import Intent
from mltui.model.outcome import Outcome
from mltui.sources.places import Project, user_state_dir
from mltui.sources.workspace import Workspace


class Doing:
    """An action that does what it is told."""

    name, title, note = "reproduce", "make a worktree of run a", Note("run a", after="../churn-a", reason="why not")

    def __init__(self, act: Callable[[], Outcome] = lambda: Outcome("done", "it stands")) -> None:
        self.acted = 0
        self._act = act

    def commands(self) -> list[str]:
        return ["git worktree add ../churn-a", "MLFLOW_TRACKING_TOKEN=geheim1 dvc repro"]

    def refusal(self) -> Refused | None:
        return None

    def act(self, tell: Tell) -> Outcome:
        self.acted += 1
        return self._act()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "churn"
    root.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return Workspace(Project(root, root, root / ".git", root / ".git"), Config())


def file(workspace: Workspace) -> Path:
    return workspace.journal.files()[0]


def lines(workspace: Workspace) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file(workspace).read_bytes().splitlines()]


def do(workspace: Workspace, action: Doing) -> Outcome:
    outcome = gateway_of(workspace).perform(action, lambda: True)
    assert outcome is not None
    return outcome


def test_intent_and_outcome_are_one_line_each(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLTUI_USER", "ada")
    do(workspace, Doing())
    intent, outcome = lines(workspace)
    assert (intent["schema"], intent["event"], intent["action"]) == (1, "intent", "reproduce")
    assert (intent["what"], intent["from"], intent["to"], intent["reason"]) == ("run a", "", "../churn-a", "why not")
    assert (intent["who"]["name"], intent["who"]["source"]) == ("ada", "MLTUI_USER")
    assert intent["commands"] == ["git worktree add ../churn-a", "MLFLOW_TRACKING_TOKEN=… dvc repro"]
    assert (outcome["event"], outcome["id"], outcome["state"]) == ("outcome", intent["id"], "done")
    assert file(workspace).stat().st_mode & 0o777 == 0o600
    (entry,) = workspace.journal.load().entries
    assert (entry.state, entry.summary, entry.unknown, entry.note.after) == ("done", "it stands", False, "../churn-a")


def test_the_intent_is_on_the_disk_before_anything_is_done(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bytes] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        synced.append(file(workspace).read_bytes())

    monkeypatch.setattr(os, "fsync", fsync)

    def act() -> Outcome:
        assert synced
        assert b'"event":"intent"' in synced[-1]
        return Outcome("done", "")

    do(workspace, Doing(act))
    assert b'"event":"outcome"' in synced[-1]


def test_an_action_that_asks_is_told_how_it_was_noted_before_it_acts(workspace: Workspace) -> None:
    class Telling(Doing):
        def noted(self, intent: Intent) -> None:
            assert not self.acted
            self.intent = intent

    action = Telling()
    do(workspace, action)
    (entry,) = workspace.journal.load().entries
    assert (action.intent.id, action.intent.at, action.intent.note) == (entry.id, entry.at, entry.note)


def test_what_is_at_it_is_told_from_what_nobody_knows(workspace: Workspace) -> None:
    FileJournal(workspace).intend(Doing())
    (entry,) = workspace.journal.load().entries
    assert (entry.acting, entry.unknown) == (True, False)
    document = lines(workspace)[0]
    file(workspace).write_text(json.dumps({**document, "pid_start": document["pid_start"] + "9"}) + "\n")
    (entry,) = workspace.journal.load().entries
    assert (entry.acting, entry.unknown) == (False, True)
    assert entry.found == ("../churn-a is not there: nothing was made, or it was taken away",)


def test_who_noted_the_end_after_it_was_read_and_went_left_nothing_unknown(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`is_there` stands for the moment: whoever acts writes the outcome, and ends, after the journal was read."""
    journal = FileJournal(workspace)
    id = journal.intend(Doing())

    def is_there(_pid: int, _start: str) -> bool:
        journal.ended(id, Outcome("done", "it stands"))
        return False

    monkeypatch.setattr("mltui.sources.journal.source.is_there", is_there)
    (entry,) = workspace.journal.load().entries
    assert (entry.state, entry.found) == ("done", ())
    note_what_is_found(workspace)
    assert [line["event"] for line in lines(workspace)] == ["intent", "outcome"]


def test_what_was_found_is_noted_once_and_never_read_only(workspace: Workspace) -> None:
    FileJournal(workspace).intend(Doing())
    document = lines(workspace)[0]
    file(workspace).write_text(json.dumps({**document, "pid": 2**22 + 1}) + "\n")
    before = file(workspace).read_bytes()
    only = Workspace(workspace.project, Config(read_only=True))
    note_what_is_found(only)
    assert file(workspace).read_bytes() == before
    assert only.journal.load().entries[0].found
    for _ in range(3):
        note_what_is_found(workspace)
    assert [line["event"] for line in lines(workspace)] == ["intent", "found"]
    assert workspace.journal.load().entries[0].found_at is not None
    FileJournal(workspace).found(document["id"], ["another said it"])
    assert len(lines(workspace)) == 2


KILLED = """
import os, signal, sys
from pathlib import Path
from mltui.actions.gateway import gateway_of
from mltui.cli import run
from mltui.config import Config
from mltui.sources.places import Project
from mltui.sources.workspace import Workspace
sys.path.insert(0, sys.argv[2])
from test_journal import Doing
root = Path(sys.argv[1])
workspace = Workspace(Project(root, root, root / ".git", root / ".git"), Config())
gateway_of(workspace).perform(Doing(lambda: os.kill(os.getpid(), signal.SIGKILL)), lambda: True)
"""

WRITING = (
    KILLED.rpartition("\n")[0].rpartition("\n")[0]
    + """
from mltui.model.outcome import Outcome
gateway = gateway_of(workspace)
for at in range(20):
    gateway.perform(Doing(lambda: Outcome("done", "x" * 9000 + str(at))), lambda: True)
"""
)


def test_killed_between_intent_and_outcome(workspace: Workspace) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(workspace.project.root), str(Path(__file__).parent)], check=False
    )
    assert done.returncode == -signal.SIGKILL
    (entry,) = workspace.journal.load().entries
    assert entry.unknown
    note_what_is_found(workspace)
    assert [line["event"] for line in lines(workspace)] == ["intent", "found"]


def test_eight_processes_write_at_once_and_nothing_is_lost(workspace: Workspace) -> None:
    argv = [sys.executable, "-c", WRITING, str(workspace.project.root), str(Path(__file__).parent)]
    several = [subprocess.Popen(argv) for _ in range(8)]
    assert [each.wait(120) for each in several] == [0] * 8
    assert len(lines(workspace)) == 8 * 20 * 2  # each is a line that makes sense
    assert len(workspace.journal.load().entries) == 8 * 20
    assert all(entry.state == "done" for entry in workspace.journal.load().entries)


@pytest.mark.parametrize(
    "torn", [b'{"schema":1,"event":"int', b"\xff\xfe{", b"[1]", b'{"id":', b"{}", b"[" * 5000], ids=map(str, range(6))
)
def test_a_torn_line_is_left_out_and_the_next_begins_on_a_fresh_one(workspace: Workspace, torn: bytes) -> None:
    do(workspace, Doing())
    with file(workspace).open("ab") as end:
        end.write(torn)
    assert len(workspace.journal.load().entries) == 1
    do(workspace, Doing())
    assert len(workspace.journal.load().entries) == 2
    assert torn + b"\n" in file(workspace).read_bytes()


def test_lines_of_another_version_are_read_as_far_as_they_are_understood(workspace: Workspace) -> None:
    do(workspace, Doing())
    more = [
        {"schema": 9, "event": "intent", "id": "later", "at": 1, "action": "fly", "weather": {"wind": 3}},
        {"schema": 9, "event": "outcome", "id": "later", "at": "soon", "state": "splendid", "left": [1, "a"]},
        {"schema": 9, "event": "comment", "id": "later", "text": "?"},
        {"schema": 1, "event": "outcome", "id": "nobody's", "at": 1, "state": "done"},
    ]
    with file(workspace).open("a") as end:
        end.writelines(json.dumps(each) + "\n" for each in more)
    first, _ = workspace.journal.load().entries
    assert (first.id, first.title, first.state, first.left, first.ended) == ("later", "fly", "unknown", ("a",), None)


def _full(monkeypatch: pytest.MonkeyPatch, written: int) -> None:
    """Of each write so many bytes find room."""
    real = os.write

    def write(handle: int, data: bytes) -> int:
        if not written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, data[:written])

    monkeypatch.setattr(os, "write", write)


@pytest.mark.parametrize("room", [0, 20])
def test_a_full_disk_refuses_and_nothing_is_done(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    do(workspace, Doing())
    before = file(workspace).read_bytes()
    action = Doing()
    with monkeypatch.context() as patch:
        _full(patch, room)
        with pytest.raises(Refused, match="No space left"):
            do(workspace, action)
    assert action.acted == 0
    assert file(workspace).read_bytes() == before


def test_an_outcome_that_cannot_be_noted_is_said_and_not_lost(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def act() -> Outcome:
        _full(monkeypatch, 0)
        return Outcome("done", "it stands", ("and this",))

    outcome = do(workspace, Doing(act))
    assert (outcome.state, outcome.summary, outcome.left[0]) == ("done", "it stands", "and this")
    assert "NOT NOTED in the journal that this ended (done)" in outcome.left[1]
    assert workspace.journal.load().entries[0].state is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_where_git_is_closed_the_users_state_has_it_and_that_is_said_once(workspace: Workspace) -> None:
    git = workspace.project.root / ".git"
    git.chmod(0o500)
    try:
        _kept_elsewhere(workspace)
    finally:
        git.chmod(0o700)


def test_where_gits_directory_is_a_file_the_users_state_has_it_and_that_is_said_once(workspace: Workspace) -> None:
    (workspace.project.root / ".git" / "mltui").write_text("")
    _kept_elsewhere(workspace)


def _kept_elsewhere(workspace: Workspace) -> None:
    (told,) = do(workspace, Doing()).left
    assert told.startswith(f"the journal is kept in {workspace.journal.files()[1]}")
    assert do(workspace, Doing()).left == ()
    assert [entry.state for entry in workspace.journal.load().entries] == ["done", "done"]


def test_where_nothing_can_be_written_nothing_is_done(workspace: Workspace) -> None:
    (workspace.project.root / ".git" / "mltui").write_text("")
    user_state_dir().parent.mkdir(parents=True, exist_ok=True)
    user_state_dir().write_text("")
    action = Doing()
    with pytest.raises(Refused, match="nothing is done without it"):
        do(workspace, action)
    assert action.acted == 0


@pytest.mark.parametrize(
    ("error", "state"),
    [(KeyboardInterrupt(), "interrupted"), (Refused("engine down"), "failed"), (SourceError("no"), "failed"),
     (RuntimeError("a mistake"), "unknown")],
)  # fmt: skip
def test_what_an_action_raises_is_noted_and_goes_on(workspace: Workspace, error: BaseException, state: str) -> None:
    def act() -> Outcome:
        raise error

    with pytest.raises(type(error)):
        do(workspace, Doing(act))
    assert workspace.journal.load().entries[0].state == state


def test_a_pipe_in_the_journals_place_holds_nobody_up(workspace: Workspace) -> None:
    file(workspace).parent.mkdir(parents=True)
    os.mkfifo(file(workspace))
    assert workspace.journal.load().entries == ()


def test_the_command_prints_the_newest_as_its_schema_has_it(
    workspace: Workspace, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for _ in range(3):
        do(workspace, Doing())
    assert run(["-C", str(workspace.project.root), "journal", "--json", "--limit", "2"]) == 0
    schema = json.loads(resources.files("mltui.schema").joinpath("journal.schema.json").read_text("utf-8"))
    document = json.loads(capfdbinary.readouterr().out)
    jsonschema.validate(document, schema)
    assert [entry["outcome"] for entry in document["entries"]] == ["done", "done"]
    assert run(["-C", str(workspace.project.root), "journal"]) == 0
    assert capfdbinary.readouterr().out.decode().count("make a worktree of run a") == 3
