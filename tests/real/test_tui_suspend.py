"""ctrl+z and fg, from a shell that controls jobs, alone and below another program."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.terminal import Terminal
from shown import shows

from mltui.sources.processes import is_taken

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed: no job control to try"),
]

#: Seconds after which a test gives up.
PATIENCE = 600


class Shell:
    """An interactive bash in a terminal of its own."""

    def __init__(self, where: Path) -> None:
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.chdir(where)
            env = {**os.environ, "TERM": "xterm-256color", "PS1": "$ "}
            os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], env)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def type(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def until(self, *texts: bytes) -> bytes:
        """Everything from now on until all of `texts` came, in whatever order."""
        wrote, end = b"", time.monotonic() + PATIENCE
        while not all(shows(text, wrote) for text in texts):
            assert time.monotonic() < end, wrote
            wrote += self.read()
        return wrote

    def read(self) -> bytes:
        """What came, if anything did within a moment."""
        return os.read(self._terminal, 1 << 16) if select.select([self._terminal], [], [], 0.1)[0] else b""

    def close(self) -> None:
        os.close(self._terminal)
        os.waitpid(self._pid, 0)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    subprocess.run(["git", "init", "-q", "-b", "trunk"], cwd=tmp_path, check=True)
    opened = Shell(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def slow_git(tmp_path: Path) -> Path:
    """A directory for PATH with a git that tells its pid and does not answer when it is asked for the status."""
    folder = tmp_path / "slow"
    folder.mkdir()
    script = (
        f'#!/bin/sh\ncase " $* " in *" status "*) echo $$ >>{folder}/pids; exec sleep 600;; esac\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    (folder / "git").write_text(script)
    (folder / "git").chmod(0o755)
    return folder


def test_a_git_that_is_slow_does_not_outlive_mltui(shell: Shell, slow_git: Path) -> None:
    shell.type(f"PATH={slow_git}:$PATH {sys.executable} -m mltui\n")
    shell.until(b"Overview")
    end, pids = time.monotonic() + PATIENCE, slow_git / "pids"
    while not pids.exists() or not pids.read_text().endswith("\n"):
        assert time.monotonic() < end
        shell.read()
    shell.type("\x1a")
    shell.until(b"Stopped")
    shell.type("fg\n")
    shell.until(b"Overview")
    shell.type("q")
    shell.until(b"\x1b[?1049l")
    left = {int(pid) for pid in pids.read_text().split()}
    try:
        while any(is_taken(pid) for pid in left):
            assert time.monotonic() < end, "git was left behind"
            shell.read()
    finally:
        for pid in filter(is_taken, left):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("command", ["{python} -m mltui", "sh -c '{python} -m mltui; true'"])
def test_the_shell_is_back_at_once_and_fg_draws_everything(shell: Shell, command: str) -> None:
    shell.type(command.format(python=sys.executable) + "\n")
    shell.until(b"Needs you")
    for _ in range(2):
        shell.type("\x1a")
        left, _, after = shell.until(b"Stopped").partition(b"\x1b[?1049l")
        assert after, left
        shell.type("echo still $((1 + 1)) here\n")
        shell.until(b"still 2 here")
        shell.type("fg\n")
        shell.until(b"trunk", b"Needs you", b"Overview")
    shell.type("q")
    shell.until(b"$ ")


def test_whom_sigstop_stopped_goes_on_as_before_and_ends(tmp_path: Path, own_places: Path) -> None:
    """Nobody was told, so nothing was given away: the terminal is not taken once more, by one more thread each time."""
    subprocess.run(["git", "init", "-q", "-b", "trunk"], cwd=tmp_path, check=True)
    with Terminal([sys.executable, "-m", "mltui"], tmp_path, {"COLUMNS": "100", "LINES": "30"}, (100, 30)) as terminal:
        terminal.wait("Overview")
        terminal.settle(0.5)
        for _ in range(3):
            os.kill(terminal.process.pid, signal.SIGSTOP)
            terminal.screen.erase_in_display(2)  # as whoever has the terminal meanwhile might
            os.kill(terminal.process.pid, signal.SIGCONT)
            terminal.wait("1 Overview")
            terminal.settle(0.3)
        terminal.press("2")
        terminal.wait("2 History")
        terminal.press("q")
        end = time.monotonic() + PATIENCE / 10
        while terminal.process.isalive():
            assert time.monotonic() < end, "it waits for a thread that reads"
            terminal.pump(0.1)
