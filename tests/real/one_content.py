"""Run by the tests in a process of its own: put the same content, with fixed times, into the MLflow store at a URI.

``one_content.py URI``. What MLflow itself refuses everywhere is not in it: keys with brackets (they are in names and
values), keys and run names of more than 250 characters.
"""

from __future__ import annotations

import math
import sys
from typing import Any

START = 1_772_000_000_000
LONG = "ж" + "long name " * 24 + "[end]"
TEXT = "line\n" * 1_200


def main(uri: str) -> None:
    import mlflow
    from mlflow import MlflowClient

    mlflow.set_tracking_uri(uri)
    client = MlflowClient(uri)
    odd = client.create_experiment("odd [things]", tags={"team": "[red]"})
    other = client.create_experiment("left behind")
    parent = runs(client, odd)
    client.create_run(other, start_time=START + 9_000, run_name="in a deleted experiment")
    client.delete_experiment(other)
    register(client, parent)


def runs(client: Any, experiment: str) -> str:
    from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag

    def begin(name: str, at: int, **tags: str) -> str:
        run = client.create_run(experiment, start_time=START + at, run_name=name, tags=tags)
        return str(run.info.run_id)

    parent = begin("parent [a] / b", 1_000, note="[bold]x[/]")
    series = [
        *(Metric("val/auc (mean)".replace("(", "").replace(")", ""), 0.1 * n, START + n, n) for n in range(5)),
        *(Metric("repeated", float(n), START + 1_000 - n % 7, n // 10) for n in range(50)),
        *(Metric("with nan", value, START + n, n) for n, value in enumerate((1.0, math.nan, 2.0, math.nan))),
        Metric("only nan", math.nan, START, 0),
        Metric("up", math.inf, START, 1),
        Metric("down", -math.inf, START, 1),
        Metric("x" * 250, 1.0, START, -3),
    ]
    params = [Param("empty", ""), Param("text", TEXT), Param("deep/key with space", "[1, 2]"), Param("y" * 250, "v")]
    client.log_batch(parent, series, params, [RunTag("tags/with space", "ключ\n[x]"), RunTag("none", "")])
    inputs = [
        DatasetInput(Dataset(name, f"d{name}", "local", f'{{"uri": "/data/{name}"}}'), [InputTag(CONTEXT, context)])
        for name, context in (("wine [red]", "training"), ("wine [white]", "eval"))
    ]
    client.log_inputs(parent, inputs)
    client.set_terminated(parent, "FINISHED", START + 60_000)
    child = begin("child", 2_000, **{"mlflow.parentRunId": parent})
    client.set_terminated(child, "FAILED", START + 3_000)
    begin(LONG, 3_000)
    gone = begin("deleted", 4_000)
    client.delete_run(gone)
    return parent


CONTEXT = "mlflow.data.context"


def register(client: Any, run_id: str) -> None:
    client.create_registered_model("wine [red]", tags={"team": "red"}, description="reds\nand more")
    for number in range(3):
        client.create_model_version("wine [red]", f"s3://nowhere/{number}", run_id=run_id, tags={"n": str(number)})
    client.set_registered_model_alias("wine [red]", "champion", "1")
    client.set_registered_model_alias("wine [red]", "challenger", "3")
    client.transition_model_version_stage("wine [red]", "1", "Staging")
    client.delete_model_version("wine [red]", "2")
    client.create_registered_model("empty")


if __name__ == "__main__":
    main(sys.argv[1])
