"""Split data/tumours.csv into data/prepared/{train,val,test}.csv, stratified by diagnosis."""

import csv
import random
from pathlib import Path

import yaml


def main() -> None:
    params = yaml.safe_load(Path("params.yaml").read_text())["split"]
    with Path("data/tumours.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    parts: dict[str, list[dict[str, str]]] = {"train": [], "val": [], "test": []}
    for diagnosis in ("0", "1"):
        group = [row for row in rows if row["malignant"] == diagnosis]
        random.Random(params["seed"]).shuffle(group)
        first = round(len(group) * params["val"])
        second = first + round(len(group) * params["test"])
        parts["val"] += group[:first]
        parts["test"] += group[first:second]
        parts["train"] += group[second:]
    directory = Path("data/prepared")
    directory.mkdir(parents=True, exist_ok=True)
    for name, chosen in parts.items():
        with (directory / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(chosen)


if __name__ == "__main__":
    main()
