"""What a file is, and which preview it gets. Nothing is unpickled, imported or executed: bytes are looked at."""

from __future__ import annotations

from mltui.model.artifacts import Excerpt
from mltui.present.previews.binary import binary_lines
from mltui.present.previews.markup import markdown_lines
from mltui.present.previews.structured import json_lines
from mltui.present.previews.tabular import table_lines
from mltui.present.text import UNICODE, Line, Span, Symbols, line, safe, size

#: Lines of a preview; who wants more opens the file.
MOST_LINES = 3_000
#: Characters of one line: a minified file is one line of a megabyte.
LONGEST = 2_000

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
#: Of texts that say by their first bytes what they are.
ENCODINGS = frozenset(encoding for _, encoding in _MARKS)


def preview(path: str, excerpt: Excerpt, width: int | None = None, symbols: Symbols = UNICODE) -> list[Line]:
    """The preview of a file; `path` tells its kind by its ending. What would make no sense wrapped, tables and bytes,
    is made to fit into `width` terminal columns (None: as wide as it is)."""
    if not excerpt.data:
        return [line(Span("empty", "dim"))]
    text, note = decoded(excerpt.data, excerpt.cut, symbols.more)
    if text is None:
        return binary_lines(path, excerpt, width)
    if excerpt.cut:
        text = text.rpartition("\n")[0] or text  # the last line is cut anywhere
        whole = f" of {size(excerpt.size)}" if excerpt.size is not None else ""
        note = ", ".join(filter(None, (f"the first {size(len(excerpt.data))}{whole}", note)))
    lines, more = _bounded(_lines(path, text, excerpt.cut, width, symbols))
    notes = [line(Span(each, "note")) for each in (note, more) if each]
    return [*notes, *([()] if notes else []), *lines]


def decoded(data: bytes, cut: bool = False, more: str = "…") -> tuple[str | None, str]:
    """The text of `data`, and what is odd about its encoding. None if it is no text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    if b"\0" in data:
        return None, ""
    try:
        return data.decode(), ""
    except UnicodeDecodeError as error:
        if cut and error.end >= len(data) - 3 and error.reason == "unexpected end of data":
            return data[: error.start].decode(), ""
    text = data.decode(errors="backslashreplace")
    wrong = sum(byte >= 0x80 for byte in data)
    if wrong > len(data) // 4:
        return None, ""
    return text, f"not UTF-8: other bytes are shown as \\x{more}"


def text_lines(text: str, symbols: Symbols = UNICODE, role: str = "prose") -> list[Line]:
    """Text as it was written, made safe, its long lines cut with a mark."""
    return [_shown(each, role, symbols) for each in text.splitlines()]


def _shown(text: str, role: str, symbols: Symbols) -> Line:
    text = text.rstrip("\r\n").expandtabs(4)
    if len(text) <= LONGEST:
        return (Span(safe(text, symbols), role),)
    rest = f"{symbols.more} {len(text) - LONGEST:,} more characters"
    return Span(safe(text[:LONGEST], symbols), role), Span(rest, "dim")


def _lines(path: str, text: str, cut: bool, width: int | None, symbols: Symbols) -> list[Line]:
    ending = path.rpartition(".")[2].lower()
    lines: list[Line] = []
    if ending in ("json", "ipynb", "geojson"):
        lines = json_lines(text, cut, width, symbols.more)
    elif ending in ("csv", "tsv", "tab"):
        lines = table_lines(text, "\t" if ending != "csv" else "", width, symbols.more)
    elif ending in ("md", "markdown"):
        lines = markdown_lines(text, width, symbols.more)
    return lines or text_lines(text, symbols)


def _bounded(lines: list[Line]) -> tuple[list[Line], str]:
    if len(lines) <= MOST_LINES:
        return lines, ""
    return lines[:MOST_LINES], f"the first {MOST_LINES:,} of {len(lines):,} lines"
