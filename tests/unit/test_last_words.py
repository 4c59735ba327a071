"""What a plain command printed last, as the figure of its gate."""

from __future__ import annotations

from pathlib import Path

import pytest

from mltui.actions.gates.last_words import SHORT, last_words


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        (b"looking\n6 of 6 right by models:/churn/4\n\n", "6 of 6 right by models:/churn/4"),
        (b"\x1b[32m3 passed\x1b[0m in 2 s\r\n", "3 passed in 2 s"),
        (b"10%\r100% done", "100% done"),
        (b"x" * (SHORT + 1), ""),
        (b"\xff\xfe binary", ""),
        (b"a\x07b", ""),
        (b"", ""),
        (b"first\ntoken=hunter2hunter2\n", "token=…"),
    ],
)
def test_a_short_line_is_told_and_no_other(tmp_path: Path, printed: bytes, told: str) -> None:
    log = tmp_path / "gate.log"
    log.write_bytes(printed)
    assert last_words(str(log)) == told


def test_no_log_no_words(tmp_path: Path) -> None:
    assert last_words(str(tmp_path / "none.log")) == ""
