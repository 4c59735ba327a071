"""What pytest's and frictionless' reports say, and what is made of those that are broken, huge or a trap."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mltui.actions.gates import junit
from mltui.actions.gates.junit import Suite, read_junit
from mltui.actions.gates.tables import Table, figure, read_report, tables_in

CASES = """
<testcase classname="tests.test_a" name="test_one[1]" time="0.1"/>
<testcase classname="tests.test_a" name="test_two"><failure message="assert 1 == 2&#10; where">trace</failure>
</testcase>
<testcase classname="tests.test_a" name="test_three"><skipped message="no"/></testcase>
<testcase classname="tests.test_b" name="test_four"><error message="fixture">trace</error></testcase>
<testcase classname="" name="tests.test_c"><failure/></testcase>
"""


def read(tmp_path: Path, text: str | bytes) -> Suite | None:
    path = tmp_path / "report.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_junit(path)


def test_counts_and_the_first_that_failed(tmp_path: Path) -> None:
    found = read(tmp_path, f'<?xml version="1.0"?><testsuites><testsuite tests="99">{CASES}</testsuite></testsuites>')
    assert found == Suite(1, 2, 1, 1, "tests.test_a::test_two", "assert 1 == 2 where")
    assert found.figure == "2 failed, 1 passed, 1 skipped, 1 error"
    assert read(tmp_path, "<testsuite/>") == Suite()
    assert Suite(passed=12_031).figure == "12,031 passed"
    assert Suite().figure == "no tests"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<testsuites>",
        "<testsuites></testsuite>",
        "<html/>",
        b"\xff\xfe\x00",
        '<?xml version="1.0"?><!DOCTYPE t [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><testsuites>&b;</testsuites>',
        '<!DOCTYPE t SYSTEM "file:///etc/passwd"><testsuites/>',
        '<!DOCTYPE t [<!ENTITY x SYSTEM "http://127.0.0.1:1/">]><testsuites>&x;</testsuites>',
    ],
)
def test_what_is_no_report(tmp_path: Path, text: str | bytes) -> None:
    assert read(tmp_path, text) is None


def test_one_that_is_not_there_or_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_junit(tmp_path / "none.xml") is None
    monkeypatch.setattr(junit, "MOST", 10)
    assert read(tmp_path, "<testsuites></testsuites>") is None


def test_a_deep_one_and_a_long_one_hold_nothing(tmp_path: Path) -> None:
    deep = "<testsuites>" + "<a>" * 100_000 + "</a>" * 100_000 + "</testsuites>"
    assert read(tmp_path, deep) == Suite()
    case = '<testcase classname="a" name="b"><system-out>' + "x" * (5 << 20) + "</system-out></testcase>"
    assert read(tmp_path, f"<testsuites>{case}</testsuites>") == Suite(passed=1)


def report(tmp_path: Path, said: Any) -> Table | None:
    path = tmp_path / "report.json"
    path.write_text(said if isinstance(said, str) else json.dumps(said))
    return read_report(path)


def task(kind: str = "table", **stats: Any) -> dict[str, Any]:
    return {"type": kind, "errors": [], "stats": stats}


def test_a_table_that_was_looked_at(tmp_path: Path) -> None:
    assert report(tmp_path, {"valid": True, "tasks": [task(rows=2)]}) == Table(True, 2)
    error = {"message": "Type error\nin the cell"}
    bad = {"valid": False, "tasks": [{**task(rows=3), "errors": [error] * 5}]}
    assert report(tmp_path, bad) == Table(False, 3, 5, ("Type error in the cell",) * 3)


@pytest.mark.parametrize(
    "said",
    [
        {"valid": True, "tasks": []},
        {"valid": True, "tasks": [task("json")]},
        {"valid": True, "tasks": [task()]},
        {"valid": True, "tasks": [task(rows=1), task(rows=1)]},
    ],
)
def test_valid_without_having_looked_is_trouble(tmp_path: Path, said: Any) -> None:
    found = report(tmp_path, said)
    assert found and found.trouble


@pytest.mark.parametrize(
    "said", ["", "{", "[]", "null", "1", '{"valid": true}', '{"valid": true, "tasks": [1]}', "[" * 100_000]
)
def test_what_is_no_report_of_a_table(tmp_path: Path, said: str) -> None:
    assert report(tmp_path, said) is None


def test_valid_with_errors_is_not_valid(tmp_path: Path) -> None:
    found = report(tmp_path, {"valid": True, "errors": [{"message": "x"}], "tasks": [task(rows=1)]})
    assert found and not found.valid


def test_the_figure() -> None:
    assert figure([Table(True, 12_004)], 1) == "12,004 rows, 0 errors"
    assert figure([Table(False, 1, 1)], 1) == "1 row, 1 error"
    assert figure([Table(True, 2), Table(False, 1000, 1000)], 3) == "1,002 rows in 2 of 3 files, 1,000+ errors"


def test_which_files_are_tables(tmp_path: Path) -> None:
    for name in ("a.csv", "b.CSV.GZ", "sub/c.parquet", "read.me", "d.csv.dvc", ".gitignore", "x.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found, count = tables_in(tmp_path)
    assert [str(each.relative_to(tmp_path)) for each in found] == ["a.csv", "b.CSV.GZ", "sub/c.parquet"]
    assert count == 5
    assert tables_in(tmp_path / "x.json") == ([tmp_path / "x.json"], 1)
