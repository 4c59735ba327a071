"""Copying: into the terminal's clipboard, or into tmux's buffer, which drops what the terminal is sent."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mltui.errors import SourceError

if TYPE_CHECKING:
    from textual.screen import Screen

    from mltui.sources.workspace import Workspace


def copy(screen: Screen[Any], workspace: Workspace, text: str, told: str, say: Callable[[str, str], object]) -> None:
    """Copy `text`, and `say` (a word and its role) that `told` was copied. tmux is asked in a worker thread."""
    screen.app.copy_to_clipboard(text)
    if os.environ.get("TMUX"):
        screen.run_worker(lambda: _into_tmux(screen, workspace, text, told, say), thread=True, group="copy")
    else:
        say(f"sent to the terminal's clipboard: {told}", "good")


def _into_tmux(
    screen: Screen[Any], workspace: Workspace, text: str, told: str, say: Callable[[str, str], object]
) -> None:
    """Into tmux's buffer and, where tmux may, on into the terminal's clipboard (-w). In a worker thread."""
    command, here = ("tmux", "load-buffer", "-w", "-"), workspace.project.root
    try:
        done = workspace.runner.run(command, cwd=here, timeout=5.0, stdin=text.encode(errors="replace"))
        said = (f"copied into tmux: {told}", "good") if done.code == 0 else (f"tmux: {done.stderr.strip()}", "warn")
    except SourceError as error:
        said = (error.summary, "warn")
    screen.app.call_from_thread(say, *said)
