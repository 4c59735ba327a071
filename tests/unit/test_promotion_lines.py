"""What is told of a promotion before it happens, around its gates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mltui.model.difference import Between, CodeChange, differences
from mltui.model.gates import Gate, GateReport, GateResult, Policy, Verdict
from mltui.model.metric import PrimaryMetric
from mltui.model.moves import Move
from mltui.model.promotion import Plan, Target
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.side import Datum, Side
from mltui.present.layout import width_of
from mltui.present.promotion import (
    OTHERS,
    Beside,
    Shown,
    blocked_text,
    gates,
    notes,
    now_line,
    preview_lines,
    title_text,
    version_text,
)
from mltui.present.text import ASCII, plain

NOW = 1_772_628_067_000
DAY = 24 * 3_600_000
FIVE = ModelVersion("churn", "5", "a" * 32, NOW - DAY)
FOUR = ModelVersion("churn", "4", "b" * 32, NOW - 4 * DAY, ("champion",))
CHURN = RegisteredModel("churn", "mlflow", (FIVE, FOUR), {"champion": "4"})
SET = Move("churn", "@champion", "3", "4", NOW - 3 * DAY, who="ada")
CHAMPION = Target("alias", "champion")


def plan(target: Target = CHAMPION, now: str | None = "4", since: Move | None = SET, **more: Any) -> Plan:
    return Plan(CHURN, FIVE, target, now, since, **more)


def result(verdict: Verdict, kind: Any = "same data") -> GateResult:
    return GateResult(Gate(kind, f"{kind} {verdict}"), verdict)


def differing(params: int = 1, primary: bool = True) -> Any:
    """churn/4 and churn/5: other data, params, code, and a better auc."""
    sides = [
        Side(
            "model",
            f"churn/{at}",
            f"churn/{at}",
            "c" * 40,
            None,
            str(at),
            {"data/customers.csv": Datum("data/customers.csv", f"md5:{at}", "inferred", "dvc.lock", 10, version=at)},
            params={f"p{key}": str(at) for key in range(params)},
            metrics={"loss": 0.2, "auc": 0.937 + at / 1000},
            deps=frozenset({"src/train.py"}),
            unknowns=("whether it was dirty",),
        )
        for at in (4, 5)
    ]
    code = (CodeChange("README.md", "M", 4, 1, 1), CodeChange("src/train.py", "M", 12, 3, 2))
    known = PrimaryMetric("auc", "max", guessed=False) if primary else None
    return differences(*sides, Between(code), {"auc": "max"}, known)


@pytest.mark.parametrize(
    ("made", "title"),
    [
        (plan(), "churn/5 → @champion"),
        (plan(Target("stage", "Production")), "churn/5 → stage Production"),
        (plan(Target("copy", "prod.churn", "champion")), "churn/5 → model prod.churn @champion"),
        (plan(kind="rollback"), "Roll back: churn/5 → @champion"),
    ],
)
def test_the_title_says_what_goes_where(made: Plan, title: str) -> None:
    assert title_text(made) == title
    assert title_text(made, ASCII) == title.replace("→", "->")


def test_what_has_to_be_typed_is_model_and_version() -> None:
    assert version_text(plan()) == "churn/5"


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (plan(), "churn/4, set 3 d ago by ada"),
        (plan(since=None), "churn/4, nobody noted since when"),
        (plan(since=replace(SET, kind="rollback", at=NOW)), "churn/4, rolled back to just now by ada"),
        (plan(since=replace(SET, forced=True, reason="demo")), "churn/4, set 3 d ago by ada, past its gates: demo"),
        (
            plan(since=replace(SET, at=None, who="", outside=True, since=NOW - 5 * DAY, until=NOW - 2 * DAY)),
            "churn/4, moved outside mltui between 5 d ago and 2 d ago",
        ),
        (plan(since=replace(SET, at=None, outside=True, until=NOW)), "churn/4, moved outside mltui before just now"),
        (plan(since=replace(SET, at=None, outside=True)), "churn/4, set outside mltui, when is not known"),
        (plan(now=None, since=None), "nobody: the alias is new"),
        (plan(now="5", since=None), "churn/5, this very version, nobody noted since when"),
        (plan(Target("stage", "Production"), since=None), "churn/4, nobody noted since when"),
        (plan(Target("stage", "Production"), None), "nobody is in it"),
        (plan(Target("copy", "prod.churn"), None), "prod.churn gets a new version"),
        (
            plan(Target("copy", "prod.churn", "champion"), None),
            "prod.churn gets a new version, and @champion there, which nobody holds",
        ),
        (plan(Target("copy", "prod.churn", "champion"), "2"), "prod.churn/2 holds @champion there"),
        (plan(Target("gto", "prod"), None), "nobody was given this stage"),
    ],
)
def test_what_the_target_points_at_now_and_since_when(made: Plan, told: str) -> None:
    assert plain(now_line(made, Shown(NOW))) == told


def test_everything_is_told_in_the_order_it_is_decided_by() -> None:
    beside = Beside(differing(), reason="better on March", commands=("mltui promote churn 5 --to champion",))
    assert [plain(each) for each in preview_lines(plan(), beside, Shown(NOW))] == [
        "now      churn/4, set 3 d ago by ada",
        "gates    none",
        "metrics  auc                 0.9410 → 0.9420  +0.0010",
        "data     data/customers.csv  v4 → v5  10 B, inferred",
        "params   p0                  4 → 5",
        "code     src/train.py        12 lines in 2 hunks  a dependency",
        "         1 thing can't be known: mltui diff tells which",
        "reason   better on March",
        "command  mltui promote churn 5 --to champion",
        f"note     {OTHERS}",
    ]


def test_what_is_forced_says_so_beside_its_reason() -> None:
    told = [plain(each) for each in preview_lines(plan(), Beside(reason="demo", forced=True), Shown(NOW))]
    assert "reason   demo  past the gates, for all to see" in told
    assert "reason   none given" in [plain(each) for each in preview_lines(plan(), Beside(), Shown(NOW))]


def test_of_many_params_three_are_told_and_the_rest_is_counted() -> None:
    told = [plain(each) for each in preview_lines(plan(), Beside(difference=differing(12)), Shown(NOW))]
    at = next(n for n, each in enumerate(told) if each.startswith("params"))
    assert told[at + 3] == "         and 9 more"
    assert sum("4 → 5" in each and "p" in each for each in told) == 3


@pytest.mark.parametrize("width", [40, 60, 100])
def test_no_line_is_wider_than_there_is_room(width: int) -> None:
    beside = Beside(difference=differing(12), differing="", commands=("true",))
    made = plan(notes=("a note that has a good many words, so that it does not fit into any narrow pane at all",))
    lines = preview_lines(made, beside, Shown(NOW, width))
    assert [plain(each) for each in lines if width_of(each) > width] == []
    assert all(plain(each)[:9].strip() in ("", "metrics") or plain(each)[8] == " " for each in lines)


def test_what_differs_is_told_as_far_as_it_is_known() -> None:
    assert "differs  reading churn/4" in [
        plain(each) for each in preview_lines(plan(), Beside(differing="reading churn/4"), Shown(NOW))
    ]
    same = differences(*[replace(differing().old, unknowns=())] * 2)
    told = [plain(each) for each in preview_lines(plan(), Beside(difference=same), Shown(NOW))]
    assert "differs  in nothing that could be read" in told


@pytest.mark.parametrize(
    ("results", "advisory", "trouble", "told"),
    [
        (("passed",), False, "", ""),
        (("failed", "unknown", "passed"), False, "", "blocked by 2 gates"),
        (("failed", "not run"), False, "", "blocked by 1 gate, 1 gate command to run first"),
        (("not run",), False, "", "1 gate command to run first"),
        (("failed", "not run"), True, "", ""),
        ((), False, "mltui.toml of main makes no sense", "blocked: mltui.toml of main makes no sense"),
    ],
)
def test_what_is_in_the_way_is_counted(results: Any, advisory: bool, trouble: str, told: str) -> None:
    report = GateReport(Policy(trouble=trouble), tuple(map(result, results)), advisory)
    assert blocked_text(report) == told


def test_notes_are_of_the_plan_the_policy_and_those_who_set_aliases_without_mltui() -> None:
    assert notes(plan(notes=("churn/5 is PENDING",))) == ["churn/5 is PENDING", OTHERS]
    assert notes(plan(Target("gto", "prod"))) == []
    by_command = GateReport(Policy(via="command", command=("gh", "workflow")))
    assert notes(plan(report=by_command)) == ["the whole act is handed to the command, and the target is waited for"]


@pytest.mark.parametrize(
    ("report", "told"),
    [
        (GateReport(Policy()), ["none"]),
        (GateReport(Policy(origin="no mltui.toml on main")), ["none for this: no mltui.toml on main"]),
        (
            GateReport(Policy(origin="mltui.toml of main", differs=("goal of auc",)), (result("passed"),)),
            ["✓ same data passed", "policy: mltui.toml of main", "~ not counted: goal of auc"],
        ),
        (GateReport(Policy(origin="x", differs=("goal of auc",))), ["none for this: x", "~ not counted: goal of auc"]),
        (GateReport(Policy(trouble="no TOML", origin="x")), ["policy: x", "no TOML"]),
    ],
)
def test_each_gate_is_told_and_whose_word_it_is(report: GateReport, told: list[str]) -> None:
    assert [plain(each) for each in gates(report, Shown(NOW))] == told
