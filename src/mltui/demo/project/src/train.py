"""Train a logistic regression by stochastic gradient descent, logged to MLflow epoch by epoch.

As the pipeline's stage it reads params.yaml and writes models/ and metrics/. REGISTER_AS=NAME also logs the model and
registers it under that name.
"""

import csv
import json
import os
import time
from pathlib import Path

import mlflow
import numpy as np
import yaml
from mlflow.entities import Metric
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

#: Points logged in one transaction: an epoch takes less time than a commit of the store.
BATCH = 64
TRACKING = os.environ.get("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")


def load(name):
    with Path(f"data/prepared/{name}.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    table = np.array(rows, dtype=float)
    return table[:, 1:-1], table[:, -1].astype(int)


def log_loss(target, scores):
    right = np.where(target == 1, scores, 1 - scores)
    return float(-np.log(np.clip(right, 1e-15, 1)).mean())


def fit(params):
    """Log one run's params and epochs to the active run; return the pipeline and the metrics of each epoch."""
    mlflow.log_params(params)
    features, target = load("train")
    val_features, val_target = load("val")
    expand = PolynomialFeatures(params["degree"], include_bias=False)
    scale = StandardScaler()
    features = scale.fit_transform(expand.fit_transform(features))
    val_features = scale.transform(expand.transform(val_features))
    model = SGDClassifier(
        loss="log_loss",
        alpha=params["alpha"],
        learning_rate="constant",
        eta0=params["learning_rate"],
        random_state=params["seed"],
    )
    history, points = [], []
    for epoch in range(params["epochs"]):
        model.partial_fit(features, target, classes=[0, 1])
        scores = model.predict_proba(val_features)[:, 1]
        metrics = {
            "auc": float(roc_auc_score(val_target, scores)),
            "loss": log_loss(val_target, scores),
            "accuracy": float(((scores > 0.5) == val_target).mean()),
            "train_loss": log_loss(target, model.predict_proba(features)[:, 1]),
        }
        history.append(metrics)
        points += [Metric(name, value, int(time.time() * 1000), epoch) for name, value in metrics.items()]
        if len(points) >= BATCH or epoch == params["epochs"] - 1:
            mlflow.MlflowClient().log_batch(mlflow.active_run().info.run_id, metrics=points)
            points = []
    return Pipeline([("expand", expand), ("scale", scale), ("model", model)]), history


def write(pipeline, params, history):
    """The stage's outputs. The model is plain JSON: the screening device has no Python."""
    for directory in ("models", "metrics", "plots"):
        Path(directory).mkdir(exist_ok=True)
    device = {
        "degree": params["degree"],
        "mean": pipeline["scale"].mean_.tolist(),
        "scale": pipeline["scale"].scale_.tolist(),
        "weights": pipeline["model"].coef_[0].tolist(),
        "bias": float(pipeline["model"].intercept_[0]),
    }
    Path("models/model.json").write_text(json.dumps(device, indent=2) + "\n")
    last = {name: round(value, 6) for name, value in history[-1].items()}
    Path("metrics/train.json").write_text(json.dumps(last, indent=2) + "\n")
    with Path("plots/training.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", "loss", "train_loss"])
        writer.writerows([epoch, f"{row['loss']:.6f}", f"{row['train_loss']:.6f}"] for epoch, row in enumerate(history))


def main():
    params = yaml.safe_load(Path("params.yaml").read_text())["train"]
    mlflow.set_tracking_uri(TRACKING)
    mlflow.set_experiment("tumour-screening")
    with mlflow.start_run(run_name=os.environ.get("RUN_NAME")):
        pipeline, history = fit(params)
        write(pipeline, params, history)
        if name := os.environ.get("REGISTER_AS"):
            from mlflow.sklearn import log_model

            log_model(pipeline, name="model", registered_model_name=name, pip_requirements=["scikit-learn"])


if __name__ == "__main__":
    main()
