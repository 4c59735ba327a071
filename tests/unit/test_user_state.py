"""What mltui remembers of its user survives, and never stands in the way."""

from __future__ import annotations

import json
import os
import re
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from mltui.actions import user_state
from mltui.actions.user_state import RECENT_LENGTH, Choices, choices, choose, forget, opened, recent
from mltui.config.keys import KEYS
from mltui.sources.places import Project, user_state_dir

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"


def project(path: Path) -> Project:
    return Project(path, path)


def test_choices_are_kept_per_project(tmp_path: Path) -> None:
    one, other = project(tmp_path / "one"), project(tmp_path / "other")
    assert choices(one) == Choices()
    choose(one, primary="auc", goals={"auc": "max"})
    choose(one, experiments=("churn-*",))
    choose(other, store="http://server")
    assert choices(one) == Choices("auc", {"auc": "max"}, None, ("churn-*",))
    assert choices(other) == Choices(store="http://server")


def test_two_that_choose_at_once_both_keep_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`_load` stands for the moment: another mltui chooses for its project between the look and the writing. It waits
    for its turn; without one it is done long before."""
    one, other, load = project(tmp_path / "one"), project(tmp_path / "other"), user_state._load
    others, looks = list[threading.Thread](), list[str]()

    def and_then(name: str) -> dict[str, Any]:
        found = load(name)
        looks.append(name)
        if len(looks) == 2:  # what is there besides
            others.append(threading.Thread(target=choose, args=(other,), kwargs={"primary": "f1"}))
            others[0].start()
            others[0].join(0.5)
        return found

    monkeypatch.setattr(user_state, "_load", and_then)
    choose(one, primary="auc")
    others[0].join()
    assert (choices(one).primary, choices(other).primary) == ("auc", "f1")


def test_the_files_are_the_users_own(tmp_path: Path) -> None:
    choose(project(tmp_path), primary="auc")
    assert stat.S_IMODE(user_state_dir().stat().st_mode) == 0o700
    assert [entry.name for entry in user_state_dir().iterdir()] == ["choices.json"], "no temporary file stays"


def test_recent_projects_last_first(tmp_path: Path) -> None:
    for number, name in enumerate("abca"):
        opened(project(tmp_path / name), number)
    assert [(Path(entry.where).name, entry.opened) for entry in recent()] == [("a", 3), ("c", 2), ("b", 1)]
    opened(Project(tmp_path, tmp_path, server="http://server"), 9)
    assert recent()[0].where == "http://server"
    forget("http://server")
    assert len(recent()) == 3


def test_old_projects_fall_off(tmp_path: Path) -> None:
    for number in range(RECENT_LENGTH + 2):
        opened(project(tmp_path / str(number)), number)
    assert len(recent()) == RECENT_LENGTH
    assert recent()[-1].opened == 2


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"projects": 1}', '{"projects": [1, {"where": 2}]}', "\xff"])
def test_a_file_that_makes_no_sense_is_empty(tmp_path: Path, text: str) -> None:
    user_state_dir().mkdir(parents=True)
    for name in ("choices.json", "recent.json"):
        (user_state_dir() / name).write_bytes(text.encode("latin-1"))
    assert recent() == ()
    assert choices(project(tmp_path)) == Choices()
    opened(project(tmp_path), 1)
    choose(project(tmp_path), primary="auc")
    assert len(recent()) == 1
    assert choices(project(tmp_path)).primary == "auc"


def test_choices_of_the_wrong_type_do_not_count(tmp_path: Path) -> None:
    mine = project(tmp_path)
    user_state_dir().mkdir(parents=True)
    entry = {"primary": 1, "goals": {"auc": "up", "loss": "min"}, "store": [], "experiments": ["a", 2]}
    (user_state_dir() / "choices.json").write_text(json.dumps({mine.key: entry}))
    assert choices(mine) == Choices(None, {"loss": "min"}, None, ("a",))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_closed_directory_says_so(tmp_path: Path) -> None:
    user_state_dir().mkdir(parents=True, mode=0o500)
    with pytest.raises(OSError, match="denied"):
        choose(project(tmp_path), primary="auc")


def test_the_page_describes_every_key() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| (?:`(\w+)`)?", DOCS.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted((key.name, key.variable) for key in KEYS)
