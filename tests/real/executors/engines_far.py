"""The engines that run jobs elsewhere: another box through ssh, a Slurm cluster, a cluster behind ssh."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.real.executors.engines import Engine
from tests.real.executors.training_project import environment
from tests.real.slurm_cluster import Cluster, slurm_cluster
from tests.real.ssh_server import HOST, SshServer, ssh_server

from mltui.actions.executors.port import Place
from mltui.actions.jobs.restore import Restore
from mltui.model.job import Job
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner


def put_back(job: Job) -> None:
    """As its user does who was told what the stop left different."""
    action = Restore(job, ProcessRunner())
    assert action.refusal() is None
    assert (outcome := action.act(lambda *_: None)).state == "done" and not outcome.left, outcome


#: What is started once for all tests, when the first one needs it.
SERVERS = ExitStack()


@cache
def cluster() -> Cluster:
    return SERVERS.enter_context(slurm_cluster())


@cache
def sshd(slurm: bool) -> SshServer:
    """Whoever logs in is at home where the tests are, and knows the cluster if there is to be one."""
    names = ("PATH", "HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "DVC_NO_ANALYTICS")
    seen = {name: os.environ[name] for name in names} | {"PATH": environment()["PATH"]}
    return SERVERS.enter_context(ssh_server(seen | (cluster().environment if slurm else {})))


def cloned(root: Path) -> Path:
    """Another clone of the project, on the box that is reached by ssh."""
    clone = root.with_name("clone")
    subprocess.run(["git", "clone", "-q", str(root), str(clone)], check=True)
    shutil.copytree(root / ".dvc" / "cache", clone / ".dvc" / "cache")
    return clone


@contextmanager
def without(server: Cluster | SshServer) -> Iterator[None]:
    """As long as it is down."""
    server.stop()
    try:
        yield
    finally:
        server.start()


def restarted(server: Cluster | SshServer) -> None:
    with without(server):
        pass


@contextmanager
def ssh(root: Path) -> Iterator[Engine]:
    from mltui.actions.executors.ssh import Ssh

    server, runner, clone = sshd(False), ProcessRunner(), cloned(root)
    options = {"host": HOST, "path": str(clone), "python": sys.executable, "ssh_config": str(server.config)}
    project = open_project(root, runner)
    made = Ssh(Place(project, runner, "box", options))
    yield Engine(made, project, root, clone, lambda: without(server), lambda _: restarted(server), ("running",))


@contextmanager
def slurm(root: Path, *, clone: Path | None = None, options: dict[str, Any] | None = None) -> Iterator[Engine]:
    from mltui.actions.executors.slurm import Slurm

    there, runner = cluster(), ProcessRunner()
    project = open_project(root, runner)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in there.environment.items():
            patch.setenv(name, value)
        made = Slurm(Place(project, runner, "cluster", options or {}))
        engine = Engine(made, project, root, clone or root, lambda: without(there), lambda _: restarted(there))
        engine.after_restart, engine.queued_twice = ("running",), clone is None
        engine.put_back = put_back if clone is None else engine.put_back
        try:
            yield engine
        finally:
            there.clear()


@contextmanager
def slurm_over_ssh(root: Path) -> Iterator[Engine]:
    server, clone = sshd(True), cloned(root)
    options = {"host": HOST, "path": str(clone), "python": sys.executable, "ssh_config": str(server.config)}
    with slurm(root, clone=clone, options=options) as engine:
        yield engine
