"""`mltui runs` with columns, an order and groups of one's own, over a store that MLflow wrote."""

from __future__ import annotations

import csv
import io
import json
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from git_repository import make

pytestmark = pytest.mark.real


def mltui(cwd: Path, *arguments: str, code: int = 0) -> str:
    argv = [sys.executable, "-m", "mltui", "runs", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == code, (done.returncode, done.stderr)
    return done.stdout if code == 0 else done.stderr


def table(cwd: Path, *arguments: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(mltui(cwd, "--csv", *arguments))))


AUC = [0.5, 0.9, 0.7, float("nan"), 0.8]
#: A param longer than a cell of a table, in lines.
NOTE = "\n".join(["0123456789" * 10] * 12)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five runs: models rf and svm in turn, a depth, the last one without a model and with a name of markup."""
    from mlflow import MlflowClient

    path = make(tmp_path_factory.mktemp("chosen") / "project")
    client = MlflowClient(f"sqlite:///{path}/mlflow.db")
    for number, auc in enumerate(AUC):
        name = "a|b [x](y)" if number == 4 else f"run-{number}"
        run = client.create_run("0", start_time=1_700_000_000_000 + number, run_name=name).info.run_id
        client.log_metric(run, "auc", auc)
        client.log_param(run, "depth", str(10 - number))
        if number == 0:
            client.log_param(run, "note", NOTE)
        if number < 4:
            client.log_param(run, "model", ("rf", "svm")[number % 2])
        client.set_terminated(run, end_time=1_700_000_060_000)
    return path


def test_columns_in_an_order(store: Path) -> None:
    shown = table(store, "--column", "name", "--column", "params.depth", "--sort", "metrics.auc desc", "--limit", "3")
    assert shown == [
        ["attributes.name", "params.depth"],
        ["run-1", "9"],
        ["a|b [x](y)", "6"],
        ["run-2", "8"],
    ]


def test_params_sort_as_numbers_and_what_is_nan_comes_last(store: Path) -> None:
    assert [row[0] for row in table(store, "--column", "params.depth", "--sort", "params.depth")[1:]] == [
        "6", "7", "8", "9", "10",
    ]  # fmt: skip
    assert table(store, "--column", "name", "--sort", "metrics.auc")[-1] == ["run-3"]


def test_a_logged_nan_is_no_missing_value(store: Path) -> None:
    shown = table(store, "--column", "name", "--column", "metrics.auc", "--column", "params.model", "--limit", "2")
    assert shown[1:] == [["a|b [x](y)", "0.8", ""], ["run-3", "NaN", "svm"]]


def test_groups_are_what_their_runs_come_to(store: Path) -> None:
    shown = table(store, "--group-by", "params.model", "--column", "metrics.auc", "--agg", "mean", "--agg", "max")
    assert shown[0] == ["params.model", "runs", "metrics.auc mean", "metrics.auc max"]
    assert [[name, runs] for name, runs, *_ in shown[1:]] == [["rf", "2"], ["svm", "2"], ["", "1"]]
    assert float(shown[1][2]) == statistics.mean([AUC[0], AUC[2]])
    assert float(shown[2][3]) == AUC[1]


def test_a_group_named_twice_is_one(store: Path) -> None:
    twice = ("--group-by", "params.model") * 2
    assert table(store, *twice) == table(store, "--group-by", "params.model")


def test_a_sum_of_nothing_is_nothing(store: Path) -> None:
    sums = table(store, "--group-by", "name", "--column", "params.note", "--column", "metrics.auc", "--agg", "sum")
    assert ["run-3", "1", ""] in sums, "its only value is NaN"


def test_an_infinite_value_of_a_group_is_called_as_elsewhere() -> None:
    code = "import pandas; from mltui.cli.runs_frame import print_frame; "
    code += "print_frame(pandas.DataFrame({'a': [float('inf'), -float('inf'), 0.1]}), 'csv')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["a", "Infinity", "-Infinity", "0.1"]


def test_groups_are_named_for_people_as_the_screens_name_them(store: Path) -> None:
    shown = mltui(store, "--group-by", "start", "--column", "params.depth", "--limit", "1").splitlines()
    assert shown[1].split()[1] in ("mo", "y"), "as long ago"
    assert table(store, "--group-by", "start", "--column", "params.depth", "--limit", "1")[1][0] == "1700000000000"


def test_a_group_of_a_parent_has_its_name() -> None:
    import pandas as pd

    from mltui.cli.runs_frame import told
    from mltui.model.runs import Run
    from mltui.present.run_scene import RunScene
    from mltui.present.text import UNICODE

    parent = Run("a" * 32, "sweep", "run", "", "0", "FINISHED", "active", None, None, None)
    frame = pd.DataFrame({"attributes.parent": ["a" * 32, "b" * 32, None], "attributes.commit": ["c" * 40] * 3})
    found = told(frame, RunScene(0, UNICODE), [parent])
    assert list(found["attributes.parent"].fillna("-")) == ["sweep", "(bbbbbbbb)", "-"]
    assert list(found["attributes.commit"]) == ["ccccccc"] * 3


def test_groups_as_a_document(store: Path) -> None:
    found = json.loads(mltui(store, "--json", "--group-by", "params.model", "--column", "metrics.auc", "--limit", "1"))
    assert found == {"schema": 1, "groups": [{"params.model": "rf", "runs": 2, "metrics.auc mean": 0.6}]}


def test_markdown_escapes_what_runs_are_called(store: Path) -> None:
    text = mltui(store, "--md", "--column", "name", "--column", "metrics.auc", "--limit", "2")
    head, rule, first, second = text.splitlines()
    assert head == "| run | auc? |"
    assert rule == "| --- | ---: |"
    assert first == r"| a\|b \[x\](y) | 0.8000 |"
    assert second == "| run-3 | NaN |"


def said(cwd: Path, *arguments: str) -> str:
    """What is on standard error."""
    argv = [sys.executable, "-m", "mltui", "runs", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=True, timeout=600)
    return done.stderr


NONE = "no run matches\nmltui: "


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--column", "metrics.acu"], "no run has metrics.acu: metrics.auc?"),
        (["--csv", "--column", "name", "--sort", "metrics.auk desc"], "no run has metrics.auk: metrics.auc?"),
        (["--group-by", "params.modle"], "no run has params.modle: params.model?"),
        (["--json", "--filter", "params.modle = 'rf'"], f"{NONE}no run has params.modle: params.model?"),
        (["--filter", "lifecycle = deleted"], f"{NONE}deleted runs are left out\n  --all brings them in"),
        (["--filter", "params.model = 'cat'"], "no run matches"),
        (["--csv", "--limit", "1", "--filter", "params.model = 'cat'"], "no run matches"),
        (
            ["--filter", "num(params.depth) > 99 or params.depth <= '06'"],
            f"{NONE}params compare as text; num(params.depth) <= 06 as numbers",
        ),
        (["--md", "--column", "metrics.auc-champion"], "there is no champion here: metrics.auc-champion is empty"),
    ],
)
def test_a_word_that_does_nothing_says_so(store: Path, arguments: list[str], told: str) -> None:
    assert said(store, *arguments) == f"mltui: {told}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--column", "auc"], "'auc' is no attribute of a run\n  did you mean metrics.auc?"),
        (["--sort", "auk desc"], "'auk' is no attribute of a run\n  did you mean metrics.auc?"),
        (["--group-by", "model"], "'model' is no attribute of a run\n  did you mean params.model?"),
        (["--column", "zebra"], "'zebra' is no attribute of a run\n  there are "),
    ],
)
def test_a_key_without_its_family(store: Path, arguments: list[str], told: str) -> None:
    assert f"mltui: {told}" in mltui(store, *arguments, code=2)


def test_what_is_right_says_nothing(store: Path) -> None:
    assert said(store, "--column", "metrics.auc", "--sort", "params.depth", "--filter", "params.model = 'rf'") == ""
    assert said(store, "--all", "--filter", "lifecycle = deleted") == "mltui: no run matches\n"
    assert said(store, "--limit", "0", "--filter", "params.model = 'rf'") == ""


@pytest.mark.parametrize("way", ["desc", "Descending"])
def test_words_of_an_order(store: Path, way: str) -> None:
    shown = table(store, "--column", "name", "--sort", f"metrics.auc {way}", "--limit", "1")
    assert shown[1:] == [["run-1"]]
    assert table(store, "--column", "name", "--sort", "metrics.auc ascending", "--limit", "1")[1:] == [["run-0"]]


def test_groups_in_an_order(store: Path) -> None:
    def models(*arguments: str) -> list[str]:
        return [row[0] for row in table(store, "--group-by", "params.model", "--column", "metrics.auc", *arguments)[1:]]

    assert models("--sort", "metrics.auc desc") == ["svm", "", "rf"]
    assert models("--sort", "metrics.auc") == ["rf", "", "svm"]
    assert models("--sort", "params.model desc") == ["svm", "rf", ""]
    refused = mltui(store, "--group-by", "params.model", "--sort", "params.note", code=2)
    assert "--sort params.note: groups have no such number" in refused


def test_a_difference_to_a_baseline(store: Path) -> None:
    columns = ("--column", "name", "--column", "metrics.auc-baseline", "--sort", "metrics.auc-baseline desc")
    shown = table(store, "--baseline", "run-0", *columns, "--limit", "2")
    assert [row[0] for row in shown[1:]] == ["run-1", "a|b [x](y)"]
    assert float(shown[1][1]) == AUC[1] - AUC[0]


NONE = "no run matches\nmltui: "


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--sort", "metrics.auc-baseline"], "--baseline RUN and a column like metrics.auc-baseline go together"),
        (["--baseline", "run-0"], "--baseline RUN and a column like metrics.auc-baseline go together"),
        (["--column", "bogus"], "'bogus' is no attribute of a run"),
        (["--column", "params.lr:max"], "only a metric has"),
        (["--sort", "metrics."], "names no key"),
        (["--json", "--column", "name"], "--json prints runs whole"),
        (["--agg", "mean"], "--group-by names them"),
        (["--md", "--csv"], "exclude each other"),
    ],
)
def test_what_can_not_be_asked(store: Path, arguments: list[str], told: str) -> None:
    assert told in mltui(store, *arguments, code=2)


def test_an_endless_pattern_is_a_wrong_filter(store: Path) -> None:
    said = mltui(store, "--json", "--filter", r"status = FINISHED and artifact_uri ~ '((.+)+)+\x00'", code=2)
    assert "this pattern takes more than 2 s" in said
    assert said.splitlines()[2].index("^") == said.splitlines()[1].index("'")


def test_a_table_in_a_pipe_is_whole(store: Path) -> None:
    shown = mltui(store, "--column", "name", "--column", "params.note", "--sort", "name").splitlines()
    assert shown[2].split(maxsplit=1) == ["run-0", NOTE.replace("\n", "␊")]


def test_headings_on_the_screen_come_to_the_same(store: Path) -> None:
    """The screen groups by itself: pandas is not for the process that draws."""
    from mltui.actions.opening import open_workspace
    from mltui.model.columns import TableView, parse_column
    from mltui.present.run_groups import RunGroup, grouped
    from mltui.present.runs import RunScene, run_rows
    from mltui.present.text import UNICODE, number, plain

    workspace = open_workspace(store)
    try:
        runs = [run for page in workspace.reader().runs() for run in page]
    finally:
        workspace.close()
    column = ["--column", "metrics.auc", "--group-by", "params.model"]
    for goals, aggregate, word in (
        ({}, "mean", "mean"),
        ({"auc": "max"}, "max", "best"),
        ({"auc": "min"}, "min", "best"),
    ):
        frame = table(store, *column, "--agg", aggregate)[1:]
        scene = RunScene(0, UNICODE, goals=goals)
        rows = grouped(
            run_rows(runs, scene, (), view=TableView(columns=(parse_column("metrics.auc"),))), "params.model", scene
        )
        at = [each.key for each in rows.columns].index("metrics.auc")
        groups = [index for index in range(len(rows)) if isinstance(rows.item(index), RunGroup)]
        headings = {rows.item(index).value or "": plain(rows.row(index).cells[at]) for index in groups}
        sizes = {rows.item(index).value or "": str(len(rows.item(index).members)) for index in groups}
        assert headings == {name: f"{word} {number(float(value))}" for name, _, value in frame}
        assert sizes == {name: size for name, size, _ in frame}
