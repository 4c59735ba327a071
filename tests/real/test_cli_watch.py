"""`mltui status --watch` beside somebody who works: what it tells, where, and how it leaves the terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyte
import pytest
from cli_projects import log_runs, make_pipeline
from git_repository import commit, git, make

from mltui.cli.options import Options
from mltui.cli.watch import Inbox, Watched
from mltui.sources.looks import NAMES

pytestmark = pytest.mark.real

WATCH = (sys.executable, "-m", "mltui", "status", "--watch", "0.5")
#: So long something is waited for that comes at once (seconds).
PATIENCE = 120


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make(tmp_path_factory.mktemp("watch") / "project")
    make_pipeline(path)
    log_runs(f"sqlite:///{path}/mlflow.db", "registry", cwd=path)
    (path / ".gitignore").write_text("/mlflow.db*\n/mlruns\n/clean.csv\n/model.bin\n/raw.txt\n")
    commit(path, "everything")
    return path


@pytest.fixture
def project(made: Path) -> Iterator[Path]:
    """The project, put back after a test."""
    database = (made / "mlflow.db").read_bytes()
    yield made
    git(made, "checkout", "-q", "--force", "main")
    git(made, "clean", "-q", "-fd")
    (made / "mlflow.db").write_bytes(database)


class Lines:
    """What is read of a watch, as it comes."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout
        self.process, self._descriptor, self._left = process, process.stdout.fileno(), b""

    def until(self, wanted: Callable[[bytes], bool]) -> list[bytes]:
        """The lines up to the first that is `wanted`."""
        found: list[bytes] = []
        end = time.monotonic() + PATIENCE
        while True:
            while b"\n" in self._left:
                line, _, self._left = self._left.partition(b"\n")
                found.append(line)
                if wanted(line):
                    return found
            assert select.select([self._descriptor], [], [], max(0, end - time.monotonic()))[0], found
            piece = os.read(self._descriptor, 1 << 16)
            assert piece, found
            self._left += piece

    def event(self, event: str, what: str, field: str | None) -> list[dict[str, Any]]:
        """The documents up to the one about that."""

        def is_it(line: bytes) -> bool:
            told = json.loads(line)
            return (told["event"], told.get("what"), told.get("field")) == (event, what, field)

        return [json.loads(line) for line in self.until(is_it)]


@pytest.fixture
def watch(project: Path) -> Iterator[Callable[..., Lines]]:
    """Starts watches; they are ended."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> Lines:
        pipe = subprocess.PIPE
        process = subprocess.Popen([*WATCH, *arguments], cwd=project, stdout=pipe, stderr=pipe)
        started.append(process)
        return Lines(process)

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_line_for_each_change(project: Path, watch: Callable[..., Lines]) -> None:
    lines = watch("--json")
    (first,) = lines.until(lambda _: True)
    start = json.loads(first)
    assert list(start)[:4] == ["schema", "at", "event", "status"]
    assert {stage["address"]: stage["status"] for stage in start["status"]["pipeline"]["stages"]}["prepare"] == "fresh"

    (project / "data.csv").write_text("a,b\n1,3\n")
    told = lines.event("stage", "prepare", "status")[-1]
    assert (told["old"], told["new"]) == ("fresh", "stale")

    with sqlite3.connect(project / "mlflow.db") as store:  # as a training would, while nobody looks
        store.execute("update runs set status = 'FINISHED' where name = 'lazy-fox'")
    run_id = next(run["run_id"] for run in start["runs"] if run["name"] == "lazy-fox")
    told = lines.event("run", run_id, "status")[-1]
    assert (told["old"], told["new"]) == ("FAILED", "FINISHED")

    commit(project, "more")
    told = lines.event("git", "HEAD", "commit")[-1]
    assert told["new"] == git(project, "rev-parse", "HEAD")

    (project / "mltui.toml").write_text("typo = 1\n")
    told = lines.event("problem", str(project / "mltui.toml") + ":1", None)[-1]
    assert told["new"]["summary"] == "unknown key typo", "the configuration is read again"


def test_a_store_that_can_not_be_read_is_told_and_watched_on(project: Path, watch: Callable[..., Lines]) -> None:
    lines = watch("--json")
    lines.until(lambda _: True)
    database = project / "mlflow.db"
    whole = database.read_bytes()
    database.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    broken = [json.loads(line) for line in lines.until(lambda line: b'"problem"' in line)]
    assert broken[-1]["old"] is None
    database.write_bytes(whole)
    told = lines.until(lambda line: b'"event": "problem"' in line and b'"new": null' in line)
    assert lines.process.poll() is None
    gone = [each for each in (*broken, *map(json.loads, told)) if each["event"] == "run" and each["new"] is None]
    assert not gone, "runs that can't be read are not gone"


def test_what_could_not_be_read_is_read_again_though_nothing_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git that the system killed leaves no trace to look for; it would be a problem until somebody commits."""
    ended, program, options = tmp_path / "ended", tmp_path / "git", Options()
    program.write_text(f'#!/bin/sh\n[ -e {ended} ] && kill -9 $$\nexec {shutil.which("git")} "$@"\n')
    program.chmod(0o755)
    options.path = str(make(tmp_path / "project"))
    commit(Path(options.path), "one")
    watched = Watched(options, 600.0, Inbox())
    try:
        while watched.moved(set(NAMES)):
            assert watched.read().git.problem is None
        ended.touch()
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        assert watched.read().git.problem is not None
        ended.unlink()
        watched._looks.moved(NAMES)  # whatever failed was another fingerprint
        assert not watched.moved({"runs"}), "a store that can't be read would be read every two seconds"
        assert watched.moved(set(NAMES))
        assert watched.read().git.problem is None
        watched.moved(set(NAMES))  # git's is another after it was read
        assert not watched.moved(set(NAMES))
    finally:
        watched.close()


def test_a_pipe_gets_the_text_again_when_something_changed(project: Path, watch: Callable[..., Lines]) -> None:
    lines = watch()
    first = lines.until(lambda line: line.startswith(b"Models"))
    assert first[0].startswith(b"project  main")
    (project / "data.csv").write_text("a,b\n1,4\n")
    second = lines.until(lambda line: b"prepare" in line)
    head = next(at for at, line in enumerate(second) if line.startswith(b"project  main"))
    assert second[head - 1] == b"" and not any(b"\x1b" in line for line in (*first, *second))


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_it_ends_when_nobody_reads_it_any_more(watch: Callable[..., Lines], arguments: tuple[str, ...]) -> None:
    """Though nothing changes: an idle watch would otherwise stay for ever."""
    lines = watch(*arguments)
    lines.until(lambda _: True)
    process = lines.process
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.wait(PATIENCE) == 0
    assert process.stderr.read() == b""


def test_what_makes_no_sense_together(project: Path) -> None:
    for words, said in (
        (["--exit-code"], "in CI: mltui status --exit-code"),
        (["--short"], "--watch and --short exclude each other"),
    ):
        done = subprocess.run([*WATCH, *words], cwd=project, capture_output=True, text=True, check=False)
        assert (done.returncode, said in done.stderr, done.stdout) == (2, True, "")


class Seen:
    """A terminal in which a watch runs, and what stands on it."""

    def __init__(self, cwd: Path, rows: int, columns: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream, self.received = pyte.ByteStream(self.screen), b""
        self.ours, self.theirs = pty.openpty()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.theirs)
        env = {**os.environ, "TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            WATCH, cwd=cwd, env=env, stdin=self.theirs, stdout=self.theirs, stderr=self.theirs, start_new_session=True
        )

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def wait(self, wanted: Callable[[str], bool]) -> str:
        end = time.monotonic() + PATIENCE
        while not wanted(text := "\n".join(self.screen.display)):
            assert select.select([self.ours], [], [], max(0, end - time.monotonic()))[0], text
            self._read()
        return text

    def _read(self) -> None:
        piece = os.read(self.ours, 1 << 16)
        self.received += piece
        self._stream.feed(piece)

    def ended(self) -> int:
        """Its exit code, after everything it wrote was read."""
        code = self.process.wait(PATIENCE)
        while select.select([self.ours], [], [], 0)[0]:
            self._read()
        return code


@pytest.fixture
def terminal(project: Path) -> Iterator[Callable[..., Seen]]:
    opened: list[Seen] = []

    def start(rows: int = 40, columns: int = 100) -> Seen:
        opened.append(Seen(project, rows, columns))
        return opened[-1]

    yield start
    for seen in opened:
        seen.process.kill()
        seen.process.wait()
        os.close(seen.ours)
        os.close(seen.theirs)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_the_terminal_is_left_as_it_was(terminal: Callable[..., Seen], number: signal.Signals, code: int) -> None:
    seen = terminal()
    seen.wait(lambda text: "Newest runs" in text)
    assert not termios.tcgetattr(seen.theirs)[3] & termios.ECHO
    seen.process.send_signal(number)
    assert seen.ended() == code
    assert termios.tcgetattr(seen.theirs) == seen.before
    for on, off in (b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h"), (b"\x1b[?7l", b"\x1b[?7h"):
        assert seen.received.count(on) == seen.received.count(off) == 1
        assert seen.received.index(on) < seen.received.index(off)
    assert b"Traceback" not in seen.received


def test_it_is_painted_over_in_place_and_follows_the_size(project: Path, terminal: Callable[..., Seen]) -> None:
    seen = terminal(rows=12)
    text = seen.wait(lambda text: "lines below" in text)
    assert text.splitlines()[0].startswith("project  main") and text.splitlines()[11].startswith("…")
    seen.resize(60, 100)
    seen.process.send_signal(signal.SIGWINCH)
    text = seen.wait(lambda text: "Models" in text)
    assert "lines below" not in text
    before = len(seen.received)
    (project / "data.csv").write_text("a,b\n1,5\n")
    text = seen.wait(lambda text: "prepare" in text)
    assert text.count("Newest runs") == 1
    assert b"\x1b[2J" not in seen.received[before:], "cleared, and then painted: that flickers"
    assert seen.received.count(b"\x1b[?1049h") == 1


def test_a_shell_gets_its_terminal_back_meanwhile(terminal: Callable[..., Seen]) -> None:
    seen = terminal()
    seen.wait(lambda text: "Newest runs" in text)
    seen.process.send_signal(signal.SIGTSTP)
    os.waitid(os.P_PID, seen.process.pid, os.WSTOPPED | os.WNOWAIT)
    assert termios.tcgetattr(seen.theirs) == seen.before
    while b"\x1b[?1049l" not in seen.received:
        seen._read()
    seen.screen.reset()
    seen.process.send_signal(signal.SIGCONT)
    seen.wait(lambda text: "Newest runs" in text)
    seen.process.send_signal(signal.SIGINT)
    assert seen.ended() == 130
