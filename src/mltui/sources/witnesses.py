"""What a status was made of, so that standing.py can see whether it would be the same again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.config.loading import candidates
from mltui.sources.gitquiet import arguments
from mltui.sources.places import user_state_dir
from mltui.sources.runner import Done, Environment, ProcessRunner
from mltui.sources.standing import QUESTIONS
from mltui.sources.watch import can_watch

if TYPE_CHECKING:
    from mltui.model.status import Snapshot
    from mltui.sources.workspace import Workspace

Witnesses = list[tuple[str, str]]

_ASKED = frozenset(arguments(*question) for question in QUESTIONS)


class Listener(ProcessRunner):
    """The door, with an ear for what git says to `QUESTIONS`."""

    def __init__(self) -> None:
        super().__init__()
        self._heard: dict[tuple[str, ...], set[bytes]] = {}

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Environment | None = None,
        timeout: float = 30.0,
        stdin: bytes | None = None,
        reading: bool = False,
    ) -> Done:
        done = super().run(argv, cwd=cwd, env=env, timeout=timeout, stdin=stdin, reading=reading)
        if done.code == 0 and done.argv in _ASKED:
            self._heard.setdefault(done.argv, set()).add(done.stdout)
        return done

    def answers(self) -> list[bytes] | None:
        """What was said to each of them; None if one was not asked or failed, or changed its answer meanwhile."""
        heard = [self._heard.get(arguments(*question), set()) for question in QUESTIONS]
        return [said.pop() for said in map(set, heard)] if all(len(said) == 1 for said in heard) else None


def witnesses(workspace: Workspace, snapshot: Snapshot) -> Witnesses | None:
    """Every file that `snapshot` was read from, besides what git told; None if not all of it can be seen from stats.

    That is so for servers, file stores (thousands of files), running stages, runs, jobs and experiments (a process may
    die unseen), problems, what is on a network file system, and outside git.
    """
    project, pipeline, git = workspace.project, snapshot.pipeline.value, snapshot.git.value
    if project.server or project.git_env or project.git_dir is None or git is None or git.bare or git.partial:
        return None
    if pipeline is None or not pipeline.settled or workspace.config.registry or not can_watch(project.root):
        return None
    statuses = {one.status for one in pipeline.stages} | {one.status for one in pipeline.datasets}
    if statuses & {"running", "unknown"}:
        return None
    if any(run.status == "RUNNING" and run.life is None for run in snapshot.latest):
        return None  # it may fall silent, or its process end, without a file that moves
    if any(one.alive or one.status not in ("FINISHED", "FAILED") for one in snapshot.experiments.value or ()):
        return None  # DVC's queue moves without git
    if any(not job.ended or job.state == "lost" for job in snapshot.jobs.value or ()):
        return None
    if not workspace.journal.settled:
        return None  # who is at it may end without a word
    parts = (snapshot.git, snapshot.pipeline, snapshot.stores, snapshot.newest, snapshot.models)
    if any(part.problem and not part.problem.absent for part in parts):
        return None
    stores = workspace.stores.witnesses()
    return (
        None
        if stores is None
        else [*_own(workspace), *stores, *workspace.pipeline.witnesses(), *workspace.jobs.witnesses()]
    )


def _own(workspace: Workspace) -> Iterator[tuple[str, str]]:
    project = workspace.project
    for path in workspace.journal.files():
        yield "f", str(path)
    for path in candidates(project.start, project.root, os.environ):
        yield "f", str(path)
    yield "f", str(project.root / ".env")
    yield "f", str(user_state_dir() / "choices.json")
    yield "f", str(user_state_dir() / "trust.json")
    for base in dict.fromkeys((project.git_dir, project.common_dir)):
        for name in ("HEAD", "packed-refs", "refs", "reftable", "config", "shallow"):
            yield "f", str((base or project.root) / name)
