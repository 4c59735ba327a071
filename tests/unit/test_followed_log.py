"""A log that is followed: its end while it is counted, then the lines looked at, and nothing once it is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mltui.present.text import line, plain
from mltui.tui.asking import Asker
from mltui.tui.widgets.logfollowed import FollowedLog
from mltui.tui.widgets.logsearch import LogSearch


@dataclass
class Stand:
    lines: int
    counted: bool = True
    why: str = ""


@dataclass
class Log:
    """Stands in for a file: gives what is asked of it, and says what that was."""

    stands: list[Stand]
    read_of: list[tuple[int, int]] = field(default_factory=list)
    meanwhile: Any = None
    path: str = "run.log"

    def look(self) -> Stand:
        return self.stands.pop(0)

    def end(self, size: int) -> tuple[list[bytes], int]:
        return [b"the", b"end"], 1_000

    def read(self, first: int, count: int) -> list[bytes]:
        self.read_of.append((first, count))
        if self.meanwhile is not None:
            self.meanwhile()
        return [b"%d" % number for number in range(first, min(first + count, 100))]

    def search(self, words: str, start: int, *, back: bool, stop: Any) -> int | None:
        numbers = range(start, -1, -1) if back else range(start, 100)
        return next((number for number in numbers if words in str(number)), None)


def followed(log: Log) -> FollowedLog:
    return FollowedLog(log, Asker(), lambda text: line(text.decode()), lambda: 5)  # type: ignore[arg-type]


def rows(one: FollowedLog) -> list[str]:
    return [plain(row) for _, row in one.paper.rows(5)]


async def test_its_end_is_shown_until_it_is_counted() -> None:
    log = Log([Stand(0, counted=False), Stand(100)])
    one = followed(log)
    assert await one.look()
    assert rows(one) == ["the", "end"]
    assert one.note == "1.0 kB before this are not shown yet"
    assert await one.look()
    assert rows(one) == ["95", "96", "97", "98", "99"]
    assert (one.note, one.lacks) == ("", False)
    one.paper.go_to(0)
    assert one.lacks
    await one.bring()
    assert rows(one) == ["0", "1", "2", "3", "4"]


async def test_what_comes_of_a_log_that_is_over_is_dropped() -> None:
    log = Log([Stand(100)])
    one = followed(log)
    log.meanwhile = lambda: setattr(one, "over", True)
    assert not await one.look()
    assert one.paper.lines == []
    assert len(log.read_of) == 1, "and no more is read"


async def test_a_file_that_became_another_says_so() -> None:
    one = followed(Log([Stand(100), Stand(3, why="rotated")]))
    await one.look()
    await one.look()
    assert one.note == "a new file of that name"
    assert one.paper.total == 3


async def test_words_are_searched_from_the_last_hit_on_and_round_the_end() -> None:
    one, sought = followed(Log([Stand(100)])), LogSearch()
    await one.look()
    one.paper.go_to(50)
    sought.words = "7"
    assert await sought.find(one, 1) == (57, False)
    sought.hit = 97
    assert await sought.find(one, 1) == (7, True)
    sought.hit = 7
    assert await sought.find(one, -1) == (97, True)
    sought.words = "x"
    assert await sought.find(one, 1) is None
