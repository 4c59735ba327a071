"""Textual's driver for a terminal that shows the last visit's first frame already (picture.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from mltui.tui.picture import Picture

#: What the driver enters its application mode with; many terminals clear the screen even if they are on it already.
ALTERNATE_SCREEN = "\x1b[?1049h"


def taking_over(picture: Picture) -> type[LinuxDriver]:
    """A driver that draws over `picture` the first time, instead of beginning with an empty screen."""

    class TakingOver(LinuxDriver):
        entered = False

        def start_application_mode(self) -> None:
            self.entered = picture.hand_over()
            super().start_application_mode()  # type: ignore[no-untyped-call]

        def write(self, data: str) -> None:
            if data == ALTERNATE_SCREEN and self.entered:
                self.entered = False
                return
            super().write(data)

    return TakingOver
