"""What the terminal is told beside the screen: the title as it is now, and each end of a job or a run, once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from mltui.model.jobs import running
from mltui.sources.cachedir import news
from mltui.sources.port import now_ms
from mltui.tui.symbols import symbols
from mltui.tui.widgets.footer import FooterBar

if TYPE_CHECKING:
    from mltui.model.part import Part
    from mltui.tui.screens.main import MainScreen
    from mltui.tui.window import Window

#: Ends that one notification names; the rest is counted.
NAMED: Final = 3
_RUNS_ON: Final = frozenset({"RUNNING", "SCHEDULED"})


class Ends:
    """Which of the things that are looked at again and again ended since: what was seen running, and what began since
    the start. What had ended before is nobody's news."""

    def __init__(self, since: int) -> None:
        """`since`: epoch ms."""
        self._since = since
        self._running: set[str] = set()
        self._told: set[str] = set()

    def look(self, seen: Iterable[tuple[str, int | None, bool]]) -> set[str]:
        """The ids that ended: `seen` are id, start (epoch ms) and whether it has ended."""
        found = set[str]()
        for id, start, ended in seen:
            if not ended:
                self._running.add(id)
                self._told.discard(id)  # a run that is resumed ends once more
            elif id not in self._told and (id in self._running or (start is not None and start >= self._since)):
                found.add(id)
                self._told.add(id)
                self._running.discard(id)
        return found


class Telling:
    """Tells the window what the screen knows of now; while another time is looked at it tells nothing."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._ends = {"jobs": Ends(now_ms()), "runs": Ends(now_ms())}

    @property
    def _window(self) -> Window | None:
        return getattr(self._screen.app, "window", None)

    def came(self, part: Part[Any]) -> None:
        """A part was read and shown; not one that is remembered from another visit, which is no news."""
        for summary, hint in news():  # what reading it found of the cache
            self._screen.query_one(FooterBar).say(f"{summary}; {hint}" if hint else summary)
        if self._window is None or self._screen.workspace.as_of is not None:
            return
        if part.value is not None and part.name == "jobs":
            self._jobs(part.value)
        elif part.value is not None and part.name == "runs":
            self._runs(part.value.runs)
        self._window.title(self._title())

    def _jobs(self, jobs: Iterable[Any]) -> None:
        jobs = tuple(jobs)
        ended = self._ends["jobs"].look((job.id, job.spec.created, job.ended) for job in jobs)
        self._tell("job", [f"{job.spec.title} {job.state}" for job in jobs if job.id in ended])

    def _runs(self, runs: Iterable[Any]) -> None:
        runs = [each for each in runs if each.kind == "run"]
        ended = self._ends["runs"].look((run.run_id, run.start, run.status not in _RUNS_ON) for run in runs)
        told = [f"run {run.name or run.run_id} {run.status.lower()}" for run in runs if run.run_id in ended]
        self._tell("run", told)

    def _tell(self, kind: str, ended: list[str]) -> None:
        config, window = self._screen.workspace.config, self._window
        if not ended or kind not in config.notify_on or window is None:
            return
        if config.bell:
            window.bell()
        if config.desktop != "off":
            rest = f", and {len(ended) - NAMED:,} more" if len(ended) > NAMED else ""
            window.notify(f"{self._screen.workspace.project.name}: {', '.join(ended[:NAMED])}{rest}", config.desktop)

    def _title(self) -> str:
        """``mltui · churn · main · 2 stale``; ``● train`` while a job runs."""
        screen, signs = self._screen, symbols(self._screen.app)
        git = screen.git.value if screen.git else None
        branch = (git.branch or (git.commit or "")[:7]) if git else ""
        parts = ["mltui", screen.workspace.project.name, branch, self._state()]
        return f" {signs.dot} ".join(filter(None, parts))

    def _state(self) -> str:
        screen, signs = self._screen, symbols(self._screen.app)
        job = running((screen.jobs.value or ()) if screen.jobs else ())
        if job is not None:
            return f"{signs.running} {job.stage or job.spec.title}"
        pipeline = screen.pipeline.value if screen.pipeline else None
        stale = sum(stage.status == "stale" for stage in pipeline.stages) if pipeline else 0
        return f"{stale:,} stale" if stale else ""
