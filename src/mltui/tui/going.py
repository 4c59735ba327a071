"""While a job runs: the first line counts its seconds, and who runs it elsewhere is asked how it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.timer import Timer

from mltui.errors import MltuiError
from mltui.tui.asking import Asker
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.model.job import Job
    from mltui.tui.screens.main import MainScreen

#: How long a running job has been at it (seconds).
SECOND = 1.0
#: So often another box or a cluster is asked, after so many seconds (its answer may take longer).
ELSEWHERE = 5


class Going:
    """Moves what moves by itself while there are jobs that have not ended; nothing else."""

    def __init__(self, screen: MainScreen, draw: Callable[[], None]) -> None:
        self._screen, self._draw = screen, draw
        self._timer: Timer | None = None
        self._asker = Asker()
        self._ticks = 0
        self._asking = False
        self._said = ""

    def jobs_came(self, jobs: tuple[Job, ...]) -> None:
        """The jobs were read."""
        goes = self._screen.workspace.as_of is None and any(not job.ended for job in jobs)
        if goes and self._timer is None:
            self._timer, self._ticks = self._screen.set_interval(SECOND, self._tick), 0
        elif not goes and self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _tick(self) -> None:
        self._draw()
        self._ticks += 1
        if self._ticks % ELSEWHERE == 0 and not self._asking and self._may_ask():
            jobs = tuple(job for job in self._jobs() if job.followed)
            if jobs:
                begin(self._screen, self._ask, jobs, group="jobs-elsewhere", exclusive=False)

    def _may_ask(self) -> bool:
        """Whoever asks brings home what ended elsewhere: a read-only mltui must not."""
        return not (self._screen.feeds.paused or self._screen.feeds.workspace.config.read_only)

    def _jobs(self) -> tuple[Job, ...]:
        return (self._screen.jobs.value or ()) if self._screen.jobs else ()

    async def _ask(self, jobs: tuple[Job, ...]) -> None:
        """Ask their executors; the answers are kept in the jobs' files, where the feed finds them."""
        workspace = self._screen.feeds.workspace

        def ask() -> str:
            from mltui.actions.jobs.following import follow

            _, problems = follow(workspace.project, workspace.runner, workspace.config, jobs)
            return f"{problems[0].source}: {problems[0].summary}" if problems else ""

        self._asking = True
        try:
            self._tell(await self._asker.ask(ask))
        except MltuiError as error:
            self._tell(error.summary)
        finally:
            self._asking = False
        self._screen.feeds.look("jobs")

    def _tell(self, said: str) -> None:
        """Why one can't be asked, once and not every few seconds."""
        if said and said != self._said:
            self._screen.say(said)
        self._said = said
