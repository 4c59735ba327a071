"""What the gates said, as lines and as a document."""

from __future__ import annotations

import jsonschema

from closed_schema import closed
from mltui.model.gates import Gate, GateReport, GateResult, Policy
from mltui.present.gate_rows import gate_rows
from mltui.present.gates import gate_lines, policy_lines, standing, standing_line
from mltui.present.gates_document import gates_document
from mltui.present.text import ASCII, UNICODE, Line, plain

SCHEMA = closed("gates")
METRIC = Gate("metric", "metrics.auc >= champion - 0.005")
PUSHED = Gate("data pushed", "data pushed")
PYTEST = Gate("command", "pytest -q tests/model", argv=("pytest",), preset="pytest")
ODD = Gate("command", "gate with \x1b[31m")
REPORT = GateReport(
    Policy(origin="mltui.toml of origin/main at 9be1d20", commit="9be1d20" + "0" * 33),
    (
        GateResult(METRIC, "passed", "0.947 vs 0.942", "run stormy-hare", at=5),
        GateResult(PUSHED, "failed", "2 of 3 in storage", why="customers.csv v4 is only in the local cache"),
        GateResult(PYTEST, "not run", subject="9be1d20", why="not run yet"),
        GateResult(ODD, "unknown", why="evil \x1b]0;x"),
    ),
)


def texts(lines: list[Line]) -> list[str]:
    return [plain(each) for each in lines]


def test_a_line_a_gate_and_the_reason_where_there_is_room() -> None:
    assert texts(gate_lines(REPORT, UNICODE, 100)) == [
        "✓ metrics.auc >= champion - 0.005 0.947 vs 0.942  run stormy-hare",
        "✗ data pushed                     2 of 3 in storage  customers.csv v4 is only in the local cache",
        "◌ pytest -q tests/model           9be1d20  not run yet",
        "? gate with ␛[31m                 evil ␛]0;x",
    ]
    narrow = texts(gate_lines(REPORT, UNICODE, 60))
    assert narrow[1:3] == [
        "✗ data pushed                    2 of 3 in storage",
        "    customers.csv v4 is only in the local cache",
    ]


def test_marks_are_letters_where_there_is_only_ascii() -> None:
    lines = texts(gate_lines(REPORT, ASCII, 100))
    assert all(line.isascii() for line in lines)
    assert len({line[0] for line in lines}) == 4


def test_what_they_come_to() -> None:
    assert standing(REPORT) == "1 of 4"
    assert "blocked by 3 gates" in plain(standing_line(REPORT))
    one = GateReport(REPORT.policy, REPORT.results[:2])
    assert "blocked by 1 gate." in plain(standing_line(one))
    assert plain(standing_line(GateReport(REPORT.policy, REPORT.results[:1]))) == "✓ 1 of 1 gates hold"
    assert plain(standing_line(GateReport(Policy()))) == "no gates"
    assert standing(GateReport(Policy())) == ""
    advisory = GateReport(REPORT.policy, REPORT.results, advisory=True)
    assert "do not block" in plain(standing_line(advisory))
    assert plain(standing_line(GateReport(Policy(trouble="no blob")))) == "✗ blocked: no blob"


def test_where_only_trust_is_missing_force_is_not_the_way() -> None:
    run = GateResult(PYTEST, "unknown", why="you have not trusted it", untrusted=True)
    told = plain(standing_line(GateReport(Policy(), (REPORT.results[0], run))))
    assert "blocked by 1 gate" in told and "mltui trust" in told and "--force" not in told
    assert "--force" in plain(standing_line(GateReport(Policy(), (REPORT.results[1], run))))


def test_figures_and_subjects_stand_below_one_another_where_that_cuts_nothing() -> None:
    long, short = GateResult(METRIC, "passed", "0.947 vs 0.942", "run a"), GateResult(PYTEST, "passed", "0.9", "run b")
    rows = texts(gate_rows(GateReport(Policy(), (long, short)), 80))
    assert rows[0].index("run a") == rows[1].index("run b")
    wide = GateResult(PYTEST, "passed", "0.9", "run with a name that is long")
    assert texts(gate_rows(GateReport(Policy(), (long, wide)), 70))[1].endswith("0.9  run with a name that is long")


def test_a_figure_that_is_the_reason_is_told_once() -> None:
    failed = GateReport(Policy(), (GateResult(PYTEST, "failed", "exit code 3", "pytest", "exit code 3"),))
    for told in (gate_rows(failed, 80), gate_lines(failed)):
        assert "\n".join(texts(list(told))).count("exit code 3") == 1


def test_whose_word_it_is_and_what_does_not_count() -> None:
    policy = Policy(origin="mltui.toml of main at 9be1d20", differs=("gate only in the worktree: x",), trouble="y")
    assert texts(policy_lines(policy)) == [
        "policy: mltui.toml of main at 9be1d20",
        "y",
        "~ not counted: gate only in the worktree: x",
    ]
    assert policy_lines(Policy()) == []


def test_the_document_is_as_its_schema_says() -> None:
    for report in (REPORT, GateReport(Policy()), GateReport(Policy(trouble="x", via="command", command=("gh",)))):
        jsonschema.validate(gates_document(report), SCHEMA)
    document = gates_document(REPORT)
    assert document["blocked"] is True
    assert [each["verdict"] for each in document["gates"]] == ["passed", "failed", "not run", "unknown"]
    assert gates_document(GateReport(REPORT.policy, REPORT.results, advisory=True))["blocked"] is False
    assert gates_document(GateReport(Policy(trouble="x")))["blocked"] is True
    assert gates_document(GateReport(Policy()))["blocked"] is False
