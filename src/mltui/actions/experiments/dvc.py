"""The project's own dvc, run for an action."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.config import Config
from mltui.errors import Denied, NotFound, Refused
from mltui.model.outcome import Outcome
from mltui.model.shell import join
from mltui.sources.dvc import tree
from mltui.sources.dvc.python import dvc_command, interpreter
from mltui.sources.places import Project
from mltui.sources.runner import Done, Runner

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Data may be copied: nobody waits longer than a day.
SECONDS = 24 * 3600.0
#: Lines of what a failed command said.
SAID = 6


@dataclass(frozen=True)
class Dvc:
    """dvc of `project`, run in its DVC project: the one around where the user stands, else the only or first one."""

    project: Project
    config: Config
    runner: Runner

    @classmethod
    def of(cls, workspace: Workspace) -> Dvc:
        """That of an open workspace."""
        return cls(workspace.project, workspace.config, workspace.runner)

    @cached_property
    def argv(self) -> tuple[str, ...]:
        """The command, with its full path."""
        return dvc_command(interpreter(self.project, self.config, "dvc").path)

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The directories of all DVC projects in the repository."""
        return tree.find(self.project, self.runner).roots

    @cached_property
    def root(self) -> Path:
        """Where it runs."""
        start = str(self.project.start)
        around = [root for root in self.roots if start == root or start.startswith(f"{root}{os.sep}")]
        return Path(max(around, key=len)) if around else Path(self.roots[0] if self.roots else self.project.root)

    def refusal(self) -> Refused | None:
        """Why dvc can't be run here."""
        if self.project.git_dir is None:
            return Refused("experiments need a git repository", "git init")
        if not self.roots:
            return Refused("there is no DVC project here", "dvc init")
        found = interpreter(self.project, self.config, "dvc")
        if found.dvc is None and len(self.argv) > 1:
            return Refused(f"no dvc beside {found.path}", "python = in mltui.toml names the interpreter that has it")
        return None

    def command(self, *args: str) -> str:
        """What a shell would be told."""
        return join((*self.argv, *args))

    def env(self) -> dict[str, str | None]:
        """The user's environment, with the interpreter's programs found first."""
        bin_ = str(Path(self.argv[0]).parent)
        return {"DVC_NO_ANALYTICS": "1", "PATH": f"{bin_}{os.pathsep}{os.environ.get('PATH', '')}"}

    def run(self, *args: str, env: Mapping[str, str | None] | None = None) -> Done:
        """Run it to its end. It asks nobody for updates. Raises a `SourceError` if it can't be started."""
        given = {**self.env(), "CI": "1", **(env or {})}
        return self.runner.run((*self.argv, *args), cwd=self.root, env=given, timeout=SECONDS)

    def run_aside(self, *args: str, output: Path, env: Mapping[str, str | None] | None = None) -> int:
        """Run it in a session of its own with its output in a file, and return its exit code: what it leaves running
        keeps what it was given open, so a pipe would never end. Raises `NotFound`, `Denied`."""
        merged = {key: value for key, value in {**os.environ, **self.env(), **(env or {})}.items() if value is not None}
        try:
            with output.open("ab") as file:
                return subprocess.run(
                    (*self.argv, *args), cwd=self.root, env=merged, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                    start_new_session=True, check=False, timeout=SECONDS,
                ).returncode  # fmt: skip
        except FileNotFoundError as error:
            raise NotFound(f"{self.argv[0]} is gone") from error
        except OSError as error:
            raise Denied(f"{self.argv[0]} could not be run: {error.strerror}") from error


def said(text: str, code: int) -> str:
    """The last lines of what a failed dvc said, without its own advice to ask on a forum."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and "Having any troubles?" not in line]
    return "\n".join(lines[-SAID:]) or f"exit code {code}"


def failed(what: str, done: Done, left: Sequence[str] = ()) -> Outcome:
    """The outcome of a dvc that failed."""
    text = done.stderr if done.stderr.strip() else done.stdout.decode(errors="replace")
    return Outcome("failed", f"dvc could not {what}", (said(text, done.code), *left))
