"""`mltui projects` tells what the app's list of recent projects offers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from git_repository import make

from closed_schema import closed
from mltui.actions.opening import open_workspace
from mltui.actions.user_state import recent
from mltui.cli import run

pytestmark = pytest.mark.real


@pytest.fixture
def mltui(capfd: pytest.CaptureFixture[str]) -> Any:
    def ask(here: Path, *words: str) -> tuple[str, str]:
        assert run(["-C", str(here), "projects", *words]) == 0
        return tuple(capfd.readouterr())

    return ask


def opened(where: Path | str) -> None:
    """As the app opens it."""
    open_workspace(str(where), remember=True).close()


def test_the_last_one_comes_first_and_which_is_here(tmp_path: Path, mltui: Any) -> None:
    one, other = make(tmp_path / "one"), make(tmp_path / "other")
    for where in (one, other, "http://ada:secret@127.0.0.1:9", one):
        opened(where)
    shutil.rmtree(other)  # one that is gone is offered too: it may be on a disk that is not there now
    found = json.loads(mltui(one, "--json")[0])
    jsonschema.validate(found, closed("projects"))
    listed = [each["where"] for each in found["projects"]]
    assert listed == [each.where for each in recent()]
    assert (listed[0], listed[2]) == (str(one), str(other)) and listed[1].endswith("127.0.0.1:9")
    assert [each["here"] for each in found["projects"]] == [True, False, False]
    assert all(isinstance(each["opened"], int) for each in found["projects"])
    said = mltui(one)[0]
    assert "secret" not in said + json.dumps(found)
    assert [row.split()[0] for row in said.splitlines()] == listed
    assert [row.endswith("here") for row in said.splitlines()] == [True, False, False]


def test_asking_is_no_opening(tmp_path: Path, mltui: Any) -> None:
    out, err = mltui(tmp_path)
    assert (out, err) == ("", "mltui: no project was opened before\n  mltui opens the one around you\n")
    assert json.loads(mltui(tmp_path, "--json")[0]) == {"schema": 1, "projects": []}
    assert recent() == ()


def test_a_name_is_not_obeyed_and_not_cut(tmp_path: Path, mltui: Any) -> None:
    place = tmp_path / ("long-" * 40) / "red\x1b[31m"
    place.mkdir(parents=True)
    opened(place)
    said = mltui(tmp_path)[0]
    assert "\x1b" not in said and "long-" * 40 in said
    assert json.loads(mltui(tmp_path, "--json")[0])["projects"][0]["where"] == str(place)
