"""Run by the tests in a process of its own: put the same content, with fixed times, into the MLflow store at a URI.

``one_content.py URI``. It holds what is odd and still accepted by MLflow's stores on SQLite, in files, behind a server,
on PostgreSQL 15 and MariaDB 10.11. Tried with MLflow 3.17.2 and

- refused by all of them: keys of metrics, params and tags with ``[](){}<>,$%'"``, a newline, an emoji, ``..`` or ``//``
  (brackets are in names and values), or of more than 250 characters, or empty; times before 1970; names of models with
  ``/`` or ``:``; one logged model's metric at one step and time of two datasets (but by the file store);
- refused by PostgreSQL and MariaDB: run names of more than 250 characters (`LONGER` is in the others); by PostgreSQL:
  NUL in a param, names of experiments and models of more than 256; by MariaDB: keys of one run, and models, that differ
  in case only; by all but files and MariaDB: steps of 2**63; by the file store: keys of more than 255 bytes;
- cut by all of them: params behind 6,000 characters, tags behind 8,000;
- kept otherwise by the file store: the same point twice (databases keep one), -0.0 (0.0 in databases), a dataset with a
  space in a metric's line (which it then can't read).
"""

from __future__ import annotations

import math
import sys
from typing import Any

START = 1_772_000_000_000
LONG = "ж" + "long name " * 24 + "[end]"
LONGER = "longer " * 43
TEXT = ("line\n" * 1_200)[:6_000]
LARGEST = sys.float_info.max
#: Keys below this are 5,000 in one run.
MANY = "many/"
#: Metrics logged with a dataset, which are lines of five fields in files: `FileStore` forgets their steps.
FIVE_FIELDS = ("of dataset", "of dataset too", "of model")
KEYS = ("val/auc mean", ".hidden", "a.b..c", "k:x", " before", "after ", "é", "x" * 250, "up/to/here/and/further")
#: What the series of the run "series" are: (value, time after `START` in ms, step).
SERIES: dict[str, list[tuple[float, int, int]]] = {
    "plain": [(0.5, 0, 0), (0.25, 1, 1), (0.75, 2, 2), (0.5, 3, 3)],
    "nan among": [(math.nan, 0, 0), (math.inf, 1, 1), (0.25, 2, 2), (-math.inf, 3, 2), (1.5, 4, 7)],
    "nan last": [(2.0, 0, 0), (1.0, 1, 1), (math.nan, 2, 2)],
    "nan only": [(math.nan, 0, 0), (math.nan, 1, 1)],
    "inf only": [(math.inf, 0, 0), (math.inf, 1, 1)],
    "up": [(1.0, 0, 0), (math.inf, 1, 1)],
    "down": [(1.0, 0, 0), (-math.inf, 1, 1)],
    "largest": [(-LARGEST, 0, 0), (1.7e308, 1, 1), (LARGEST, 2, 2)],
    "smallest": [(5e-324, 0, 0), (-5e-324, 1, 1), (0.1 + 0.2, 2, 2)],
    "same step": [(3.0, 0, 0), (1.0, 1, 0), (2.0, 2, 0)],
    "same step and time": [(2.0, 0, 1), (math.nan, 0, 1), (-1.0, 0, 1), (1.0, 0, 1), (5.0, 1, 0)],
    "back in time": [(float(n), 100 - n, n) for n in range(10)],
    "back in steps": [(float(n), n, 100 - n) for n in range(10)],
    "repeated": [(float(n), 1_000 - n % 7, n // 10) for n in range(50)],
    "below zero": [(1.0, 0, -3), (2.0, 1, -2)],
    "far": [(1.0, 5, -(2**63)), (2.0, 6, 0), (3.0, 4, 2**63 - 1)],
    "at the epoch": [(1.0, -START, 0), (2.0, -START, 1)],
    "one": [(1.0, 0, 0)],
    "Case": [(1.0, 0, 0)],
}


def main(uri: str) -> None:
    import mlflow
    from mlflow import MlflowClient

    mlflow.set_tracking_uri(uri)
    client = MlflowClient(uri)
    odd = client.create_experiment("odd [things]", tags={"team": "[red]"})
    client.create_experiment("e" * 250)
    other = client.create_experiment("left behind")
    parent = runs(client, odd)
    many(client, odd)
    client.create_run(other, start_time=START + 9_000, run_name="in a deleted experiment")
    client.delete_experiment(other)
    register(client, parent)


def runs(client: Any, experiment: str) -> str:
    from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag

    def begin(name: str, at: int, **tags: str) -> str:
        run = client.create_run(experiment, start_time=START + at, run_name=name, tags=tags)
        return str(run.info.run_id)

    parent = begin("parent [a] / b", 1_000, note="[bold]x[/]")
    model = client.create_logged_model(experiment, name="net", source_run_id=parent, params={"depth": "3"})
    wine = {"dataset_name": "wine", "dataset_digest": "d1"}
    metrics = [
        *(Metric(key, 0.1 * n, START + n, n) for n, key in enumerate(KEYS)),
        *(Metric("of dataset", float(n), START - n, n, **wine) for n in range(1, 4)),
        Metric("of dataset too", 1.0, START, 2),
        Metric("of dataset too", 2.0, START + 1, 2, **wine),
        Metric("of model", 1.0, START, 2, model_id=model.model_id),
        Metric("of model", 0.5, START, 3, model_id=model.model_id, **wine),
    ]
    params = [
        *(Param(key, key) for key in KEYS),
        *(
            Param(key, value)
            for key, value in (("empty", ""), ("text", TEXT), ("wide", "ж" * 6_000), ("list", "[1, 2]"))
        ),
        *(Param(key, value) for key, value in (("crlf", "a\r\nb\rc\n"), ("blanks", "  x  "), ("emoji", "👍\t[x]"))),
    ]
    tags = [
        *(RunTag(key, key) for key in KEYS),
        RunTag("none", ""),
        RunTag("key", "ключ\n[x] "),
        RunTag("t", "t" * 8_000),
    ]
    client.log_batch(parent, metrics, params, tags)
    inputs = [
        DatasetInput(Dataset(name, f"d{name}", "local", f'{{"uri": "/data/{name}"}}'), [InputTag(CONTEXT, context)])
        for name, context in (("wine [red]", "training"), ("wine [white]", "eval"))
    ]
    client.log_inputs(parent, inputs)
    client.set_terminated(parent, "FINISHED", START + 60_000)
    child = begin("child", 2_000, **{"mlflow.parentRunId": parent})
    client.log_metric(child, "case", 2.0, timestamp=START)  # another run has Case
    client.set_terminated(child, "FAILED", START + 3_000)
    begin(LONG, 3_000)
    gone = begin("deleted", 4_000)
    client.delete_run(gone)
    series = begin("series", 5_000)
    for key, points in SERIES.items():
        client.log_batch(series, [Metric(key, value, START + at, step) for value, at, step in points])
    begin("two\nlines", 6_000)
    return parent


def many(client: Any, experiment: str) -> None:
    """5,000 metrics in one run, a thousand at once: MLflow takes no more."""
    from mlflow.entities import Metric

    run = client.create_run(experiment, start_time=START + 7_000, run_name="many").info.run_id
    for begin in range(0, 5_000, 1_000):
        keys = range(begin, begin + 1_000)
        client.log_batch(run, [Metric(f"{MANY}{n:04d}", n / 7, START + n, n % 3) for n in keys])


CONTEXT = "mlflow.data.context"


def register(client: Any, run_id: str) -> None:
    tags = {"team": "red", "k" * 250: "v" * 5_000, "none": ""}
    client.create_registered_model("wine [red]", tags=tags, description="reds\nand more")
    for number in range(3):
        client.create_model_version("wine [red]", f"s3://nowhere/{number}", run_id=run_id, tags={"n": str(number)})
    client.set_registered_model_alias("wine [red]", "champion", "1")
    client.set_registered_model_alias("wine [red]", "challenger", "3")
    client.transition_model_version_stage("wine [red]", "1", "Staging")
    client.delete_model_version("wine [red]", "2")
    client.create_registered_model("empty")
    client.create_registered_model("m" * 250)


def longer(uri: str) -> None:
    """A run whose name is longer than some databases' column."""
    from mlflow import MlflowClient

    client = MlflowClient(uri)
    (experiment,) = client.search_experiments(filter_string="name = 'odd [things]'")
    client.create_run(experiment.experiment_id, start_time=START + 8_000, run_name=LONGER)


if __name__ == "__main__":
    main(sys.argv[1])
    if "longer" in sys.argv[2:]:
        longer(sys.argv[1])
