"""Cursors that know no screen: of a table, and of a trend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mltui.model.regressions import judged, stepped
from mltui.model.trend import DataChange, TagMark, TimeLine, Trend, TrendPoint
from mltui.present.rows import Cell, Column, Rows, by_text
from mltui.present.text import line
from mltui.tui.screens.trend_cursor import TrendCursor
from mltui.tui.widgets.prepared import prepare
from mltui.tui.widgets.tablecursor import TableCursor


def table(*names: str) -> TableCursor:
    cursor = TableCursor()
    shows(cursor, *names)
    return cursor


def shows(cursor: TableCursor, *names: str) -> None:
    cell: Cell[str] = Cell(Column("name", "name", 10), line, by_text)
    rows = Rows((cell,), names, str)
    cursor.take(rows, prepare(rows).index)


def test_a_tables_cursor_stays_on_its_key_else_at_its_place() -> None:
    cursor = table("a", "b", "c")
    assert cursor.put(1)
    shows(cursor, "new", "a", "b", "c")
    assert (cursor.at, cursor.key) == (2, "b")
    shows(cursor, "new", "a", "c")
    assert (cursor.at, cursor.key) == (2, "c")
    shows(cursor, "new")
    assert (cursor.at, cursor.key) == (0, "new")
    shows(cursor)
    assert (cursor.at, cursor.key) == (0, None)
    shows(cursor, "a", "b")
    assert cursor.key == "a", "of rows that came to an empty table the first one"


def test_a_tables_cursor_ends_where_its_rows_do() -> None:
    cursor = table("a", "b", "c")
    assert cursor.put(99)
    assert cursor.key == "c"
    assert not cursor.put(3), "it is there already"
    assert cursor.put(-1)
    assert cursor.key == "a"
    assert not table().put(1)


def test_a_tables_cursor_finds_round_the_ends() -> None:
    cursor = table("hare", "fox", "hare two", "owl")
    cursor.put(2)
    assert (cursor.find("hare", 1), cursor.find("hare", -1), cursor.find("owl", -1)) == (0, 0, 3)
    assert cursor.find("hare two", 1) == 2, "the row it is on comes last"
    assert cursor.find("wolf", 1) is None


VALUES = (0.9, 0.901, 0.899, 0.902, 0.9, 0.898, 0.9, 0.901, 0.8, 0.801, 0.799, 0.8)
BAD = 10  # two commits were not measured before the first of `VALUES`, and the ninth value is worse


def trend(tags: tuple[int, ...] = (), values: tuple[float, ...] = VALUES) -> Trend:
    time_line = TimeLine(tuple(f"{at:040x}" for at in range(20)), tuple(range(20)))
    points = tuple(TrendPoint(at, time_line.shas[at], at, value, (f"r{at}",)) for at, value in enumerate(values, 2))
    series = (stepped("runs", points),)
    found, why = judged(series, "max")
    marks = tuple(TagMark(at, time_line.shas[at], "v1") for at in tags)
    data = (DataChange(16, time_line.shas[16], "data.csv", "md5:ab"),)
    return Trend("auc", "max", time_line, series, marks, data, found, why)


def test_a_trends_cursor_begins_at_the_newest_regression_and_stops_at_what_was_measured_or_marked() -> None:
    cursor = TrendCursor()
    assert (cursor.sha, cursor.pair()) == ("", None)
    assert not any((cursor.step(1), cursor.end(0), cursor.to_regression(1)))
    cursor.take(found := trend(tags=(0, 18)))
    assert cursor.at == BAD
    assert cursor.regression is found.regressions[0]  # type: ignore[index]
    assert cursor.pair() == (found.line.shas[BAD - 1], found.line.shas[BAD])
    assert cursor.end(0)
    assert cursor.at == 2, "the tag is older than all that was measured"
    assert (cursor.pair(), cursor.step(-1)) == (None, False)
    assert cursor.end(-1)
    assert cursor.at == 18
    assert cursor.step(-1)
    assert cursor.at == 16, "a commit that changed data"
    assert cursor.pair() == (found.line.shas[13], found.line.shas[16])
    assert cursor.to_regression(1)
    assert cursor.at == BAD
    assert not cursor.to_regression(1), "round to the only one"


def test_a_trends_cursor_stays_on_its_commit_when_the_line_is_another() -> None:
    cursor, former = TrendCursor(), trend()
    cursor.take(former)
    cursor.end(0)
    sha = cursor.sha
    longer = TimeLine(("f" * 40, *former.line.shas), tuple(range(21)))
    points = tuple(replace(each, at=each.at + 1) for each in former.points)
    cursor.take(replace(former, line=longer, series=(stepped("runs", points),), data=(), regressions=()))
    assert (cursor.at, cursor.sha) == (3, sha)
    cursor.clear()
    cursor.take(trend(values=VALUES[:4]))
    assert cursor.at == 16, "without a regression the newest"


@pytest.mark.parametrize("by", [1, -1])
def test_a_trend_without_regressions_has_none_to_go_to(by: int) -> None:
    cursor = TrendCursor()
    cursor.take(trend(values=VALUES[:4]))
    assert not cursor.to_regression(by)
    assert cursor.regression is None
