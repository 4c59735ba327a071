"""Which entries of a journal are about the registry that is looked at."""

from __future__ import annotations

import pytest

from mltui.sources.promotion.moves import GTO, _same


@pytest.mark.parametrize(
    ("noted", "registry", "same"),
    [
        ("", "sqlite:////a/mlflow.db", True),
        (GTO, "sqlite:////a/mlflow.db", True),
        ("http://one:5000", "http://one:5000", True),
        ("http://one:5000", "http://two:5000", False),
        ("http://one:5000", "sqlite:////a/mlflow.db", False),
        ("sqlite:////a/mlflow.db", "sqlite:////b/mlflow.db", True),
        ("sqlite:////a/mlflow.db", "sqlite:////a/other.db", False),
        ("http://one:5000", "", True),
    ],
)
def test_another_registry_is_not_this_one(noted: str, registry: str, same: bool) -> None:
    assert _same(noted, registry) is same
