"""How charts are looked at, which metrics share one, and where they stand: pure values."""

from __future__ import annotations

import math
from array import array
from dataclasses import replace

import pytest

from mltui.model.columns import ColumnSpec
from mltui.model.life import Life
from mltui.model.runs import Run
from mltui.model.series import Series
from mltui.present.plot import Area
from mltui.present.text import UNICODE, plain
from mltui.tui.places.runs.chart_choices import numeric_columns
from mltui.tui.widgets.charts.desk import Subject, of_single_points
from mltui.tui.widgets.charts.families import Family, families
from mltui.tui.widgets.charts.look import KINDS, LOGS, SMOOTHING, X_KINDS, Look, moved, zoomed
from mltui.tui.widgets.charts.picture import Axis, Sketch
from mltui.tui.widgets.charts.points import DURATION, START, column_value, scattered
from mltui.tui.widgets.charts.sketch import bars
from mltui.tui.widgets.charts.tiles import GAP, laid


@pytest.mark.parametrize(
    ("change", "field", "values"),
    [
        ("next_kind", "kind", KINDS),
        ("next_x", "x", X_KINDS),
        ("next_smoothing", "smooth", SMOOTHING),
    ],
)
def test_a_key_goes_through_all_values_and_round(change: str, field: str, values: tuple[object, ...]) -> None:
    look, seen = Look(), []
    for _ in values:
        seen.append(getattr(look, field))
        look = getattr(look, change)()
    assert tuple(seen) == values
    assert look == Look()


def test_log_axes_go_through_all_four() -> None:
    look, seen = Look(), []
    for _ in LOGS:
        seen.append((look.log_x, look.log_y))
        look = look.next_log()
    assert seen == list(LOGS)


def test_zoom_keeps_the_cursor_where_it_is_on_the_screen() -> None:
    look = moved(Look(), "step", (0, 100), 25)
    close = zoomed(look, "step", (0, 100), closer=True)
    assert close.window == (12.5, 62.5)
    assert close.cursor == 25
    assert zoomed(close, "step", (0, 100), closer=False).window is None


def test_zoom_stays_within_all_of_x() -> None:
    look = moved(Look(), "step", (0, 100), 100)
    for _ in range(5):
        look = zoomed(look, "step", (0, 100), closer=True)
        assert look.window is not None
        assert look.window[1] <= 100


def test_a_window_that_the_cursor_leaves_goes_along() -> None:
    look = zoomed(moved(Look(), "step", (0, 100), 0), "step", (0, 100), closer=True)
    assert look.window == (0, 50)
    assert moved(look, "step", (0, 100), 60).window == (10, 60)
    assert moved(look, "step", (0, 100), 1000).window == (50, 100)


def test_what_is_seen_of_one_axis_is_not_of_another() -> None:
    look = zoomed(moved(Look(), "step", (0, 100), 50), "step", (0, 100), closer=True)
    assert look.window_on("relative") is None
    assert look.cursor_on("time") is None
    assert look.next_x().window is None


def test_the_cursor_goes_from_step_to_step() -> None:
    axis = Axis("step", (0, 10), Area(5, 0, 101, 9, (0, 10)))
    assert axis.beside(None, 1) == 0
    assert axis.beside(None, -1) == 10
    assert axis.beside(3, 1) == 4
    assert axis.beside(3, -1) == 2
    wide = Axis("step", (0, 1000), Area(5, 0, 101, 9, (0, 1000)))
    assert wide.beside(30, 1) == 40


def test_a_column_of_a_log_axis() -> None:
    axis = Axis("step", (1, 100), Area(0, 0, 2, 9, (0, 2)), log=True)
    assert axis.x_of(0) == pytest.approx(10**0.5)
    assert axis.beside(None, -1) == pytest.approx(100)


@pytest.mark.parametrize("log", [False, True])
def test_the_column_of_an_x_is_the_one_it_is_drawn_in(log: bool) -> None:
    axis = Axis("step", (1, 1000), Area(7, 1, 60, 9, (0, 3) if log else (1, 1000)), log=log)
    assert [axis.column_of(axis.x_of(7 + column)) for column in range(60)] == list(range(60))
    assert axis.column_of(1001) is None


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("train/loss", "val/loss"), [("train/loss", "val/loss")]),
        (("train_loss", "val_loss", "lr"), [("train_loss", "val_loss"), ("lr",)]),
        (("loss", "val_loss"), [("loss", "val_loss")]),
        (("acc.test", "acc.train"), [("acc.test", "acc.train")]),
        (("lr/head", "lr/body"), [("lr/head", "lr/body")]),
        (("system/cpu", "system/memory"), [("system/cpu",), ("system/memory",)]),
        (("train", "val"), [("train",), ("val",)]),
        (("a b/[c]", "x"), [("a b/[c]",), ("x",)]),
    ],
)
def test_which_metrics_share_a_chart(keys: tuple[str, ...], expected: list[tuple[str, ...]]) -> None:
    last = {"lr/head": [0.1], "lr/body": [0.01], "system/cpu": [3.0], "system/memory": [9e6]}
    assert [family.keys for family in families(keys, 1, last)] == expected


def test_with_many_runs_every_metric_has_its_own_chart() -> None:
    keys = ("train/loss", "val/loss")
    assert len(families(keys, 4, {})) == 1
    assert len(families(keys, 5, {})) == 2


def test_every_metric_is_in_exactly_one_chart() -> None:
    keys = [f"{split}/{name}" for name in ("loss", "acc", "f1") for split in ("train", "val", "test")] + ["lr", "loss"]
    found = [key for family in families(keys, 2, {}) for key in family.keys]
    assert sorted(found) == sorted(keys)


@pytest.mark.parametrize("size", [(1, 1), (20, 4), (62, 36), (76, 15), (156, 34), (300, 90)])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 10, 5000])
def test_charts_stand_side_by_side_and_none_over_another(count: int, size: tuple[int, int]) -> None:
    tiles = laid(count, *size)
    width = tiles.columns * (tiles.width + GAP[0]) - GAP[0]
    assert width <= size[0]
    assert 1 <= tiles.height <= size[1]
    last = tiles.box(count - 1)
    assert last.y + last.height <= tiles.rows
    seen = tiles.between(0, size[1])
    assert 1 <= len(seen) <= 200, "only what is on the screen is read and drawn"
    for at in list(seen)[:5]:
        box = tiles.box(at)
        assert tiles.under(box.x, box.y) == at
        assert tiles.under(box.x + box.width - 1, box.y + box.height - 1) == at


def test_names_of_bars_that_begin_alike_keep_their_ends() -> None:
    def drawn(*names: str) -> list[str]:
        rest = ("run", "churn", "1", "FINISHED", "active", 0, 1, None)
        runs = [Run(str(at), name, *rest, {"auc": 0.5 + at}) for at, name in enumerate(names)]  # type: ignore[arg-type]
        picture = bars(runs, Family("auc", ("auc",), ("auc",)), Sketch(45, 8, 45, 1, UNICODE))
        return [plain(each) for each in picture.lines]

    alike = drawn("toma_effdet_2/98832", "toma_effdet_2/19922")
    assert all(end in row for end, row in zip(("98832", "19922"), alike, strict=True))
    assert drawn("toma_effdet_2/98832", "baseline")[0].startswith("a toma_effdet")


def test_any_two_columns_that_are_numbers_make_a_scatter_chart() -> None:
    first = Run("r", "run 0", "run", "e", "1", "FINISHED", "active", 1_700_000_000_000, 1_700_000_000_000, None)
    runs = [
        replace(
            first,
            run_id=f"r{at}",
            name=f"run {at}",
            start=(first.start or 0) + at * 60_000,
            end=(first.end or 0) + at * 90_000,
        )
        for at in range(4)
    ]
    look = Look(kind="scatter", columns=(START, DURATION))
    picture = scattered(runs, look, Sketch(70, 12, 70, 4, UNICODE))
    drawn = [plain(each) for each in picture.lines]
    assert ":" in drawn[-1], "a clock below"
    assert "1:00" in "".join(drawn), "durations beside"
    assert "run 1" in plain(picture.legend[1])
    assert picture.kind == "scatter"


def test_runs_that_share_a_place_of_a_scatter_chart_are_counted_there() -> None:
    rest = ("run", "e", "1", "FINISHED", "active", 0, 1, None)

    def drawn(*values: tuple[float, float]) -> list[str]:
        runs = [Run(str(at), str(at), *rest, {"x": x, "y": y}) for at, (x, y) in enumerate(values)]  # type: ignore[arg-type]
        look = Look(kind="scatter", columns=(ColumnSpec("metrics", "x"), ColumnSpec("metrics", "y")))
        picture = scattered(runs, look, Sketch(40, 12, 40, 4, UNICODE))
        assert len(picture.lines) == 11, "no row more than there is room for"
        return [plain(each) for each in picture.lines]

    apart = drawn((0, 0), (1, 1), (2, 2))
    assert not any("several" in each for each in apart)
    shared = drawn((0, 0), (0, 0), (0.01, 0), (1, 1), (2, 2), (2, 2))
    assert shared[-1] == "2 places hold several runs"
    letters = "".join("".join(row.partition("│")[2] or row.partition("┤")[2]) for row in shared[:-3])
    assert "".join(letters.split()) == "2d3"
    many = drawn(*[(0, 0)] * 10, (1, 1), (math.nan, 2))
    assert many[-1] == "1 of 12 runs have no number in both columns · 1 place holds several runs"
    assert "#" in "".join(many)


def test_silent_runs_that_logged_once_are_bars() -> None:
    silent = Run("r", "r", "run", "e", "1", "RUNNING", "active", 1, None, None, life=Life("silent", 1))
    subject = Subject((silent, replace(silent, run_id="s", life=None)), ("auc",))
    once = Series("r", "auc", array("d", [1.0]), array("q", [1]), array("q", [0]))
    assert of_single_points(subject, [once, Series("s", "auc")]), "one without points is no line"
    assert not of_single_points(subject, [Series("r", "auc"), once]), "one that runs will have more"


def test_keys_that_look_like_columns_are_keys() -> None:
    run = Run(
        "r", "r", "run", "e", "1", "FINISHED", "active", 1, 2, None, {"auc:min": 0.5}, {"n-baseline": "3", "": "4"}
    )
    subject = Subject((run,), ("auc:min",))
    found = {each.key: column_value(run, each) for each in numeric_columns(subject) if each.family != "attributes"}
    assert found == {"n-baseline": 3.0, "": 4.0, "auc:min": 0.5}
    look = Look(kind="scatter", columns=(ColumnSpec("params", "n-baseline"), ColumnSpec("metrics", "auc:min")))
    assert "n-baseline" in plain(scattered([run], look, Sketch(70, 12, 70, 4, UNICODE)).title)
