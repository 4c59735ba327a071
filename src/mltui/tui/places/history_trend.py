"""The primary metric over the history, for the Overview's chart: read again only where something it shows moved."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import TYPE_CHECKING

from mltui.errors import MltuiError
from mltui.model.metric import PrimaryMetric
from mltui.model.runs import RunTable
from mltui.present import overview as present
from mltui.present.marks import count, guess_hint, metric_label
from mltui.present.overview import FEWEST, Overview
from mltui.present.plot_legend import letter
from mltui.present.runs import RunScene
from mltui.present.text import safe
from mltui.tui.widgets.chart import ChartView

if TYPE_CHECKING:
    from mltui.model.trend import Trend  # whoever starts mltui does not wait for it
    from mltui.sources.workspace import Workspace


class HistoryTrend:
    """Kept while the Overview lives. Read by one `Asker`."""

    def __init__(self) -> None:
        self._mark: Hashable = None
        #: The trend, None where there is too little of it to see anything.
        self.found: Trend | None = None

    def read(self, workspace: Workspace, table: RunTable | None, primary: PrimaryMetric | None) -> bool:
        """Whether `found` is another than before. In an `Asker`'s thread: a first look at a long history takes long."""
        mark = self._marked(workspace, table, primary)
        if mark == self._mark:
            return False
        former, self._mark = self.found, mark
        self.found = None
        if primary is not None and workspace.project.git_dir is not None:
            runs, keys = (table.runs, table.metric_keys) if table else ((), ())
            try:
                found = workspace.trend.load(primary.key, runs, keys, join=False)  # a join takes long
                self.found = found if _shows(found) else None
            except MltuiError:
                pass  # git's own part says what is wrong; the chart is that of the runs
        return self.found != former

    def show(self, chart: ChartView, view: Overview) -> None:
        """The trend, or the curve of the newest runs where there is none."""
        found, scene = self.found, view.scene
        hint = guess_hint(scene.primary, scene.symbols)
        if found is not None and scene.primary is not None and found.metric == scene.primary.key:
            chart.entitle("  ".join(filter(None, (*_titles(found, scene), hint))))
            chart.draw_trend(found)
        else:
            chart.entitle(present.curve_title(view) + (f"  {hint}" if hint else ""))
            chart.draw(present.curve(view), present.curve_ends(view))

    @staticmethod
    def _marked(workspace: Workspace, table: RunTable | None, primary: PrimaryMetric | None) -> Hashable:
        """Equal as long as refs, metric and the values of runs that have ended are the same."""
        from mltui.sources.git.refs import refs_fingerprint

        if primary is None:
            return None
        key = primary.key
        ended = hash(
            tuple(
                (run.run_id, run.commit, run.metrics[key])
                for run in (table.runs if table else ())
                if key in run.metrics and run.status not in ("RUNNING", "SCHEDULED")
            )
        )
        known = workspace.trend.placing()
        goal = workspace.config.goals.get(key)
        return refs_fingerprint(workspace.project), key, goal, ended, known, workspace.config.as_of


def _titles(found: Trend, scene: RunScene) -> tuple[str, ...]:
    """What the panel is called, whose curves its letters are, and whether something got worse and is so still."""
    worse = sum(each.recovered is None for each in found.regressions or ())
    said = f"{scene.symbols.down} {count(worse, 'regression')}" if worse else ""
    several = found.series if len(found.series) > 1 else ()
    letters = "  ".join(f"{letter(at)} {safe(one.name, scene.symbols)}" for at, one in enumerate(several))
    return f"{metric_label(scene.primary, scene.symbols)} over history", said, letters


def _shows(found: Trend) -> bool:
    """Whether there is something to see: some points, and not all alike."""
    for one in found.series:
        finite = [point.value for point in one.points if math.isfinite(point.value)]
        if len(finite) >= FEWEST and len(set(finite)) > 1:
            return True
    return False
