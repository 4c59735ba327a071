"""What a plain command printed last, where that is short enough to be told as its figure: "6 of 6 right"."""

from __future__ import annotations

import re
from typing import Final

from mltui.sources.gates.output import last_rows
from mltui.sources.secrets import without_secrets

#: A longer line is no figure.
SHORT: Final = 48
#: What terminals are told between the words: colours, and other control sequences.
_CONTROL: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def last_words(log: str) -> str:
    """The last line of `log` without colours and secrets; "" if it is long, or not for people to read."""
    rows = last_rows(log, 1)
    try:
        text = rows[-1].decode() if rows else ""
    except UnicodeDecodeError:
        return ""
    shown = without_secrets(_CONTROL.sub("", text.rsplit("\r", 1)[-1])).strip()
    return shown if len(shown) <= SHORT and shown.isprintable() else ""
