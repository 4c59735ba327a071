"""Talks to the DVC child: starts it, gives each question a deadline, and starts it anew after it died.

The child ends when its stdin closes, so it can't outlive mltui even if mltui is killed.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from mltui.config import Config
from mltui.errors import Busy, NotFound, SourceError, Unreachable, Unreadable
from mltui.sources.cachedir import create
from mltui.sources.children import python_path, read_line
from mltui.sources.dvc.site import mend, with_room
from mltui.sources.places import Project
from mltui.sources.runner import Environment, Runner, kill_group

CHILD = Path(__file__).with_name("child") / "start.py"


class UnknownDvc(Unreadable):
    """A dvc that the child does not know."""


class DvcRefuses(Unreadable):
    """DVC itself says no: its configuration can't be read, or there is no project. It will say so again."""


class NoDvc(NotFound):
    """The project's interpreter has no dvc."""


class DvcChild:
    """One child process. Safe to call from several threads; one question at a time."""

    def __init__(self, python: str, project: Project, site: Path, config: Config, runner: Runner) -> None:
        self._python, self._project, self._site, self._config, self._runner = python, project, site, config, runner
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._count = 0
        self.version = ""
        self.prefixes: tuple[str, ...] = ()

    @property
    def site(self) -> Path:
        """The directory that stands in for DVC's own, with the hashes of this and former children."""
        return self._site

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def ask(self, op: str, timeout: float, *, now: bool = False, **arguments: Any) -> Any:
        """The answer to one question. `now`: somebody waits for it, else it gives way to whatever runs on the machine.

        Raises `NoDvc`, `UnknownDvc`, `Busy` after `timeout` seconds (the child is ended then), `Unreachable` if it
        died, `Unreadable` with its words if it could not answer.
        """
        deadline = time.monotonic() + timeout
        with self._lock:
            if not self.running:
                self._start(deadline, now=now)
            return self._ask(op, deadline, now=now, **arguments)

    def begin(self, timeout: float) -> None:
        """Start it, if it does not run, for a question that somebody will wait for. What fails then fails for that."""
        with self._lock, suppress(SourceError, OSError):
            if not self.running:
                self._start(time.monotonic() + timeout, now=True)

    def close(self) -> None:
        """End the child, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            kill_group(process)

    def _start(self, deadline: float, *, now: bool) -> None:
        self.close()
        create(str(self._site))
        mend(self._site)
        self._site = with_room(self._site, self._project)
        create(str(self._site))
        argv = (self._python, str(CHILD), "serving")
        self._process = self._runner.start(argv, cwd=self._project.root, env=_environment(self._project))
        limits = {
            "file_bytes": self._config.hash_file_bytes,
            "dir_bytes": self._config.hash_dir_bytes,
            "dir_files": self._config.hash_dir_files,
        }
        try:
            opened = self._ask("open", deadline, now=now, site=str(self._site), limits=limits)
        except SourceError:
            self.close()
            raise
        self.version, self.prefixes = opened["dvc"], tuple(opened["prefixes"])

    def _ask(self, op: str, deadline: float, **arguments: Any) -> Any:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise Unreachable("the DVC child was closed")
        self._count += 1
        try:
            process.stdin.write(json.dumps({"id": self._count, "op": op, **arguments}).encode() + b"\n")
            process.stdin.flush()
            answer = json.loads(read_line(process.stdout.fileno(), deadline))
        except TimeoutError as error:
            self.close()
            raise Busy("DVC did not answer in time", "it goes on when asked again") from error
        except (OSError, ValueError) as error:
            self.close()
            raise Unreachable("the DVC child died", f"try: {self._python} -m dvc doctor") from error
        if "error" not in answer:
            return answer["ok"]
        kind, text = answer["error"]["kind"], answer["error"]["text"]
        if kind == "absent":
            raise NoDvc(f"no dvc in {self._python}", f"{self._python} -m pip install dvc")
        if kind == "unknown":
            raise UnknownDvc(f"mltui does not know this dvc: {text}")
        raise (DvcRefuses if kind == "refused" else Unreadable)(f"dvc: {text}")


def _environment(project: Project) -> Environment:
    """No analytics, no proxy for imports: paths in the repository are taken off PYTHONPATH, its code is not to run."""
    return {
        "PYTHONPATH": python_path(project.root),
        "PYTHONSTARTUP": None,
        "PYTHONDONTWRITEBYTECODE": "1",
        "DVC_NO_ANALYTICS": "1",
        "DVC_TEST": None,
        "GIT_TERMINAL_PROMPT": "0",
        "PYTHONUNBUFFERED": None,
    }
