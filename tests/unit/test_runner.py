"""The one door to outside commands, with real processes."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from mltui.errors import Busy, Denied, NotFound
from mltui.sources.runner import ProcessRunner, kill_group

RUNNER = ProcessRunner()


def test_what_a_command_printed(tmp_path: Path) -> None:
    done = RUNNER.run(["sh", "-c", "cat; pwd; echo wrong >&2; exit 3"], cwd=tmp_path, stdin=b"\xff\n")
    assert (done.code, done.stdout, done.stderr) == (3, b"\xff\n" + os.fsencode(tmp_path) + b"\n", "wrong\n")


def test_variables_are_laid_over_and_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "1")
    monkeypatch.setenv("B", "2")
    done = RUNNER.run(["sh", "-c", "echo ${A-none} $B $C"], cwd=tmp_path, env={"A": None, "C": "3"})
    assert done.stdout == b"none 2 3\n"


def test_the_log_keeps_commands_and_not_what_they_printed(tmp_path: Path) -> None:
    runner = ProcessRunner()
    runner.run(["echo", "x"], cwd=tmp_path)
    assert [(done.argv, done.stdout) for done in runner.log] == [(("echo", "x"), b"")]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_command_that_takes_too_long_dies_with_its_children(tmp_path: Path) -> None:
    """The child holds the pipe open: killing only the parent would wait for it."""
    script = "sh -c 'echo $$ >pid; exec sleep 600'; true"
    with pytest.raises(Busy):
        RUNNER.run(["sh", "-c", script], cwd=tmp_path, timeout=2.0)
    child = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 120  # a killed process is gone when the kernel gets round to it
    while is_alive(child):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_reads_is_ended_with_mltui_and_what_changes_something_is_not(tmp_path: Path) -> None:
    """Whoever waits for it is a thread that nobody joins; what it asks afterwards ends at once."""
    runner, ended = ProcessRunner(), list[int]()
    script = "echo $$ >pid-{0}.new; mv pid-{0}.new pid-{0}; exec sleep 600"

    def read(name: str, **given: bool) -> None:
        ended.append(runner.run(["sh", "-c", script.format(name)], cwd=tmp_path, timeout=900, **given).code)

    threads = [
        threading.Thread(target=read, args=("read",), kwargs={"reading": True}),
        threading.Thread(target=read, args=("write",)),
    ]
    for thread in threads:
        thread.start()
    talk = runner.start(["cat"], cwd=tmp_path)
    while len(list(tmp_path.glob("pid-*[a-z]"))) < 2:
        time.sleep(0.01)
    runner.end_reads()
    threads[0].join(120)
    assert ended == [-9] and talk.wait(120) == -9
    read("late", reading=True)
    assert ended == [-9, -9]
    writer = int((tmp_path / "pid-write").read_text())
    assert is_alive(writer)
    os.kill(writer, 9)
    threads[1].join()
    kill_group(talk)


def test_what_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="not installed"):
        RUNNER.run(["no-such-program"], cwd=tmp_path)
    with pytest.raises(NotFound, match="gone"):
        RUNNER.run(["true"], cwd=tmp_path / "gone")
    (tmp_path / "closed").touch(mode=0o644)
    with pytest.raises(Denied):
        RUNNER.run([str(tmp_path / "closed")], cwd=tmp_path)


def test_a_started_command_is_talked_to_and_ended(tmp_path: Path) -> None:
    process = RUNNER.start(["cat"], cwd=tmp_path)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"hello\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"hello\n"
    kill_group(process)
    assert process.returncode is not None
