"""Stops of trainings whose container is only being made: each comes at a door that is held."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.real import container_engines
from tests.real.container_engines import IMAGE, SECONDS, Containers
from tests.real.executors.engines import Engine
from tests.real.executors.engines_here import local
from tests.real.executors.training_project import git, until

from mltui.actions.jobs import runner_containers
from mltui.model.job import Job

pytestmark = pytest.mark.real

#: Podman starts it for each container before that runs: it waits at the door.
MONITOR = """#!/bin/sh
case "$*" in *--version*) exec {real} "$@";; esac
touch {at}
while ! test -e {door}; do sleep 0.05; done
exec {real} "$@"
"""


@pytest.fixture(scope="module")
def podman() -> Iterator[Containers]:
    with container_engines.podman() as found:
        yield found


@pytest.fixture(scope="module")
def docker() -> Iterator[Containers]:
    with container_engines.docker() as found:
        yield found


@pytest.fixture
def engine(root: Path) -> Iterator[Engine]:
    with local(root) as engine:
        yield engine


class Gate:
    """A socket before a docker daemon's. A request that has `word` in it waits until its client is gone if it
    `outlives` that, and the daemon gets it then; else it never gets it, not even later in the midst of other tests.
    Once it has one, what else is asked waits for its answer: how long a daemon takes is no part of what is tested."""

    def __init__(self, daemon: str, at: Path, word: bytes, outlives: bool = False) -> None:
        self.daemon, self.word, self.outlives = daemon, word, outlives
        self.at, self.sent, self.answered, self.over = (threading.Event() for _ in range(4))
        self._late: socket.socket | None = None  # where the request that outlived its client went
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(at))
        self._server.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self._server.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                daemon = socket.socket(socket.AF_UNIX)
                daemon.connect(self.daemon)
                threading.Thread(target=self._there, args=(client, daemon), daemon=True).start()
                threading.Thread(target=self._back, args=(daemon, client), daemon=True).start()

    def _there(self, client: socket.socket, daemon: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                if self.word in data:
                    self.at.set()
                    if not self.outlives:
                        self.over.wait()
                        return
                    while more := client.recv(1 << 16):
                        data += more
                    self._late = daemon
                    self.sent.set()
                    daemon.sendall(data)
                    self.over.wait()  # and the connection stays
                else:
                    if self.sent.is_set():
                        self.answered.wait(SECONDS)
                    daemon.sendall(data)
            daemon.shutdown(socket.SHUT_WR)

    def _back(self, daemon: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := daemon.recv(1 << 16):
                if daemon is self._late:
                    self.answered.set()
                with suppress(OSError):
                    client.sendall(data)
            client.shutdown(socket.SHUT_WR)


@pytest.fixture
def gate(docker: Containers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Gate]]:
    """Makes a gate, and has clients go through it."""
    made: list[Gate] = []
    place = Path(tempfile.mkdtemp(prefix="mltui-gate-"))  # short: sockets have 108 letters
    for name, value in docker.environment.items():
        monkeypatch.setenv(name, value)

    def make(word: bytes, **given: bool) -> Gate:
        made.append(Gate(docker.environment["DOCKER_HOST"].partition("://")[2], place / "gate", word, **given))
        monkeypatch.setenv("DOCKER_HOST", f"unix://{place}/gate")
        return made[-1]

    yield make
    for each in made:
        each.close()
    shutil.rmtree(place)
    docker.clear()


@pytest.fixture
def slow_podman(podman: Containers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A podman that waits before it has a monitor until `open` is in this directory; `at` is there when it does."""
    for name, value in podman.environment.items():
        monkeypatch.setenv(name, value)
    place = tmp_path / "podman"
    place.mkdir()
    real = shutil.which("conmon") or "/usr/libexec/podman/conmon"
    monitor = place / "monitor"
    monitor.write_text(MONITOR.format(at=place / "at", door=place / "open", real=real))
    monitor.chmod(0o700)
    settings = Path(podman.environment["CONTAINERS_CONF"]).read_text()
    (place / "containers.conf").write_text(settings.replace("[engine]\n", f'[engine]\nconmon_path = ["{monitor}"]\n'))
    monkeypatch.setenv("CONTAINERS_CONF", str(place / "containers.conf"))
    yield place
    (place / "open").touch()
    podman.clear()


def _job(engine: Engine, command: str, outs: str = "[model.txt]") -> Job:
    """A job whose stage begins a container; `{this}` is its mount, image and command."""
    root = engine.root
    (root / "train.sh").write_text("echo step 1\nwhile :; do sleep 0.1; done\n")
    this = f"--network=none -v {shlex.quote(str(root))}:/w -w /w {IMAGE} /bin/sh train.sh"
    cmd = command.format(this=this)
    (root / "dvc.yaml").write_text(f"stages:\n  train:\n    cmd: {cmd}\n    deps: [train.sh]\n    outs: {outs}\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "in a container")
    return engine.submit(stages=("train",))


def _ended(engine: Engine, job: Job) -> Job:
    until(lambda: engine.now(job).ended)
    return engine.now(job)


@pytest.mark.parametrize("verb", ["run --rm", "run --rm -d", "run --name a-trainer"])
def test_what_docker_made_and_was_not_to_start_any_more_is_taken_away(
    verb: str, engine: Engine, docker: Containers, gate: Callable[..., Gate]
) -> None:
    theirs = docker.ask("create", "--network=none", IMAGE, "/bin/sh").stdout.decode().strip()
    door = gate(b"/start ")
    job = _job(engine, f"docker {verb} {{this}}")
    until(door.at.is_set)
    engine.executor.cancel(job, "KILL")
    job = _ended(engine, job)
    assert job.state == "stopped"
    assert docker.every() == [theirs], job.notes
    assert any("made and not started" in note for note in job.notes)


def test_what_docker_makes_when_its_client_is_gone_is_taken_away(
    engine: Engine, docker: Containers, gate: Callable[..., Gate]
) -> None:
    door = gate(b"/containers/create", outlives=True)
    job = _job(engine, "docker run --rm {this}")
    until(door.at.is_set)
    engine.executor.cancel(job, "KILL")
    job = _ended(engine, job)
    assert door.sent.is_set() and docker.every() == [], job.notes


def test_what_docker_may_still_make_is_said(engine: Engine, gate: Callable[..., Gate]) -> None:
    """A daemon that is slow, or pulls an image."""
    door = gate(b"/containers/create")
    job = _job(engine, "docker run --rm {this}")
    until(door.at.is_set)
    engine.executor.cancel(job, "KILL")
    (said,) = _ended(engine, job).notes
    assert "docker ps --all" in said


@pytest.mark.parametrize("client", ["podman", "docker"])
def test_one_that_was_only_created_is_taken_away_by_the_id_that_was_printed(
    client: str, engine: Engine, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers = request.getfixturevalue(client)
    request.addfinalizer(containers.clear)
    for name, value in containers.environment.items():
        monkeypatch.setenv(name, value)
    theirs = containers.ask("create", "--network=none", IMAGE, "/bin/sh").stdout.decode().strip()
    job = _job(engine, f"{client} create {{this}}; echo step 1; sleep 600")
    until(lambda: b"step 1" in engine.log(job))
    engine.executor.cancel(job, "INT")
    job = _ended(engine, job)
    assert containers.every() == [theirs], job.notes


@pytest.mark.parametrize("how", ["TERM", "KILL"])
@pytest.mark.parametrize("verb", ["run --rm", "run --rm -d"])
def test_what_podman_made_and_was_not_to_start_any_more_is_taken_away(
    verb: str, how: Any, engine: Engine, podman: Containers, slow_podman: Path
) -> None:
    theirs = podman.ask("create", "--network=none", IMAGE, "/bin/sh").stdout.decode().strip()
    job = _job(engine, f"podman {verb} {{this}}", outs="[]")
    until((slow_podman / "at").exists)
    engine.executor.cancel(job, how)
    job = _ended(engine, job)
    assert job.state == "stopped", "podman that is terminated calls that a success"
    assert podman.every() == [theirs], job.notes


def _half_made(podman: Containers, name: str) -> list[str]:
    """What podman leaves that is killed between the storage of a container and the container."""
    place = Path(podman.environment["CONTAINERS_CONF"]).parent
    argv = ["podman", "run", "-d", *([f"--name={name}"] if name else []), "--network=none", IMAGE, "/bin/sh"]

    def ids() -> set[str]:
        with suppress(ValueError):
            return {each["id"] for file in place.glob("*/*/containers.json") for each in json.loads(file.read_text())}
        return set()

    while True:
        before = ids()
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL, env={**os.environ, **podman.environment}) as client:
            while client.poll() is None and not ids() - before:
                time.sleep(0.001)
            client.kill()
        if not podman.every() and ids() - before:
            return argv
        podman.clear()


@pytest.mark.parametrize("name", ["a-trainer", ""])
def test_what_podman_half_made_is_taken_away_by_its_name_and_else_said(
    name: str, podman: Containers, tmp_path: Path
) -> None:
    """No other could have that name; an image may be somebody else's too."""

    def ask(argv: Sequence[str]) -> tuple[int, bytes, str]:
        done = podman.ask(*argv[1:])
        return done.returncode, done.stdout, done.stderr.decode()

    def external() -> list[str]:
        return podman.ask("ps", "--all", "--external", "--quiet", "--no-trunc").stdout.decode().split()

    since = time.time()
    argv = _half_made(podman, name)
    (left,) = external()
    found = runner_containers.Containers(ask, since)
    found.see([["podman", "own" if name else "like", name, argv, since]])
    (said,) = found.end(hard=True)
    if name:
        assert "a-trainer" in said and external() == []
    else:
        assert f"podman rm {left[:12]}" in said and external() == [left]
        podman.ask("rm", "--force", left)
