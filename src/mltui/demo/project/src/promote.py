"""Say which version of the registered model holds which alias, and why.

python src/promote.py ALIAS VERSION WHY [ALIAS VERSION WHY ...]
"""

import sys

from mlflow import MlflowClient
from train import TRACKING

NAME = "tumour-screening"


def main(arguments: list[str]) -> None:
    client = MlflowClient(TRACKING)
    client.update_registered_model(NAME, "Malignant or benign, from five measurements of the screening device.")
    for alias, version, why in zip(arguments[::3], arguments[1::3], arguments[2::3], strict=True):
        client.update_model_version(NAME, version, why)
        client.set_registered_model_alias(NAME, alias, version)


if __name__ == "__main__":
    main(sys.argv[1:])
