"""The bytes of a log as lines: progress bars at their last state, colours dropped, other controls shown, not obeyed."""

from __future__ import annotations

import re

from mltui.present.text import UNICODE, Line, Span, Symbols, safe

#: Lines that are kept of a log that grows.
KEPT = 3_000
#: Characters of one line.
LONGEST = 4_000

#: Escape sequences (ECMA-48): CSI, OSC with its text, other two-character ones, and C1 CSI.
_ESCAPES = re.compile(
    r"[\x9b][0-?]*[ -/]*[@-~]|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b]*\x1b\\|\x1b[ -/]*[0-~]"
)
_BAD = re.compile(r"\b(ERROR|CRITICAL|FATAL|Traceback|Exception|FAILED)\b|^\w+(Error|Exception)\b")
_WARN = re.compile(r"\b(WARN|WARNING|\w+Warning)\b")


class LogText:
    """The lines of a log, fed with bytes as they come; the last line may still grow."""

    def __init__(self, symbols: Symbols = UNICODE) -> None:
        self.symbols = symbols
        self._rest = b""
        self._lines: list[Line] = []
        self.dropped = 0

    @property
    def lines(self) -> list[Line]:
        """The newest `KEPT` lines, the unfinished one too."""
        return [*self._lines, shown(self._rest, self.symbols)] if self._rest else list(self._lines)

    def clear(self) -> None:
        self._rest, self._lines, self.dropped = b"", [], 0

    def feed(self, data: bytes) -> None:
        """Append what was written."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest.rpartition(b"\r")[2] if len(self._rest) > LONGEST * 4 else self._rest
        self._lines += [shown(each, self.symbols) for each in whole]
        if len(self._lines) > KEPT:
            self.dropped += len(self._lines) - KEPT
            del self._lines[:-KEPT]


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
