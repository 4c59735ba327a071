"""Logins, tokens and passwords that lie around a project stand on no screen, in no output and in no file of mltui's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import secret_commands
import secret_project as sp
from hostile_commands import ALL_IN_ONE
from hostile_walk import Screen
from secret_commands import ACTING, PLAIN, VIEWS, commands
from test_cli_pipes import OTHERS, READING

pytestmark = pytest.mark.real

#: Keys, and a pattern that stands on the screen only after them.
WALK = (
    ("", "run1"), ("5", "vs champion"), ("\r", "git.example.org"), ("@", "Command log"), ("\r", "esc close"),
    ("\x1b", "esc leave"), ("\x1b", r"\A(?!.*Command log)"), ("J", "Journal"), ("\x1b", r"\A(?!.*Journal)"),
    ("6", "P promote"), ("j\r", "blob.example.org"), ("\x1b", r"\A(?!.*esc back)"), ("4", "fetch"), ("3", "near.csv"),
    ("2", "nothing yet"), ("7", "Jobs"), ("1", "Needs you"),
)  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, own_environment: None) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("secrets")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLTUI_CACHE_DIR", str(folder / "cache"))
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        (folder / "tmp").mkdir()
        root = sp.build(folder)
        patch.setenv("TMPDIR", str(folder / "tmp"))
        patch.setenv("MLTUI_DEBUG", "1")
        for name, value in sp.ENVIRONMENT.items():
            patch.setenv(name, value)
        yield root


def told(data: bytes) -> list[str]:
    """Whose canary stands in it."""
    return [name for name, word in sp.CANARIES.items() if word.encode() in data]


def kept(project: Path) -> dict[str, list[str]]:
    """The files of mltui's own that hold one."""
    places = (project.parent / "cache", project.parent / "state", project.parent / "tmp", project / ".git" / "mltui")
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    return {str(path.relative_to(project.parent)): found for path in files if (found := told(path.read_bytes()))}


def test_every_command_is_walked() -> None:
    """But those that open the screen, build the sample project, or show commands whole to who is to trust them."""
    walked = [line.split() for line in secret_commands.lines(VIEWS + PLAIN + ACTING)]
    said = {" ".join(words[: 2 if words[0] in ("run", "model", "exp") else 1]) for words in walked}
    assert READING.keys() | OTHERS <= said | {"open", "demo"}


def test_no_command_tells_one(project: Path) -> None:
    argv = [sys.executable, "-m", "mltui", "runs", "--json"]
    runs = json.loads(subprocess.run(argv, cwd=project, capture_output=True, check=True).stdout)["runs"]
    words = commands(*(run["run_id"] for run in runs))
    (project.parent / "words.json").write_text(json.dumps(words))
    argv = [sys.executable, "-c", ALL_IN_ONE, str(project.parent / "words.json")]
    done = subprocess.run(argv, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
    parts = [part.partition(b"\n")[2] for part in done.stdout.split(b"@@@")[1:]]
    found = {" ".join(each)[:99]: told(part) for each, part in zip(words, parts, strict=True)}
    found["trust --show"] = sorted(
        {*found["trust --show"]} - {"gate", "header", "webhook"}
    )  # who trusts must have read
    assert not {command: names for command, names in found.items() if names}
    assert b"git.example.org/churn" in done.stdout, "what is no secret is told"
    assert not kept(project)


def test_no_screen_shows_one(project: Path) -> None:
    with Screen([sys.executable, "-m", "mltui"], project, dict(os.environ)) as screen:
        screen.heard = bytearray()
        for keys, pattern in WALK:
            screen.press(keys)
            screen.wait(f"(?s){pattern}", 60)
        assert not told(bytes(screen.heard))
    assert not kept(project)
