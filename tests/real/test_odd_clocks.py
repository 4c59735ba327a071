"""Clocks that were wrong, zones nobody thinks of: real commits, and times as they are shown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from git_repository import commit, git, make, raw_commit

from mltui.model.journal import worries
from mltui.model.journal_record import entries
from mltui.model.life import is_silent
from mltui.present.marks import clock, moment, stamp, took
from mltui.present.plot_ticks import days
from mltui.present.text import ago, as_of
from mltui.sources.git.detail import commit_detail
from mltui.sources.git.graph import commit_graph
from mltui.sources.git.history import HistorySource
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real

#: 2023-11-14 22:13:20 UTC.
THEN = 1_700_000_000_000


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("UTC", "2023-11-14 22:13"),
        ("Asia/Kathmandu", "2023-11-15 03:58"),  # a quarter of an hour
        ("America/St_Johns", "2023-11-14 18:43"),  # behind, and half an hour
        ("Pacific/Kiritimati", "2023-11-15 12:13"),  # a day ahead of some
        ("XYZ-24:59", "2023-11-15 23:12"),  # the largest that POSIX lets be said, and none that there is
        ("no such zone", "2023-11-14 22:13"),
    ],
)
def test_times_are_those_of_the_zone(zone: pytest.MonkeyPatch, name: str, shown: str) -> None:
    zone.setenv("TZ", name)
    time.tzset()
    assert stamp(THEN) == shown
    assert moment(THEN)[:16] == shown
    assert clock(THEN) == shown[11:]


def test_the_hour_that_comes_twice_and_the_one_that_does_not_come(zone: pytest.MonkeyPatch) -> None:
    zone.setenv("TZ", "Europe/Berlin")
    time.tzset()
    twice = 1_698_539_400_000  # 2023-10-29 00:30 UTC: 02:30, an hour before 02:30
    assert [stamp(twice), stamp(twice + 3_600_000)] == ["2023-10-29 02:30"] * 2
    assert took(twice, twice + 3_600_000, 0) == "1 h 0 min"
    assert ago(twice, twice + 3_600_000) == "60 min"
    never = 1_679_792_400_000  # 2023-03-26 01:00 UTC
    assert [stamp(never - 60_000), stamp(never)] == ["2023-03-26 01:59", "2023-03-26 03:00"]
    assert days(never - 60_000, never) == "26 Mar 2023"


@pytest.mark.parametrize("ms", [0, -1, -62_135_596_800_001, 4_294_967_296_000, 253_402_300_800_000, 1 << 63, 10**40])
def test_any_number_is_shown(ms: int) -> None:
    assert stamp(ms)
    assert moment(ms)
    assert clock(ms)
    assert ago(ms, THEN)


def test_a_clock_that_went_back(tmp_path: Path) -> None:
    """Whatever was written is of the future then: it is said so, and nothing counts as over, gone or silent by it."""
    now = THEN - 3_600_000
    assert ago(THEN, now) == "in 60 min"
    assert as_of(THEN, now)
    assert took(THEN, None, now, running=True) == "", "no time is better than one that is negative"
    assert not is_silent(THEN, now, 1)
    begun = {"event": "intent", "id": "a", "at": THEN, "title": "x", "what": "y"}
    ended = {"event": "outcome", "id": "a", "at": now, "state": "unknown"}
    (entry,) = entries([begun, ended])
    assert (entry.at, entry.ended, entry.state) == (THEN, now, "unknown")
    assert len(worries([entry], now)) == 1, "it is told until a week after"


DATES = {
    "epoch": b"0 +0000",
    "odd": b"1700000000 +0545",
    "far west": b"1700000000 -1200",
    "no such zone": b"1700000000 +9999",
    "after 2106": b"4294967296 +0000",
    "year 9999": b"253402300799 +0000",
    "no calendar": b"18446744073709551615 +0000",
    "before": b"-1 +0000",
    "none": b"",
}


def test_commits_of_any_date(tmp_path: Path) -> None:
    """Made byte by byte: git itself refuses to make some, and reads all."""
    top = make(tmp_path / "project")
    last = commit(top, "first")
    names = {last: "first"}
    for name, date in DATES.items():
        last = raw_commit(top, b"Ada <ada@x> " + date, name.encode(), last)
        names[last] = name
    git(top, "update-ref", "HEAD", last)
    runner = ProcessRunner()
    project = open_project(top, runner)
    found = HistorySource(project, runner).load().commits
    assert [names[each.sha] for each in found if each.sha in names] and {each.sha for each in found} == set(names)
    at = {names[each.sha]: each.time for each in found}
    assert {at["odd"], at["far west"], at["no such zone"]} == {THEN}
    assert (at["epoch"], at["before"], at["none"], at["no calendar"]) == (0, 0, 0, 0)
    assert (at["after 2106"], at["year 9999"]) == (4_294_967_296_000, 253_402_300_799_000)
    assert all(stamp(each.time) and ago(each.time, THEN) for each in found)
    graph = commit_graph(project, runner)
    order = list(graph.parents)
    assert order.index(last) < order.index(graph.parents[last][0]), "children come first, whatever their clocks say"
    assert commit_detail(project, last).sha == last
