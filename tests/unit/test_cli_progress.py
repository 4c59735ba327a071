"""The line on standard error that counts: on a terminal, after a while, and taken away again."""

from __future__ import annotations

import io
import sys

import pytest

from mltui.cli import progress
from mltui.cli.progress import Counted


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def counted(clock: list[float], stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    with Counted("reading") as line:
        line.tell(1, 2000)
        clock[0] += 0.35
        line.tell(1200, 2000)
        line.tell(1201, 2000)
        clock[0] += 0.15
        line.tell(2000, 2000)
    return stream.getvalue()


def test_on_a_terminal(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    said = counted(clock, Terminal(), monkeypatch)
    assert said == "\rreading: 1,200 of 2,000\x1b[K\rreading: 2,000 of 2,000\x1b[K\r\x1b[K"


def test_nowhere_else(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted(clock, io.StringIO(), monkeypatch) == ""


def test_what_was_quick_says_nothing(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with Counted("reading") as line:
        line.tell(1, 1)
    assert stream.getvalue() == ""
