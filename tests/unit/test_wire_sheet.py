"""What goes over the line makes the terminal show what Textual would have made it show, cell for cell.

The terminal is pyte's, and stands for real ones: tests/real/test_tui_bytes.py walks through mltui itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mltui.tui.wire.ink import PLAIN, Ink, change, on_blank, parse
from mltui.tui.wire.sheet import Sheet, update

WIDTH, HEIGHT = 12, 4
INKS = ("1", "38;2;1;2;3", "1;31;44", "48;5;17", "7", "4;92", "2;3", "39;49", "0;35", "21;100;97", "9;22")

words = st.text(alphabet="ab  日e\u0301│⣿", min_size=1, max_size=WIDTH)
pieces = st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.sampled_from(INKS), words)
frames = st.lists(st.lists(pieces, min_size=1, max_size=6), min_size=1, max_size=5)


def written(pieces: Sequence[tuple[int, int, str, str]]) -> str:
    """A frame as Textual writes it: never behind the edge, and never half of a wide character."""
    parts = []
    for x, y, ink, word in pieces:
        odd = any(each in "日\u0301" for each in word)  # such a line is whole: no other piece tears it
        begin, text = (0, word.lstrip("\u0301")) if odd else (x, word)
        while cells(text) > WIDTH - begin:
            text = text[:-1]
        text += " " * (WIDTH - cells(text)) if odd else ""
        row = HEIGHT if odd else 1 + y % (HEIGHT - 1)
        parts.append(f"\x1b[{row};{begin + 1}H\x1b[{ink}m{text}\x1b[0m")
    return "\n".join([*parts, "\x1b[1;1H"])


def cells(text: str) -> int:
    return sum(2 if each in "日本" else 0 if each == "\u0301" else 1 for each in text)


class Emulated:
    def __init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self.screen.reset_mode(pyte.modes.DECAWM)
        self.stream = pyte.Stream(self.screen)

    def feed(self, text: str) -> None:
        self.stream.feed(text.replace("\n", ""))

    def cell(self, x: int, y: int) -> Any:
        """What can be seen of a cell: the colour of text that is not there can't."""
        cell = self.screen.buffer[y][x]
        if cell.data == " " and not (cell.reverse or cell.underscore or cell.strikethrough):
            return cell._replace(fg="default", bold=False, italics=False)
        return cell

    def cells(self) -> list[Any]:
        return [self.cell(x, y) for y in range(HEIGHT) for x in range(WIDTH)]


@given(frames)
def test_the_terminal_shows_what_was_drawn(drawn: list[list[tuple[int, int, str, str]]]) -> None:
    direct, ours = Emulated(), Emulated()
    wanted, shown = Sheet(), Sheet()
    blank = "".join(f"\x1b[{y + 1};1H{' ' * WIDTH}" for y in range(HEIGHT))
    for frame in [f"{blank}\x1b[1;1H", *map(written, drawn)]:
        assert wanted.draw(frame)
        direct.feed(frame)
        ours.feed(update(shown, wanted, (WIDTH, HEIGHT)))
        assert direct.cells() == ours.cells()
    assert update(shown, wanted, (WIDTH, HEIGHT)) == "", "the terminal has it all"


@pytest.mark.parametrize("size", [(5, 2), (30, 9)])
def test_a_terminal_of_another_size_gets_what_fits(size: tuple[int, int]) -> None:
    wanted, shown = Sheet(), Sheet()
    assert wanted.draw("\x1b[1;1Habcd日f\x1b[2;1Hx\x1b[3;1Hlast\x1b[1;1H")
    small = pyte.Screen(*size)
    pyte.Stream(small).feed(update(shown, wanted, size))
    assert small.display[0].rstrip() == ("abcd" if size == (5, 2) else "abcd日f")
    assert ("last" in "".join(small.display)) == (size == (30, 9))


@pytest.mark.parametrize(
    "text", ["", "abc", "\x1b[1;1Ha\x07", "\x1b[1;1Ha\x1b]8;;x\x1b\\b", "\x1b[?25l", "\x1b[1;31mred"]
)
def test_what_is_no_frame_is_not_drawn(text: str) -> None:
    wanted = Sheet()
    assert not wanted.draw(text)
    assert wanted.rows == []


def test_only_what_changed_is_written() -> None:
    wanted, shown = Sheet(), Sheet()
    wanted.draw("\x1b[1;1Hthe first\x1b[2;1Hthe second\x1b[1;1H")
    update(shown, wanted, (80, 24))
    wanted.draw("\x1b[1;1Hthe forth\x1b[2;1Hthe second\x1b[1;1H")
    assert update(shown, wanted, (80, 24)) == "\x1b[1;6Horth\x1b[1;1H"


def test_the_half_of_a_wide_character_that_stays_is_a_blank() -> None:
    wanted = Sheet()
    wanted.draw("\x1b[1;1H日本\x1b[1;1H")
    wanted.draw("\x1b[1;2Hab\x1b[1;1H")
    assert [text for text, _ in wanted.row(0)] == [" ", "a", "b", " "]


def test_behind_a_wide_character_all_is_written_again() -> None:
    wanted, shown = Sheet(), Sheet()
    wanted.draw("\x1b[1;1Ha日bcdefghijkl\x1b[1;1H")
    update(shown, wanted, (80, 24))
    wanted.draw("\x1b[1;1Ha日bcdefghijkX\x1b[1;1H")
    assert "日bcdefghijkX" in update(shown, wanted, (80, 24))


@pytest.mark.parametrize("odd", ["日本", "e\u0301"])
def test_behind_one_that_was_there_all_is_written_again(odd: str) -> None:
    """A terminal to which it is of another width has the rest of the line elsewhere."""
    wanted, shown = Sheet(), Sheet()
    wanted.draw(f"\x1b[1;1Ha{odd}tail\x1b[1;1H")
    update(shown, wanted, (80, 24))
    wanted.draw(f"\x1b[1;1Ha{'x' * cells(odd)}tail\x1b[1;1H")
    assert "xtail" in update(shown, wanted, (80, 24))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "1", "\x1b[1m"),
        ("1", "", "\x1b[0m"),
        ("1;31", "1;32", "\x1b[32m"),
        ("1;31;44", "1;44", "\x1b[39m"),
        ("38;2;1;2;3;48;5;7", "38;2;1;2;3", "\x1b[49m"),
        ("4;31", "31", "\x1b[0;31m"),
        ("31", "0;39;49", "\x1b[0m"),
    ],
)
def test_the_shortest_way_between_two_inks(before: str, after: str, expected: str) -> None:
    assert change(parse(before), parse(after)) == expected


def test_two_blanks_that_look_the_same_are_the_same() -> None:
    assert on_blank(parse("1;2;31;44")) == Ink((), "", "44")
    assert on_blank(parse("7;31")) == parse("7;31")
    assert on_blank(parse("1;31")) == PLAIN
