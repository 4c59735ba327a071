"""Textual's driver for a terminal that shows mltui's last first frame already (cli/glance.py)."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver

#: What the driver enters its application mode with; many terminals clear the screen even if they are on it already.
ALTERNATE_SCREEN = "\x1b[?1049h"


class TakingOver(LinuxDriver):
    """Draws over what is on the alternate screen instead of beginning with an empty one, the first time."""

    taken = False

    def write(self, data: str) -> None:
        if data == ALTERNATE_SCREEN and not TakingOver.taken:
            TakingOver.taken = True
            return
        super().write(data)
