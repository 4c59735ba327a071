"""Run by a test in a process of its own: a training that logs a point whenever it is told to, until its input ends.

``chart_writer.py DATABASE`` prints "ready" once the run runs; each line of its input is a number it logs as ``loss``.
"""

from __future__ import annotations

import sys

import mlflow


def main() -> None:
    mlflow.set_tracking_uri(f"sqlite:///{sys.argv[1]}")
    mlflow.set_experiment("growing")
    with mlflow.start_run(run_name="grower"):
        for step in range(20):
            mlflow.log_metric("loss", 1.0 / (step + 1), step=step)
        print("ready", flush=True)
        for step, text in enumerate(sys.stdin, start=20):
            mlflow.log_metric("loss", float(text), step=step)


if __name__ == "__main__":
    main()
