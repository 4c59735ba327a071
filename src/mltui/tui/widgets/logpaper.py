"""Where one is in a log, and the lines around that: a few screenfuls, whatever its length. Knows no screen."""

from __future__ import annotations

from collections.abc import Iterator

from mltui.present.text import Line
from mltui.tui.widgets.wrapping import wrap_line


class Paper:
    """The lines `first`… of `total` that are held, and the place that is looked at: the row `skip` of the line `top`.

    While it is `following` that is the last screenful, however many lines come.
    """

    def __init__(self) -> None:
        self.wrap = True
        self.width = 80
        self.clear()

    def clear(self) -> None:
        """Another file, or the same one anew."""
        self.total = self.top = self.skip = self.first = 0
        self.lines: list[Line] = []
        self.following = True
        self.provided = self._to_start = False

    # What is held

    def provide(self, lines: list[Line]) -> None:
        """The end of a log whose lines were not counted yet."""
        self.lines, self.first, self.total, self.provided = lines, 0, len(lines), True

    def grow_to(self, total: int) -> None:
        """So many lines there are. The last one that was held may have grown."""
        if self.provided:  # from now on lines have their true numbers
            self.top = 0 if self._to_start else self.top + max(0, total - self.total)
            self.lines, self.provided = [], False
        elif self.first + len(self.lines) >= self.total:
            del self.lines[-1:]
        self.total = total

    def take(self, first: int, count: int, lines: list[Line]) -> None:
        """The lines that were wanted. Where the file has fewer than were counted, what is there counts."""
        self.first, self.lines = first, lines
        if len(lines) < min(count, self.total - first):
            self.total = first + len(lines)
            self.top = min(self.top, max(0, self.total - 1))

    def wanted(self, height: int) -> tuple[int, int] | None:
        """The first line and the number of lines to be read, so that a screenful can be drawn; None: it can."""
        if not self.total or self.provided:
            return None
        top = max(0, self.total - height) if self.following else min(self.top, self.total - 1)
        last = min(self.total, top + height)
        if self.first <= top and last <= self.first + len(self.lines):
            return None
        return max(0, top - height), 3 * height + 1

    # Moving

    def follow(self) -> None:
        """To the end, and stay there."""
        self.following, self._to_start = True, False

    def go_to(self, number: int) -> None:
        """To a line."""
        self.following, self.top, self.skip = False, max(0, min(number, self.total - 1)), 0
        self._to_start = number <= 0  # of a log that is not counted yet: of all of it

    def show(self, number: int, height: int) -> None:
        """To where this line is in sight; as it is if it already is."""
        if number not in [each for each, _ in self.rows(height)]:
            self.go_to(number - height // 3)

    def move(self, by: int, height: int) -> None:
        """So many rows down, or up. At the end it follows."""
        top, skip = self._last(height) if self.following else (self.top, self.skip)
        self._to_start = False
        skip += by
        while skip < 0 and top > 0:
            top -= 1
            skip += self._height_of(top)
        while top < self.total - 1 and skip >= (high := self._height_of(top)):
            top, skip = top + 1, skip - high
        self.top, self.skip = top, max(0, skip)
        self.following = by > 0 and (top, skip) >= self._last(height)

    # Rows

    def rows(self, height: int) -> list[tuple[int, Line]]:
        """The screenful that is looked at: rows, each with the number of its line."""
        last = self._last(height)
        if self.following or (self.top, self.skip) >= last:
            self.top, self.skip = last
        found = ((number, row) for number in range(self.top, self.total) for row in self._of(number))
        return [pair for _, pair in zip(range(self.skip + height), found, strict=False)][self.skip :]

    def _last(self, height: int) -> tuple[int, int]:
        """Where the last screenful begins."""
        left, number = height, self.total
        while left > 0 and number > 0:
            number -= 1
            left -= self._height_of(number)
        return number, max(0, -left)

    def _height_of(self, number: int) -> int:
        return max(1, sum(1 for _ in self._of(number))) if self.wrap else 1

    def _of(self, number: int) -> Iterator[Line]:
        at = number - self.first
        if not 0 <= at < len(self.lines):
            return
        if self.wrap:
            yield from wrap_line(self.lines[at], self.width)
        else:
            yield self.lines[at]
