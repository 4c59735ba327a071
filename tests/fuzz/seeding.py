"""Seeds that the real tools make: stores of every schema that mlflow has migrations to, and answers of its server.

They are made once, below `WORK`; of what is small a copy is kept in ``answers/``, so that tests need no mlflow.
Run as a script it fills the directory it is given.
"""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
WORK = HERE / ".work"
ANSWERS = HERE / "answers"
#: Pages of the smallest size that SQLite has: more of what is broken by chance is structure.
PAGE = 512
RUN = "a" * 32


def small() -> Iterable[bytes]:
    """A store of a few tables, as of 2020, in both journal modes."""
    from tests.unit.mlflow_tables import REGISTRY_2020, TABLES_2020, a_run, make

    of_it = {"run_uuid": RUN, "key": "loss"}
    rows = [
        *(a_run(each * 32) for each in "abc"),
        *(("metrics", {**of_it, "value": n / 8, "timestamp": n, "step": n, "is_nan": 0}) for n in range(40)),
        ("latest_metrics", {**of_it, "value": 1.0, "timestamp": 1, "step": 1, "is_nan": 0}),
        ("params", {**of_it, "value": "v" * 300}),
        ("tags", {**of_it, "key": "mlflow.source.git.commit", "value": "c" * 40}),
        ("registered_models", {"name": "churn"}),
        ("model_versions", {"name": "churn", "version": 1, "run_id": RUN, "status": "READY", "current_stage": "None"}),
    ]
    with TemporaryDirectory() as top:
        path = make(Path(top) / "mlflow.db", {**TABLES_2020, **REGISTRY_2020}, rows)
        yield _smaller(path)
        with closing(sqlite3.connect(path)) as store:
            store.execute("pragma journal_mode = wal")
        yield path.read_bytes()


def _smaller(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as store:
        store.execute("pragma journal_mode = delete")
        store.execute(f"pragma page_size = {PAGE}")
        store.execute("vacuum")
    return path.read_bytes()


def stores() -> Iterable[bytes]:
    """One of each schema there ever was, with a few runs and a model; the newest made by mlflow itself."""
    _make()
    for path in sorted(WORK.glob("stores/*.db")):
        yield path.read_bytes()


def answers() -> list[bytes]:
    """Answers of the server of the installed mlflow to what mltui asks, as they were captured."""
    return [path.read_bytes() for path in sorted(ANSWERS.glob("*.json"))]


def _make() -> None:
    if (WORK / "made").exists():
        return
    (WORK / "stores").mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "tests.fuzz.seeding", str(WORK)], cwd=HERE.parents[1], check=True)
    (WORK / "made").touch()


def _stores(directory: Path) -> None:
    from tests.real.old_stores import filled, make

    make(directory)
    _newest(directory / "newest.db")
    for path in directory.glob("*.db"):
        if path.name != "newest.db":
            with contextlib.suppress(sqlite3.OperationalError):  # the oldest have no registry: those stay empty
                filled(path)
        _smaller(path)


def _newest(database: Path) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{database}", registry_uri=f"sqlite:///{database}")
    experiment = client.create_experiment("churn", artifact_location="file:///x")
    for number in range(3):
        run = client.create_run(experiment, run_name=f"owl-{number}").info.run_id
        for step in range(5):
            client.log_metric(run, "loss", step / 8 if step else float("nan"), step=step)
        client.log_param(run, "lr", 0.1)
        client.set_tag(run, "note", "é\n" * 5)
    client.set_terminated(run)
    client.create_registered_model("churn")
    client.create_model_version("churn", "file:///x/model", run)
    client.set_registered_model_alias("churn", "champion", "1")
    with closing(sqlite3.connect(database)) as store, store:
        store.execute("update runs set run_uuid = ? where run_uuid = ?", (RUN, run))
        for table in ("metrics", "latest_metrics", "params", "tags"):
            store.execute(f"update {table} set run_uuid = ? where run_uuid = ?", (RUN, run))


def _capture(database: Path, folder: Path) -> None:
    """Ask the server's own handlers, as its routes do."""
    from mlflow.server import app, handlers
    from mlflow.server.fastapi_app import create_fastapi_app  # noqa: F401 - brings the routes of this version

    handlers.initialize_backend_stores(f"sqlite:///{database}", f"sqlite:///{database}", "file:///x")
    client = app.test_client()
    api = "/api/2.0/mlflow"
    asked = {
        "experiments": client.post(f"{api}/experiments/search", json={"view_type": "ALL", "max_results": 10}),
        "runs": client.post(f"{api}/runs/search", json={"experiment_ids": ["1"], "run_view_type": "ALL"}),
        "history": client.get(f"{api}/metrics/get-history", query_string={"run_id": RUN, "metric_key": "loss"}),
        "models": client.get(f"{api}/registered-models/search"),
        "versions": client.get(f"{api}/model-versions/search"),
        "missing": client.get(f"{api}/runs/get", query_string={"run_id": "0" * 32}),
    }
    folder.mkdir(exist_ok=True)
    for name, answer in asked.items():
        (folder / f"{name}.json").write_bytes(answer.data)


if __name__ == "__main__":
    made = Path(sys.argv[1]) / "stores"
    _stores(made)
    if "--answers" in sys.argv:
        _capture(made / "newest.db", ANSWERS)
