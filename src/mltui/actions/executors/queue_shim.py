"""What a worker of DVC's queue calls ``dvc``: runs each queued job of mltui as the runner of jobs does.

A worker starts ``dvc exp exec-run --infofile …/<rev>.run`` for each task, by its PATH, with its own environment: that
of whoever started the worker. DVC's queue entry keeps no environment, so that one job's MLTUI_JOB, GPU or tracking
server can only come in here. `queue_workers.py` puts a ``dvc`` that runs this file in front of the PATH of the workers
it starts. Of what is no job of mltui's it becomes the real dvc.

    queue_shim.py RUNNER JOBS FOLDER REAL... -- ARGUMENTS...

RUNNER is `actions/jobs/runner.py`, JOBS the directory of jobs, FOLDER the one to take off the PATH, REAL the real dvc's
command. A standard-library file for Python 3.8 and later.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from typing import Any

#: So many of the newest jobs are looked through.
MOST = 200


def main(words: list[str]) -> None:
    """Run a job, or become the real dvc."""
    runner, jobs, folder = words[:3]
    cut = words.index("--")
    real, arguments = words[3:cut], words[cut + 1 :]
    if arguments[:2] == ["exp", "exec-run"] and "--infofile" in arguments:
        # a stage that calls dvc itself calls the real one
        kept = [each for each in os.environ.get("PATH", "").split(os.pathsep) if each != folder]
        os.environ["PATH"] = os.pathsep.join(kept)
        with contextlib.suppress(OSError):
            os.setsid()  # `dvc queue kill` interrupts the group, which would be the worker's
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        info = read(arguments[arguments.index("--infofile") + 1])
        where = job_of(jobs, str(info.get("name") or ""))
        if where is not None:
            sys.exit(run(runner, where, real + arguments, info))
    os.execvp(real[0], real + arguments)


def job_of(jobs: str, name: str) -> str | None:
    """The directory of the newest job that queued an experiment of this name."""
    try:
        folders = sorted(os.listdir(jobs), reverse=True)[:MOST]
    except OSError:
        return None
    for each in folders if name else ():
        spec = read(os.path.join(jobs, each, "spec.json"))
        if spec.get("kind") == "dvc-queue" and spec.get("experiment") == name:
            return os.path.join(jobs, each)
    return None


def run(runner: str, where: str, argv: list[str], info: dict[str, Any]) -> int:
    """Run `argv` as the command of the job in `where`, in the directory that DVC made for it."""
    sys.path.insert(0, os.path.dirname(runner))
    import runner as jobs  # type: ignore[import-not-found]

    class Task(jobs.Run):  # type: ignore[misc]
        """A job whose turn it is already: the queue saw to that, and nobody else works where it runs."""

        def whole(self) -> int:
            self.spec["argv"] = argv
            self.put(start=jobs.files.now(), experiment=info.get("name"))
            code, alive = self.command()
            self.ended(code, alive)
            return int(code or 0) & 255

    jobs.Run = Task
    return int(jobs.run(where))


def read(path: str) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError), open(path, "rb") as file:
        content = json.loads(file.read())
        return content if isinstance(content, dict) else {}
    return {}


if __name__ == "__main__":
    main(sys.argv[1:])
