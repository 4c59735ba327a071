"""What stands on a terminal after what was written to it: mltui writes cells that changed, not words."""

from __future__ import annotations

import pyte
from bench.terminal import UNKNOWN_TO_PYTE


def shows(text: bytes, wrote: bytes, size: tuple[int, int] = (80, 24)) -> bool:
    """Whether `text` is in what was written, or stands on the screen of `size` (columns, rows) that it makes."""
    if text in wrote:
        return True
    screen = pyte.Screen(*size)
    pyte.ByteStream(screen).feed(UNKNOWN_TO_PYTE.sub(b"", wrote))
    return text in "\n".join(screen.display).encode()
