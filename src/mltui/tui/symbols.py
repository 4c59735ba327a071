"""Which characters the terminal can show."""

from __future__ import annotations

import locale
import os
import sys
from typing import TYPE_CHECKING, Any

from mltui.present.charset import asked_for_c
from mltui.present.text import ASCII, UNICODE, Symbols

if TYPE_CHECKING:
    from textual.app import App


def terminal_symbols() -> Symbols:
    """ASCII unless the terminal speaks UTF-8, or when ``MLTUI_ASCII`` is set.

    Where somebody set the C locale his word counts, whatever Python speaks there (`present.charset`).
    """
    encoding = getattr(sys.__stdout__, "encoding", None) or locale.getpreferredencoding(False)
    utf8 = encoding.lower().replace("-", "") == "utf8" and not asked_for_c(os.environ, bool(sys.flags.utf8_mode))
    return UNICODE if utf8 and not os.environ.get("MLTUI_ASCII") else ASCII


def symbols(app: App[Any]) -> Symbols:
    """The symbols of `app`; those of Unicode in an app that does not say (a widget's own test)."""
    found = getattr(app, "symbols", UNICODE)
    return found if isinstance(found, Symbols) else UNICODE
