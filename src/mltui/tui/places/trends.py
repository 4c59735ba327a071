"""The primary series of the newest runs, for their trend: read once for a run that has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.metric import PrimaryMetric
from mltui.model.runs import Run
from mltui.present.spark import POINTS

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Newest runs whose trend is read: what a screen shows.
RUNS = 30

Key = tuple[str, str]


class Trends:
    """Series by run and metric, kept while the run is among those shown. Read and asked by one `Asker`."""

    def __init__(self) -> None:
        self._known: dict[Key, tuple[float, ...]] = {}
        #: Grows whenever `of` may give something else.
        self.moves = 0

    def read(self, workspace: Workspace, runs: Sequence[Run], primary: PrimaryMetric | None) -> None:
        """Read what is not known yet of the first `RUNS` runs. In an `Asker`'s thread: a database may be far away."""
        self.moves = self.moves or 1
        try:
            reader = workspace.reader(wait=False) if primary else None
        except SourceError:
            return  # as below
        if primary is None or reader is None or reader.store.kind == "rest":
            return  # a server would be asked run by run
        shown = {run.run_id for run in runs[:RUNS]}
        self._known = {key: values for key, values in self._known.items() if key[0] in shown}
        for run in runs[:RUNS]:
            key = (run.run_id, primary.key)
            if run.kind != "run" or run.problem or primary.key not in run.metrics:
                continue
            if key in self._known and run.status not in ("RUNNING", "SCHEDULED"):
                continue
            try:
                values = tuple(point.value for point in reader.series(run.run_id, primary.key, POINTS))
            except SourceError:
                break  # the store's own part says what is wrong with it; trends only come later then
            if values != self._known.get(key):
                self._known[key] = values
                self.moves += 1

    def of(self, runs: Sequence[Run], primary: PrimaryMetric | None) -> Mapping[str, Sequence[float]] | None:
        """Run id -> series, of runs that logged more than one point; None before anything was read."""
        if not self.moves:
            return None
        if primary is None:
            return {}
        found = {run.run_id: self._known.get((run.run_id, primary.key), ()) for run in runs[:RUNS]}
        return {run_id: series for run_id, series in found.items() if len(series) > 1}
