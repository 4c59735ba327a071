"""Files that nobody sane wrote, through mltui's own readers: a word about them, and nothing is waited for."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from tests.fuzz.bombs import BOMBS

from mltui.actions.user_state import choices
from mltui.config.loading import load_config
from mltui.errors import Unreadable
from mltui.model.documents import DEEPEST, from_json, from_toml, to_json
from mltui.sources import dotenv, regular, yaml_text
from mltui.sources.dvc.cached import Cache
from mltui.sources.dvc.child import bounds
from mltui.sources.dvc.declared import declared
from mltui.sources.mlflow.discovery.walk import DEPTH, walk
from mltui.sources.mlflow.files import disk, meta
from mltui.sources.places import Project
from mltui.sources.trust import trust_of
from mltui.sources.views import parse_views

#: So much more is in a process that has read a bomb than in one that has not (bytes).
MOST = 200 << 20


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_told_by_its_line(bomb: str) -> None:
    text, why = BOMBS[bomb]
    for data in (text, text.encode(), text.encode("utf-16")):
        with pytest.raises(ValueError, match=why):
            yaml_text.load(data)
    with pytest.raises(ValueError, match=r"^line \d+: "):
        declared(text)
    with pytest.raises(Unreadable, match=why):
        meta.parse(text)


def test_a_bomb_kills_nobody() -> None:
    """In a process of its own: what is tried here ends one that is not on its guard."""
    code = """
import resource, sys
from mltui.sources import yaml_text
from tests.fuzz.bombs import BOMBS
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for text, _ in BOMBS.values():
    try:
        yaml_text.load(text)
    except ValueError:
        print("refused")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    *refused, grown = done.stdout.split()
    assert (done.returncode, len(refused)) == (0, len(BOMBS)), done.stderr
    assert int(grown) < MOST


def test_what_people_write_is_no_bomb() -> None:
    """Aliases, merges, globs, a hundred levels, and a file with as many lists as it likes."""
    shared = "base: &base {a: 1, b: [x, y]}\n" + "".join(f"s{n}: {{<<: *base, c: {n}}}\n" for n in range(1000))
    lists = "stages:\n" + "".join(f"  s{n}:\n    cmd: cat *.csv & wait\n    deps: [a, {{b: c}}]\n" for n in range(5000))
    deep = "[" * DEEPEST + "]" * DEEPEST
    blocks = "".join("  " * level + "a:\n" for level in range(DEEPEST)) + "  " * DEEPEST + "b"
    for text in (shared, lists, deep, blocks):
        assert yaml_text.load(text) == yaml.safe_load(text)
    assert bounds.DEEPEST == DEEPEST


@pytest.mark.parametrize(
    "text", ["!!bool x", "!!timestamp x", "!!int ''", "!!float ''", "2020-99-99", "? [a]", "<<: 3", "!!binary 'é'"]
)
def test_a_tag_on_the_wrong_word(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        yaml_text.load(text)


@pytest.mark.parametrize(
    "text",
    ["[" * 5000, '{"a":' * 5000 + "1" + "}" * 5000, "[" * (DEEPEST + 2) + "]" * (DEEPEST + 2), b"\xff", "9" * 5000],
)
def test_json_that_is_nested_or_broken(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(text)


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000, ".".join("a" * 500) + " = 1", f"a = {'9' * 5000}", "a = 2020-99-99", "a = 1\na = 2"]
)
def test_toml_that_is_nested_or_broken(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_toml(text)


def test_what_json_has_not_is_told_as_text() -> None:
    day = datetime.date(2020, 1, 2)
    assert json.loads(to_json({"a": {day: [day, (1,)]}, (1, 2): None})) == {
        "a": {"2020-01-02": ["2020-01-02", [1]]},
        "(1, 2)": None,
    }
    assert json.loads(to_json([1, "é", None])) == [1, "é", None]


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, _loop, _zero], ids=["pipe", "directory", "loop", "device"])
def test_what_is_no_file_is_not_waited_for(
    make: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    for name in ("mltui.toml", "pyproject.toml", ".env", "views.toml", ".dvc/config", "state/mltui/trust.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        make(tmp_path / name)
    make(tmp_path / "state" / "mltui" / "choices.json")
    project = Project(tmp_path, tmp_path)
    assert load_config(tmp_path, tmp_path).store is None
    assert dotenv.read_dotenv(tmp_path / ".env") == {}
    (problem,) = parse_views(tmp_path / "views.toml").problems
    assert "can't be read" in problem.summary
    assert Cache(tmp_path).path == tmp_path / ".dvc" / "cache"
    assert trust_of(project).digest == ""
    assert choices(project) == choices(Project(tmp_path / "other", tmp_path / "other"))
    with pytest.raises(OSError, match=r"."):
        regular.bytes_of(tmp_path / "mltui.toml")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "dvc.lock"
    with path.open("wb") as file:
        file.truncate(100 << 20)
    with pytest.raises(ValueError, match="too large"):
        regular.bytes_of(path)
    assert len(regular.bytes_of(path, 100 << 20)) == 100 << 20


def test_directories_that_lead_into_themselves(tmp_path: Path) -> None:
    """``mlruns`` may be a link, and is followed: as deep as anything is looked for, and no deeper."""
    (tmp_path / "mlruns").symlink_to(".")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "back").symlink_to("..")
    found = walk(tmp_path)
    assert found.complete
    assert len(found.directories) <= 2 * (DEPTH + 1)
    assert not any("back" in path for path in found.directories)
    top = tmp_path / "run"
    (top / "metrics").mkdir(parents=True)
    (top / "metrics" / "again").symlink_to(".")
    (top / "metrics" / "itself").symlink_to("itself")
    tree = disk.walk(str(top / "metrics"))
    assert tree.files == []
    assert sorted(Path(path).name for path, _ in tree.odd) == ["again", "itself"]
