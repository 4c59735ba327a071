"""What is said to the terminal beside the screen: the window's title, the bell, a notification of the desktop. And what
is not believed of its size.

Texts come from outside: no control character of theirs reaches the terminal, so that none ends a sequence.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, MutableMapping
from typing import Final

from mltui.present.text import safe

#: Save and restore the title on the terminal's stack (XTWINOPS).
PUSH, POP = "\x1b[22;2t", "\x1b[23;2t"
BELL = "\a"
#: Beginnings of TERM where there is no window, or a title would be printed.
_WITHOUT: Final = ("linux", "dumb", "vt", "ansi", "cons", "sun", "eterm")
#: Characters of a title, of a notification: more is of no use to anybody.
TITLE, TEXT = 120, 200


def takes_mouse(environ: Mapping[str, str]) -> bool:
    """Whether the mouse may be asked for. GNU screen keeps an ESC from whoever did until the next key is pressed
    (4.9; https://github.com/neovim/neovim/issues/14051): esc is worth more."""
    term = environ.get("TERM", "")
    within = term.startswith("screen.") or ("STY" in environ and not term.startswith("tmux"))
    return not within


def forget_told_size(environ: MutableMapping[str, str], descriptor: int) -> None:
    """Take COLUMNS and LINES away where the terminal itself says how large it is: Textual, and what mltui starts, would
    believe them more, and whoever exported them had another window, or this one before it was resized."""
    try:
        size = os.get_terminal_size(descriptor)
    except OSError:
        return
    if size.columns and size.lines:
        for name in ("COLUMNS", "LINES"):
            environ.pop(name, None)


class Window:
    """The terminal's window while mltui has it: nothing is sent before `enter` and after `leave`, and a title only when
    it is another."""

    def __init__(self, environ: Mapping[str, str], *, titled: bool = True, through: bool = False) -> None:
        """`titled`: whether the title is set at all. `through`: wrap notifications for the multiplexer."""
        term = environ.get("TERM", "")
        self._titled = titled and bool(term) and not term.startswith(_WITHOUT)
        self._wrap = _wrapping(environ) if through else _plain
        self._write: Callable[[str], object] | None = None
        self._title = ""

    def enter(self, write: Callable[[str], object]) -> None:
        """mltui has the terminal now, and `write` goes there."""
        self._write = write
        if self._titled:
            write(PUSH + (_titling(self._title) if self._title else ""))

    def leave(self) -> None:
        """Give the terminal its title back."""
        if self._write is not None and self._titled:
            self._write(POP)
        self._write = None

    def title(self, text: str) -> None:
        """Call the window so."""
        text = safe(text)[:TITLE]
        if text == self._title:
            return
        self._title = text
        if self._titled and self._write is not None:
            self._write(_titling(text))

    def bell(self) -> None:
        """Ring, or whatever the terminal and tmux do instead."""
        if self._write is not None:
            self._write(BELL)

    def notify(self, text: str, way: str) -> None:
        """Ask the terminal for a notification of the desktop, by OSC 9 (`way` "osc9") or 777 ("osc777")."""
        text = safe(text)[:TEXT]
        sequence = f"\x1b]777;notify;mltui;{text.replace(';', ',')}\a" if way == "osc777" else f"\x1b]9;mltui: {text}\a"
        if self._write is not None:
            self._write(self._wrap(sequence))


def _titling(text: str) -> str:
    return f"\x1b]2;{text}\a"


def _plain(sequence: str) -> str:
    return sequence


def _wrapping(environ: Mapping[str, str]) -> Callable[[str], str]:
    """How a sequence gets past the multiplexer that mltui runs in: tmux wants ESC doubled, GNU screen as it is."""
    if environ.get("TMUX"):
        return lambda sequence: "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environ.get("STY") or environ.get("TERM", "").startswith("screen"):
        return lambda sequence: f"\x1bP{sequence}\x1b\\"
    return _plain
