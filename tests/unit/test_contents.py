"""Two versions of a data file by rows and columns; the child is the real one."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mltui.model.difference import NotRead, TableChange
from mltui.sources.contents import Contents, Pair, child
from mltui.sources.runner import ProcessRunner


def compare(tmp_path: Path, name: str, old: str | bytes, new: str | bytes) -> dict[str, Any]:
    paths = []
    for at, content in enumerate((old, new)):
        path = tmp_path / str(at)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(str(path))
    return child.compare(*paths, name)


def test_rows_added_removed_and_edited(tmp_path: Path) -> None:
    found = compare(tmp_path, "d.csv", "id,x\n1,a\n2,b\n3,c\n", "id,x\n1,a\n2,B\n3,c\n4,d\n")
    assert (found["rows"], found["added"], found["removed"], found["columns_same"]) == ([3, 4], 2, 1, 2)


def test_another_order_is_no_other_rows(tmp_path: Path) -> None:
    found = compare(tmp_path, "d.csv", "id\n1\n2\n3\n", "id\n3\n1\n2\n")
    assert (found["added"], found["removed"], found["order"]) == (0, 0, True)


def test_rows_are_those_of_the_columns_that_both_have(tmp_path: Path) -> None:
    found = compare(tmp_path, "d.csv", "id,x,y\n1,a,p\n2,b,q\n", "y,id,z\np,1,0\nq,2,0\nr,3,0\n")
    assert (found["columns_added"], found["columns_removed"], found["columns_same"]) == (["z"], ["x"], 2)
    assert found["moved"]
    assert (found["added"], found["removed"]) == (1, 0)


def test_lines_within_quotes_are_one_row(tmp_path: Path) -> None:
    found = compare(tmp_path, "d.csv", 'a,b\n"one\ntwo",1\n', 'a,b\n"one\ntwo",1\nx,2\n')
    assert (found["rows"], found["added"]) == ([1, 2], 1)


@pytest.mark.parametrize(("name", "separator"), [("d.tsv", "\t"), ("d.csv", ";"), ("d.csv", "|")])
def test_other_separators(tmp_path: Path, name: str, separator: str) -> None:
    head = separator.join("ab")
    found = compare(tmp_path, name, f"{head}\n1{separator}2\n", f"{head}\n1{separator}2\n3{separator}4\n")
    assert (found["columns_same"], found["added"]) == (2, 1)


def test_a_table_without_a_header_has_numbered_columns(tmp_path: Path) -> None:
    found = compare(tmp_path, "d.csv", "1,2\n3,4\n", "1,2,9\n3,4,9\n")
    assert (found["rows"], found["columns_added"], found["added"]) == ([2, 2], ["3"], 0)


def test_json_lines_and_lists(tmp_path: Path) -> None:
    rows = [{"a": 1, "b": [1]}, {"a": 2}]
    more = [{"b": [1], "a": 1}, {"a": 3, "c": None}]
    for name, dump in (("d.jsonl", lambda each: "\n".join(map(json.dumps, each))), ("d.json", json.dumps)):
        found = compare(tmp_path, name, dump(rows), dump(more))
        assert (found["added"], found["removed"], found["columns_added"]) == (1, 1, ["c"])


def test_a_json_object_by_its_keys(tmp_path: Path) -> None:
    found = compare(tmp_path, "d.json", '{"a": 1, "b": 2, "c": 3}', '{"b": 2, "c": 4, "d": 5}')
    assert (found["unit"], found["added"], found["removed"], found["edited"]) == ("key", 1, 1, 1)


def test_parquet(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    for at, rows in enumerate(([1, 2, 3], [1, 3, 4, 5])):
        pq.write_table(pa.table({"id": rows, "x": [float("nan")] * len(rows)}), tmp_path / str(at))
    found = child.compare(str(tmp_path / "0"), str(tmp_path / "1"), "d.parquet")
    assert (found["rows"], found["added"], found["removed"], found["columns_same"]) == ([3, 4], 2, 1, 2)


@pytest.mark.parametrize("name", ["d.json", "d.jsonl", "d.parquet"])
def test_what_makes_no_sense_says_so(tmp_path: Path, name: str) -> None:
    assert "why" in compare(tmp_path, name, b"\xff{", b"\xff[")


def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "LARGEST", 10)
    assert "too large" in compare(tmp_path, "d.csv", "a\n" * 20, "a\n")["why"]


_tables = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["1", "x\ny", "", '"'])), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_tables, _tables)
def test_counts_are_those_of_a_multiset(tmp_path: Path, old: list[Any], new: list[Any]) -> None:
    import csv
    import io

    texts = []
    for rows in (old, new):
        text = io.StringIO()
        csv.writer(text).writerows([("k", "v"), *rows])
        texts.append(text.getvalue())
    found = compare(tmp_path, "d.csv", *texts)
    before, now = Counter(old), Counter(new)
    assert found["rows"] == [len(old), len(new)]
    assert (found["added"], found["removed"]) == ((now - before).total(), (before - now).total())
    assert found["order"] == (before == now and old != new)


def test_a_child_reads_them(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("a\n1\n")
    (tmp_path / "new").write_text("a\n1\n2\n")
    pairs = [Pair("d.csv", tmp_path / "old", tmp_path / "new"), Pair("e.csv", tmp_path / "none", tmp_path / "new")]
    said: list[str] = []
    contents = Contents(ProcessRunner(), tmp_path)
    found = contents.compare(pairs, said.append)
    assert found["d.csv"] == TableChange((1, 2), 1, 0, columns_same=1)
    assert isinstance(found["e.csv"], NotRead)
    assert said == ["d.csv", "e.csv"]
    assert contents.compare(pairs[:1], said.append) == {"d.csv": found["d.csv"]}
    assert said == ["d.csv", "e.csv"]  # remembered while both files stand
    (tmp_path / "new").write_text("a\n1\n2\n3\n")
    assert contents.compare(pairs[:1])["d.csv"] == TableChange((1, 3), 2, 0, columns_same=1)


def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "d")  # a child that could answer might have done so before anybody looked at the clock
    found = Contents(ProcessRunner(), tmp_path, seconds=0).compare([Pair("d.csv", tmp_path / "d", tmp_path / "d")])
    assert found == {"d.csv": NotRead("comparing took longer than 0 s")}


def test_nobody_waits_for_one_that_was_stopped(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "old")  # its reader waits for somebody to write
    (tmp_path / "new").write_text("a\n")
    pairs = [Pair(name, tmp_path / "old", tmp_path / "new") for name in ("d.csv", "e.csv")]
    contents, begun = Contents(ProcessRunner(), tmp_path), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(contents.compare, pairs, lambda _: begun.set())
        assert begun.wait(120)
        contents.stop()
        assert answer.result(20) == dict.fromkeys(("d.csv", "e.csv"), NotRead("the process that reads it ended"))
    contents.stop()
