"""Refuse data that training should not see; write what was checked to reports/validation.json."""

import csv
import json
import sys
from pathlib import Path

import yaml


def main() -> None:
    limits = yaml.safe_load(Path("params.yaml").read_text())["limits"]
    report = {}
    for name in ("train", "val", "test"):
        with Path(f"data/prepared/{name}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        malignant = sum(row["malignant"] == "1" for row in rows) / len(rows)
        report[name] = {
            "rows": len(rows),
            "malignant": round(malignant, 4),
            "empty": sum(not value for row in rows for value in row.values()),
        }
        if report[name]["empty"] or not limits["malignant"][0] <= malignant <= limits["malignant"][1]:
            sys.exit(f"{name}.csv breaks the limits: {report[name]}")
    if report["train"]["rows"] < limits["train_rows"]:
        sys.exit(f"only {report['train']['rows']} rows to train on")
    Path("reports").mkdir(exist_ok=True)
    Path("reports/validation.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
