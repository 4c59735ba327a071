"""Columns as text, orders of several keys, groups and nested runs."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mltui.model.columns import ColumnSpec, Order, TableView, parse_column
from mltui.model.metric import PrimaryMetric
from mltui.model.run_attributes import available, varying
from mltui.model.runs import PARENT_TAG, Run
from mltui.present.run_groups import Grouping, RunGroup, grouped, key_of, members_of
from mltui.present.runs import RunScene, picks_of, run_rows
from mltui.present.text import UNICODE, plain

NOW = 1_700_000_000_000
SCENE = RunScene(NOW, UNICODE, PrimaryMetric("auc", "max", guessed=False))


USUAL = {
    "experiment": "e",
    "experiment_id": "1",
    "status": "FINISHED",
    "lifecycle": "active",
    "start": NOW,
    "end": NOW,
    "commit": None,
}


def a_run(run_id: str, auc: float | None = None, **more) -> Run:
    metrics = {} if auc is None else {"auc": auc}
    return Run(run_id, run_id, "run", **{**USUAL, "metrics": metrics, **more})  # type: ignore[arg-type]


def ids(rows) -> list[str]:
    return [rows.key(at) for at in range(len(rows))]


def names(rows) -> list[str]:
    at = [column.key for column in rows.columns].index("attributes.name")
    return [plain(rows.row(index).cells[at]) for index in range(len(rows))]


def nested(*pairs: tuple[str, str]) -> tuple[Run, ...]:
    return tuple(a_run(each, tags={PARENT_TAG: parent} if parent else {}) for each, parent in pairs)


@given(
    st.sampled_from(["metrics", "params", "tags"]),
    st.text(max_size=30) | st.sampled_from(["a:max", "loss-champion", "`", "a b/c[0]", "", ":at(3)", "a`b:x", "\n"]),
    st.sampled_from([("latest", 0), ("best", 0), ("min", 0), ("max", 0), ("mean", 5), ("at", -3), ("at", 0)]),
    st.sampled_from(["", "baseline", "champion"]),
)
def test_a_column_is_read_back_from_its_id_whatever_its_key(family, key, pick, against) -> None:
    spec = ColumnSpec(family, key, *pick, against) if family == "metrics" else ColumnSpec(family, key)
    assert parse_column(spec.id) == spec


@pytest.mark.parametrize(
    "text",
    ["metrics.", "metric", "nothing.auc", "metrics.auc:mean", "metrics.auc:mean(0)", "metrics.a:most", "params.a:max"],
)
def test_what_is_no_column_says_so(text: str) -> None:
    if text == "metric":
        assert parse_column(text) == ColumnSpec("attributes", "metric")
        return
    with pytest.raises(ValueError, match="'"):
        parse_column(text)


def test_several_keys_order_and_missing_values_stay_last_either_way() -> None:
    runs = (
        a_run("a", 0.5, params={"model": "x"}),
        a_run("b", math.nan, params={"model": "x"}),
        a_run("c", 0.9, params={"model": "y"}),
        a_run("d", None, params={"model": "x"}),
        a_run("e", math.inf, params={"model": "x"}),
        a_run("f", -math.inf),
    )
    by_auc = (Order("metrics.auc", descending=True),)
    assert ids(run_rows(runs, SCENE, view=TableView(order=by_auc))) == ["e", "c", "a", "f", "b", "d"]
    assert ids(run_rows(runs, SCENE, view=TableView(order=(Order("metrics.auc"),)))) == ["f", "a", "c", "e", "b", "d"]
    both = (Order("params.model"), Order("metrics.auc", descending=True))
    assert ids(run_rows(runs, SCENE, view=TableView(order=both))) == ["e", "a", "b", "d", "c", "f"]
    odd = (Order("params.model:no column"), *both)
    assert ids(run_rows(runs, SCENE, view=TableView(order=odd))) == ["e", "a", "b", "d", "c", "f"]


def test_params_of_numbers_order_by_size_and_texts_after_them() -> None:
    values = {"a": "10", "b": "9", "c": "1e-3", "d": "auto", "e": "nan", "f": "-inf"}
    runs = tuple(a_run(each, params={"lr": value}) for each, value in values.items())
    assert ids(run_rows(runs, SCENE, view=TableView(order=(Order("params.lr"),)))) == ["f", "c", "b", "a", "d", "e"]


def test_groups_stand_where_their_first_stands_and_say_what_they_hold() -> None:
    runs = (
        a_run("a", 0.5, params={"model": "x"}, status="FAILED"),
        a_run("b", 0.9, params={"model": "y"}),
        a_run("c", 0.7, params={"model": "x"}),
        a_run("d", 0.1),
    )
    view = TableView(order=(Order("metrics.auc", descending=True),))
    rows = grouped(run_rows(runs, SCENE, view=view), "params.model", SCENE)
    items = [rows.item(at) for at in range(len(rows))]
    assert [item.value if isinstance(item, RunGroup) else item.run_id for item in items] == [
        "y", "b", "x", "c", "a", None, "d",
    ]  # fmt: skip
    assert names(rows)[2] == "x  2 runs  model  ✓1 ✗1"
    assert names(rows)[5] == "no model  1 run  ✓1"
    at = [column.key for column in rows.columns].index("metrics.auc")
    assert plain(rows.row(2).cells[at]) == "best 0.7000"
    unknown = replace(SCENE, primary=PrimaryMetric("auc", None, guessed=True))
    plainly = grouped(run_rows(runs, unknown, view=view), "params.model", unknown)
    assert plain(plainly.row(2).cells[at]) == "mean 0.6000"
    shut = grouped(run_rows(runs, SCENE, view=view), "params.model", SCENE, {key_of(items[2])})
    assert len(shut) == len(rows) - 2
    assert shut.folds[key_of(items[2])]
    assert members_of(shut, key_of(items[2])) == ("c", "a")
    assert len(set(ids(rows))) == len(rows), "a heading's key is no run's"


def test_long_values_of_headings_leave_the_number_of_runs_in_sight() -> None:
    runs = [a_run(str(at), params={"data": f"/a/rather/long/path/{at // 2}.csv"}) for at in range(3)]
    rows = grouped(run_rows([*runs, a_run("none")], SCENE), "params.data", SCENE)
    assert [name for name in names(rows) if "data" in name] == [
        "2 runs  /a/rather/long/path/0.csv  data  ✓2",
        "1 run  /a/rather/long/path/1.csv  data  ✓1",
        "1 run  no data  ✓1",
    ]


def test_a_heading_looks_through_its_runs_once_however_often_it_is_drawn() -> None:
    looked: list[str] = []

    class Counting(RunScene):
        def metric(self, run, spec):
            looked.append(run.run_id)
            return super().metric(run, spec)

    scene = Counting(SCENE.now, SCENE.symbols, SCENE.primary)
    grouping = Grouping(run_rows((a_run("a", 0.5), a_run("b", 0.9)), SCENE), "params.model", scene)
    rows = grouping.folded(())
    first = rows.row(0).cells
    assert looked == ["a", "b"]
    assert rows.row(0).cells == first
    shut = grouping.folded(rows.folds)
    assert plain(shut.row(0).cells[0]) != plain(first[0])
    assert shut.row(0).cells[1:] == first[1:]
    assert (looked, len(shut)) == (["a", "b"], 1)


def test_nested_runs_stand_below_their_parents_at_any_depth() -> None:
    runs = nested(("c", "b"), ("lone", "gone"), ("a", ""), ("b", "a"), ("d", "a"))
    rows = grouped(run_rows(runs, SCENE), "tags.mlflow.parentRunId", SCENE)
    assert names(rows) == ["▾ a", "  ▾ b", "    c", "  d", "lone"]
    assert rows.folds == {"a": False, "b": False}
    assert names(grouped(run_rows(runs, SCENE), "attributes.parent", SCENE, {"a"})) == ["▸ a", "lone"]
    deep = nested(("0", ""), *((str(at), str(at - 1)) for at in range(1, 3000)))
    assert ids(grouped(run_rows(deep, SCENE), "parent", SCENE)) == [str(at) for at in range(3000)]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), max_size=10, unique_by=lambda pair: pair[0]))
def test_circles_of_parents_lose_no_run_and_show_none_twice(pairs) -> None:
    runs = nested(*((str(child), str(parent)) for child, parent in pairs))
    shown = ids(grouped(run_rows(runs, SCENE), "parent", SCENE))
    assert sorted(shown) == sorted(run.run_id for run in runs)


def test_picks_of_series_are_pending_then_there_and_never_guessed() -> None:
    best, top = ColumnSpec("metrics", "auc", "best"), ColumnSpec("metrics", "auc", "max")
    against = ColumnSpec("metrics", "auc", "max", against="baseline")
    runs = (a_run("a", 0.5), a_run("b", 0.4), a_run("c"))
    view = TableView(columns=(best, top, against))
    assert picks_of(view.columns) == (best, top)

    def cells(scene: RunScene) -> list[list[str]]:
        rows = run_rows(runs, scene, view=view)
        return [[plain(cell) for cell in rows.row(at).cells] for at in range(3)]

    unknown = replace(SCENE, primary=None, baseline=runs[1])
    assert cells(unknown) == [["?", "…", "…"], ["?", "…", "…"], ["?", "-", "…"]]
    known = replace(SCENE, baseline=runs[1], picked={"metrics.auc:max": {"a": 0.9, "b": 0.4}})
    assert cells(known) == [["…", "0.9000", "+0.5000"], ["…", "0.4000", "="], ["-", "-", "-"]]


def test_only_columns_in_which_the_runs_differ() -> None:
    same = {"seed": "1", "model": "x"}
    runs = (a_run("a", math.nan, params=same), a_run("b", math.nan, params={**same, "model": "y"}))
    specs = (ColumnSpec("params", "seed"), ColumnSpec("params", "model"), ColumnSpec("metrics", "auc"))
    assert varying(runs, specs) == (ColumnSpec("params", "model"),)
    assert varying(runs[:1], specs) == specs
    rows = run_rows(runs, SCENE, view=TableView(columns=(ColumnSpec("attributes", "name"), *specs), varying=True))
    assert [column.key for column in rows.columns] == ["attributes.name", "params.model"]


def test_all_columns_there_could_be_with_their_counts() -> None:
    runs = (a_run("a", 0.5, params={"k": "1"}), a_run("b", params={"k": "1"}, tags={"a b/[c]": "\n"}))
    found = {choice.spec.id: (choice.count, choice.varying) for choice in available(runs, ("auc", "later"))}
    assert found["metrics.auc"] == (1, True)
    assert found["metrics.later"] == (0, False)
    assert found["params.k"] == (2, False)
    assert found["tags.a b/[c]"] == (1, True)
    assert found["attributes.status"] == (2, False)
    partly = {choice.spec.id: choice.count for choice in available(runs, ("later",), whole=False)}
    assert partly["metrics.later"] is None
