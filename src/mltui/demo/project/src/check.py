"""A gate before promotion: the registered model, loaded as the clinics load it, on cases that are clear to a doctor.

MLTUI_MODEL_URI=models:/tumour-screening/4 python src/check.py
"""

import os
import sys

from mlflow.pyfunc import load_model

#: texture, smoothness, compactness, symmetry, fractal dimension; and whether it is malignant
CASES = (
    ((16.49, 0.09831, 0.05234, 0.159, 0.05653), False),
    ((14.78, 0.08306, 0.04458, 0.1773, 0.06081), False),
    ((15.79, 0.08837, 0.06718, 0.1405, 0.05848), False),
    ((23.12, 0.1075, 0.2413, 0.2384, 0.07542), True),
    ((27.06, 0.1, 0.1088, 0.1814, 0.05572), True),
    ((22.91, 0.1155, 0.1752, 0.2163, 0.06183), True),
)


def main() -> int:
    uri = os.environ["MLTUI_MODEL_URI"]
    scores = load_model(uri).predict([case for case, _ in CASES])
    wrong = [case for (case, malignant), score in zip(CASES, scores, strict=True) if (score > 0.5) != malignant]
    for case in wrong:
        sys.stdout.write(f"wrong about {case}\n")
    sys.stdout.write(f"{len(CASES) - len(wrong)} of {len(CASES)} right by {uri}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
