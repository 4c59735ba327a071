"""Texts that are copied: Markdown and TSV that nothing in a name can break, exact values, commands a shell reads."""

from __future__ import annotations

import math
import shlex
import subprocess
from dataclasses import replace

import pytest

from churn_sample import HARE, LYNX, NOW, RUNS, run
from mltui.model.columns import Order, TableView, parse_column
from mltui.model.filters import parse
from mltui.model.metric import PrimaryMetric
from mltui.model.runs import Store
from mltui.model.runs_command import NAMED, RunsLooked, named, runs_command
from mltui.present.copied import pasted, rows_markdown, tsv, up_to
from mltui.present.run_scene import RunScene
from mltui.present.run_values import exact, keys_of, runs_tsv
from mltui.present.runs import run_rows
from mltui.present.text import UNICODE
from mltui.tui.places.offers import MARKDOWN
from mltui.tui.places.runs.copying import CopiedRuns

SCENE = RunScene(NOW, UNICODE, PrimaryMetric("auc", "max", guessed=False), baseline=HARE)
SERVER = Store("http://127.0.0.1:5000", "rest", "flag", True)
EVIL = run("a|b`*[x](y)\n\t\x1b[31m", 0.1, 1000, params={"notes": "one\ttwo\r\nthree\x1b]52;c;\x07\u202e"})


def copied(runs=RUNS, *, marks=(), typed="", view=None, store=SERVER, at=None, scene=SCENE) -> CopiedRuns:
    view = view or TableView()
    rows = run_rows(runs, scene, ("auc", "loss"), view=view)
    return CopiedRuns(rows, at, frozenset(marks), typed, view, scene, store, RunsLooked("/work/churn"))


def text(found: CopiedRuns, key: str) -> str:
    return next(offer for offer in found.offers() if offer.key == key).make().text


def told(found: CopiedRuns, key: str) -> str:
    return next(offer for offer in found.offers() if offer.key == key).make().told


def test_values_have_all_digits_and_missing_ones_are_empty() -> None:
    odd = replace(LYNX, metrics={"auc": 0.1 + 0.2, "nan": math.nan, "inf": -math.inf})
    specs = [parse_column(each) for each in ("metrics.auc", "metrics.nan", "metrics.inf", "metrics.none", "params.lr")]
    assert [exact(odd, spec, SCENE) for spec in specs] == ["0.30000000000000004", "nan", "-inf", "", "0.1"]
    assert exact(LYNX, parse_column("metrics.auc-baseline"), SCENE) == repr(0.947 - 0.942)
    assert exact(LYNX, parse_column("start"), SCENE) == str(LYNX.start)
    assert exact(LYNX, parse_column("commit"), SCENE) == LYNX.commit
    assert [each.id for each in keys_of(odd)][:4] == ["metrics.auc", "metrics.inf", "metrics.nan", "params.depth"]


def test_a_row_of_tsv_is_one_line_whatever_it_holds() -> None:
    table = runs_tsv([EVIL, LYNX], [parse_column("name"), parse_column("params.notes")], SCENE)
    lines = table.split("\n")
    assert lines[0] == "attributes.name\tparams.notes\tattributes.run_id"
    assert lines[1] == f"a|b`*[x](y)␊␉␛[31m\tone␉two␍␊three␛]52;c;␇\\u202e\t{EVIL.run_id.translate(SHOWN)}"
    assert lines[2:] == [f"calm-lynx\t\t{LYNX.run_id}", ""]


SHOWN = str.maketrans({"\n": "␊", "\t": "␉", "\x1b": "␛"})


def test_a_value_keeps_its_lines_and_tabs_and_nothing_a_terminal_obeys() -> None:
    assert pasted("one\ttwo\r\nthree\x1b[201~\u202e") == "one\ttwo\nthree␛[201~\\u202e"


def test_markdown_of_an_evil_name_is_one_row_with_as_many_cells() -> None:
    row = text(copied([EVIL]), MARKDOWN).split("\n")[2]
    assert row.startswith(r"| finished | [a\|b\`\*\[x\](y)")
    assert "\x1b" not in row
    cells = row.replace(r"\|", "").count("|") - 1
    assert cells == len(copied([EVIL]).rows.columns)


def test_names_are_linked_to_a_server_and_to_nothing_else() -> None:
    assert f"[calm-lynx](<http://127.0.0.1:5000/#/experiments/1/runs/{LYNX.run_id}>)" in text(copied(), MARKDOWN)
    plain = text(copied(store=Store("sqlite:///x.db", "sqlite", "", True)), MARKDOWN)
    assert "| calm-lynx |" in plain


def test_marked_runs_alone_are_copied_in_the_order_of_the_table() -> None:
    view = TableView(order=(Order("metrics.auc", True),))
    found = copied(marks=[HARE.run_id, LYNX.run_id], view=view)
    names = [line.split("\t")[1] for line in text(found, "tsv").splitlines()[1:]]
    assert names == ["calm-lynx", "stormy-hare"]
    assert told(found, MARKDOWN) == "2 runs as Markdown"


def test_a_mark_that_the_filter_hides_is_copied_last() -> None:
    found = copied(marks=[HARE.run_id, LYNX.run_id])
    hidden = replace(found, rows=replace(found.rows, order=(RUNS.index(HARE),)))
    assert [run.name for run in (hidden.chosen().item(at) for at in range(2))] == ["stormy-hare", "calm-lynx"]


def test_groups_are_copied_without_headings_in_their_order() -> None:
    runs = (replace(HARE, params={"lr": "1"}), replace(RUNS[0], params={"lr": "2"}), replace(LYNX, params={"lr": "1"}))
    found = copied(runs, view=TableView(group="params.lr"))
    assert [line.split("\t")[1] for line in text(found, "tsv").splitlines()[1:]] == [
        "stormy-hare",
        "calm-lynx",
        "lazy-fox",
    ]


def test_markdown_has_an_end_and_says_what_is_left_out() -> None:
    many = tuple(run(f"run-{at}", 0.5, at) for at in range(600))
    found = copied(many, store=None)
    assert told(found, MARKDOWN) == "the first 500 of 600 runs as Markdown; ctrl+y has the command that prints it"
    assert len(text(found, MARKDOWN).splitlines()) == 502
    table = rows_markdown(found.rows)
    short, kept = up_to(table, 1000, 5000)
    assert 4000 < len(short.encode()) <= 5000
    assert short.endswith(" |\n")
    assert kept == len(short.splitlines()) - 2
    assert up_to(table, 1000, 10**9) == (table, 600)


def test_the_command_prints_the_same_view() -> None:
    view = TableView(
        columns=tuple(map(parse_column, ("name", "metrics.val loss:min", "params.`a:b`", "metrics.auc-baseline"))),
        order=(Order("metrics.auc-baseline", True), Order("start"), Order("by hand.")),
    )
    typed = "metrics.auc > 0.9 and name ~ 'l.*'"
    without = text(copied(typed=typed, view=view, scene=replace(SCENE, baseline=None)), "command")
    assert "baseline" not in without
    words = shlex.split(text(copied(typed=typed, view=view), "command"))
    assert words[:4] == ["mltui", "-C", "/work/churn", "runs"]
    assert words[4:6] == ["--filter", "metrics.auc > 0.9 and name ~ 'l.*'"]
    assert words[6:] == [
        *("--column", "attributes.name"),
        *("--column", "metrics.val loss:min"),
        *("--column", "params.`a:b`"),
        *("--column", "metrics.auc-baseline"),
        *("--sort", "metrics.auc-baseline desc"),
        *("--sort", "start asc"),
        *("--baseline", HARE.run_id),
    ]


def test_a_command_prints_no_groups_and_says_so() -> None:
    assert told(copied(view=TableView(group="params.lr")), "command") == "a command of mltui runs, without the groups"
    found = copied(view=TableView(group="params.lr", order=(Order("by hand."),)))
    assert "# MLflow can't order by this, which is left out: by hand." in text(found, "search")


def test_words_become_the_runs_they_found_and_too_many_are_said() -> None:
    found = copied(typed="lynx")
    only = replace(found, rows=replace(found.rows, order=(RUNS.index(LYNX),)))
    said = shlex.split(text(only, "command"))[-1]
    matches = parse(said).predicate(NOW)
    assert [each.name for each in RUNS if matches(each)] == ["calm-lynx"]
    assert f"attributes.run_id in ('{LYNX.run_id}')" in text(only, "search")
    many = tuple(run(f"run-{at}", 0.5, at) for at in range(NAMED + 1))
    assert told(copied(many, typed="run"), "command") == "a command of mltui runs, without the words 'run'"
    assert text(copied(many, typed="run"), "search").startswith("# left out: the words 'run'\nimport mlflow")
    assert named([]) == ""


@pytest.mark.parametrize("word", ["it's", 'say "hi"', "$HOME `id` !x", "a\nb\t\x1b[31m'\\", "é\u202eü", ""])
def test_a_shell_reads_back_every_word(word: str) -> None:
    line = runs_command(RunsLooked("/x", filter=word or "x", experiments=(word,)))
    assert line.isprintable()
    shown = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}
    )
    assert shown.stdout.decode().split("\0")[:-1] == [
        *("mltui", "-C", "/x", "runs", "--experiment", word, "--filter", word or "x")
    ]


def test_tsv_is_a_line_each() -> None:
    assert tsv(["a", "b"], [["1", ""], ["2\n", "\t"]]) == "a\tb\n1\t\n2␊\t␉\n"


def test_the_values_of_the_run_under_the_cursor() -> None:
    odd = replace(LYNX, params={"note": "long " * 20})
    offers = {offer.title: offer for offer in copied(at=odd).offers()}
    assert offers["metrics.auc"].make().text == "0.947"
    assert offers["metrics.auc"].make().told == "metrics.auc 0.947"
    assert offers["params.note"].make().told == "params.note, 100 characters"
    assert offers["tags.team"].make().text == "growth"
    assert "row" not in {offer.key for offer in copied().offers()}
