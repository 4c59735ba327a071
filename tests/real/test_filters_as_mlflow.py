"""Filters of MLflow's own grammar select the runs that MlflowClient selects, in every kind of store."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import filtered_store
import pytest
from database_servers import mariadb, postgres
from hypothesis import HealthCheck, Phase, given, settings
from mlflow import MlflowClient
from mlflow_process import start

from mltui.model.filters import parse
from mltui.model.runs import Store
from mltui.sources.mlflow.dbms import ServerDatabase
from mltui.sources.mlflow.files.mirror import FileMirror
from mltui.sources.mlflow.server.mirror import ServerMirror
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.mlflow.sqlite import SqliteDatabase

pytestmark = pytest.mark.real

#: Random filters that are tried.
EXAMPLES = 200


#: Where MLflow's file store answers otherwise than its SQL store, which is followed (docs/filters.md): the name of a
#: run whose tag was deleted, a pattern against newlines, letters beyond ASCII without case, an infinite value.
FILES_DIFFER = re.compile(r"(?i)run.name|with space.*like|ilike '[^']*[^\x00-\x7f]|ilike '_rger|1e400|e308")

#: Where MLflow answers otherwise on PostgreSQL and MariaDB than on SQLite (docs/filters.md): a backslash in a pattern
#: is an escape, letters beyond ASCII without case, and MySQL has no infinity to compare with.
DATABASES_DIFFER = re.compile(r"(?i)like '[^']*\\|ilike '[^']*[^\x00-\x7f]|1e400")

#: What random filters may miss; `LIKE` is about case too, which databases think differently of.
CORNERS = (
    "",
    "metrics.nan != 0",
    "metrics.nan = 0",
    "metrics.nan >= 0",
    "metrics.inf >= 1.7976931348623157e308",
    "metrics.inf > 1.7976931348623157e308",
    "metrics.inf < 1e400",
    "metrics.absent != 1",
    "params.absent != 'x'",
    "params.`with space` = 'it''s'",
    "params.`with space` LIKE 'two%lines'",
    "params.`with space` LIKE 'C:\\%'",
    "params.`deep/key` LIKE '50%'",
    "params.`deep/key` LIKE 'a\\_b'",
    "params.model ILIKE 'ÄRGER'",
    "params.empty = ''",
    "attributes.run_name != 'first'",
    "tags.mlflow.runName IS NULL",
    "end_time > 0",
    "end_time != 5",
    "dataset.name != 'wine'",
    "dataset.name NOT IN ('wine', 'rose')",
    "dataset.name = 'wine' and dataset.name = 'rose'",
    "dataset.context != 'training'",
    "dataset.name in ('wi''ne')",
    "params.model = 'rf' params.lr = '0.1'",
    "and params.model = 'rf' and and",
    "`params`.`model` = 'rf'",
    "params.'model' = 'rf'",
    "params.`with space` LIKE 'c:%'",
    "params.`with space` = ' padded'",
    "params.model LIKE 'R%'",
    "params.model LIKE 'r_'",
    "params.model = 'Rf'",
    "params.MODEL LIKE '%'",
    "tags.team LIKE 'rE_'",
    "tags.team ILIKE 'rE_'",
    "dataset.name LIKE 'w%'",
    "dataset.name ILIKE 'w%'",
    "user_id = 'bob'",
    "metrics.ACC > 0",
    "metrics.`e.x` > 0",
    "metrics.inf <= -1.7976931348623157e308",
)


class Compared:
    """One store through MLflow and through mltui."""

    def __init__(self, uri: str, experiment: str, reader: SqlReader) -> None:
        self._client = MlflowClient(uri)
        self._experiment = experiment
        self._reader = reader
        self._runs = [run for page in reader.runs() for run in page]

    def mlflow(self, text: str) -> set[str]:
        runs = self._client.search_runs([self._experiment], text, max_results=1000)
        return {run.info.run_id for run in runs}

    def mltui(self, text: str) -> set[str]:
        found = parse(text)
        return {run.run_id for run in filter(found.predicate(0, self._reader.facts(found.needs)), self._runs)}

    def ids(self) -> tuple[str, ...]:
        return tuple(run.run_id for run in self._runs)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    path = tmp_path_factory.mktemp("filters") / "mlflow.db"
    return path, filtered_store.write(f"sqlite:///{path}")


@pytest.fixture(scope="module")
def compared(database: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Compared:
    path, experiment = database
    uri = f"sqlite:///{path}"
    store = SqliteDatabase(path, tmp_path_factory.mktemp("cache"))
    return Compared(uri, experiment, SqlReader(Store(uri, "sqlite", "flag"), store))


def test_random_filters_of_mlflow(compared: Compared) -> None:
    compare(compared, EXAMPLES)


def test_random_filters_through_a_server(database: tuple[Path, str], tmp_path: Path) -> None:
    path, experiment = database
    shutil.copy(path, tmp_path / "mlflow.db")
    server = start(tmp_path).up()
    try:
        mirror = ServerMirror(server.uri, tmp_path / "mirror.db", {})
        mirror.refresh()
        compare(Compared(server.uri, experiment, mirrored(mirror.database)), 40)
    finally:
        server.stop()


def test_random_filters_on_a_file_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    root = tmp_path / "mlruns"
    experiment = filtered_store.write(root.as_uri())
    mirror = FileMirror(root, tmp_path / "mirror.db")
    mirror.refresh()
    compare(Compared(root.as_uri(), experiment, mirrored(mirror.database)), 100, FILES_DIFFER)


@pytest.mark.parametrize("server", [postgres, mariadb])
def test_random_filters_and_corners_on_a_database_server(server: Callable[[], AbstractContextManager[str]]) -> None:
    with server() as uri:
        experiment = filtered_store.write(uri)
        compared = Compared(uri, experiment, SqlReader(Store(uri, "sql", "flag"), ServerDatabase(uri)))
        compare(compared, 60, DATABASES_DIFFER)
        for text in CORNERS:
            if not DATABASES_DIFFER.search(text):
                assert compared.mltui(text) == compared.mlflow(text), text


def mirrored(path: Path) -> SqlReader:
    return SqlReader(Store(str(path), "sqlite", "flag"), SqliteDatabase(path, path.parent))


def compare(compared: Compared, examples: int, differ: re.Pattern[str] | None = None) -> None:
    """Random filters, except those that `differ` finds."""
    sizes: set[int] = set()

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(filtered_store.filters(compared.ids()))
    def same(text: str) -> None:
        if differ is not None and differ.search(text):
            return
        theirs = compared.mlflow(text)
        assert compared.mltui(text) == theirs
        sizes.add(len(theirs))

    same()
    assert len(sizes) > 8, "filters that select none or all prove little"


@pytest.mark.parametrize("text", CORNERS)
def test_corners(compared: Compared, text: str) -> None:
    assert compared.mltui(text) == compared.mlflow(text)


def test_the_command_line_selects_the_same(database: tuple[Path, str], compared: Compared) -> None:
    path, _ = database
    text = "metrics.acc > 0 and user_id = 'Bob' and dataset.name = 'wine'"

    def printed(*options: str) -> str:
        argv = [sys.executable, "-m", "mltui", "runs", "--store", str(path), *options]
        return subprocess.run(argv, cwd=path.parent, capture_output=True, text=True, check=True).stdout

    theirs = compared.mlflow(text)
    assert theirs
    found = re.findall(r'"run_id": ?"(\w+)"', printed("--json", "--filter", text))
    assert set(found) == theirs
    assert [line.split(",")[0] for line in printed("--csv", "--filter", text).splitlines()[1:]] == found
    assert re.findall(r'"run_id": ?"(\w+)"', printed("--json", "--filter", text, "--limit", "2")) == found[:2]
    assert len(printed("--filter", text).splitlines()) == len(printed().splitlines()) - filtered_store.RUNS + len(found)


def test_a_wrong_filter_ends_with_2_and_marks_the_place(database: tuple[Path, str]) -> None:
    path, _ = database
    text = "metrics.acc > 0.9 and stats = 'x'"
    argv = [
        sys.executable,
        "-m",
        "mltui",
        "runs",
        "--store",
        str(path),
        "--filter",
        text,
    ]
    done = subprocess.run(argv, cwd=path.parent, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "mltui: the filter is wrong: a run has no attribute stats",
        f"  {text}",
        "                        ^^^^^",
        "  did you mean status?",
    ]
