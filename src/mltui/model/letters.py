"""Characters that are letters by name and that nobody sees."""

from __future__ import annotations

import re
from typing import Final

#: What Python calls printable and nobody sees (Unicode's Default_Ignorable_Code_Point), and too many combining marks.
#: A picture's own selector and the tone of its skin are `gone`: terminals disagree over how wide they make the picture.
INVISIBLE: Final = re.compile(
    "(?P<gone>(?<=[\u2049-\u3299\U0001f000-\U0001faff])[\ufe0f\U0001f3fb-\U0001f3ff]+)|[\U0001f3fb-\U0001f3ff]"
    "|[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
    "|(?P<few>[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})"
    "(?P<many>[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+)"
)


def seen(text: str) -> bool:
    """Whether every character of it is printable, and is seen where it is printed."""
    return text.isprintable() and (text.isascii() or not INVISIBLE.search(text))
