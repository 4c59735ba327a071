"""A training that never ends: MLflow itself logs twenty points a second, and does what standard input asks for.

python -m bench.soak.training URI     `run NAME`, `mark VALUE`, `alias NAME VERSION`, `unalias NAME`, one a line

Each is answered with a line of JSON, `{"done": …}` or `{"error": …}`; the end of input ends it, and its last line tells
`{"calls": n, "longest": ms, "errors": [...]}`: what any call of MLflow raised, as when its store was locked.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections import deque
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Metric

#: Seconds between two points.
EVERY = 0.05
#: Runs that are kept: older ones are deleted, so that what has to be shown does not grow.
KEPT = 30
EXPERIMENT = "soak"
MODEL = "tumour-screening"


class Training:
    """One after another, runs of one experiment; what goes wrong is kept and told at the end."""

    def __init__(self, uri: str) -> None:
        self._client = MlflowClient(uri)
        found = self._client.get_experiment_by_name(EXPERIMENT)
        self._experiment = found.experiment_id if found else self._client.create_experiment(EXPERIMENT)
        self._runs: deque[str] = deque()
        self._step = 0
        self.calls = 0
        self.longest = 0.0
        self.errors: list[str] = []

    def go(self, call: Any, *args: Any, **more: Any) -> Any:
        """One call of MLflow, timed."""
        begin = time.perf_counter()
        try:
            return call(*args, **more)
        except Exception as error:
            self.errors.append(f"{call.__name__}: {type(error).__name__}: {str(error)[:200]}")
            return None
        finally:
            self.calls += 1
            self.longest = max(self.longest, (time.perf_counter() - begin) * 1000)

    def run(self, name: str) -> None:
        if self._runs:
            self.go(self._client.set_terminated, self._runs[-1])
        made = self.go(self._client.create_run, self._experiment, run_name=name)
        if made is not None:
            self._runs.append(made.info.run_id)
            self.go(self._client.log_param, made.info.run_id, "lr", "0.05")
        while len(self._runs) > KEPT:
            self.go(self._client.delete_run, self._runs.popleft())

    def mark(self, value: str) -> None:
        self.go(self._client.log_metric, self._runs[-1], "mark", float(value))

    def alias(self, name: str, version: str) -> None:
        self.go(self._client.set_registered_model_alias, MODEL, name, version)

    def unalias(self, name: str) -> None:
        self.go(self._client.delete_registered_model_alias, MODEL, name)

    def log(self) -> None:
        self._step += 1
        points = [Metric("loss", 1 / self._step, int(time.time() * 1000), self._step)]
        self.go(self._client.log_batch, self._runs[-1], points)


def main() -> None:
    training, heard, open_ = Training(sys.argv[1]), b"", True
    training.run("t-first")
    print(json.dumps({"done": "first"}), flush=True)
    while open_:
        training.log()
        if select.select([0], [], [], EVERY)[0]:
            came = os.read(0, 1 << 16)
            open_, heard = bool(came), heard + came
        *lines, heard = heard.split(b"\n")
        for line in lines:
            before = len(training.errors)
            word, *args = line.decode().split()
            getattr(training, word)(*args)
            failed = training.errors[before:]
            print(json.dumps({"error": failed} if failed else {"done": line.decode()}), flush=True)
    print(json.dumps({"calls": training.calls, "longest": training.longest, "errors": training.errors}), flush=True)


if __name__ == "__main__":
    main()
