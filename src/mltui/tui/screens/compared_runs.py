"""The runs that are compared, read again as often as their store moves, and the one the others are measured against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mltui.errors import SourceError
from mltui.model.compare import ComparedRow, Comparison, compare
from mltui.model.merged import as_run
from mltui.model.part import Part
from mltui.model.runs import Run
from mltui.present.compare_words import in_words
from mltui.sources.mlflow.subjects import Subjects
from mltui.tui.asking import Asker

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class ComparedRuns:
    """`whole` is the comparison as it was last read, `differing` those of its rows in which the runs differ.

    `trouble` is what stood in the way of reading it again, "" if nothing did.
    """

    def __init__(self, main: MainScreen, runs: Sequence[Run]) -> None:
        self._main = main
        self._subjects = Subjects(main.workspace.project.root)
        self._asker = Asker()
        self.runs = tuple(runs)
        self.baseline = _baseline_of(main, runs)
        self.whole: Comparison | None = None
        self.differing: tuple[ComparedRow, ...] = ()
        self.trouble = ""

    def shown(self, only: bool) -> Comparison | None:
        """All rows, or `only` those that differ; None while nothing was read."""
        return replace(self.whole, rows=self.differing) if self.whole is not None and only else self.whole

    def measure_against(self, at: int) -> None:
        """Another of the runs is the baseline."""
        if self.whole is not None:
            self.baseline = self.runs[at].run_id
            self.whole = self.whole.against(at)

    async def read(self) -> None:
        """Read the runs again; what was known stays where that fails."""
        main, now = self._main, self._main.moment()
        self.runs = tuple(self._seen())
        runs, lost = self.runs, self._lost()

        def question() -> tuple[Comparison, Comparison]:
            subjects = self._subjects.read(runs, main.workspace.reader(wait=False))
            subjects = tuple(replace(each, gone=True) if each.run.run_id in lost else each for each in subjects)
            compared = compare(subjects, self.baseline, main.workspace.config.goals, main.primary)
            whole = in_words(compared, now)
            return whole, whole.differences()

        try:
            self.whole, differing = await self._asker.ask(question)
            self.differing = differing.rows
            self.trouble = ""
        except SourceError as error:
            self.trouble = error.summary
        if self.whole is not None:
            at = next((at for at, run in enumerate(self.runs) if run.run_id == self.baseline), 0)
            self.whole = self.whole.against(at)  # another may have been chosen meanwhile

    def _seen(self) -> Iterable[Run]:
        """The runs as the table has them now, which judges whether one may run no more; those it lost as they were."""
        main = self._main
        table, experiments = _value(main.runs), _value(main.experiments)
        rows = {run.run_id: run for run in (table.runs if table else ())}
        ours = {each.commit: as_run(each) for each in experiments or ()}
        for run in self.runs:
            if run.kind == "exp":
                yield ours.get(run.run_id, run)
            else:
                yield replace(run, life=rows[run.run_id].life) if run.run_id in rows else run

    def _lost(self) -> frozenset[str]:
        """DVC experiments that git has no more."""
        experiments = _value(self._main.experiments)
        there = {each.commit for each in experiments or ()}
        ours = (run.run_id for run in self.runs if run.kind == "exp")
        return frozenset() if experiments is None else frozenset(id for id in ours if id not in there)


def _value(part: Part[Any] | None) -> Any:
    """What was read, None before and where that failed."""
    return part.value if part is not None else None


def _baseline_of(main: MainScreen, runs: Sequence[Run]) -> str:
    """The baseline that the table measures against, if it is among them; else the first."""
    held = getattr(main.place, "baseline", None)
    return held if isinstance(held, str) and any(run.run_id == held for run in runs) else runs[0].run_id
