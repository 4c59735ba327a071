"""An action from the command line: its document, its exit codes, and that nothing is done unasked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

import jsonschema
import pytest

from mltui.actions.gateway import Gateway
from mltui.cli.doing import How, do
from mltui.config import Config
from mltui.errors import Refused
from mltui.model.journal import Note
from mltui.model.outcome import Outcome, State


class Quiet:
    """A journal that notes nothing."""

    def intend(self, action: object) -> str:
        return ""

    def ended(self, entry: str, outcome: object) -> str | None:
        return None


class Fetch:
    name, title, note = "fetch", "fetch \x1b[31mit", Note("it")

    def __init__(self, state: State = "done", refused: Refused | None = None) -> None:
        self._state, self._refused, self.acted = state, refused, 0

    def commands(self) -> Sequence[str]:
        return ["fetch it"]

    def refusal(self) -> Refused | None:
        return self._refused

    def act(self, tell: Any) -> Outcome:
        self.acted += 1
        tell(1, 1, "fetch")
        return Outcome(self._state, "it came", ("here",))


def _do(action: Fetch, **how: bool) -> int:
    return do(Gateway(Config(), Quiet()), Config(), action, How(**how))


def _document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    schema = json.loads(resources.files("mltui.schema").joinpath("action.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    assert set(schema["required"]) == set(document)
    return document


@pytest.mark.parametrize(("state", "code"), [("done", 0), ("failed", 1), ("unknown", 5), ("interrupted", 130)])
def test_how_it_ended_is_the_exit_code(state: State, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert _do(Fetch(state), yes=True) == code
    said = capsys.readouterr()
    assert "it came" in (said.out if state == "done" else said.err)
    assert "\x1b[31m" not in said.out + said.err
    assert _do(Fetch(state), yes=True, json=True) == code
    assert _document(capsys)["outcome"] == {"state": state, "summary": "it came", "left": ["here"]}


def test_what_is_only_shown_or_refused_is_not_done(capsys: pytest.CaptureFixture[str]) -> None:
    shown, refused, unasked = Fetch(), Fetch(refused=Refused("not now", "later")), Fetch()
    assert _do(shown, dry_run=True, json=True) == 0
    assert _document(capsys)["commands"] == ["fetch it"]
    assert _do(refused, yes=True, json=True) == 4
    assert _document(capsys)["refused"] == {"summary": "not now", "hint": "later"}
    assert _do(unasked, json=True) == 2
    assert _do(unasked) == 2
    assert (shown.acted, refused.acted, unasked.acted) == (0, 0, 0)
