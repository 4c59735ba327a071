"""Running git, DVC and Python in the sample project: as one of two people, at a time of the story, inside DIR only."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mltui.errors import SourceError
from mltui.sources.runner import Environment, Runner

HERE = Path(__file__).parent

#: The story's clock runs this many times as fast as ours: a training of 2 s took 3 minutes then.
PACE = 90

#: Settings of whoever builds the demo, which must not take part in it.
FOREIGN = ("GIT_", "DVC_", "MLFLOW_", "PYTHON", "XDG_", "COVERAGE_", "DATABASE_URL")

_TIMEOUT_S = 300.0

_GITCONFIG = """\
[user]
\tname = Mira Okafor
\temail = mira@example.org
[init]
\tdefaultBranch = main
[core]
\thooksPath = /dev/null
[advice]
\tdetachedHead = false
"""


@dataclass(frozen=True, slots=True)
class Person:
    """An author, with the offset of her clock from UTC as git writes it."""

    name: str
    email: str
    zone: str

    @property
    def login(self) -> str:
        return self.email.partition("@")[0]


MIRA = Person("Mira Okafor", "mira@example.org", "+0100")
JONAS = Person("Jonas Lindqvist", "jonas@example.org", "-0500")


class Workshop:
    """The directory of the sample project, and the tools in it. `now` is the end of the story in epoch seconds.

    Times of the story are given in days before that. What the tools need meanwhile (a home, a place for temporary
    files) is in `aside`, inside of DIR too: `opened` makes it, `closed` takes it away.
    """

    def __init__(self, directory: Path, runner: Runner, now: float, aside: Path | None = None) -> None:
        self.directory = directory
        self.aside = aside or directory / ".building"
        self._runner = runner
        self._now = int(now)

    def opened(self) -> Workshop:
        for name in ("home", "tmp", "bin", "cache"):
            (self.aside / name).mkdir(parents=True)
        (self.aside / "home" / ".gitconfig").write_text(_GITCONFIG)
        shutil.copytree(HERE / "clock", self.aside / "clock")
        python = self.aside / "bin" / "python"  # dvc.yaml says python, and means ours
        python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
        python.chmod(0o755)
        return self

    def closed(self) -> None:
        shutil.rmtree(self.aside)

    def within(self, directory: Path) -> Workshop:
        """The same tools in another directory of the project."""
        return Workshop(directory, self._runner, self._now, self.aside)

    def git(self, *args: str, who: Person = MIRA, days: float = 0.0) -> None:
        date = f"{int(self._at(days))} {who.zone}"
        self._run(
            ("git", *args),
            days,
            fails=False,
            GIT_AUTHOR_NAME=who.name,
            GIT_AUTHOR_EMAIL=who.email,
            GIT_AUTHOR_DATE=date,
            GIT_COMMITTER_NAME=who.name,
            GIT_COMMITTER_EMAIL=who.email,
            GIT_COMMITTER_DATE=date,
        )

    def commit(self, message: str, who: Person, days: float) -> None:
        """Commit all there is; not what is being built with, nor what a database has beside it while it is written: a
        journal that is gone before git looks at it ends the commit."""
        self.git("add", "--all", "--", ":!.building", ":!mlflow.db-*", who=who, days=days)
        self.git("commit", "--quiet", "--no-verify", "-m", message, who=who, days=days)

    def dvc(self, *args: str, days: float, **env: str) -> None:
        self._run((sys.executable, "-m", "dvc", *args), days, fails=False, **env)

    def python(self, *args: str, days: float, fails: bool = False, **env: str) -> None:
        """Run one of the project's scripts. One that `fails` must."""
        self._run((sys.executable, *args), days, fails, **env)

    def file(self, name: str, target: str = "") -> None:
        """Copy a file of the sample project into place."""
        place = self.directory / (target or name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((HERE / "project" / name).read_bytes())

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace the one `old` of a file."""
        path = self.directory / name
        text = path.read_text()
        if text.count(old) != 1:
            raise ValueError(f"{name} has {text.count(old)} times {old!r}")
        path.write_text(text.replace(old, new))

    def together(self, *acts: Callable[[], None]) -> None:
        """Do several things at once: each starts Python and a tool, and most machines have two cores."""
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(act) for act in acts]:
                done.result()

    def _at(self, days: float) -> float:
        return self._now - days * 86_400

    def _run(self, argv: tuple[str, ...], days: float, fails: bool, **env: str) -> None:
        done = self._runner.run(argv, cwd=self.directory, env={**self._environment(days), **env}, timeout=_TIMEOUT_S)
        if bool(done.code) != fails:
            said = (done.stderr or done.stdout.decode(errors="replace")).strip().splitlines()
            raise SourceError(f"{shlex.join(argv)} ended with code {done.code}: {said[-1] if said else ''}")

    def _environment(self, days: float) -> Environment:
        foreign = dict.fromkeys(name for name in os.environ if name.startswith(FOREIGN))
        home, aside = self.aside / "home", self.aside
        return {
            **foreign,
            "HOME": str(home),
            "TMPDIR": str(aside / "tmp"),
            "PATH": f"{aside / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "PYTHONPATH": str(aside / "clock"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONWARNINGS": "ignore",
            "DEMO_CLOCK": str(self._at(days)),
            "DEMO_PACE": str(PACE),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CEILING_DIRECTORIES": str(self.directory.parent),
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(aside / "cache"),
            "DVC_GLOBAL_CONFIG_DIR": str(home),
            "DVC_SYSTEM_CONFIG_DIR": str(home),
            "CI": "1",  # DVC asks nobody for updates then
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MPLCONFIGDIR": str(aside / "cache"),
        }
