"""Try several values of one training parameter; one MLflow run each, nothing else is written.

python src/sweep.py learning_rate 0.001 0.003 0.01
"""

import sys
from pathlib import Path

import mlflow
import yaml
from train import TRACKING, fit


def main(key: str, values: list[str]) -> None:
    params = yaml.safe_load(Path("params.yaml").read_text())["train"]
    mlflow.set_tracking_uri(TRACKING)
    mlflow.set_experiment("sweeps")
    for value in values:
        with mlflow.start_run(run_name=f"{key}={value}"):
            fit(params | {key: yaml.safe_load(value)})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
