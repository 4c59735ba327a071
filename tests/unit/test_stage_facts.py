"""The commit that holds a stage's last run, and its outs beside those before."""

from __future__ import annotations

import pytest

from mltui.model.dvc import Entry
from mltui.model.dvc_history import CommitGraph, DvcFiles, DvcHistory, LockEntry, SeenEntry, StageKey
from mltui.model.stage_facts import OutChange, StageFacts, entries_of, outs_of
from mltui.present.stage_facts import beside, moved_line
from mltui.present.text import Line

KEY = StageKey("", "train")
DAY = 86_400_000


def entry(hash: str, cmd: str = "python train.py") -> LockEntry:
    return LockEntry(KEY, cmd, (), (Entry("model.pkl", f"md5:{hash}", 100),))


def history(
    parents: dict[str, tuple[str, ...]], seen: list[tuple[LockEntry, tuple[str, ...]]], now: LockEntry
) -> DvcHistory:
    """`parents` lists the newest commit first; that one is HEAD."""
    graph = CommitGraph(parents, {sha: (len(parents) - at) * DAY for at, sha in enumerate(parents)})
    files = DvcFiles({}, {KEY: now})
    entries = tuple(SeenEntry(one, commits) for one, commits in seen)
    return DvcHistory(graph, {}, entries, head=next(iter(parents)), states=lambda _: files)


def test_the_commit_that_last_moved_it() -> None:
    line = {"c": ("b",), "b": ("a",), "a": ()}
    found = history(line, [(entry("1"), ("a",)), (entry("2"), ("b",))], entry("2"))
    assert [(commit, one.outs[0].hash) for commit, one in entries_of(found, KEY)] == [("b", "md5:2"), ("a", "md5:1")]
    assert list(entries_of(found, StageKey("", "other"))) == []


def test_what_came_back_is_held_by_the_newer_commit() -> None:
    line = {"c": ("b",), "b": ("a",), "a": ()}
    found = history(line, [(entry("1"), ("a", "c")), (entry("2"), ("b",))], entry("1"))
    assert [commit for commit, _ in entries_of(found, KEY)] == ["c", "b", "a"]


def test_a_branch_that_was_merged_and_lost_is_not_it() -> None:
    line = {"merge": ("main", "side"), "side": ("a",), "main": ("a",), "a": ()}
    found = history(line, [(entry("1"), ("a",)), (entry("lost"), ("side",)), (entry("2"), ("main",))], entry("2"))
    assert next(iter(entries_of(found, KEY)))[0] == "main"


def test_another_branch_is_no_past_of_this_one() -> None:
    graph = {"head": ("a",), "elsewhere": ("a",), "a": ()}
    found = history(graph, [(entry("1"), ("a",)), (entry("2"), ("elsewhere",))], entry("1"))
    assert [commit for commit, _ in entries_of(found, KEY)] == ["a"]


def test_outs_stand_beside_those_of_their_path() -> None:
    now = (Entry("a", "md5:1", 50, 5), Entry("b", "md5:2", 10))
    before = (Entry("a", "md5:0", 100, 10), Entry("c", "md5:2", 10))
    assert outs_of(now, before) == (OutChange("a", 50, 100, 5, 10), OutChange("b", 10))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (OutChange("a", 100, 200), True),
        (OutChange("a", 100, 110), False),
        (OutChange("a", 100, 200, rows=1000, rows_before=1010), False),
        (OutChange("a", 100, 100, rows=500, rows_before=1000), True),
        (OutChange("a", 100, 100, nfiles=5, nfiles_before=10), True),
        (OutChange("a", 100), False),
        (OutChange("a", 100, 0), False),
    ],
)
def test_half_the_data_stands_out(change: OutChange, expected: bool) -> None:
    assert change.stands_out is expected


def text(of: Line) -> str:
    return "".join(span.text for span in of)


def test_lines() -> None:
    outs = (OutChange("clean.csv", 4_000, 8_100, rows=6_002, rows_before=12_004), OutChange("m", 5, 5, same=True))
    facts = StageFacts("3f2a1c9" + "0" * 33, DAY, False, None, outs)
    assert text(moved_line(facts, 4 * DAY)) == "3f2a1c9  3 d ago"
    words = beside(facts)
    assert words == {
        "clean.csv": "changed much: was 8.1 kB, 6,002 rows (-6,002)",
        "m": "as the time before",
    }
    folders = (OutChange("d", 900, 1_000, nfiles=3, nfiles_before=2), OutChange("new", 5, nfiles=2))
    assert beside(StageFacts(None, None, False, None, folders)) == {"d": "changed much: was 1.0 kB in 2 files"}
    assert text(moved_line(StageFacts(None, None, True, None, ()), 0)) == "not committed yet"
