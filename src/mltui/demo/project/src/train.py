"""Train a logistic regression by stochastic gradient descent, logged to MLflow epoch by epoch.

As the pipeline's stage it reads params.yaml and writes models/ and metrics/. REGISTER_AS=NAME also logs the model and
registers it under that name.
"""

import csv
import json
import os
import time
from itertools import combinations_with_replacement
from pathlib import Path

import mlflow
import numpy as np
import yaml
from mlflow.entities import Metric

#: Points logged in one transaction: an epoch takes less time than a commit of the store.
BATCH = 64
TRACKING = os.environ.get("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")


def load(name, degree):
    """The measurements of a part of the data, with their products if degree is 2, and its diagnoses."""
    with Path(f"data/prepared/{name}.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    table = np.array(rows, dtype=float)
    features = table[:, 1:-1]
    if degree == 2:
        products = [a * b for a, b in combinations_with_replacement(features.T, 2)]
        features = np.column_stack([features, *products])
    return features, table[:, -1].astype(int)


def sigmoid(value):
    return 1 / (1 + np.exp(-np.clip(value, -500, 500)))


def descend(weights, bias, cases, params):
    """One epoch, case by case. https://doi.org/10.1007/978-3-642-35289-8_25, with a constant learning rate."""
    rate, decay = params["learning_rate"], 1 - params["learning_rate"] * params["alpha"]
    for features, target in cases:
        step = rate * (target - sigmoid(features @ weights + bias))
        weights = weights * decay + step * features
        bias += step
    return weights, bias


def log_loss(target, scores):
    right = np.where(target == 1, scores, 1 - scores)
    return float(-np.log(np.clip(right, 1e-15, 1)).mean())


def auc(target, scores):
    """The share of pairs of a sick and a healthy case that are in the right order."""
    gap = scores[target == 1][:, None] - scores[target == 0][None, :]
    return float((gap > 0).mean() + (gap == 0).mean() / 2)


def fit(params):
    """Log one run's params, epochs and files to the active run; return the model and the metrics of each epoch."""
    mlflow.log_params(params)
    features, target = load("train", params["degree"])
    val_features, val_target = load("val", params["degree"])
    mean, scale = features.mean(axis=0), features.std(axis=0)
    features, val_features = (features - mean) / scale, (val_features - mean) / scale
    order = np.random.default_rng(params["seed"])
    weights, bias = np.zeros(features.shape[1]), 0.0
    history, points = [], []
    for epoch in range(params["epochs"]):
        shuffled = order.permutation(len(target))
        weights, bias = descend(weights, bias, zip(features[shuffled], target[shuffled], strict=True), params)
        scores = sigmoid(val_features @ weights + bias)
        metrics = {
            "auc": auc(val_target, scores),
            "loss": log_loss(val_target, scores),
            "accuracy": float(((scores > 0.5) == val_target).mean()),
            "train_loss": log_loss(target, sigmoid(features @ weights + bias)),
        }
        history.append(metrics)
        points += [Metric(name, value, int(time.time() * 1000), epoch) for name, value in metrics.items()]
        if len(points) >= BATCH or epoch == params["epochs"] - 1:
            mlflow.MlflowClient().log_batch(mlflow.active_run().info.run_id, metrics=points)
            points = []
    keep(val_target, scores, history)
    return {"mean": mean.tolist(), "scale": scale.tolist(), "weights": weights.tolist(), "bias": float(bias)}, history


def keep(target, scores, history):
    """The run's artifacts: what was right and wrong, case by case, and the epochs as a log."""
    said = scores > 0.5
    report = {
        "cases": len(target),
        "threshold": 0.5,
        "confusion": {
            "malignant": {"found": int((said & (target == 1)).sum()), "missed": int((~said & (target == 1)).sum())},
            "benign": {"cleared": int((~said & (target == 0)).sum()), "alarmed": int((said & (target == 0)).sum())},
        },
        **{name: round(value, 6) for name, value in history[-1].items()},
    }
    mlflow.log_dict(report, "report.json")
    lines = ["row,score,said,malignant"]
    lines += [f"{row},{score:.4f},{int(score > 0.5)},{target[row]}" for row, score in enumerate(scores)]
    mlflow.log_text("\n".join(lines) + "\n", "validation/predictions.csv")
    told = [[f"{name} {row[name]:.4f}" for name in ("train_loss", "loss", "auc")] for row in history]
    mlflow.log_text("".join(f"epoch {at:2}  {'  '.join(row)}\n" for at, row in enumerate(told)), "train.log")


def write(model, params, history):
    """The stage's outputs. The model is plain JSON: the screening device has no Python."""
    for directory in ("models", "metrics", "plots"):
        Path(directory).mkdir(exist_ok=True)
    Path("models/model.json").write_text(json.dumps({"degree": params["degree"], **model}, indent=2) + "\n")
    last = {name: round(value, 6) for name, value in history[-1].items()}
    Path("metrics/train.json").write_text(json.dumps(last, indent=2) + "\n")
    with Path("plots/training.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", "loss", "train_loss"])
        writer.writerows([epoch, f"{row['loss']:.6f}", f"{row['train_loss']:.6f}"] for epoch, row in enumerate(history))


def register(name):
    from mlflow.pyfunc import log_model

    log_model(
        name="model",
        python_model="src/screening.py",
        code_paths=["src/evaluate.py"],
        artifacts={"model": "models/model.json"},
        registered_model_name=name,
        pip_requirements=["numpy"],
    )


def main():
    params = yaml.safe_load(Path("params.yaml").read_text())["train"]
    mlflow.set_tracking_uri(TRACKING)
    mlflow.set_experiment("tumour-screening")
    with mlflow.start_run(run_name=os.environ.get("RUN_NAME")):
        model, history = fit(params)
        write(model, params, history)
        if name := os.environ.get("REGISTER_AS"):
            register(name)


if __name__ == "__main__":
    main()
