"""The kept output of a gate command is shown, never obeyed."""

from __future__ import annotations

from pathlib import Path

from mltui.model.gates import Gate, GateResult
from mltui.present.gate_output import result_lines
from mltui.present.text import ASCII, plain
from mltui.sources.gates.output import LAST_BYTES, last_rows

GATE = Gate("command", "make \x1b[31mcheck", argv=("make",))


def told(data: bytes, tmp_path: Path, most: int = 20) -> list[str]:
    path = tmp_path / "1-make.log"
    path.write_bytes(data)
    result = GateResult(GATE, "failed", output=str(path))
    return [plain(each) for each in result_lines(result, last_rows(str(path), most), ASCII)][1:]


def test_the_last_rows(tmp_path: Path) -> None:
    data = b"".join(b"row %d\n" % number for number in range(100))
    assert told(data, tmp_path, 2) == ["  row 98", "  row 99"]
    assert told(b"no newline", tmp_path) == ["  no newline"]
    assert told(b"a\n\nb\n\n\n", tmp_path) == ["  a", "  ", "  b"]
    assert told(b"\n\n", tmp_path) == told(b"", tmp_path) == ["  it printed nothing"]


def test_control_characters_are_shown(tmp_path: Path) -> None:
    (row,) = told(b"\x1b]0;title\x07\x1b[31mred\x1b[0m \x00\xff\x1b[2J", tmp_path)
    assert row == "  red \\x00\\xff"
    assert told(b"10%\r20%\r100%\n", tmp_path) == ["  100%"]


def test_of_a_row_without_an_end_the_end_is_read(tmp_path: Path) -> None:
    (row,) = told(b"x" * (10 * LAST_BYTES), tmp_path)
    assert len(row) < LAST_BYTES


def test_one_that_did_not_run_and_one_whose_file_is_gone() -> None:
    (line,) = result_lines(GateResult(GATE, "unknown"), ())
    assert "it did not run" in plain(line) and "\x1b" not in plain(line)
    assert last_rows("/nowhere") == ()
