"""The command that leaves mltui: open or copy what something is called outside."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.tui.clipboard import copy
from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen

OPEN, COPY = "open", "copy"


class OpenLink(Command):
    """Open the file or the page of what the cursor is on with the desktop's own program, after showing the command;
    over SSH and without a desktop its path or address is copied."""

    id, keys, title, group, footer = "outside", "o", "Open or copy the link", "Looking", "open or copy"

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        place = screen.place
        return None if not place.empty and place.outside() else place.no_outside()

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        """Only where a file is looked at: elsewhere other keys are worth the room."""
        place = screen.place
        return place.in_detail() and place.front_page() in ("artifacts", "log") and super().in_footer(screen)

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        found = screen.place.outside()
        if found is None:
            return
        program = desktop() if found.opens else None
        if program is None:
            _copy(screen, found.address)
            return
        from mltui.tui.screens.chooser import Chooser, Option

        options = [
            Option(OPEN, f"{program} {found.address}", "run this"),
            Option(COPY, found.address, "copy it"),
        ]

        def chosen(keys: tuple[str, ...] | None) -> None:
            if keys and keys[0] == COPY:
                _copy(screen, found.address)
            elif keys:
                screen.run_worker(lambda: _open(screen, program, found.address), thread=True, group="open")

        screen.app.push_screen(Chooser("Open", options), chosen)


def _copy(screen: MainScreen, address: str) -> None:
    copy(screen, screen.workspace, address, address, screen.say)


def desktop() -> str | None:
    """The program that opens things on this desktop; None over SSH and without one."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return None
    if sys.platform == "darwin":
        return "open"
    return "xdg-open" if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") else None


def _open(screen: MainScreen, program: str, address: str) -> None:
    """In a worker thread. Neither a path nor an address begins with a dash: both are absolute."""
    try:
        done = screen.workspace.runner.run((program, address), cwd=screen.workspace.project.root, timeout=20.0)
        told = done.stderr.strip().splitlines()
        said = (
            (f"opened {address}", "good")
            if done.code == 0
            else (f"{program}: {told[-1] if told else done.code}", "warn")
        )
    except SourceError as error:
        said = (error.summary, "warn")
    screen.app.call_from_thread(screen.say, *said)


OUTSIDE: tuple[type[Command], ...] = (OpenLink,)
