"""A training's output for a terminal: its colours and its progress bars, and nothing else that a terminal obeys."""

from __future__ import annotations

import codecs
import re
from typing import Final

from mltui.present.text import UNICODE, Symbols, safe

#: What stays as it is: colours and weight (SGR), a line rubbed out (EL), and what moves within the line.
_OBEYED: Final = re.compile(r"(\x1b\[[0-9;:]*m|\x1b\[[0-2]?K|[\n\r\t\b]+)")
#: The beginning of a sequence whose end comes with the next bytes.
_BEGUN: Final = re.compile(r"\x1b(?:\[[0-9;:]{0,64})?\Z")
#: Ends whatever colour was begun.
PLAIN: Final = "\x1b[0m"


class LogStream:
    """Bytes as they come to text for a terminal with these `symbols`. What would move the cursor elsewhere, clear the
    screen, write into the clipboard or the title stands there as text."""

    def __init__(self, symbols: Symbols = UNICODE) -> None:
        self._symbols, self._left, self._coloured = symbols, "", False
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")

    def shown(self, data: bytes) -> str:
        """The next piece."""
        text = self._left + self._decoder.decode(data)
        begun = _BEGUN.search(text)
        self._left = begun[0] if begun else ""
        return self._inert(text[: begun.start()] if begun else text)

    def end(self) -> str:
        """What was held back, and the end of its colours."""
        rest = self._inert(self._left + self._decoder.decode(b"", final=True))
        self._left = ""
        return rest + PLAIN if self._coloured else rest

    def _inert(self, text: str) -> str:
        parts = _OBEYED.split(text)  # every second one is obeyed
        self._coloured = self._coloured or any(part.endswith("m") for part in parts[1::2])
        return "".join(part if at % 2 else safe(part, self._symbols) for at, part in enumerate(parts))
