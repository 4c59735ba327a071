"""mltui in terminals that can do less: of 256 and 16 colours, of none, and without UTF-8, in a pty and in real tmux."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.line_figures import SIZE
from bench.terminal import UNKNOWN_TO_PYTE, Terminal
from patient import PATIENT

pytestmark = pytest.mark.real

PATIENCE = 600
#: Textual believes these more than the terminal, and a caller may set them.
PLAIN = {"COLUMNS": "80", "LINES": "24", "COLORTERM": "", "LC_ALL": "C.UTF-8"}
INK = re.compile(r"\x1b\[([0-9;]*)m")
#: Keys that go to every place, and what lies over them, with the word that says that it is there.
WALK = (
    ("2", "2 History"),
    ("3", "3 Data"),
    ("4", "4 Pipeline"),
    ("6", "6 Models"),
    ("7", "7 Jobs"),
    ("5", "5 Runs"),
    ("?", "Help"),
    ("\x1b", "C charts"),
    (":", "esc"),
    ("\x1b", "C charts"),
    ("1", "1 Overview"),
)


class Kept(Terminal):
    """A terminal that keeps what it was sent."""

    def __init__(self, project: Path, environment: dict[str, str]) -> None:
        super().__init__([*PATIENT, "--read-only"], project, {**PLAIN, **environment}, SIZE)
        self.heard = bytearray()

    @property
    def wrote(self) -> bytes:
        return bytes(self.heard or b"")

    def codes(self) -> set[str]:
        """Every colour or attribute that was asked for, those of many colours by how they begin."""
        found: set[str] = set()
        for ink in INK.findall(self.wrote.decode(errors="replace")):
            found |= set(re.sub(r"([34]8;[25]);[0-9;]*?(?=;[34]8|$)", r"\1", ink).replace("8;", "8:").split(";"))
        return found


def walked(project: Path, **environment: str) -> Kept:
    with Kept(project, environment) as terminal:
        terminal.wait(r"runs \+ \d+ exp")
        for keys, seen in WALK:
            terminal.press(keys)
            terminal.wait(seen)
            terminal.settle(0.2)
    return terminal


def colours(codes: set[str]) -> set[str]:
    return {each for each in codes if re.fullmatch(r"[34][0-8](:.*)?|9[0-7]|10[0-7]", each)}


@pytest.mark.parametrize(
    "environment",
    [{"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, {"TERM": "vt100"}],
    ids=["NO_COLOR", "vt100"],
)
def test_no_colour_where_none_is_wanted(demo_project: Path, own_places: Path, environment: dict[str, str]) -> None:
    codes = walked(demo_project, **environment).codes()
    assert not colours(codes)
    assert "7" in codes, "the cursor stands out all the same"


def test_sixteen_colours_where_there_are_no_more(demo_project: Path, own_places: Path) -> None:
    only_sixteen(walked(demo_project, TERM="linux"))


def only_sixteen(terminal: Kept) -> None:
    found = colours(terminal.codes())
    assert found
    assert not [each for each in found if ":" in each]


def test_no_more_than_256_colours_where_there_are_so_many(demo_project: Path, own_places: Path) -> None:
    codes = walked(demo_project, TERM="screen-256color").codes()
    assert {"38:5", "48:5"} <= codes
    assert not {"38:2", "48:2"} & codes


def test_only_ascii_without_utf8(demo_project: Path, own_places: Path) -> None:
    terminal = walked(demo_project, TERM="xterm", LC_ALL="C")
    assert UNKNOWN_TO_PYTE.sub(b"", terminal.wrote).isascii()
    assert b"?" * 3 not in terminal.wrote
    only_sixteen(terminal)


def test_a_terminal_that_only_prints_gets_a_word_for_it(demo_project: Path, own_places: Path) -> None:
    with Terminal([sys.executable, "-m", "mltui"], demo_project, {**PLAIN, "TERM": "dumb"}, SIZE) as terminal:
        terminal.wait("TERM=dumb(.|\n)*mltui status")


class Tmux:
    """A tmux server of the test's own, of one pane of 80x24 that runs mltui."""

    def __init__(self, place: Path, project: Path, term: str) -> None:
        self._socket = place / "tmux"
        config = place / "tmux.conf"
        config.write_text(f"set -g default-terminal {term}\nset -g status off\n")
        command = f"exec {sys.executable} -m mltui --read-only"
        argv = ["-f", str(config), "new-session", "-d", "-x", "80", "-y", "24", "-c", str(project), command]
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("TERM", "TMUX", "COLORTERM", "COLUMNS", "LINES")
        }
        subprocess.run(["tmux", "-S", str(self._socket), *argv], check=True, env={**kept, "TERM": "xterm"})

    def run(self, *argv: str) -> str:
        done = subprocess.run(["tmux", "-S", str(self._socket), *argv], capture_output=True, text=True, check=False)
        return done.stdout

    def until(self, pattern: str) -> str:
        """The pane with its inks, once `pattern` stands there."""
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, found := self.run("capture-pane", "-p")):
            assert time.monotonic() < end, found
            time.sleep(0.02)
        return self.run("capture-pane", "-pe")


@pytest.fixture(params=["screen", "tmux-256color"])
def tmux(request: pytest.FixtureRequest, tmp_path: Path, demo_project: Path, own_places: Path) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed (see tests/apt-packages.txt)")
    found = Tmux(tmp_path, demo_project, request.param)
    yield found
    found.run("kill-server")


def test_every_place_stands_in_tmux_as_it_is(tmux: Tmux) -> None:
    tmux.until(r"runs \+ \d+ exp")
    for keys, seen in WALK[:6]:
        tmux.run("send-keys", "-l", keys)
        lines = tmux.until(seen)
        assert "\x1b[38;2" not in lines
    tmux.run("send-keys", "-l", "j" * 12)
    before = tmux.until(r"Runs  \d")
    tmux.run("send-keys", "C-l")
    tmux.run("send-keys", "-l", "r")
    assert len(tmux.until(r"5 Runs").splitlines()) == len(before.splitlines())
