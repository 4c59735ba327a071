"""Runs as rows and a run in detail."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from churn_sample import EXPERIMENTS, HARE, LYNX, MODELS, NOW, RUNS, SERIES, run
from mltui.model.champion import champions
from mltui.model.merged import merged
from mltui.model.metric import PrimaryMetric
from mltui.model.registry import registered_as, versions_of_runs
from mltui.model.runs import RunInput
from mltui.present.run_detail import RunRelations, run_detail
from mltui.present.runs import RunScene, counted, run_rows
from mltui.present.text import ASCII, UNICODE, plain

AUC = PrimaryMetric("auc", None, guessed=True)
BY_ID = {each.run_id: each for each in RUNS}


def scene(goal=None, symbols=UNICODE, guessed=True) -> RunScene:
    return RunScene(NOW, symbols, PrimaryMetric("auc", goal, guessed), champions(MODELS, BY_ID))


def texts(rows, index: int) -> dict[str, str]:
    row = rows.row(index)
    return {column.key: plain(cell) for column, cell in zip(rows.columns, row.cells, strict=True)}


def test_a_row_says_status_name_when_metric_and_what_it_gained() -> None:
    rows = run_rows(RUNS, scene(), ("auc", "loss"))
    assert texts(rows, 1) | {"attributes.duration": ""} == {
        "attributes.status": "●",
        "attributes.name": "bold-crane",
        "attributes.start": "20 min",
        "metrics.auc": "0.9310",
        "metrics.auc-champion": "-0.0110",
        "attributes.commit": "3f2a1c9",
        "attributes.duration": "",
        "attributes.user": "ada",
        "metrics.loss": "0.06900",
    }
    assert texts(rows, 1)["attributes.duration"] == "20 min 0 s so far"
    assert texts(rows, 0)["metrics.auc"] == "-"


def test_a_guess_is_marked_and_an_unknown_direction_has_no_good_or_bad() -> None:
    rows = run_rows(RUNS, scene())
    assert {column.key: column.label for column in rows.columns}["metrics.auc"] == "auc?"
    at = [column.key for column in rows.columns].index("metrics.auc-champion")
    assert [span.role for span in rows.row(2).cells[at]] == [""]
    known = run_rows(RUNS, scene("max", guessed=False))
    assert {column.key: column.label for column in known.columns}["metrics.auc"] == "auc"
    assert [span.role for span in known.row(2).cells[at]] == ["good"]
    assert [span.role for span in known.row(1).cells[at]] == ["bad"]


def test_kind_is_a_column_only_where_there_are_both() -> None:
    assert "attributes.kind" not in {column.key for column in run_rows(RUNS, scene()).columns}
    both = run_rows(merged(RUNS, EXPERIMENTS), scene())
    assert [texts(both, at)["attributes.kind"] for at in range(3)] == ["run", "run", "exp"]


def test_experiments_by_themselves_are_told_by_what_differs() -> None:
    params = ({"lr": "0.1", "seed": "7", "kind": "a"}, {"lr": "0.05", "seed": "7", "kind": "b"}, {"seed": "7"})
    metrics = ({"auc": 0.9, "acc": 0.5, "f1": 0.5}, {"auc": 0.91, "acc": 0.5, "f1": 0.6}, {"auc": 0.92, "acc": 0.5})
    exps = tuple(
        replace(EXPERIMENTS[0], name=f"exp-{at}", commit=str(at) * 40, params=params[at], metrics=metrics[at])
        for at in range(3)
    )
    rows = run_rows(merged((), exps), scene(), ("acc", "auc", "f1"))
    labels = {column.key: (column.label, column.align) for column in rows.columns}
    assert list(labels)[-4:] == ["metrics.f1", "metrics.acc", "params.kind", "params.lr"]
    assert labels["params.lr"] == ("lr", "right")
    assert labels["params.kind"] == ("kind", "left")
    assert [texts(rows, at)["params.lr"] for at in range(3)] == ["0.1", "0.05", "-"]
    order = rows.sorted("params.lr")
    assert [texts(order, at)["attributes.name"] for at in range(3)] == ["exp-1", "exp-0", "exp-2"]
    mixed = run_rows(merged(RUNS, exps), scene(), ("acc", "auc", "f1"))
    assert not [column.key for column in mixed.columns if column.key.startswith("params.")]


def test_an_unreadable_run_says_so_and_why() -> None:
    broken = replace(LYNX, name="", problem="mlruns/1/abc/meta.yaml: not YAML", metrics={})
    row = texts(run_rows((broken,), scene()), 0)
    assert row["attributes.status"] == "?"
    assert "unreadable: mlruns/1/abc/meta.yaml: not YAML" in row["attributes.name"]
    assert "mlruns/1/abc/meta.yaml: not YAML" in "\n".join(map(plain, run_detail(broken, scene(), RunRelations())))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_values_that_are_not_finite_are_shown_by_name(value: float) -> None:
    odd = replace(LYNX, metrics={"auc": value})
    assert texts(run_rows((odd,), scene()), 0)["metrics.auc"] in ("NaN", "inf", "-inf")
    assert run_detail(odd, scene(), RunRelations())


def test_names_are_shown_not_obeyed() -> None:
    odd = replace(LYNX, name="a\x1b]0;pwned\x07[red]", experiment="[b]x", tags={"k\x07": "v\x1b"}, params={"p": "1\n2"})
    lines = "\n".join(map(plain, run_detail(odd, scene(), RunRelations())))
    assert texts(run_rows((odd,), scene()), 0)["attributes.name"] == "a␛]0;pwned␇[red]"
    assert "[b]x" in lines
    assert "p\n  1\n  2" in lines
    assert "\x1b" not in lines
    assert "\x07" not in lines


def test_sorting_puts_missing_values_last_either_way() -> None:
    odd = (run("none", None, 1), run("nan", math.nan, 2), run("low", 0.1, 3), run("high", 0.9, 4))
    rows = run_rows(odd, scene())
    names = lambda each: [row.key.rstrip("0") for row in map(each.row, range(len(each)))]  # noqa: E731
    assert names(rows.sorted("metrics.auc")) == ["low", "high", "nan", "none"]
    assert names(rows.sorted("metrics.auc", descending=True)) == ["high", "low", "nan", "none"]


def test_a_filter_finds_ids_commits_and_statuses() -> None:
    rows = run_rows(RUNS, scene())
    assert len(rows.matching("failed")) == 1
    assert len(rows.matching(HARE.run_id)) == 1
    assert len(rows.matching("early bird 3f2a")) == 0
    assert len(rows.matching("C0FFEE1")) == 12


def test_no_runs_and_no_metric() -> None:
    assert len(run_rows((), RunScene(NOW, UNICODE))) == 0
    assert "metrics.auc" not in {column.key for column in run_rows(RUNS, RunScene(NOW, UNICODE)).columns}


def test_detail_has_everything_with_mlflows_tags_last_and_dim() -> None:
    odd = replace(HARE, tags={**HARE.tags, "mlflow.log-model.history": "[]", "zone": "eu"}, lifecycle="deleted")
    related = RunRelations(
        inputs=(RunInput("train", "abc123", "local", "{}", "training"),),
        children=[LYNX],
        versions=MODELS[0].versions[1:2],
        series={"auc": SERIES[HARE.run_id, "auc"]},
    )
    lines = run_detail(odd, scene("max"), related)
    texts_ = [plain(each) for each in lines]
    whole = "\n".join(texts_)
    for wanted in (
        "✓ finished  deleted",
        "churn/4 @champion",
        "3f2a1c900000",
        "train  training  abc123",
        "calm-lynx",
        "▁",
    ):
        assert wanted in whole
    assert texts_.index("zone  eu") < texts_.index("mlflow.log-model.history  []")
    assert {span.role for span in lines[texts_.index("mlflow.log-model.history  []")]} <= {"dim", ""}
    assert "vs champion" not in whole  # it is the champion's own run
    assert "+0.0050 auc?  against churn/4" in "\n".join(map(plain, run_detail(LYNX, scene(), RunRelations())))


def test_ascii_symbols_throughout() -> None:
    rows = run_rows(merged(RUNS, EXPERIMENTS), scene(symbols=ASCII))
    shown = "".join(plain(cell) for at in range(len(rows)) for cell in rows.row(at).cells)
    shown += "".join(map(plain, run_detail(HARE, scene(symbols=ASCII), RunRelations(series={"auc": [1.0, 2.0]}))))
    assert shown.isascii()


def test_an_experiment_of_dvc_has_a_baseline_and_no_duration() -> None:
    (exp,) = merged((), EXPERIMENTS)
    text = "\n".join(map(plain, run_detail(exp, scene(), RunRelations())))
    assert "baseline  3f2a1c9" in text.replace("baseline     ", "baseline  ")
    assert "took" not in text
    assert "attributes.duration" not in {column.key for column in run_rows((exp,), scene()).columns}


def test_a_run_of_a_server_says_when_it_was_read() -> None:
    def shown(read_at: int | None) -> str:
        return "\n".join(map(plain, run_detail(LYNX, scene(), RunRelations(read_at=read_at))))

    assert re.search(r"^as read +12 min ago$", shown(NOW - 12 * 60_000), re.MULTILINE)
    assert "as read" not in shown(NOW - 59_000) + shown(None)


def test_names_that_begin_alike_are_cut_at_their_beginning() -> None:
    alike = tuple(replace(LYNX, name=f"HPO with hyperopt 2021-06-11 12:0{at}") for at in range(3))
    assert {column.key: column.tail for column in run_rows(alike, scene()).columns}["attributes.name"]
    assert not {column.key: column.tail for column in run_rows((*alike, HARE), scene()).columns}["attributes.name"]


def test_a_detail_says_what_the_mark_of_a_guess_means() -> None:
    lines = list(map(plain, run_detail(LYNX, scene(), RunRelations())))
    assert any(each.startswith("auc? ") for each in lines)
    assert "? guessed: M chooses" in lines
    chosen = "\n".join(map(plain, run_detail(LYNX, scene(guessed=False), RunRelations())))
    assert "?" not in chosen


def test_runs_and_experiments_are_counted_apart_and_a_baseline_is_called_one() -> None:
    both = merged(RUNS, EXPERIMENTS)
    assert counted(both) == f"{len(RUNS)} runs + {len(EXPERIMENTS)} exp"
    assert counted(RUNS) == f"{len(RUNS)}"
    other = replace(RUNS[0], run_id="f" * 32, experiment="another")
    shown = [texts(run_rows((other, *both), scene()), at) for at in range(len(both) + 1)]
    experiments = [each for each in shown if each["attributes.kind"] == "exp"]
    assert experiments
    for each in experiments:
        assert re.fullmatch("baseline [0-9a-f]{7}", each["attributes.experiment"])


def test_rows_of_a_server_have_their_age_as_a_column() -> None:
    told = replace(scene(), read_at={LYNX.run_id: NOW - 720_000})
    rows = run_rows(RUNS, told, (), {})
    ages = {rows.items[at].run_id: texts(rows, at)["attributes.read"].strip() for at in range(len(rows))}
    assert ages[LYNX.run_id] == "12 min"
    assert ages[HARE.run_id] == ""
    assert "attributes.read" not in texts(run_rows(RUNS, scene(), (), {}), 0)


def test_the_detail_of_a_servers_run_says_when_deletions_are_found() -> None:
    def last_sweep(related: RunRelations) -> list[str]:
        return [plain(each) for each in run_detail(HARE, scene(), related) if "sweep" in plain(each)]

    (said,) = last_sweep(RunRelations(swept_at=NOW - 720_000))
    assert "12 min ago; finds deletions" in said
    assert last_sweep(RunRelations()) == []


def test_what_is_registered_of_a_run_is_a_column() -> None:
    told = replace(scene(), versions=registered_as(MODELS))
    rows = run_rows(RUNS, told, (), {})
    held = {rows.items[at].run_id: texts(rows, at)["attributes.models"].strip() for at in range(len(rows))}
    for version in filter(lambda each: each.run_id in held, MODELS[0].versions):
        name = f"{version.model}/{version.version}"
        assert held[version.run_id] == " ".join((*(f"@{alias}" for alias in version.aliases), name))
    assert "" in held.values()
    assert "attributes.models" not in texts(run_rows(RUNS, scene(), (), {}), 0)


def test_a_version_of_a_logged_model_belongs_to_the_run_that_logged_it() -> None:
    logged = replace(MODELS[0].versions[0], run_id=None, model_id="m-1", source_run_id="r1")
    assert versions_of_runs([replace(MODELS[0], versions=(logged,))]) == {"r1": (logged,)}
