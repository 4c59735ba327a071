"""A log by the number of its lines: always what splitting all of it would give, without holding it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mltui.errors import NotFound, Unreadable
from mltui.sources.logs import indexed
from mltui.sources.logs.indexed import IndexedLog

LINES = st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"\r")), max_size=40)


def split(data: bytes) -> list[bytes]:
    """All lines, the plain way."""
    return data.removesuffix(b"\n").split(b"\n") if data else []


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> object:
    """Blocks of a few bytes, so that lines lie across them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexed, "BLOCK", 16)
        patch.setattr(indexed, "PIECE", 24)
        yield


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "log"


def written(path: Path, data: bytes) -> IndexedLog:
    path.write_bytes(data)
    log = IndexedLog(str(path))
    log.look()
    return log


@settings(max_examples=150, deadline=None)
@given(LINES, LINES, st.booleans(), st.integers(0, 45), st.integers(0, 45))
def test_pages_are_those_of_the_split_file(
    path: Path, first: list[bytes], more: list[bytes], ended: bool, at: int, count: int
) -> None:
    data = b"\n".join(first) + (b"\n" if ended else b"")
    log = written(path, data)
    assert (log.lines, log.read(at, count)) == (len(split(data)), split(data)[at : at + count])
    with path.open("ab") as file:
        file.write(b"\n".join(more))
    data += b"\n".join(more)
    log.look()
    assert (log.lines, log.read(at, count)) == (len(split(data)), split(data)[at : at + count])
    assert log.end(1 << 20) == (split(data), 0)


@settings(max_examples=150, deadline=None)
@given(LINES, st.binary(min_size=1, max_size=2), st.integers(0, 40), st.booleans())
def test_a_search_finds_the_nearest_line(path: Path, lines: list[bytes], words: bytes, at: int, back: bool) -> None:
    wanted = words.replace(b"\n", b"x").decode("utf-8", "surrogateescape")
    raw = wanted.encode("utf-8", "surrogateescape").lower()
    data = b"\n".join(lines)
    log = written(path, data)
    found = [number for number, line in enumerate(split(data)) if raw in line.lower()]
    near = [number for number in found if (number <= at if back else number >= at)]
    assert log.search(wanted, at, back=back) == ((near[-1] if back else near[0]) if near else None)


def test_a_line_without_end_gives_its_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexed, "PAGE", 100)
    monkeypatch.setattr(indexed, "LONGEST", 8)
    log = written(path, b"first\n" + b"\r".join(b"%3d %%" % at for at in range(101)) + b"\nlast")
    assert log.read(0, 3) == [b"first", b"%\r100 %", b"last"]


def test_it_begins_anew_where_the_file_does(path: Path, tmp_path: Path) -> None:
    log = written(path, b"one\ntwo\n")
    assert log.look() is None
    path.write_bytes(b"x\n")
    stand = log.look()
    assert stand is not None and (stand.why, stand.lines, log.read(0, 9)) == ("truncated", 1, [b"x"])
    other = tmp_path / "other"
    other.write_bytes(b"a\nb\nc")
    other.replace(path)
    stand = log.look()
    assert stand is not None and (stand.why, log.read(1, 9)) == ("rotated", [b"b", b"c"])


def test_what_takes_long_is_counted_in_turns(path: Path) -> None:
    path.write_bytes(b"a line\n" * 50)
    log = IndexedLog(str(path))
    stands = [stand for _ in range(60) if (stand := log.look(turn=-1)) is not None]
    assert [stand.counted for stand in stands] == [False] * (len(stands) - 1) + [True]
    assert [stand.share for stand in stands] == sorted(stand.share for stand in stands)
    assert log.lines == 50 and log.read(49, 2) == [b"a line"]


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        IndexedLog(str(tmp_path / "none")).look()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable):
        IndexedLog(str(tmp_path / "pipe")).look()
