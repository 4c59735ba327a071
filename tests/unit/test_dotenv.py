"""``.env`` files as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mltui.sources.dotenv import parse, read_dotenv


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=plain", "plain"),
        ("  export A = spaced  ", "spaced"),
        ("A=sqlite:///a.db # where runs go", "sqlite:///a.db"),
        ("A=http://h/#part", "http://h/#part"),
        ("A='single # ${HOME}'", "single # ${HOME}"),
        ('A="two\\nlines \\"quoted\\""', 'two\nlines "quoted"'),
        ('A="over\ntwo lines"', "over\ntwo lines"),
        ("A=", ""),
        ("A=#nothing", ""),
        ("A=x\r", "x"),
        ("A=http://${WHERE}:5000", "http://here:5000"),
        ("A=${NOWHERE:-there}", "there"),
        ("A=$(touch /tmp/executed)", "$(touch /tmp/executed)"),
    ],
)
def test_one_line(line: str, value: str) -> None:
    assert parse(line, {"WHERE": "here"})["A"] == value


def test_comments_and_nonsense_are_passed_over_and_the_last_one_counts() -> None:
    assert parse("# A=1\nnonsense\n=2\nB=1\nB=2\nC=${B}\n", {}) == {"B": "2", "C": "2"}


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    assert read_dotenv(tmp_path / ".env") == {}
    assert read_dotenv(tmp_path) == {}
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfA=1\nB=\xff\n")
    assert read_dotenv(tmp_path / ".env") == {"A": "1", "B": "\ufffd"}
