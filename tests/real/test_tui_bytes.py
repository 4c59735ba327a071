"""What mltui sends over the line at 80x24, counted: for a step, a scroll, another place, a key that is held, idling.

Waiting for the screen to be still can only count too little, so that a busy machine fails nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bench.line_figures import CHANGE, DELAY, RATE, REPEAT, SCROLL, SIZE, STEP, sent
from bench.terminal import Terminal
from patient import PATIENT
from ssh_server import HOST, ssh_server
from tests.ports import free_port

from mltui.tui.wire.outlet import WINDOW

pytestmark = pytest.mark.real

#: Textual believes these more than the terminal, and a caller may set them.
ENVIRONMENT = {"COLUMNS": "80", "LINES": "24", "DVC_NO_ANALYTICS": "1"}
PLACES = {"1": "Overview", "2": "History", "3": "Data", "4": "Pipeline", "5": "Runs", "6": "Models", "7": "Jobs"}


@pytest.fixture(scope="module")
def terminal(demo_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    places = tmp_path_factory.mktemp("places")
    own = {"MLTUI_CACHE_DIR": str(places / "cache"), "XDG_STATE_HOME": str(places / "state")}
    with Terminal([*PATIENT, "--read-only"], demo_project, {**ENVIRONMENT, **own}, SIZE) as found:
        found.wait(r"runs \+ \d+ exp")
        found.settle(2)
        yield found


def go(terminal: Terminal, number: str) -> int:
    bytes_sent = sent(terminal, number, 0.3)
    terminal.wait(rf"{number} {PLACES[number]}")
    return bytes_sent


@pytest.mark.parametrize("number", PLACES)
def test_a_place_sends_little(terminal: Terminal, number: str) -> None:
    go(terminal, "1" if number != "1" else "5")
    assert go(terminal, number) <= CHANGE
    steps = [sent(terminal, key, 0.15) for key in "gjjk"]
    assert max(steps[1:]) <= STEP, steps
    assert sent(terminal, "G", 0.3) <= SCROLL * 2
    inside = sent(terminal, "\r", 0.4)
    assert inside <= CHANGE
    assert max(sent(terminal, key, 0.15) for key in "jj") <= SCROLL
    assert same_when_drawn_again(terminal)
    assert sent(terminal, "\x1b", 0.4) <= CHANGE


@pytest.mark.parametrize("keys", ["?", ":", "C", "l", "c", "@", "J"])
def test_what_lies_over_a_place_sends_little(terminal: Terminal, keys: str) -> None:
    go(terminal, "5")
    assert sent(terminal, keys, 0.4) <= CHANGE
    assert same_when_drawn_again(terminal)
    assert sent(terminal, "\x1b", 0.3) <= CHANGE


def test_esc_is_esc_though_an_answer_of_the_terminal_follows_at_once(terminal: Terminal) -> None:
    go(terminal, "5")
    terminal.press("?")
    terminal.wait("esc close")
    terminal.press("\x1b\x1b[1;1R")
    terminal.wait("5 Runs(.|\n)*C charts")


def same_when_drawn_again(terminal: Terminal) -> bool:
    """Whether ``ctrl+l``, which writes every cell, changes none: the terminal had what it was thought to have.

    Not of the lines that tell the time and what may be done.
    """
    for _ in range(3):  # something may have been read meanwhile
        before = terminal.screen.display[1:-1]
        sent(terminal, "\x0c", 0.3)
        if terminal.screen.display[1:-1] == before:
            return True
    return False


def test_what_is_drawn_again_is_all(terminal: Terminal) -> None:
    go(terminal, "5")
    terminal.screen.erase_in_display(2)  # as a message of somebody else would
    sent(terminal, "j", 0.2)
    assert "Runs  " not in terminal.text(), "only cells that changed are sent"
    terminal.press("\x0c")
    terminal.wait(r"5 Runs(.|\n)*Runs  \d")


@pytest.fixture
def long_history(tmp_path: Path) -> Path:
    """A repository of 300 commits, which git imports in a moment."""
    project = tmp_path / "project"
    subprocess.run(["git", "init", "-q", "-b", "main", str(project)], check=True)
    stream = "".join(
        f"commit refs/heads/main\ncommitter A <a@b.c> {1_700_000_000 + nth} +0000\ndata 9\nstep {nth:04}\n"
        for nth in range(300, 0, -1)
    )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=project, input=stream, text=True, check=True)
    return project


@contextmanager
def far_away(project: Path, own_places: Path) -> Iterator[Terminal]:
    """mltui on `project` through ssh over a slow line."""
    names = ("PATH", "PYTHONPATH", "MLTUI_CACHE_DIR", "XDG_STATE_HOME")
    environment = {**ENVIRONMENT, "LANG": "C.UTF-8", **{name: os.environ[name] for name in names if name in os.environ}}
    root = Path(__file__).parents[2]
    with ssh_server(environment) as server:
        port = free_port()
        line = [sys.executable, "-m", "bench.slowline", str(port), str(server.port), str(DELAY), str(RATE)]
        proxy = subprocess.Popen(line, cwd=root, stdout=subprocess.PIPE)
        try:
            assert proxy.stdout
            assert proxy.stdout.readline() == b"listening\n"
            known = ["-o", f"HostKeyAlias=[127.0.0.1]:{server.port}"]
            ssh = ["ssh", "-tt", "-F", str(server.config), *known, "-p", str(port), HOST]
            mltui = f"cd {project} && exec {sys.executable} -m mltui --read-only"
            with Terminal([*ssh, mltui], project, ENVIRONMENT, SIZE) as terminal:
                yield terminal
        finally:
            proxy.terminate()
            proxy.wait()


@pytest.mark.skipif(shutil.which("sshd") is None and not Path("/usr/sbin/sshd").exists(), reason="no openssh-server")
def test_frames_of_a_held_key_that_the_line_has_no_room_for_are_dropped(long_history: Path, own_places: Path) -> None:
    keys = 120
    with far_away(long_history, own_places) as terminal:
        terminal.wait("main")
        terminal.press("2")
        terminal.wait("step 0001")
        terminal.settle(1)
        before, begin = terminal.received, time.monotonic()
        for _ in range(keys):
            terminal.press("j")
            end = time.monotonic() + REPEAT
            while time.monotonic() < end:
                terminal.pump(0.002)
        held, came = time.monotonic() - begin, terminal.received - before
        terminal.wait(f"step {keys + 1:04}")
        terminal.settle(1)
        behind = terminal.received - before - came
        row = terminal.screen.display[terminal.cursor_row()]
    assert f"step {keys + 1:04}" in row, "the last frame is that of the last key"
    assert came <= held * RATE * 1000 / 8 + SCROLL
    # What is on its way when the key is let go: as much as may be, the frames around it, and the newest.
    assert behind <= WINDOW + 3 * SCROLL


def comes(terminal: Terminal, seconds: float) -> int:
    """Bytes that come by themselves in so long."""
    before, end = terminal.received, time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.pump(0.1)
    return terminal.received - before


def test_it_idles_in_silence(terminal: Terminal) -> None:
    """A minute of each place is in the bench (`idle`); here what ticks each second would come in every try, and what is
    read late on a busy machine in the first ones only."""
    for number in PLACES:
        go(terminal, number)
        assert not all(comes(terminal, 1.5) for _ in range(40)), number
    assert re.search(r"7 Jobs", terminal.text())
