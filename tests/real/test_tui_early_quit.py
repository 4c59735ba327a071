"""``q`` typed before there is anything to see: mltui ends, and says nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from bench.terminal import Terminal
from git_repository import commit, make

pytestmark = pytest.mark.real

SIZE = {"COLUMNS": "80", "LINES": "24"}
#: What Textual asks for when it begins to read keys.
READS = b"\x1b[?1004h"


def test_q_before_the_first_frame_ends_it_without_a_word(tmp_path: Path, own_places: Path) -> None:
    path = make(tmp_path / "churn")
    commit(path, a_txt="1")
    for _ in range(3):  # the first visit, and those that have a picture
        with Terminal([sys.executable, "-m", "mltui", "--read-only"], path, SIZE, (80, 24)) as terminal:
            terminal.heard = bytearray()
            while READS not in terminal.heard:
                terminal.pump(0.05)
            terminal.press("q")
            while terminal.pump(0.2) or terminal.process.isalive():
                pass
            assert b"mistake" not in terminal.heard, bytes(terminal.heard[-400:])
            assert terminal.process.exitstatus == 0
