"""Filters of stores too large to be loaded whole: what is read for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from tests.unit.mlflow_tables import TABLES_2020, a_run, make

from mltui.config import Config
from mltui.errors import FilterError
from mltui.model.runs import Run
from mltui.present.rows import Rows
from mltui.sources.mlflow import run_list
from mltui.sources.mlflow.reader import StoreReader
from mltui.sources.mlflow.sources import RunsSource, StoresSource
from mltui.sources.places import Project
from mltui.sources.regexes import Searcher
from mltui.sources.runner import ProcessRunner
from mltui.tui.places.runs.filtering import Filtering

ACCURATE, TUNED = "a" * 32, "b" * 32


class Counting:
    """A store's reader that counts how often its runs are read."""

    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader
        self.times = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def runs(self, **wanted: Any) -> Iterator[tuple[Run, ...]]:
        self.times += 1
        return self._reader.runs(**wanted)


@dataclass
class Large:
    """Two runs of which one has a metric `acc` and the other a param `lr`, in a store that counts as too large."""

    rows: Rows[Run]
    reader: Counting
    filtering: Filtering

    def found(self, text: str, *, unwanted: bool = False) -> list[str]:
        return list(self.filtering.matching(self.rows, text, lambda: unwanted).keys())


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Large:
    monkeypatch.setattr(run_list, "WHOLE_RUNS", 1)
    accurate = {"key": "acc", "value": 0.9, "is_nan": 0, "step": 0, "run_uuid": ACCURATE}
    rows = [a_run(ACCURATE), a_run(TUNED), ("latest_metrics", accurate)]
    rows.append(("params", {"key": "lr", "value": "1", "run_uuid": TUNED}))
    make(tmp_path / "mlflow.db", TABLES_2020, rows)
    stores = StoresSource(Project(tmp_path, tmp_path), Config())
    runs = RunsSource(stores).load().runs
    assert not any(run.whole for run in runs)
    reader = Counting(cast("StoreReader", stores.reader()))
    filtering = Filtering(lambda: cast("StoreReader", reader), Searcher(ProcessRunner()))
    return Large(Rows((), runs, lambda run: run.run_id), reader, filtering)


def test_what_the_rows_hold_is_not_read_again(large: Large) -> None:
    assert large.found("metrics.acc > 0.5") == [ACCURATE]
    assert large.reader.times == 0


def test_what_they_lack_is_read_once(large: Large) -> None:
    assert large.found("params.lr = '1'") == [TUNED]
    assert large.found("params.lr = '1' and metrics.acc > 0.5") == []
    assert large.found("params.lr = '1' or metrics.acc > 0.5") == [ACCURATE, TUNED]
    assert large.reader.times == 1


def test_nothing_is_read_for_a_filter_that_somebody_types_on(large: Large) -> None:
    with pytest.raises(FilterError):
        large.found("params.lr = '1'", unwanted=True)
    assert large.reader.times == 0
