"""Every place, page and dialog of the screen, walked with a keyboard over the hostile project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from bench.terminal import Terminal

#: What is pressed, a pattern that stands on the screen then, and one that does not stand there any more. Each step
#: waits for the screen: keys that are typed ahead are dropped by dialogs.
WALK: Final = (
    ("", "failed", ""),
    ("2", "by the letter", "Needs you"), ("G\r", "esc back", ""), ("l", "Lineage of", ""),
    ("\x1b", "esc back", "Lineage of"),
    ("t", "look from there", ""), ("\x1b", "esc back", "look from"),
    ("d", "r read again", ""), ("\x1b", "esc back", "r read again"), ("\x1b", "enter open", "esc back"),
    ("3", "images", "by the letter"), ("H", "nothing was left unhashed", ""),
    ("G\r", "esc back", ""), ("\x1b", "ask the remote", "esc back"),
    ("4", "w table|w drawing", ""), ("R", "from the run cache", ""), ("e", "change it", ""),
    ("\x1b", "x executor", "change it"),
    ("\x1b", "w table|w drawing", "x executor"), ("\r", "esc back", ""), ("\x1b", "w table|w drawing", "esc back"),
    ("5", "retrain-", "w table|w drawing"), ("je", "Edit run 1n", ""), ("name", "rename", "restore"),
    ("\r", "Name of run", ""), ("\x1b", "space mark", "esc leave"), (" j ", "2 marked", ""),
    ("c", "only differences", ""), ("\x1b", "2 marked", "only differences"), ("v", "Columns", ""),
    ("\x1b", "2 marked", "Columns"), ("s", "Order Runs", ""), ("\x1b", "2 marked", "Order Runs"),
    ("\x19", "enter copy it", ""), ("\x1b", "2 marked", "enter copy it"), ("C", "Charts  2 runs", ""),
    ("\x1b", "space mark", "esc back"), ("\r", "esc back", ""), ("A", "Artifacts", ""), ("G\r", "preview|lines|B", ""),
    ("L", "Log  0n", ""), ("\x1b", "space mark", "esc back"), ("W", "make the worktree", ""),
    ("\x1b", "space mark", "make the worktree"), ("y", "clipboard: [0-9a-f]{8}", ""), ("Y", "as Markdown", ""),
    ("6", "2 models", ""), ("j", "e edit", ""), ("P", "enter preview it", ""), ("\r", "now  .*f force", ""),
    ("\x1b", "P promote", "f force"), ("B", "\n m␛", ""), ("\x1b", "P promote", "\n m␛"),
    ("e", "enter take it", ""), ("\x1b", "P promote", "enter take it"), ("W", "make the worktree", ""),
    ("\x1b", "P promote", "make the worktree"), ("\r", "esc back", ""), ("\x1b", "P promote", "esc back"),
    ("7", "Jobs  1", ""), ("\r", "esc back", ""), ("L", "Log  retrain", ""), ("\x1b", "Jobs  1", "esc back"),
    ("@", "Command log", ""), ("\r", "esc close", ""), ("\x1b", "Command log", "esc close"),
    ("\x1b", "Jobs  1", "Command log"),
    ("J", "Journal", ""), ("\r", "esc close", ""), ("\x1b", "Journal", "esc close"), ("\x1b", "Jobs  1", "Journal"),
    ("z", "Undo", ""), ("\x1b", "Jobs  1", "Undo"), ("!", "Problems", ""), ("\x1b", "Jobs  1", "Problems"),
    ("?", "Help", ""), ("\x1b", "Jobs  1", "Help"), (":", "Commands", ""), ("hash", "Hash now", "To Overview"),
    ("\x1b", "Jobs  1", "Commands"), ("1", "Needs you", ""),
)  # fmt: skip


class Screen(Terminal):
    """One whose text can be looked at in the midst of a frame, when half of a wide character is overwritten."""

    def text(self) -> str:
        screen = self.screen
        return "\n".join("".join(screen.buffer[y][x].data for x in range(screen.columns)) for y in range(screen.lines))


def walk(project: Path, size: tuple[int, int], limit: float = 60) -> bytes:
    """All bytes that mltui wrote on a terminal of `size` (columns, rows), up to its end. A step has `limit` seconds."""
    with Screen([sys.executable, "-m", "mltui"], project, {}, size) as terminal:
        terminal.heard = bytearray()
        for keys, seen, gone in WALK:
            terminal.press(keys)
            absent = f"(?!.*(?:{gone}))" if gone else ""
            terminal.wait(rf"(?s)\A{absent}.*(?:{seen})", limit)
        terminal.press("q")
        while terminal.process.isalive() or terminal.pump():
            terminal.pump()
        return bytes(terminal.heard)
