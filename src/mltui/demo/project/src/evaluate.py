"""Score the test cases as the screening device would; write metrics/test.json and plots/roc.csv."""

import csv
import json
import math
from itertools import combinations_with_replacement
from pathlib import Path

import yaml


def score(model: dict, features: list[float]) -> float:
    expanded = list(features)
    if model["degree"] == 2:
        expanded += [a * b for a, b in combinations_with_replacement(features, 2)]
    scaled = [
        (value - mean) / scale for value, mean, scale in zip(expanded, model["mean"], model["scale"], strict=True)
    ]
    total = model["bias"] + sum(value * weight for value, weight in zip(scaled, model["weights"], strict=True))
    return 1 / (1 + math.exp(-total))


def main() -> None:
    threshold = yaml.safe_load(Path("params.yaml").read_text())["evaluate"]["threshold"]
    model = json.loads(Path("models/model.json").read_text())
    with Path("data/prepared/test.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    cases = [(score(model, [float(value) for value in row[1:-1]]), row[-1] == "1") for row in rows]
    sick = [value for value, malignant in cases if malignant]
    healthy = [value for value, malignant in cases if not malignant]
    pairs = sum((a > b) + (a == b) / 2 for a in sick for b in healthy)
    found = sum(value > threshold for value in sick)
    alarms = sum(value > threshold for value in healthy)
    metrics = {
        "test_auc": round(pairs / (len(sick) * len(healthy)), 6),
        "test_recall": round(found / len(sick), 6),
        "test_precision": round(found / max(found + alarms, 1), 6),
    }
    for directory in ("metrics", "plots"):
        Path(directory).mkdir(exist_ok=True)
    Path("metrics/test.json").write_text(json.dumps(metrics, indent=2) + "\n")
    with Path("plots/roc.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["false_positives", "true_positives"])
        for cut in sorted({1.0, *(value for value, _ in cases)}, reverse=True):
            false = sum(value >= cut for value in healthy) / len(healthy)
            true = sum(value >= cut for value in sick) / len(sick)
            writer.writerow([f"{false:.6f}", f"{true:.6f}"])


if __name__ == "__main__":
    main()
