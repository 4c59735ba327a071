"""A fake workspace with as many sources as a test names, and metric series (the door is `Source`, as in tui_fakes)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.series_sample import series_of
from tui_fakes import FakeReader, FakeWorkspace

from mltui.config import Config
from mltui.errors import NotFound
from mltui.model.lineage.graph import Graph
from mltui.model.runs import MetricPoint, Run, RunTable
from mltui.sources.mlflow.columns import Read

Series = Mapping[tuple[str, str], list[float]]

#: What the sources hold where a test names nothing: nothing of that kind is there.
NOTHING: dict[str, Any] = {
    "git": NotFound("no git repository here"),
    "history": NotFound("no git repository here"),
    "pipeline": NotFound("no DVC project here"),
    "experiments": (),
    "stores": (),
    "runs": RunTable((), True),
    "models": (),
    "jobs": (),
    "lineage": Graph.of((), ()),
}


class SeriesReader(FakeReader):
    """A store that knows metric series too."""

    def __init__(self, runs: tuple[Run, ...], series: Series) -> None:
        super().__init__(runs)
        self._series = series

    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[MetricPoint, ...]:  # type: ignore[override]
        return tuple(MetricPoint(value, 1000 * at, at) for at, value in enumerate(self._series.get((run_id, key), [])))

    def columns(self, run_id: str, key: str, former: Read | None = None) -> Read:
        if (run_id, key) not in self._series:
            raise NotFound(f"run {run_id} has no metric {key}")
        found = series_of(run_id, key, self.series(run_id, key))
        return former if former is not None and former.series.values == found.values else Read(found)


class SampleWorkspace(FakeWorkspace):
    """Give the sources that are there by name, as `churn_sample.WHOLE` does."""

    def __init__(
        self, root: Path, config: Config | None = None, *, series: Series | None = None, **values: Any
    ) -> None:
        found = {**NOTHING, **values}
        super().__init__(root, config, **{**found, "runs": NOTHING["runs"]})
        self.runs.value = found["runs"]  # type: ignore[attr-defined]
        self._series = series or {}

    def reader(self, *, wait: bool = True) -> SeriesReader:
        table = self.runs.value  # type: ignore[attr-defined]
        return SeriesReader(table.runs if isinstance(table, RunTable) else (), self._series)
