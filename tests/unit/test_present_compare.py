"""A comparison as table, text, Markdown and JSON: nothing overflows, nothing is cut without a mark."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from importlib import resources
from typing import Any

import jsonschema
import pytest

from churn_sample import HOUR, NOW, run
from mltui.model.compare import Comparison, Subject, compare
from mltui.model.life import Life
from mltui.model.runs import PARENT_TAG, Run
from mltui.present.compare import LONG, WIDE, compare_rows, moment, narrowed
from mltui.present.compare_cell import cell_lines, copied
from mltui.present.compare_numbers import PERCENT, percent
from mltui.present.compare_text import as_document, as_markdown, printed
from mltui.present.compare_titles import NAME, titles
from mltui.present.compare_words import in_words
from mltui.present.jsonable import dumps
from mltui.present.layout import width_of
from mltui.present.text import ASCII, UNICODE, Span, plain

SCHEMA = json.loads(resources.files("mltui.schema").joinpath("compare.schema.json").read_text("utf-8"))
LONG_PARAM = "first | line\n" + "x" * 6_000 + "\nlast"


def a_run(name: str, **more: Any) -> Run:
    return run(name, None, 0, **{"params": {}, "tags": {}, "metrics": {}, **more})


def two(**how: Any) -> Comparison:
    one = a_run("calm-lynx", metrics={"auc": 0.942, "nan": math.nan}, params={"lr": "0.1", "text": LONG_PARAM})
    other = a_run("b[red]", metrics={"auc": 0.947, "nan": math.inf}, params={"lr": "0.1", "text": LONG_PARAM + "!"})
    return compare([Subject(one), Subject(other)], goals={"auc": "max"}, **how)


def cells(found: Comparison, key: str, **how: Any) -> list[str]:
    rows = compare_rows(found, how.pop("symbols", UNICODE), **how)
    at = next(at for at in range(len(rows)) if rows.key(at) == key)
    return [plain(cell) for cell in rows.row(at).cells]


def test_values_deltas_and_the_best_side_by_side() -> None:
    assert cells(two(), "metrics.auc") == ["  auc", " 0.9420", "★0.9470     +0.0050  +0.5 %"]
    assert cells(two().against(1), "metrics.auc") == ["  auc", " 0.9420     -0.0050  -0.5 %", "★0.9470"]
    assert cells(two(), "metrics.auc", symbols=ASCII)[2].startswith("*0.9470")
    assert cells(two(), "metrics.nan") == ["  nan", " NaN", " inf"]
    assert cells(two(), "params.lr") == ["  lr", " 0.1", " 0.1        ="]


def test_headings_and_titles() -> None:
    rows = compare_rows(two(), UNICODE, framed=True)
    assert [column.label for column in rows.columns] == ["key", " ◆ calm-lynx ", " b[red] "]
    moved = compare_rows(two().against(1), UNICODE, framed=True).columns
    assert [(column.label, column.pinned) for column in moved[1:]] == [(" ◆ b[red] ", True), (" calm-lynx ", False)]
    assert plain(rows.row(0).cells[0]) == "Params  2"
    assert [rows.key(at) for at in range(len(rows))].count("params.") == 1
    left = narrowed(rows, "AUC")
    assert left.keys() == ["metrics.", "metrics.auc"]
    assert plain(left.row(0).cells[0]) == "Metrics  1 of 2  latest"
    assert len(narrowed(rows, " ")) == len(rows)


def test_a_param_and_a_tag_of_one_key_stand_under_their_headings() -> None:
    runs = [a_run(name, params={"lr": "0.1"}, tags={"lr": "x", "team": "red"}) for name in "ab"]
    left = narrowed(compare_rows(compare([Subject(each) for each in runs]), UNICODE), "LR")
    shown = [plain(left.row(at).cells[0]) for at in range(len(left))]
    assert shown == ["Params  1", "  lr", "Tags  1 of 2", "  lr"]


def test_a_count_stands_before_what_a_narrow_column_cuts() -> None:
    found = compare([Subject(a_run("a"), packages={f"p{at}": "1" for at in range(12)}), Subject(a_run("b"))])
    rows = compare_rows(found, UNICODE)
    assert "Packages  12  of a logged model" in [plain(rows.row(at).cells[0]) for at in range(len(rows))]
    assert "| **Packages, of a logged model** |  |  |" in as_markdown(found).splitlines()


def test_no_text_is_told_from_the_word_empty() -> None:
    found = compare([Subject(a_run("a", params={"t": "empty"})), Subject(a_run("b", params={"t": ""}))])
    assert cells(found, "params.t")[1:] == [" empty", " (empty)"]
    assert "| t | empty | (empty) |" in as_markdown(found).splitlines()


def test_names_that_come_twice_have_the_beginning_of_their_id() -> None:
    one, other = a_run("same"), a_run("same")
    other = Run(**{**{name: getattr(other, name) for name in Run.__slots__}, "run_id": "abcdef" + "0" * 26})
    assert titles([one, other]) == (f"same {one.run_id[:6]}", "same abcdef")
    assert titles([a_run("a"), Run(**{**{n: getattr(one, n) for n in Run.__slots__}, "name": ""})]) == ("a", "same0000")


def test_long_names_that_begin_alike_show_their_ends() -> None:
    names = [f"train_model_ae3ba_0000{at}" for at in range(3)]
    assert titles([a_run(name) for name in names]) == tuple(f"…n_model_ae3ba_0000{at}" for at in range(3))
    assert titles([a_run(name) for name in (*names[:2], "plain")])[2] == "plain"
    mixed = titles([a_run(names[0]), a_run(names[1]), replace(a_run(names[1]), run_id="abcdef" + "0" * 26)])
    assert mixed[0] == "…n_model_ae3ba_00000"
    assert mixed[2] == "train_model_… abcdef"


@pytest.mark.parametrize(
    "written, shown",
    [
        ("0.012248321525592598", "0.01225…"),
        ("1.23456789012e-05", "1.235…e-05"),
        ("123456789012345", "1.235…e+14"),
        ("0.0003197242400268451", "0.0003197…"),
        ("0.0123", "0.0123"),
    ],
)
def test_digits_make_room_for_the_difference(written: str, shown: str) -> None:
    runs = (a_run("base", params={"lr": "0.5"}), a_run("long", params={"lr": written}))
    found = compare([Subject(each) for each in runs])
    assert cells(found, "params.lr")[2].split()[0] == shown
    assert len(cells(found, "params.lr")[2]) <= WIDE or "e" in shown
    assert written in as_markdown(found)
    assert any(written in plain(each) for each in printed(found, UNICODE))
    assert copied(found.rows[0], 1) == written


def test_names_of_300_characters_and_params_of_6_kb_are_cut_with_a_mark() -> None:
    name = "n" * 300
    found = compare([Subject(a_run(name, params={"k" * 300: LONG_PARAM})), Subject(a_run("b" * 300))])
    rows = compare_rows(found, UNICODE)
    assert all(len(column.label) <= NAME + 2 and column.label.endswith("…") for column in rows.columns[1:])
    key, value, missing = rows.row(1).cells
    assert width_of(key) <= LONG + 2
    assert plain(key).endswith("…")
    assert width_of(value) <= LONG + 1
    assert plain(value).endswith("…")
    assert plain(value).startswith(" first | line␊x")
    assert plain(missing) == " -"


def test_per_cent() -> None:
    values = (None, 0.5, -12.34, 1234.5, 0.012, 4e9, 13892.0, -0.00123, 1e300, -1.23e-105, -5e-324)
    assert [percent(each) for each in values] == [
        "-", "+0.5 %", "-12.3 %", "+1234 %", "+0.012 %", "+4.0e9 %", "+1.4e4 %", "-1e-3 %", "+1e300 %",
        "-1e-105%", "-5e-324%",
    ]  # fmt: skip
    assert max(len(percent(each)) for each in values) <= PERCENT


def test_a_delta_has_room_beside_any_value() -> None:
    values = (1.0, 139.92, 3.473e-7, -123456.789, 9999999.4, 1e100, -1.2345e-5)
    runs = [a_run(f"r{at}", metrics={"m": value, "n": 0.025}) for at, value in enumerate(values)]
    found = compare([Subject(each) for each in runs])
    for text in cells(found, "metrics.m")[2:]:
        value, absolute, relative, _ = text.split()
        assert width_of((Span(text),)) <= WIDE, text
        assert absolute[0] in "+-"
        assert float(absolute) == pytest.approx(float(value) - 1, rel=0.06)
        assert relative[0] in "+-"


def test_a_pipe_gets_one_table_with_everything() -> None:
    text = "\n".join(plain(each) for each in printed(two(), UNICODE))
    assert LONG_PARAM.replace("\n", "␊") + "!" in text
    assert text.splitlines()[0].split() == ["◆", "calm-lynx", "b[red]"]
    assert text.splitlines()[-1] == "◆ baseline  ★ best"


def test_on_a_terminal_runs_without_room_come_below() -> None:
    found = compare([Subject(a_run(f"run-{at}", metrics={"auc": at / 10, "t": LONG})) for at in range(20)])
    lines = [plain(each) for each in printed(found, UNICODE, 80)]
    assert all(width_of(each) <= 80 for each in printed(found, UNICODE, 80))
    assert all(sum(f"run-{at}" in each.split() for each in lines) == 1 for at in range(20))


def test_runs_that_do_not_differ_say_so() -> None:
    same = compare([Subject(a_run("a")), Subject(a_run("b"))]).differences()
    assert "These runs do not differ." in [plain(each) for each in printed(same, UNICODE)]


def test_markdown_escapes_what_would_be_markup() -> None:
    rows = as_markdown(two()).splitlines()
    assert rows[0] == r"|  | calm-lynx ◆ | b\[red\] |"
    (text,) = [each for each in rows if each.startswith("| text")]
    assert r"first \| line<br>" in text
    assert "x" * 6_000 in text
    assert "| auc | 0.9420 | **0.9470** ★ (+0.0050, +0.5 %) |" in rows
    assert len({each.replace(r"\|", "").count("|") for each in rows if each.startswith("|")}) == 1


def test_the_document_is_what_its_schema_says() -> None:
    document = as_document(two())
    jsonschema.validate(document, SCHEMA)
    found = {(each["section"], each["key"]): each for each in json.loads(dumps(document))["rows"]}
    assert found["metrics", "nan"]["values"] == ["NaN", "Infinity"]
    assert found["metrics", "nan"]["deltas"] == [None, None]
    assert found["metrics", "auc"]["best"] == [1]
    assert found["metrics", "auc"]["goal"] == "max"
    assert found["params", "text"]["values"][0] == LONG_PARAM
    assert found["params", "lr"] == {
        "section": "params", "key": "lr", "values": ["0.1", "0.1"], "differs": False, "goal": None, "best": [],
        "deltas": [None, {"absolute": 0.0, "percent": 0.0}],
    }  # fmt: skip


def test_a_cell_whole_and_what_changed_in_a_long_text() -> None:
    found = two()
    row = next(each for each in found.rows if each.id == "params.text")
    lines = [plain(each) for each in cell_lines(found, row, 1)]
    assert lines[:2] == ["first | line", "x" * 6_000]
    assert {"-last", "+last!"} <= set(lines)
    assert copied(row, 0) == LONG_PARAM
    auc = next(each for each in found.rows if each.id == "metrics.auc")
    assert copied(auc, 1) == "0.947"
    assert plain(cell_lines(found, auc, 1)[2]) == "+0.0050  +0.5 %  against the baseline"


def test_on_an_ascii_terminal_controls_are_escapes() -> None:
    assert cells(two(), "params.text", symbols=ASCII)[1].startswith(r" first | line\nx")
    assert all(each.isascii() for each in cells(two(), "params.text", symbols=ASCII))


def test_what_a_run_took_is_said_in_words() -> None:
    runs = [replace(a_run(name), start=0, end=end) for name, end in (("a", 500), ("b", 302_000), ("c", 435))]
    raw = compare([Subject(each) for each in runs])
    found = in_words(raw, NOW)
    assert [" ".join(each.split()) for each in cells(found, "environment.took")[1:]] == [
        "0.5 s", "5 min 2 s +5.0 min +6.0e4 %", "0.4 s -0.065 s -13.0 %",
    ]  # fmt: skip
    row = next(row for row in found.rows if row.key == "took")
    assert plain(cell_lines(found, row, 1)[0]) == "5 min 2 s  302 s"
    assert "duration (s)" in [each["key"] for each in as_document(raw)["rows"]]


def test_moments_that_look_the_same_are_told_apart() -> None:
    base = 1_700_000_000_000.0
    assert moment(base, (base, base + 3_600_000.0, None)).count(":") == 1
    assert moment(base, (base, base)).count(":") == 1
    assert moment(base, (base, base + 5_000.0)).endswith(":20")
    assert moment(base + 5_000.0, (base, base + 5_000.0)).endswith(":25")
    assert moment(base + 7.0, (base, base + 7.0)).endswith(":20.007")
    assert moment(base + 3_600_000, (base, base + 5_000.0, base + 3_600_000)).count(":") == 2, "all of a row alike"


def test_a_run_that_fell_silent_is_said_to_be_so() -> None:
    silent = replace(a_run("a"), status="RUNNING", life=Life("silent", NOW - 3 * HOUR, 1_000))
    raw = compare([Subject(silent), Subject(replace(a_run("b"), status="RUNNING"))])
    found = in_words(raw, NOW)
    assert cells(found, "environment.status") == ["  status", " silent 3 h, longest gap so far 1 s", " running"]
    assert "| status | silent 3 h, longest gap so far 1 s | running |" in as_markdown(found).splitlines()
    assert "environment.status" in [row.id for row in found.differences().rows]
    document = as_document(raw)
    jsonschema.validate(document, SCHEMA)
    assert [run["status"] for run in document["runs"]] == ["RUNNING", "RUNNING"]
    assert [run["life"] and run["life"]["why"] for run in document["runs"]] == [
        "silent, longest gap so far 1 s",
        None,
    ]


def test_a_run_that_went_is_said_to_be_so() -> None:
    long = replace(a_run("n" * 40), lifecycle="deleted")
    found = compare([Subject(long), Subject(a_run("b"), gone=True), Subject(a_run("c"))])
    assert cells(found, "environment.lifecycle")[1:] == [" deleted", " no longer there", " active"]
    labels = [column.label for column in compare_rows(found, UNICODE).columns[1:]]
    assert labels == [f"◆ {'n' * 11}… (deleted)", "b (no longer there)", "c"]
    assert "b (no longer there)" in as_markdown(found).splitlines()[0]
    assert "lifecycle" not in [row.key for row in two().rows]
    jsonschema.validate(as_document(found), SCHEMA)


def test_parents_are_called_by_their_names() -> None:
    children = [replace(a_run(name), tags={PARENT_TAG: id * 32}) for name, id in (("a", "1"), ("b", "2"), ("c", "3"))]
    named = compare(
        [Subject(run, parent=name) for run, name in zip(children, ("sweep", "sweep", "other"), strict=True)]
    )
    assert cells(in_words(named, NOW), "environment.parent run")[1:] == [" sweep 111111", " sweep 222222", " other"]
    unknown = compare([Subject(children[0], parent="sweep"), Subject(children[1])])
    assert cells(in_words(unknown, NOW), "environment.parent run")[1:] == [" sweep", f" {'2' * 32}"]
