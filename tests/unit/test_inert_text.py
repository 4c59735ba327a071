"""Text from outside, on its way to a terminal, a pipe and a shell."""

from __future__ import annotations

import json
import shutil
import subprocess
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mltui.model.reproduction import Reproduction, Step, fed, script
from mltui.model.shell import quote
from mltui.present.jsonable import dumps
from mltui.present.layout import cells
from mltui.present.log_stream import LogStream
from mltui.present.text import ASCII, safe

#: Unicode's Default_Ignorable_Code_Point that Python calls printable.
UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180f\u3164\ufe00\ufe0f\uffa0\U000e0100\U000e01ef"
HOSTILE = st.text(
    st.sampled_from("aé模\x1b\x07\x9b\u202e\u200b\ufe0f\u3164\u0301\udc80\n\r\t'\"\\%$-` ") | st.characters()
)


@pytest.mark.parametrize("char", UNSEEN)
def test_what_nobody_sees_is_shown(char: str) -> None:
    assert safe(f"a{char}b") == f"a{char.encode('unicode_escape').decode()}b"


def test_of_a_heap_of_marks_four_are_drawn() -> None:
    assert safe("Z" + "\u0335" * 6 + "x") == "Z" + "\u0335" * 4 + "\\u0335\\u0335x"
    assert (
        safe("é \N{DEVANAGARI LETTER KA}\N{DEVANAGARI VOWEL SIGN I}")
        == "é \N{DEVANAGARI LETTER KA}\N{DEVANAGARI VOWEL SIGN I}"
    )


def test_a_picture_is_as_wide_everywhere() -> None:
    assert safe("\u2764\ufe0f best") == "\u2764 best"
    assert safe("\U0001f44d\U0001f3fd \u261d\ufe0f\U0001f3fb") == "\U0001f44d \u261d", "half of the terminals: 4 cells"
    assert safe("\U0001f3fd") == "\\U0001f3fd"


@given(HOSTILE)
def test_safe_is_printable_and_stays_as_it_is(text: str) -> None:
    for shown in (safe(text), safe(text, ASCII)):
        assert shown.isprintable()
        assert safe(shown) == shown


@pytest.mark.parametrize("text", ["Z\u0335\u0336", "ब्रि", "가\u1160", "模型", "\u20dda", "\U0001f44d\U0001f3fd"])
def test_widths_are_those_of_the_screen(text: str) -> None:
    from rich.cells import cell_len

    assert cells(text) == cell_len(text)


@given(st.dictionaries(HOSTILE, HOSTILE))
def test_json_reads_the_same_and_a_terminal_obeys_nothing(document: dict[str, str]) -> None:
    text = dumps(document, indent=2)
    plain = all(char == "\n" or (char.isprintable() and char not in UNSEEN) for char in text)
    assert plain, text
    whole = json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if b"\xed" not in whole:  # surrogates may become the characters that they are bytes of
        assert json.loads(text) == document


SHELLS = [shell for shell in ("sh", "bash", "zsh") if shutil.which(shell)]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "text", ["a\x1b[31m$(touch x)'\"\\n%s", "-n\x1b", "\n\x1b\n\n", "a\nb", "\u202e模\udcff\x9b", "", "-", "\x1b1"]
)
def test_a_shell_reads_the_word(shell: str, text: str) -> None:
    word = quote(text)
    assert word.replace("\n", "").isprintable()
    done = subprocess.run([shell, "-c", f"printf %s {word}"], capture_output=True, check=True)
    assert done.stdout == text.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("text", ["a && b\nEND\n", "a\x1b[31m && %s\\\n\u202e'\n", "-x\x1b"])
def test_a_script_feeds_exactly_the_text(shell: str, text: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    command = fed("cd . && cat > out", text, "END") + "\ntrue"
    plan = Reproduction("x", "/", "/", "a" * 40, (Step("code", command, "does"),))
    rows = [row for row in script(plan) if not row.startswith(("cd /", "git "))]
    assert all(row.isprintable() for row in rows)
    subprocess.run([shell, "-c", "\n".join(rows)], cwd=tmp_path, check=True)
    assert (tmp_path / "out").read_text() == (text if text.endswith("\n") else f"{text}\n")


def streamed(*pieces: bytes) -> str:
    stream = LogStream()
    return "".join(map(stream.shown, pieces)) + stream.end()


def test_a_log_keeps_its_colours_and_bars() -> None:
    assert streamed(b"\x1b[1;31mred\x1b[0m 1%\r\x1b[K2%\n") == "\x1b[1;31mred\x1b[0m 1%\r\x1b[K2%\n\x1b[0m"
    assert streamed(b"plain\n") == "plain\n"


@pytest.mark.parametrize(
    "data",
    [b"\x1b]52;c;AA==\x07", b"\x1b[2J", b"\x1b[10A", b"\x1bP1$q\x1b\\", b"\x1bc", "\x9b2J\u202e".encode(), b"\xff\x1b"],
)
@pytest.mark.parametrize("at", range(6))
def test_a_log_does_nothing_else(data: bytes, at: int) -> None:
    shown = streamed(data[:at], data[at:])
    assert shown == streamed(data)
    assert shown.isprintable()
    assert not any(unicodedata.category(char) in ("Cc", "Cf") for char in shown)


def test_a_megabyte_that_begins_a_sequence_is_not_held_back() -> None:
    stream = LogStream()
    assert len(stream.shown(b"\x1b[3" * 300_000)) > 800_000
    assert len(stream.shown(b"\x1b[" + b"1" * 1_000_000)) > 900_000
