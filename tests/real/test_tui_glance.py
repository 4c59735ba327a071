"""What was seen last is on the terminal before Textual is imported, and never left behind on it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from shown import shows

pytestmark = pytest.mark.real

ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
#: What Textual asks of a terminal when it starts, before it draws anything.
FOCUS = b"\x1b[?1004h"
#: Seconds after which a test gives up.
PATIENCE = 600


class Session:
    """mltui in a pty of 80 x 24, and all it wrote."""

    def __init__(self, project: Path, **env: str) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mltui"],
            cwd=project,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **env},
            start_new_session=True,
        )
        os.close(theirs)
        self.wrote = b""

    def read(self) -> bool:
        """False at the end."""
        if not select.select([self._ours], [], [], 0.1)[0]:
            return True
        try:
            self.wrote += os.read(self._ours, 1 << 16)
        except OSError:
            return False
        return True

    def until(self, text: bytes) -> None:
        end = time.monotonic() + PATIENCE
        while not shows(text, self.wrote):
            assert self.read(), self.wrote
            assert time.monotonic() < end, self.wrote

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self._ours)[3] & termios.ECHO)

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def end(self) -> int:
        end = time.monotonic() + PATIENCE
        while self.read():  # until nobody has the terminal open: then all that was written has come
            assert time.monotonic() < end, self.wrote
        code = self._process.wait(PATIENCE)
        os.close(self._ours)
        return code


@pytest.fixture
def visited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project on whose Overview somebody looked until its picture was kept."""
    project = tmp_path / "seen before"
    cache = tmp_path / "cache"
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(cache))
    project.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "trunk"], cwd=project, check=True)
    session = Session(project)
    end = time.monotonic() + PATIENCE
    while not list(cache.glob("glance/*")):
        assert session.read(), session.wrote
        assert time.monotonic() < end, session.wrote
    session.press("q")
    assert session.end() == 0
    assert session.wrote.count(ENTER) == session.wrote.count(LEAVE) == 1
    return project


def test_it_is_there_before_textual_and_textual_takes_over(visited: Path) -> None:
    session = Session(visited)
    session.until(FOCUS)
    before, _, _ = session.wrote.partition(FOCUS)
    assert b"as last seen" in before
    assert b"trunk" in before
    session.until(b"Needs you")
    session.press("q")
    assert session.end() == 0
    assert session.wrote.count(ENTER) == 1, "a second one would clear the screen"
    assert session.wrote.count(LEAVE) == 1


def test_it_goes_away_when_nothing_comes_after_it(visited: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken" / "textual"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise RuntimeError('cannot be imported')\n")
    session = Session(visited, PYTHONPATH=str(broken.parent))
    assert session.end() == 3
    picture, left, after = session.wrote.partition(LEAVE)
    assert b"as last seen" in picture
    assert left
    assert b"cannot be imported" in after


@pytest.fixture
def endless(visited: Path, tmp_path: Path) -> Iterator[Session]:
    """A start that comes no further than the picture."""
    slow = tmp_path / "slow" / "textual"
    slow.mkdir(parents=True)
    (slow / "__init__.py").write_text("import time\nwhile True:\n    time.sleep(0.01)\n")
    session = Session(visited, PYTHONPATH=str(slow.parent))
    try:
        session.until(b"as last seen")
        yield session
    finally:
        session.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_who_ends_it_meanwhile_gets_the_terminal_back(endless: Session, number: int) -> None:
    endless.signal(number)
    code = endless.end()
    assert code == (130 if number == signal.SIGINT else -number)
    assert endless.wrote.endswith(LEAVE + b"\x1b[?25h")


def test_what_is_typed_meanwhile_is_not_echoed_and_ctrl_z_waits(endless: Session) -> None:
    assert not endless.echoes
    endless.signal(signal.SIGTSTP)  # waits for Textual, which knows how to stop
    endless.signal(signal.SIGTERM)
    endless.until(LEAVE)
    assert endless.echoes
    assert endless.end() == -signal.SIGTERM


def test_another_store_for_once_is_not_what_the_next_start_shows(visited: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    kept = {path: path.read_bytes() for path in [*cache.glob("glance/*"), *cache.rglob("summary.json")]}
    assert len(kept) == 2
    store = tmp_path / "other"
    (store / "0").mkdir(parents=True)
    (store / "0" / "meta.yaml").write_text(
        "artifact_location: x\nexperiment_id: '0'\nlifecycle_stage: active\nname: O\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mltui", "--store", str(store), "status"], cwd=visited, capture_output=True, check=True
    )
    assert b"other" in done.stdout
    assert {path: path.read_bytes() for path in kept} == kept


def test_a_terminal_of_another_kind_begins_with_nothing_of_it(visited: Path) -> None:
    session = Session(visited, TERM="screen")
    session.until(FOCUS)
    before, _, _ = session.wrote.partition(FOCUS)
    assert b"as last seen" not in before
    session.until(b"Needs you")
    session.press("q")
    assert session.end() == 0
