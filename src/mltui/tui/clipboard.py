"""Copying: into the terminal's clipboard, or into tmux's buffer, which drops what the terminal is sent."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from mltui.errors import SourceError
from mltui.present.text import size

if TYPE_CHECKING:
    from textual.screen import Screen

    from mltui.sources.workspace import Workspace

Say = Callable[[str, str], object]

#: What terminals take by OSC 52: 100,000 bytes of a sequence, of which the text in base64 is the most (bytes). Longer
#: ones they drop, and say nothing.
CAP: Final = 74_000


def copy(screen: Screen[Any], workspace: Workspace, text: str, told: str, say: Say, *, instead: str = "") -> None:
    """Copy `text`, and `say` (a word and its role) that `told` was copied, or that it is too long for the terminal and
    where it can be had `instead`.

    tmux is asked in a worker thread; its buffer takes a text of any length.
    """
    length = len(text.encode(errors="replace"))
    fits = length <= CAP
    if fits:
        screen.app.copy_to_clipboard(text)
    if os.environ.get("TMUX"):
        screen.run_worker(lambda: _into_tmux(screen, workspace, text, told, say), thread=True, group="copy")
    elif fits:
        say(f"sent to the terminal's clipboard: {told}", "good")
    else:
        rest = f"; {instead}" if instead else ""
        say(f"not copied: {size(length)}, and a terminal takes {size(CAP)}{rest}", "warn")


def _into_tmux(screen: Screen[Any], workspace: Workspace, text: str, told: str, say: Say) -> None:
    """Into tmux's buffer and, where tmux may, on into the terminal's clipboard (-w). In a worker thread."""
    data, here = text.encode(errors="replace"), workspace.project.root
    fits = len(data) <= CAP
    command = ("tmux", "load-buffer", "-w", "-") if fits else ("tmux", "load-buffer", "-")
    only = "" if fits else f" ({size(len(data))}: its buffer only, too long for the terminal)"
    try:
        done = workspace.runner.run(command, cwd=here, timeout=5.0, stdin=data)
        said = (
            (f"copied into tmux: {told}{only}", "good") if done.code == 0 else (f"tmux: {done.stderr.strip()}", "warn")
        )
    except SourceError as error:
        said = (error.summary, "warn")
    screen.app.call_from_thread(say, *said)
