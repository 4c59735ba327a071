"""`y` in mltui: through a real tmux, over a real ssh, and on terminals that have no clipboard."""

from __future__ import annotations

import base64
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.terminal import Terminal
from git_repository import commit, make
from ssh_server import HOST, ssh_server

pytestmark = pytest.mark.real

#: Textual believes these more than the terminal, and a caller may set them.
SIZE = {"COLUMNS": "100", "LINES": "30"}
#: Within tmux, whose status line takes one: as the terminal says.
UNSAID = {"COLUMNS": "", "LINES": ""}
MLTUI = [sys.executable, "-m", "mltui", "--read-only"]
OSC52 = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
#: The same as tmux sends it on to the terminal.
ON_TO = re.compile(rb"\x1b\]52;[a-z]*;([A-Za-z0-9+/=]+)(?:\x07|\x1b\\)")
MOUSE_ON, MOUSE_OFF = b"\x1b[?1000h", b"\x1b[?1000l"


@pytest.fixture
def repository(tmp_path: Path, own_places: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("TMUX", "STY", "TERM_PROGRAM", "LC_TERMINAL", "WT_SESSION", "KITTY_WINDOW_ID"):
        monkeypatch.delenv(name, raising=False)
    path = make(tmp_path / "repository")
    commit(path, a_txt="1")
    return path


def head(repository: Path) -> str:
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repository, capture_output=True, text=True, check=True
    ).stdout.strip()


def at_the_commit(terminal: Terminal, repository: Path) -> None:
    """In History, where the cursor is on the only commit."""
    terminal.wait(r"read \d")
    terminal.press("2")
    terminal.wait(r"History  1 (.|\n)*" + head(repository)[:7])


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    command = ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null"]
    yield command
    subprocess.run([*command, "kill-server"], capture_output=True, check=False)


def test_in_tmux_its_buffer_has_it(repository: Path, tmux: list[str]) -> None:
    with Terminal([*tmux, "new-session", shlex.join(MLTUI)], repository, UNSAID, (100, 30)) as terminal:
        at_the_commit(terminal, repository)
        titled = subprocess.run([*tmux, "display-message", "-p", "#{pane_title}"], capture_output=True, check=True)
        assert titled.stdout.decode().strip() == "mltui · repository · main"
        terminal.heard = bytearray()
        terminal.press("y")
        terminal.wait("copied into tmux: " + head(repository)[:7])
        while not (sent := ON_TO.findall(terminal.heard)):
            terminal.pump(0.2)
        assert base64.b64decode(sent[0]).decode() == head(repository), "and tmux, as it is installed, sent it on"
        done = subprocess.run([*tmux, "show-buffer"], capture_output=True, text=True, check=True)
        assert done.stdout == head(repository)
        terminal.press("q")
        terminal.wait(r"\[exited\]")


def test_in_a_tmux_in_a_tmux_it_says_that_only_the_inner_one_has_it(repository: Path, tmux: list[str]) -> None:
    inner = ["env", "-u", "TMUX", "tmux", "-S", f"{tmux[2]}-inner", "-f", "/dev/null", "new-session", shlex.join(MLTUI)]
    try:
        with Terminal([*tmux, "new-session", shlex.join(inner)], repository, UNSAID, (100, 30)) as terminal:
            at_the_commit(terminal, repository)
            terminal.press("y")
            terminal.wait(r"copied into tmux: [0-9a-f]{40} \(the inner one's")
            shown = subprocess.run(["tmux", "-S", inner[5], "show-buffer"], capture_output=True, text=True, check=True)
            assert shown.stdout == head(repository)
    finally:
        subprocess.run(["tmux", "-S", inner[5], "kill-server"], capture_output=True, check=False)


@pytest.fixture
def gnu_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """GNU screen as it is installed, with sockets of its own."""
    if not shutil.which("screen"):
        pytest.skip("screen is not installed")
    sockets = tmp_path / "sockets"
    sockets.mkdir(mode=0o700)
    monkeypatch.setenv("SCREENDIR", str(sockets))
    command = ["screen", "-c", "/dev/null", "-S", "own"]
    yield [*command, "-U"]
    subprocess.run([*command, "-X", "quit"], capture_output=True, check=False)


def test_in_gnu_screen_esc_comes_at_once_and_a_text_stands_by_itself(repository: Path, gnu_screen: list[str]) -> None:
    with Terminal([*gnu_screen, *MLTUI], repository, {**SIZE, "LC_ALL": "C.UTF-8"}, (100, 30)) as terminal:
        at_the_commit(terminal, repository)
        terminal.press("?")
        terminal.wait("esc close")
        terminal.press("\x1b")
        terminal.wait(r"History  1 (.|\n)*read-only")
        terminal.press("y")
        terminal.wait("select it with the mouse; esc goes back")
        shown = [line.rstrip() for line in terminal.screen.display if line.strip()]
        assert shown == [head(repository), "select it with the mouse; esc goes back"]
        terminal.press("\x1b")
        terminal.wait("that was all of it to select")


def test_over_ssh_the_terminal_is_sent_it_and_the_same_key_again_shows_it(repository: Path) -> None:
    names = ("HOME", "PATH", "PYTHONPATH", "MLTUI_CACHE_DIR", "XDG_STATE_HOME")
    given = {name: os.environ[name] for name in names if name in os.environ}
    with ssh_server({**given, **SIZE}) as server:
        there = f"cd {shlex.quote(str(repository))} && exec {shlex.join(MLTUI)}"
        argv = ["ssh", "-F", str(server.config), "-t", HOST, there]
        with Terminal(argv, repository, SIZE, (100, 30)) as terminal:
            at_the_commit(terminal, repository)
            terminal.heard = bytearray()
            terminal.press("y")
            terminal.wait("sent to the terminal's clipboard: " + head(repository)[:7])
            (sent,) = OSC52.findall(terminal.heard)
            assert base64.b64decode(sent).decode() == head(repository)
            terminal.press("y")
            terminal.wait("select it with the mouse; esc goes back")
            terminal.press("\x1b")
            terminal.wait(r"History  1 ")


@pytest.mark.parametrize("term", ["linux", "screen", "vt220"])
def test_without_a_clipboard_the_text_is_shown_with_the_terminals_own_mouse(repository: Path, term: str) -> None:
    with Terminal(MLTUI, repository, {**SIZE, "TERM": term}, (100, 30)) as terminal:
        at_the_commit(terminal, repository)
        terminal.heard = bytearray()
        terminal.press("y")
        terminal.wait("select it with the mouse; esc goes back")
        heard = bytes(terminal.heard)
        assert MOUSE_OFF in heard
        assert MOUSE_ON not in heard
        assert not OSC52.search(heard)
        assert f"\r\n{head(repository)}\r\n".encode() in heard, "a line by itself: no frame and no blanks"
        terminal.press("\x1b")
        terminal.wait(r"History  1 ")
        terminal.wait("that was all of it to select")
        assert MOUSE_ON in bytes(terminal.heard)
        terminal.press("q")
        while terminal.process.isalive():
            terminal.pump()


def test_a_signal_ends_it_while_a_text_is_shown(repository: Path) -> None:
    with Terminal(MLTUI, repository, {**SIZE, "TERM": "linux"}, (100, 30)) as terminal:
        at_the_commit(terminal, repository)
        terminal.press("y")
        terminal.wait("select it with the mouse")
        os.kill(terminal.process.pid, 15)
        while terminal.process.isalive():
            terminal.pump()
        assert terminal.process.exitstatus == 0
