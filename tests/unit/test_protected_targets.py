"""Which targets of a promotion are protected: by alias, stage or model, whatever the case, and the alias of a copy."""

from __future__ import annotations

import pytest

from mltui.model.gates import GateReport, Policy
from mltui.model.promotion import Plan, Target
from mltui.model.registry import ModelVersion, RegisteredModel

VERSION = ModelVersion("churn", "5", None, None)
MODEL = RegisteredModel("churn", "mlflow", (VERSION,), {})


@pytest.mark.parametrize(
    ("protected", "target", "is_it"),
    [
        ("champion", Target("alias", "champion"), True),
        ("@champion", Target("alias", "champion"), True),
        ("Champion", Target("alias", "champion"), True),
        ("champion", Target("alias", "challenger"), False),
        ("stage:Production", Target("stage", "Production"), True),
        ("Production", Target("stage", "Production"), True),
        ("champion", Target("copy", "prod.churn", "champion"), True),
        ("@champion", Target("copy", "prod.churn", "champion"), True),
        ("prod.churn", Target("copy", "prod.churn"), True),
        ("champion", Target("copy", "prod.churn"), False),
        ("", Target("copy", "prod.churn"), False),
        ("#prod", Target("gto", "prod"), True),
    ],
)
def test_a_target_is_protected_by_what_it_moves(protected: str, target: Target, is_it: bool) -> None:
    plan = Plan(MODEL, VERSION, target, None, report=GateReport(Policy(protected=(protected,))))
    assert plan.protected is is_it
