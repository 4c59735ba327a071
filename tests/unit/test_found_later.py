"""What could not be found out of an action is looked at again, and is not noted as if it had been found."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from promotions import workspace_at

from mltui.actions.finding_out import note_what_is_found
from mltui.actions.gateway import Tell
from mltui.actions.journal import FileJournal
from mltui.errors import Refused
from mltui.model.journal import TOLD_FOR, Note
from mltui.model.move_tags import facts_of
from mltui.model.moves import Move
from mltui.model.outcome import Outcome
from mltui.sources.journal.finding import is_final
from mltui.sources.port import now_ms
from mltui.sources.workspace import Workspace

AGO = 120_000


class Promoting:
    """A promotion, as the journal sees it, in the registry at `where`."""

    name, title = "promote", "promote churn/5 to @champion"

    def __init__(self, where: str) -> None:
        facts = {**facts_of(Move("churn", "@champion", "4", "5", 1, who="ada")), "registry": where}
        self.note = Note("churn@champion", "4", "5", "", facts)

    def commands(self) -> list[str]:
        return []

    def refusal(self) -> Refused | None:
        return None

    def act(self, tell: Tell) -> Outcome:
        raise NotImplementedError


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path / "churn")


def killed(workspace: Workspace, where: str) -> Path:
    """The journal, of a promotion two minutes ago whose process is gone."""
    FileJournal(workspace).intend(Promoting(where))
    (path,) = (each for each in workspace.journal.files() if each.exists())
    line = json.loads(path.read_text()) | {"pid": 2**22 + 1, "at": now_ms() - AGO}
    path.write_text(json.dumps(line) + "\n")
    return path


@pytest.mark.parametrize("there", [False, True])
def test_another_registry_tells_nothing_of_it(workspace: Workspace, there: bool) -> None:
    if there:
        os.close(os.open(workspace.project.root / "mlflow.db", os.O_CREAT))
    path = killed(workspace, "https://mlflow.example")
    (entry,) = workspace.journal.load().entries
    (told,) = entry.found
    assert told.startswith("could not look: it was begun in https://mlflow.example, and what is looked at is ")
    note_what_is_found(workspace)
    assert path.read_text().count("\n") == 1, "a later start may find it"


def test_after_a_week_it_is_noted_all_the_same(workspace: Workspace) -> None:
    killed(workspace, "https://mlflow.example")
    (entry,) = workspace.journal.load().entries
    assert not is_final(entry)
    assert is_final(replace(entry, at=entry.at - TOLD_FOR))
    assert is_final(replace(entry, found=("churn @champion is at 5: it was set",)))
