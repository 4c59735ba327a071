"""A metric over a line of commits: which value stands where, what is not drawn, what is a regression."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from closed_schema import closed
from mltui.errors import UsageError
from mltui.model.metric import Goal
from mltui.model.metric_names import Meant, meant
from mltui.model.regressions import judged, regressions, stepped
from mltui.model.runs import Run
from mltui.model.trend import RUNS, Apart, Between, DataChange, TagMark, TimeLine, Trend, TrendPoint
from mltui.model.trend_points import measured, place, run_points
from mltui.present.text import ASCII, UNICODE, Line, plain
from mltui.present.trend_chart import column_of, draw_trend, legend
from mltui.present.trend_document import trend_document
from mltui.present.trend_text import as_markdown, at_lines, notes, regression_lines, title, verdict

SCHEMA = closed("trend")
DAY = 86_400_000
LINE = TimeLine(tuple(f"{at:040x}" for at in range(1, 21)), tuple(1_700_000_000_000 + at * DAY for at in range(20)))
VALUES = (0.9, 0.901, 0.899, 0.902, 0.9, 0.898, 0.9, 0.901, 0.8, 0.801, 0.799, 0.8)


def run(at: int, value: float, run_id: str = "", **changes: Any) -> Run:
    values: dict[str, Any] = {
        "run_id": run_id or f"r{at}",
        "name": "",
        "kind": "run",
        "experiment": "",
        "experiment_id": "1",
        "status": "FINISHED",
        "lifecycle": "active",
        "start": at,
        "end": at,
        "commit": LINE.shas[at],
        "metrics": {"auc": value},
    }
    return Run(**{**values, **changes})


def points(runs: list[Run], goal: Goal | None = None) -> tuple[TrendPoint, ...]:
    return run_points(place(measured(runs, "auc"), LINE), goal, LINE)


def trend(goal: Goal | None = "max", values: tuple[float, ...] = VALUES) -> Trend:
    series = (stepped(RUNS, points([run(at + 2, value) for at, value in enumerate(values)])),)
    found, why = judged(series, goal)
    return Trend(
        "auc",
        goal,
        LINE,
        series,
        (TagMark(4, LINE.shas[4], "v1.0"),),
        (DataChange(3, LINE.shas[3], "a.csv", "md5:ab", 1), DataChange(10, LINE.shas[10], "a.csv", "md5:cd", 2, 1)),
        found,
        why,
    )


# Where runs are


def test_several_runs_of_a_commit_are_one_point_the_best_if_the_direction_is_known() -> None:
    runs = [run(3, 0.7, "old", start=1), run(3, 0.9, "best", start=2), run(3, 0.8, "new", start=3)]
    (best,) = points(runs, "max")
    (least,) = points(runs, "min")
    (newest,) = points(runs)
    assert (best.value, best.runs[0], best.low, best.high) == (0.9, "best", 0.7, 0.9)
    assert (least.value, newest.value) == (0.7, 0.8)
    assert set(newest.runs) == {"old", "best", "new"}
    assert newest.source == "run"


def test_nan_is_never_the_best_and_runs_that_failed_count_where_no_other_did() -> None:
    (point,) = points([run(3, math.nan, "nan"), run(3, 0.1, "number")], "max")
    assert point.runs[0] == "number"
    assert points([run(3, 0.9, "bad", status="FAILED"), run(3, 0.5, "good")], "max")[0].runs == ("good",)
    assert (
        points([run(3, 0.9, "bad", status="FAILED"), run(3, 0.95, "killed", status="KILLED")], "max")[0].value == 0.95
    )


def test_runs_without_a_place_are_counted_apart() -> None:
    runs = [
        run(1, 0.5),
        run(1, 0.5, commit="f" * 40),
        run(1, 0.5, commit=None),
        run(1, 0.5, commit="abc"),
        run(1, 0.5, status="RUNNING"),
        run(1, 0.5, metrics={"loss": 1.0}),
    ]
    placed = place(measured(runs, "auc"), LINE)
    assert list(placed.at) == [1]
    assert [each.commit for each in placed.off] == ["f" * 40]
    assert (placed.untagged, placed.running) == (2, 1)


def test_a_shortened_commit_counts_where_it_begins_one_hash_only() -> None:
    line = TimeLine(("abcdef12" + "0" * 32, "abcdef19" + "0" * 32), (1, 2))
    runs = [run(1, 0.5, "one", commit="abcdef12"), run(1, 0.5, "two", commit="abcdef1")]
    placed = place(measured(runs, "auc"), line)
    assert [each.run_id for each in placed.at[0]] == ["one"]
    assert [each.run_id for each in placed.off] == ["two"]


def test_a_run_stands_where_its_results_were_committed_if_that_is_known() -> None:
    placed = place(measured([run(3, 0.5), run(4, 0.6)], "auc"), LINE, {"r3": LINE.shas[4]})
    (point,) = run_points(placed, "max", LINE)
    assert (point.at, point.value, point.runs, point.how) == (4, 0.5, ("r3", "r4"), "results")
    assert (point.low, point.high) == (0.5, 0.6), "the other may have run with what was never committed"
    assert [each.how for each in points([run(3, 0.5)])] == ["recorded"]


def test_a_run_whose_results_are_on_another_branch_is_not_drawn_at_the_commit_before() -> None:
    placed = place(measured([run(3, 0.5)], "auc"), LINE, {"r3": "f" * 40})
    assert not placed.at
    assert [each.commit for each in placed.off] == ["f" * 40]


# Regressions


def test_a_step_against_the_direction_is_a_regression_with_its_last_good_and_first_bad_commit() -> None:
    (found,) = trend().regressions or ()
    assert (found.last_good.at, found.first_bad.at) == (9, 10)
    assert (found.before, found.after) == (0.9, 0.8)
    assert found.recovered is None
    assert trend("min").regressions == ()


def test_without_a_direction_or_with_too_few_values_nobody_can_tell() -> None:
    assert trend(None).regressions is None
    assert "which way" in trend(None).why
    few = trend("max", VALUES[:3])
    assert few.regressions is None
    assert few.why.startswith("too few: 3")


def test_a_regression_that_was_made_good_says_where() -> None:
    found = trend("max", (*VALUES[2:8], *VALUES[8:], *VALUES[:6])).regressions or ()
    assert [each.recovered for each in found] == [LINE.shas[2 + 10]]


def test_one_that_runs_and_files_have_alike_is_one() -> None:
    runs = points([run(at, value) for at, value in enumerate(VALUES)])
    files = [replace(point, runs=(), path="metrics.json") for point in runs]
    (found,) = regressions((stepped(RUNS, runs), stepped("metrics.json", files)), "max")
    assert found.sources == ("runs", "metrics.json")


@pytest.mark.parametrize("order", [1, -1])
def test_one_that_runs_have_at_the_commit_before_is_one_and_at_the_files_place(order: int) -> None:
    runs = stepped(RUNS, points([run(at, value) for at, value in enumerate(VALUES)]))
    later = points([run(at + 1, value) for at, value in enumerate(VALUES)])
    file = stepped("metrics.json", [replace(point, runs=(), path="metrics.json", how=None) for point in later])
    (found,) = regressions((runs, file)[::order], "max")
    assert (found.last_good.at, found.first_bad.at) == (8, 9)
    assert (found.sources, found.may_be_later) == (("metrics.json", "runs"), False)


def test_another_event_two_commits_later_is_another() -> None:
    runs = stepped(RUNS, points([run(at, value) for at, value in enumerate(VALUES)]))
    later = points([run(at + 2, value) for at, value in enumerate(VALUES)])
    file = stepped("metrics.json", [replace(point, runs=(), path="metrics.json", how=None) for point in later])
    assert [each.sources for each in regressions((runs, file), "max")] == [("metrics.json",), ("runs",)]
    known = stepped(RUNS, [replace(point, how="results") for point in runs.points])
    file = stepped("metrics.json", [replace(point, at=point.at - 1) for point in file.points])
    assert len(regressions((known, file), "max")) == 2, "nothing speaks for another place than the one that is known"


@pytest.mark.parametrize("how", ["recorded", "results"])
def test_one_of_runs_at_their_recorded_commits_says_that_the_cause_may_be_later(how: Any) -> None:
    made = trend()
    series = tuple(stepped(one.name, [replace(point, how=how) for point in one.points]) for one in made.series)
    found = replace(made, series=series, regressions=judged(series, "max")[0])
    (each,) = found.regressions or ()
    told = " ".join(text(regression_lines(each, None, found, UNICODE)).split())
    words = "runs made at this commit; what they ran with may have been committed later"
    document = trend_document(found, {})
    assert document["series"][0]["points"][0]["how"] == how
    assert document["regressions"][0]["note"] == (words if how == "recorded" else None)
    assert (words in told) == (words in as_markdown(found, {}, UNICODE)) == (how == "recorded")
    assert ("committed here" in text(at_lines(found, 10, UNICODE))) == (how == "results")
    assert all(len(plain(line)) <= 80 for line in regression_lines(each, None, found, UNICODE))


def test_the_newest_points_keep_their_steps() -> None:
    part = trend().newest(6)
    assert [point.at for point in part.points] == list(range(8, 14))
    assert [(step.last, step.first) for one in part.series for step in one.steps] == [(1, 2)]
    assert len(part.regressions or ()) == 1
    assert part.data == trend().data[1:]
    assert trend().newest(3).regressions == ()
    assert trend().newest(99) == trend()


# What a word means

FILES = {"metrics.json": {"auc", "deep.f1"}, "out/scores.json": {"f1", "rmse"}}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("auc", Meant("auc", True, ("metrics.json",))),
        ("metrics.json:auc", Meant("auc", False, ("metrics.json",))),
        ("rmse", Meant("rmse", False, ("out/scores.json",))),
        ("scores.json:f1", Meant("f1", False, ("out/scores.json",))),
        ("loss", Meant("val/loss", True)),
    ],
)
def test_a_metric_is_named_exactly_or_by_the_end_of_the_only_one(asked: str, found: Meant) -> None:
    assert meant(asked, ("auc", "val/loss"), FILES) == found


def test_what_could_be_several_or_none_is_refused_with_their_names() -> None:
    with pytest.raises(UsageError) as several:
        meant("loss", ("val/loss", "train/loss"), FILES)
    assert several.value.hint == "train/loss, val/loss"
    with pytest.raises(UsageError) as none:
        meant("rmze", ("auc",), FILES)
    assert none.value.hint == "did you mean rmse?"


def test_a_file_that_was_renamed_is_one_and_two_beside_each_other_are_not() -> None:
    files = {"old.json": {"auc"}, "new.json": {"auc"}}
    assert meant("auc", (), files) == Meant("auc", False, ("new.json", "old.json"))
    with pytest.raises(UsageError, match="2 files hold"):
        meant("auc", (), files, lambda held: set(held) == set(files))
    assert meant("auc", ("auc",), files, lambda _: True) == Meant("auc", True, (), ("new.json", "old.json"))


# Drawn and told


def text(lines: list[Line]) -> str:
    return "\n".join(plain(line) for line in lines)


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
@pytest.mark.parametrize(("width", "height"), [(100, 18), (60, 10), (36, 6), (20, 4), (10, 3)])
def test_the_chart_fits_and_marks_what_happened(signs: Any, width: int, height: int) -> None:
    lines, area = draw_trend(trend(), width, height, signs)
    assert 0 < len(lines) <= height
    assert all(len(plain(line)) <= width for line in lines)
    assert signs is UNICODE or text(lines).isascii()
    if height >= 10 and area is not None:
        drawn = text(lines)
        assert "v1.0" in drawn
        assert f"{signs.mark} v2" in drawn
        bad = area.left + column_of(area, 10)
        assert any(plain(line)[bad : bad + 1] == signs.down for line in lines[: area.rows])
        (data,) = [plain(line) for line in lines if plain(line).lstrip().startswith("data")]
        assert data[bad] == signs.mark


def test_nothing_measured_is_said() -> None:
    lines, area = draw_trend(replace(trend(), series=()), 60, 10, UNICODE)
    assert area is None
    assert text(lines) == "auc was measured at no commit of this line"


def test_values_that_are_no_numbers_stand_at_the_edges() -> None:
    lines, _ = draw_trend(trend(None, (0.5, math.nan, 0.6, math.inf)), 60, 10, UNICODE)
    assert UNICODE.failed in text(lines)
    assert UNICODE.up in plain(lines[0])
    alone, area = draw_trend(trend(None, (math.nan,)), 60, 10, UNICODE)
    assert (area, text(alone)) == (None, "no value is a finite number")


def test_many_points_are_drawn_as_their_median() -> None:
    line = TimeLine(tuple(f"{at:040x}" for at in range(2000)), tuple(range(2000)))
    series = stepped(RUNS, [TrendPoint(at, line.shas[at], at, float(at % 7), (str(at),)) for at in range(2000)])
    many = Trend("auc", None, line, (series,))
    lines, area = draw_trend(many, 60, 10, UNICODE)
    assert area is not None
    assert any(span.role == "faint" for line in lines for span in line)
    assert "median" in plain(legend(many, UNICODE, area.columns))


def test_the_words_name_the_commits_and_the_command() -> None:
    found = trend()
    (each,) = found.regressions or ()
    changed = Between(2, ((LINE.shas[10], "lower it"),), 1, found.data[1:], (("lr", "0.1", None),))
    told = text([title(found, UNICODE), *verdict(found, UNICODE), *regression_lines(each, changed, found, UNICODE)])
    assert "higher is better" in told
    assert "1 regression" in told
    assert "a.csv v1 → v2" in told
    assert "lr 0.1 → -" in told
    assert "2 commits, 1 file differs" in told
    assert "lower it" in told
    assert f"mltui diff {LINE.shas[9][:7]} {LINE.shas[10][:7]}" in told


def test_where_the_cursor_is_the_commit_is_told() -> None:
    assert "first bad" in text(at_lines(trend(), 10, UNICODE))
    assert "a.csv v1 → v2" in text(at_lines(trend(), 10, UNICODE))
    assert "v1.0" in text(at_lines(trend(), 4, UNICODE))
    assert "last good" in text(at_lines(trend(), 9, UNICODE))


def test_runs_that_are_not_drawn_are_counted_by_the_reason() -> None:
    told = text(notes(replace(trend(), apart=Apart(1, 0, 2, 0, 0)), UNICODE))
    assert told.splitlines() == [
        "not drawn: 1 run at commits that merges brought in (--merged draws them)",
        "           2 runs whose commit is not in this clone",
    ]
    joined = text(notes(replace(trend(), apart=Apart(1, 0, 2, 0, 0)), UNICODE, "b", joined=True))
    assert joined.endswith("brought in (b draws them) · 2 runs whose commit is not in this clone")
    assert "in mltui.toml" in text(verdict(trend(None), UNICODE))
    assert notes(trend(), UNICODE) == []


@pytest.mark.parametrize("goal", ["max", None])
def test_the_document_is_as_its_schema_says(goal: Goal | None) -> None:
    found = trend(goal, (math.nan, *VALUES[1:]))
    changed = {0: Between(1, ((LINE.shas[10], "x"),), None, found.data, (("lr", None, "1"),), "why")}
    document = json.loads(json.dumps(trend_document(found, changed), allow_nan=False))
    jsonschema.validate(document, SCHEMA)
    assert next(iter(document)) == "schema"
    assert document["series"][0]["points"][0]["value"] == "NaN"
    assert (document["regressions"] is None) == (goal is None) == bool(document["reason"])


def test_markdown_escapes_what_comes_from_outside() -> None:
    found = replace(trend(), metric="a|b", tags=(TagMark(13, LINE.shas[13], "v*1*"),))
    told = as_markdown(found, {}, UNICODE)
    assert "a\\|b" in told
    assert "v\\*1\\*" in told
    assert f"`{LINE.shas[10][:7]}`" in told
