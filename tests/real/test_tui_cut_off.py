"""A line is cut: sshd ends the session, tmux's server is killed. Nothing of mltui stays; what it started goes on."""

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
from bench.line_figures import SIZE
from bench.terminal import Terminal
from queue_project import queue_template, queued_project
from ssh_server import HOST, ssh_server

pytestmark = pytest.mark.real
__all__ = ["queue_template", "queued_project"]  # fixtures, used by name

PATIENCE = 600


def running(mark: Path, *words: str) -> list[int]:
    """Processes that have the cache `mark` in their environment and one of `words` in their command."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if not entry.name.isdigit() or os.fsencode(f"={mark}\0") not in (entry / "environ").read_bytes():
                continue
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if any(word in command for word in words):
            found.append(int(entry.name))
    return found


#: The program, the children that read for it, and git.
OURS = ("-m\0mltui", "dvc/child/start.py", "git\0")


def until(over: Any, what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not over():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.fixture
def cache(own_places: Path) -> Path:
    return own_places / "cache"


def test_nothing_is_left_when_sshd_cuts_the_line(queued_project: Path, cache: Path) -> None:
    names = ("PATH", "PYTHONPATH", "MLTUI_CACHE_DIR", "XDG_STATE_HOME")
    environment = {name: os.environ[name] for name in names if name in os.environ}
    with ssh_server({**environment, "LANG": "C.UTF-8"}) as server:
        command = f"cd {queued_project} && exec {sys.executable} -m mltui"
        with Terminal(["ssh", "-tt", "-F", str(server.config), HOST, command], queued_project, {}, SIZE) as terminal:
            terminal.wait("4 Pipeline")
            (queued_project / "train.py").touch()  # DVC has to be asked: a child begins
            terminal.press("4r")
            terminal.wait("4 Pipeline(.|\n)*train")
            assert running(cache, *OURS)
            server.stop()
            until(lambda: not running(cache, *OURS), f"{running(cache, *OURS)} are still there")


class Tmux:
    def __init__(self, socket: Path, project: Path) -> None:
        self._socket = socket
        command = f"exec {sys.executable} -m mltui"
        self.run("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "-c", str(project), command)

    def run(self, *argv: str) -> str:
        command = ["tmux", "-S", str(self._socket), *argv]
        kept = {name: value for name, value in os.environ.items() if name not in ("TMUX", "COLUMNS", "LINES")}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=kept).stdout

    def press(self, keys: str, seen: str) -> None:
        self.run("send-keys", keys)
        until(lambda: seen in self.run("capture-pane", "-p"), f"no {seen!r} in\n{self.run('capture-pane', '-p')}")


@pytest.fixture
def tmux(tmp_path: Path, queued_project: Path) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed (see tests/apt-packages.txt)")
    params = queued_project / "params.json"
    params.write_text(params.read_text().replace("quick", "wait"))
    found = Tmux(tmp_path / "tmux", queued_project)
    yield found
    found.run("kill-server")


def told(project: Path, *argv: str) -> Any:
    command = [sys.executable, "-m", "mltui", *argv, "--json", "-C", str(project)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("midway", [False, True], ids=["while it runs", "as it is confirmed"])
def test_a_job_goes_on_when_tmux_is_killed(tmux: Tmux, queued_project: Path, cache: Path, midway: bool) -> None:
    doors = queued_project.parent / "doors"
    tmux.press("4", "train")
    tmux.press("R", "ctrl+s start")
    tmux.run("send-keys", "C-s")
    if not midway:
        until((doors / "begun-wait").exists, "the stage did not begin")
    tmux.run("kill-server")
    until(lambda: not running(cache, *OURS), f"{running(cache, *OURS)} are still there")
    (doors / "open").touch()

    entries = told(queued_project, "journal")["entries"]  # each line of it can be read
    jobs = told(queued_project, "jobs")["jobs"]
    if midway and not entries:
        assert not jobs, "what was not noted was not done"
        return
    assert len(entries) == 1
    if jobs:
        until(lambda: told(queued_project, "jobs")["jobs"][0]["end"] is not None, "the job did not end")
    else:
        assert midway
        assert entries[0]["state"] != "done", entries
