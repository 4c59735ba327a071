"""What of a program's output a terminal would obey, or show as something else than it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

#: What `cli.terminal` writes around a role, and what rubs out a line of progress.
SGR: Final = r"\x1b\[K|\x1b\[(?:0|[0-9](?:;[0-9]{2})?|3[1-6])m"
#: What Textual's driver and our own write: SGR, the cursor's place, modes, what is asked of the terminal, the keyboard.
#: An OSC only for the title, which begins with mltui's name, for the pointer's shape, or with a text in base64 that was
#: copied (not the one planted in `hostile_project`).
SCREEN: Final = (
    r"\x1b\]2;(?:mltui · [^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]*)?\x07|\x1b\[2[23];[02]t"
    r"|\x1b\]22;[a-z-]*\x07|\x1b\]52;c;(?!RVZJTA)[A-Za-z0-9+/=]*\x07"
    r"|\x1b\[(?:[0-9;:]*[mHJKABCDG]|\?[0-9;]*(?:[hl]|\$p)|[<>=]?[0-9;]*[uctnq]|[0-9;]*[tn])"
    r"|\x1b\[!p|\x1b[78=>]|\x1b\(B"
)
#: What is left of Unicode's Default_Ignorable_Code_Point after format characters, which Python calls unprintable.
BLANK: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\U000e0000-\U000e0fff]")


def leaks(output: bytes, ours: str = SGR) -> list[str]:
    """Each place in `output` that is neither text nor `ours` (a pattern of sequences), with what stands around."""
    text = output.decode("utf-8", "surrogateescape")
    own = re.sub(ours, "", text)
    bad = re.compile(r"[^\n\r -~]")
    return list(_places(own, bad))


def _places(text: str, unusual: re.Pattern[str]) -> Iterator[str]:
    last = -100
    for found in unusual.finditer(text):
        char = found[0]
        if (char.isprintable() and not BLANK.match(char)) or found.start() - last < 40:
            continue
        last = found.start()
        yield repr(text[max(0, last - 60) : last + 30])
