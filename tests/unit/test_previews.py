"""Previews: readable where the format is known, honest where it is not, and never obeying what a file holds."""

from __future__ import annotations

import json
import os
import pickle
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mltui.model.artifacts import Excerpt
from mltui.present.layout import width_of
from mltui.present.previews import preview
from mltui.present.previews.binary import hex_lines
from mltui.present.previews.file import MOST_LINES
from mltui.present.previews.tabular import _NUMBER
from mltui.present.text import ASCII, UNICODE, Symbols, plain


def shown(path: str, data: bytes, *, cut: bool = False) -> list[str]:
    size = 10_000_000 if cut else len(data)
    return [plain(each) for each in preview(path, Excerpt(data, size, cut))]


def test_json_is_laid_out_and_half_of_one_is_shown_as_text() -> None:
    data = json.dumps({"name": "é", "loss": [1, 2.5, float("nan")]}).encode()
    assert shown("a.json", data)[1] == '  "name": "é",'
    assert shown("a.json", data[:-3]) == [data[:-3].decode()]
    assert "first" in shown("a.json", data, cut=True)[0]


def test_a_logged_table_is_a_table() -> None:
    data = json.dumps({"columns": ["question", "score"], "data": [["why?", 1], ["how long is it", 22]]}).encode()
    assert shown("eval.json", data) == ["question        score", "why?                1", "how long is it     22"]


def test_deep_json_is_text() -> None:
    assert shown("deep.json", b"[" * 100_000)


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.csv", ";"), ("a.tsv", "\t")])
def test_tables_are_aligned_and_counted(name: str, mark: str) -> None:
    rows = [mark.join(("x", "value")), *(mark.join((f'"r {n}"', str(n))) for n in range(250))]
    lines = shown(name, "\n".join(rows).encode())
    assert lines[0] == "x      value"
    assert lines[10] == "r 9        9"
    assert lines[-1] == "and 50 more rows"


def test_markdown_loses_its_marks() -> None:
    lines = shown("README.md", b"# Title #\n\n* **bold** and `code`\n> said\n```\n# no title\n```\n[a](http://x)")
    assert lines == ["Title", "", "- bold and code", "| said", "    # no title", "a (http://x)"]


def test_control_bytes_are_shown_and_not_obeyed() -> None:
    text = "\n".join(shown("a.txt", b"\x1b[2J\x9b31m \x07 [red]x[/red]\r\n\xe2\x80\xaee"))
    assert "\x1b" not in text and "\x07" not in text and "\u202e" not in text
    assert "␛[2J" in text and "[red]x[/red]" in text


def test_a_pickle_is_never_loaded() -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.abort, ()

    lines = shown("model.pkl", pickle.dumps(Bomb()))
    assert "pickle" in lines[0]
    assert any("never" in each for each in lines)


def test_binaries_say_what_they_are() -> None:
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\2\x80\0\0\1\xe0\x08\2\0\0\0" + bytes(100)
    assert "PNG image" in shown("a.png", png)[0]
    assert "640 x 480" in "\n".join(shown("a.png", png))
    assert "Parquet" in shown("a", b"PAR1" + bytes(50))[0]


def test_encodings() -> None:
    assert shown("a.txt", "naïve\n".encode("utf-16"))[-1] == "naïve"
    assert "not UTF-8" in shown("a.txt", "eine lange Zeile, schön".encode("latin-1"))[0]
    assert shown("cut.txt", "é".encode()[:1] + b"", cut=False)
    assert shown("a.txt", b"") == ["empty"]


def test_a_file_of_very_many_or_very_long_lines_is_bounded() -> None:
    assert len(shown("a.txt", b"x\n" * 100_000)) == MOST_LINES + 2
    assert "more characters" in shown("a.txt", b"x" * 200_000)[0]


@given(
    st.binary(max_size=400), st.sampled_from(["a.json", "a.csv", "a.tsv", "a.md", "a.txt", "MLmodel", "a.npy", "a.png"])
)
def test_no_bytes_break_a_preview_and_none_control_the_terminal(data: bytes, name: str) -> None:
    for text in shown(name, data):
        assert all(char.isprintable() for char in text)


def narrow(path: str, data: bytes, width: int, symbols: Symbols = UNICODE) -> list[str]:
    found = preview(path, Excerpt(data, len(data), False), width, symbols)
    assert all(width_of(each) <= width for each in found), [plain(each) for each in found]
    return [plain(each) for each in found]


def test_a_table_without_room_is_cut_with_a_mark_and_counts_its_columns() -> None:
    wide = ",".join(f"column_{at}" for at in range(40)) + "\n" + ",".join(["1.25"] * 40) + "\n"
    found = narrow("a.csv", wide.encode(), 76)
    assert found == [
        "column_0  column_1  column_2  column_3  column_4  column_5  … 34 more",
        "    1.25      1.25      1.25      1.25      1.25      1.25  …",
        "and 34 more columns",
    ]
    assert narrow("a.csv", wide.encode(), 20)[0] == "column_0  … 39 more"
    assert narrow("a.csv", wide.encode(), 20, ASCII)[0] == "colu...  ... 39 more"
    assert narrow("a.csv", ("x" * 50 + ",bbbbbbbbb\n1,2\n").encode(), 20)[-1] == "and 1 more column"
    table = json.dumps({"columns": [f"c{at}" for at in range(30)], "data": [list(range(30))]})
    assert narrow("t.json", table.encode(), 40)[-1].startswith("and ")
    assert narrow("a.csv", ("a\n" + "1.5," * 39 + "1.5\n").encode(), 20)[0].endswith(" more")
    assert len(narrow("a.csv", b"a,b\n1,2\n", 6)) == 2


def test_rows_of_a_markdown_table_are_cut() -> None:
    text = "| a | b |\n|---|---|\n| 1 | " + "x" * 120 + " |\n"
    found = narrow("a.md", text.encode(), 40)
    assert len(found) == 3
    assert found[2].endswith("…")


@pytest.mark.parametrize("width, count", [(None, 16), (73, 16), (72, 8), (41, 8), (40, 4)])
def test_bytes_fit_beside_their_letters(width: int | None, count: int) -> None:
    found = [plain(each) for each in hex_lines(bytes(range(64)), width)]
    assert len(found) == 64 // count
    assert width is None or all(len(each) <= width for each in found)


def test_without_unicode_nothing_else_is_shown_of_ascii() -> None:
    long = b"a\x07" + b"x" * 3_000
    assert all(each.isascii() for each in narrow("a.txt", long, 10_000, ASCII))
    assert narrow("a.txt", b"a\x07\tb\n", 80, ASCII)[0].startswith("a\\x07")


def test_a_table_that_has_room_is_whole() -> None:
    assert narrow("a.csv", ("x" * 23 + ",bcde\n1,2\n").encode(), 30)[0] == "x" * 23 + "  bcde"
    assert narrow("a.csv", b"abcdef,bcde\nx,2\n", 12) == ["abcdef  bcde", "x          2"]


def test_whether_a_cell_is_a_number_takes_no_time_worth_naming() -> None:
    begin = time.process_time()
    assert _NUMBER.fullmatch("1" * 20_000 + "x") is None
    assert time.process_time() - begin < 1
