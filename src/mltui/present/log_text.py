"""The bytes of a log as lines: progress bars at their last state, colours dropped, other controls shown, not obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mltui.present.text import UNICODE, Line, Span, Symbols, safe

#: Characters of one line.
LONGEST = 4_000

#: Escape sequences (ECMA-48): CSI, OSC with its text, other two-character ones, and C1 CSI.
_ESCAPES = re.compile(
    r"[\x9b][0-?]*[ -/]*[@-~]|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b]*\x1b\\|\x1b[ -/]*[0-~]"
)
_BAD = re.compile(r"\b(ERROR|CRITICAL|FATAL|Traceback|Exception|FAILED)\b|^\w+(Error|Exception)\b")
_WARN = re.compile(r"\b(WARN|WARNING|\w+Warning)\b")


def shown(data: bytes, symbols: Symbols = UNICODE) -> Line:
    """One line of a log. Of what ``\\r`` wrote over, the last state counts."""
    text = data.rstrip(b"\r").decode("utf-8", "backslashreplace")
    parts = [part for part in _ESCAPES.sub("", text).split("\r") if part.strip()]
    last = _erased(parts[-1] if parts else "").expandtabs(8).rstrip()
    role = "bad" if _BAD.search(last) else "warn" if _WARN.search(last) else "log"
    if len(last) <= LONGEST:
        return (Span(safe(last, symbols), role),)
    rest = f"{symbols.more} {len(last) - LONGEST:,} more characters"
    return Span(safe(last[:LONGEST], symbols), role), Span(rest, "dim")


def _erased(text: str) -> str:
    """Backspaces take back what they stand behind, as a terminal overwrites it."""
    if "\b" not in text:
        return text
    kept: list[str] = []
    for char in text:
        if char == "\b":
            kept[-1:] = []
        else:
            kept.append(char)
    return "".join(kept)


def highlighted(row: Line, words: str) -> Line:
    """The row with every place that holds `words`, in any case, in the role "front"."""
    wanted = words.casefold()
    return tuple(part for span in row for part in _lit(span, wanted)) if wanted else row


def _lit(span: Span, wanted: str) -> Iterator[Span]:
    text, at = span.text.casefold(), 0
    if len(text) != len(span.text):  # a letter that folds into several
        yield span
        return
    while (found := text.find(wanted, at)) >= 0:
        if found > at:
            yield Span(span.text[at:found], span.role)
        at = found + len(wanted)
        yield Span(span.text[found:at], "front")
    if at < len(text) or not text:
        yield Span(span.text[at:], span.role)
