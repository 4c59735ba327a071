"""Which files hold the log of a run: those that the configuration names, Slurm's, and those it logged as artifacts.

Of a DVC experiment it is what DVC's queue kept of it.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.config import Config
from mltui.errors import SourceError
from mltui.model.artifacts import Artifact
from mltui.model.runs import Run
from mltui.sources.places import Project
from mltui.sources.runner import Runner

if TYPE_CHECKING:
    from mltui.sources.mlflow.artifacts import Artifacts

#: Tags and params that hold the number of a Slurm job, in this order.
SLURM_KEYS = ("mltui.slurm_job", "SLURM_JOB_ID", "SLURM_JOBID", "slurm_job_id", "slurm.job_id", "slurm_jobid")
#: Files of one glob that are offered, the one written last first.
MOST = 50
#: A scheduler that is busy for longer is asked another time (seconds).
PATIENCE = 10.0
#: Directories of a run's artifacts that are looked through for logs, besides the top.
DIRECTORIES = ("logs", "log")
#: How names of logs end, the likeliest first: a text may be anything.
ENDINGS = ((".log",), (".out", ".err"), (".txt",))


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file that may be the log of a run. `origin`: "configuration", "Slurm job 4711", "artifact" or "DVC's queue".

    `path` is its path here; "" for an artifact of a server, which `artifact` names.
    """

    origin: str
    path: str
    artifact: Artifact | None = None

    @property
    def name(self) -> str:
        return self.path or (self.artifact.path if self.artifact else "")


class LogsSource:
    """Finds logs. Slurm is asked only for a run that names a job of it."""

    def __init__(self, project: Project, config: Config, runner: Runner) -> None:
        self._project = project
        self._config = config
        self._runner = runner

    def of(self, run: Run, artifacts: Artifacts | None) -> tuple[LogFile, ...]:
        """The files that may be the log of `run`, the likeliest first. Nothing is opened. Never raises."""
        if run.kind == "exp":
            return tuple(self._queued(run))
        found = [*self._configured(run), *self._slurm(run), *_logged(artifacts)]
        return tuple({one.path or f"artifact {one.name}": one for one in reversed(found)}.values())[::-1]

    def looked(self, run: Run) -> tuple[str, ...]:
        """Where it was looked, in words, for a run without any log."""
        if run.kind == "exp":
            return ("DVC's queue; a job's log is in Jobs",)
        globs = ", ".join(self._patterns(run)) or "run.log of mltui.toml (not set)"
        return (globs, "a Slurm job in its tags", "logs/, *.log, *.out, *.err and *.txt of its artifacts")

    def _patterns(self, run: Run) -> list[str]:
        names = {"{run_id}": run.run_id, "{run_name}": run.name}
        patterns = []
        for pattern in self._config.run_logs:
            if "{run_name}" in pattern and not run.name:
                continue
            for mark, name in names.items():  # a name is one name: neither a glob nor a way to another directory
                pattern = pattern.replace(mark, glob.escape(name.replace("/", "_").replace("\0", "_")))  # noqa: PLW2901
            patterns.append(pattern)
        return patterns

    def _configured(self, run: Run) -> Iterator[LogFile]:
        for pattern in self._patterns(run):
            where = os.path.join(self._project.root, pattern)  # noqa: PTH118 - a glob
            try:
                paths = [path for path in islice(glob.iglob(where, recursive=True), 10 * MOST) if os.path.isfile(path)]  # noqa: PTH113, PTH207
            except (OSError, ValueError):
                continue
            for path in sorted(paths, key=_written, reverse=True)[:MOST]:
                yield LogFile("configuration", path)

    def _queued(self, run: Run) -> Iterator[LogFile]:
        """What it printed in DVC's queue, which calls it by another commit until it is done."""
        from mltui.sources.dvc import tree
        from mltui.sources.dvc.queue_tasks import tasks

        try:
            roots = tree.find(self._project, self._runner).roots
        except SourceError:
            return
        for task in (task for root in roots for task in tasks(Path(root))):
            made = task.state == "done" and (task.name, task.baseline[:7]) == (run.name, run.experiment)
            if (made or task.rev == run.run_id) and task.log.is_file():
                yield LogFile("DVC's queue", str(task.log))

    def _slurm(self, run: Run) -> Iterator[LogFile]:
        number = next((said for key in SLURM_KEYS if (said := run.tags.get(key) or run.params.get(key))), "")
        if not number.replace("_", "").isdecimal():
            return
        try:
            done = self._runner.run(
                ("scontrol", "--oneliner", "show", "job", number),
                cwd=self._project.root,
                timeout=PATIENCE,
                reading=True,
            )
        except SourceError:
            return
        said = done.stdout.decode("utf-8", "surrogateescape") if done.code == 0 else ""
        for path in dict.fromkeys(slurm_paths(said)):
            yield LogFile(f"Slurm job {number}", path)


def slurm_paths(said: str) -> Iterator[str]:
    """``StdOut`` and ``StdErr`` of what ``scontrol --oneliner show job`` prints. A path may hold blanks.

    Source: ``man scontrol``; pairs are separated by blanks and their keys hold none.
    """
    for word in ("StdOut=", "StdErr="):
        for job in said.splitlines():
            _, found, rest = job.partition(f" {word}")
            words = rest.split(" ")
            taken: list[str] = []
            for each in words:
                if taken and "=" in each and each.partition("=")[0].isalnum():
                    break
                taken.append(each)
            path = " ".join(taken).strip()
            if found and path.startswith("/") and path != "/dev/null":
                yield path


def _logged(artifacts: Artifacts | None) -> Iterator[LogFile]:
    """Logs among the artifacts: at their top and in ``logs/``."""
    if artifacts is None:
        return
    try:
        top = artifacts.entries().entries
        directories = [one.path for one in top if one.kind == "directory" and one.name.lower() in DIRECTORIES]
        inside = [one for path in directories for one in artifacts.entries(path).entries]
        files = [one for one in (*inside, *top) if one.kind == "file" and _likely(one) is not None]
        for one in sorted(files, key=lambda one: (_likely(one) or 0, one.path)):
            yield LogFile("artifact", artifacts.address(one.path) if artifacts.local(one.path) else "", one)
    except SourceError:
        return


def _likely(one: Artifact) -> int | None:
    """How soon a file is offered as the log: 0 for what lies in ``logs/``, then by its ending. None: it is no log."""
    name = one.name.lower()
    if name == "requirements.txt":
        return None
    if one.path.rpartition("/")[0].lower() in DIRECTORIES:
        return 0
    return next((at for at, endings in enumerate(ENDINGS, 1) if name.endswith(endings)), None)


def _written(path: str) -> float:
    try:
        return os.stat(path).st_mtime  # noqa: PTH116
    except OSError:
        return 0.0
