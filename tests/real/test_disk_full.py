"""A disk that is full or can't be written, under the cache and under the journal: a small file system of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mltui.actions.gates import supervising
from mltui.cli.exits import REFUSED
from mltui.sources.processes import is_there, process_start

pytestmark = pytest.mark.real

SIZE = 256 << 10


class Disk:
    """A file system of `SIZE` bytes at `place`."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def fill(self) -> None:
        with (self.place / "filled").open("wb") as file, pytest.raises(OSError, match="No space"):
            os.write(file.fileno(), bytes(SIZE))
            os.write(file.fileno(), bytes(SIZE))

    def read_only(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(self.place)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nobody may mount a file system here")
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def project(demo_project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo_project, tmp_path / "project", symlinks=True))


def mltui(project: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mltui", *words]
    environment = {**os.environ, **env}
    return subprocess.run(argv, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=300)


def pipeline(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return [(stage["name"], stage["status"]) for stage in json.loads(done.stdout)["pipeline"]["stages"]]


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_cache_that_takes_nothing(disk: Disk, project: Path, tmp_path: Path, how: str) -> None:
    """All is answered as with a cache, and one line says that nothing is remembered."""
    truth = pipeline(mltui(project, "status", "--json", MLTUI_CACHE_DIR=str(tmp_path / "roomy")))
    assert ("train", "stale") in truth
    if how == "full":
        disk.fill()
    else:
        disk.read_only()
    cache, temporary = str(disk.place / "cache"), tmp_path / "temporary"
    temporary.mkdir()
    done = mltui(project, "status", "--json", MLTUI_CACHE_DIR=cache, TMPDIR=str(temporary))
    assert pipeline(done) == truth
    assert done.stderr.count("mltui: the cache can't be written: ") == 1, done.stderr
    assert len(done.stderr.splitlines()) == 2, done.stderr
    assert list(temporary.iterdir()) == []
    assert mltui(project, "status", "--short", MLTUI_CACHE_DIR=cache).stderr == ""


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_without_a_journal_nothing_is_done(disk: Disk, project: Path, tmp_path: Path, how: str) -> None:
    """Neither of its places takes a line: the action is refused, and the store is as it was."""
    state = project / ".git" / "mltui"
    shutil.rmtree(state, ignore_errors=True)
    (disk.place / "state").mkdir()
    state.symlink_to(disk.place / "state")
    if how == "full":
        disk.fill()
    else:
        disk.read_only()
    before = (project / "mlflow.db").read_bytes()
    done = mltui(project, "run", "tag", "alpha=0.01", "-t", "full=disk", "--yes", XDG_STATE_HOME=str(disk.place))
    assert done.returncode == REFUSED, (done.stdout, done.stderr)
    assert "journal" in done.stderr
    assert (project / "mlflow.db").read_bytes() == before


def test_a_gate_that_fills_the_disk_ends_with_all_it_started(disk: Disk, tmp_path: Path) -> None:
    """Its watch used to die of the copy of its output, and what the command had started lived on."""
    started = tmp_path / "started"
    script = f"sleep 600 & echo $! > {started}.part; mv {started}.part {started}; yes | head -c {2 * SIZE}"
    order = {
        "argv": ["sh", "-c", script], "cwd": str(tmp_path), "env": dict(os.environ), "timeout": 120, "grace": 1,
        "log": str(tmp_path / "log"), "copy": str(disk.place / "copy"), "lock": str(tmp_path / "lock"),
    }  # fmt: skip
    argv = [sys.executable, supervising.__file__]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as watch:
        assert watch.stdin and watch.stdout
        watch.stdin.write(json.dumps(order).encode() + b"\n")
        watch.stdin.flush()
        end = time.monotonic() + 120
        while not started.exists():
            assert time.monotonic() < end
            time.sleep(0.01)
        pid = int(started.read_text())
        beginning = process_start(pid)
        said = watch.stdout.read()
    try:
        assert not is_there(pid, beginning)
        told = json.loads(said)
    finally:
        if is_there(pid, beginning):
            os.kill(pid, 9)
    assert (told["code"], told["trouble"]) == (0, "No space left on device")
    assert any("sleep 600" in each for each in told["behind"])
