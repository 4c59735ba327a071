"""Write the first N cases delivered so far to data/tumours.csv.

The cases are scikit-learn's copy of the Breast Cancer Wisconsin (Diagnostic) data: 569 fine needle aspirates. The
shape measurements stay out, as the screening device does not report sizes.

    python src/fetch.py 300
"""

import csv
import random
import sys
from pathlib import Path

from sklearn.datasets import load_breast_cancer

MEASURED = ["mean texture", "mean smoothness", "mean compactness", "mean symmetry", "mean fractal dimension"]


def main(count: int) -> None:
    cases = load_breast_cancer()
    columns = [list(cases.feature_names).index(name) for name in MEASURED]
    order = list(range(len(cases.target)))
    random.Random(7).shuffle(order)  # the order in which the clinics delivered
    path = Path("data/tumours.csv")
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["case", *(name.replace("mean ", "").replace(" ", "_") for name in MEASURED), "malignant"])
        for case in order[:count]:
            malignant = 1 - int(cases.target[case])
            writer.writerow([case, *(f"{cases.data[case][column]:.6g}" for column in columns), malignant])


if __name__ == "__main__":
    main(int(sys.argv[1]))
