"""Words for a shell, pasted by hand as often as run: what a terminal would obey stands in them as an escape."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable

from mltui.model.letters import seen


def quote(text: str) -> str:
    """`text` as one word of sh, bash or zsh; line breaks stay as they are. Control, bidirectional and other unseen
    characters are written by ``printf``: raw ones would be obeyed by the terminal that shows the command, and by the
    line editor of the shell that it is pasted into."""
    if seen(text.replace("\n", "")):
        return shlex.quote(text)
    head = text.rstrip("\n")  # $(…) drops the newlines at its end
    return f'"$({printed(head)})' + "\n" * (len(text) - len(head)) + '"'


def join(words: Iterable[str]) -> str:
    """A command line of these words, as `shlex.join`."""
    return " ".join(map(quote, words))


def printed(text: str) -> str:
    """A command of one line that prints exactly `text`: printable characters as they are, other bytes in octal."""
    plain = text.replace("\\", "\\\\").replace("%", "%%").replace("\n", "\\n")
    shown = "".join(char if seen(char) else _octal(char) for char in plain)
    return f"printf {'-- ' if shown.startswith('-') else ''}{shlex.quote(shown)}"


def _octal(char: str) -> str:
    """Its bytes; of a surrogate the byte that was no text."""
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(char))
