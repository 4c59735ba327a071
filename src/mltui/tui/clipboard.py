"""Copying: into the terminal's clipboard, or into tmux's buffer, which drops what the terminal is sent; and where
neither is to be had, the text itself to be selected (`selectable.py`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from mltui.errors import SourceError
from mltui.present.text import size
from mltui.tui.selectable import show_selectable

if TYPE_CHECKING:
    from textual.screen import Screen

    from mltui.sources.workspace import Workspace

Say = Callable[[str, str], object]
#: Who takes a text: tmux, the terminal for certain, the terminal perhaps, nobody.
Taker = Literal["tmux", "sure", "perhaps", "nobody"]

#: What terminals take by OSC 52: 100,000 bytes of a sequence, of which the text in base64 is the most (bytes). Longer
#: ones they drop, and say nothing.
CAP: Final = 74_000
#: Beginnings of TERM where OSC 52 gets nowhere: consoles that have no clipboard, and multiplexers, which drop it as
#: they are (GNU screen, and a tmux on the other side of ssh).
_NOWHERE: Final = ("linux", "dumb", "screen", "tmux", "vt", "ansi", "cons", "eterm", "sun")
#: Beginnings of TERM, and values of TERM_PROGRAM and LC_TERMINAL, of terminals that take it as they are installed.
_TAKES: Final = ("xterm-kitty", "xterm-ghostty", "foot", "alacritty", "wezterm", "contour", "rio")
_PROGRAMS: Final = frozenset({"WezTerm", "ghostty", "vscode", "rio", "contour", "WarpTerminal"})
_AGAIN: Final = "; the same key again shows it to be selected"


def taker(environ: Mapping[str, str], told: str = "auto") -> Taker:
    """Who would take a text here. A terminal does not say whether it took one, so most are "perhaps". `told` is the
    user's word (``[terminal] copy``)."""
    term = environ.get("TERM", "")
    if told != "auto":
        return "sure" if told == "osc52" else "nobody"
    if environ.get("TMUX"):
        return "tmux"
    if not term or term.startswith(_NOWHERE) or environ.get("TERM_PROGRAM") == "Apple_Terminal" or environ.get("STY"):
        return "nobody"
    programs = {environ.get(name, "") for name in ("TERM_PROGRAM", "LC_TERMINAL")}
    if term.startswith(_TAKES) or programs & _PROGRAMS or environ.get("WT_SESSION") or environ.get("KITTY_WINDOW_ID"):
        return "sure"
    return "perhaps"


def copy(screen: Screen[Any], workspace: Workspace, text: str, told: str, say: Say, *, instead: str = "") -> None:
    """Copy `text`, and `say` (a word and its role) that `told` was copied. Where it is too long for the terminal, or
    the terminal takes none, the text is shown to be selected; where that can't be, `say` tells where it can be had
    `instead`. The same text a second time is shown too, where nobody knows whether the terminal took it.

    tmux is asked in a worker thread; its buffer takes a text of any length.
    """
    length = len(text.encode(errors="replace"))
    fits, where = length <= CAP, taker(os.environ, workspace.config.copy_by)
    again = where == "perhaps" and fits and bool(text) and screen.app.clipboard == text
    if fits and (where != "nobody" or screen.app.is_headless):
        screen.app.copy_to_clipboard(text)
    if where == "tmux":
        screen.run_worker(lambda: _into_tmux(screen, workspace, text, told, say), thread=True, group="copy")
    elif (not fits or again or where == "nobody") and show_selectable(screen.app, text):
        say("that was all of it to select" if fits else f"too long for the terminal's clipboard: {size(length)}", "dim")
    elif fits:
        say(f"sent to the terminal's clipboard: {told}{_AGAIN if where == 'perhaps' else ''}", "good")
    else:
        rest = f"; {instead}" if instead else ""
        say(f"not copied: {size(length)}, and a terminal takes {size(CAP)}{rest}", "warn")


def _into_tmux(screen: Screen[Any], workspace: Workspace, text: str, told: str, say: Say) -> None:
    """Into tmux's buffer and, where tmux may, on into the terminal's clipboard (-w). In a worker thread."""
    data, here = text.encode(errors="replace"), workspace.project.root
    fits = len(data) <= CAP
    load = ("tmux", "load-buffer", "-w", "-") if fits else ("tmux", "load-buffer", "-")
    only = "" if fits else f" ({size(len(data))}: its buffer only, too long for the terminal)"
    try:
        done = workspace.runner.run((*load, ";", "display-message", "-p", _CLIENT), cwd=here, timeout=5.0, stdin=data)
    except SourceError as error:
        said = (error.summary, "warn")
    else:
        outer = done.stdout.decode(errors="replace").strip()
        if fits and outer.startswith(_MULTIPLEXERS):  # which takes nothing from a program in it
            only = f" (the inner one's buffer only: it runs in {outer.partition('-')[0]})"
        said = (
            (f"copied into tmux: {told}{only}", "good") if done.code == 0 else (f"tmux: {done.stderr.strip()}", "warn")
        )
    screen.app.call_from_thread(say, *said)


#: What tmux calls the terminal that it is shown in.
_CLIENT: Final = "#{client_termname}"
_MULTIPLEXERS: Final = ("tmux", "screen")
