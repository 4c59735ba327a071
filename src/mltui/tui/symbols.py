"""Which characters the terminal can show."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mltui.present.text import ASCII, UNICODE, Symbols

if TYPE_CHECKING:
    from textual.app import App


def terminal_symbols() -> Symbols:
    """ASCII unless the terminal speaks UTF-8, or when ``MLTUI_ASCII`` is set.

    Under ``LC_ALL=C`` or ``LANG=C`` Python itself speaks UTF-8 (PEP 538 and 540), whatever the terminal does: there the
    word of whoever set it counts. Where nobody said anything, as in most containers, UTF-8 it is.
    """
    encoding = getattr(sys.__stdout__, "encoding", None) or locale.getpreferredencoding(False)
    utf8 = encoding.lower().replace("-", "") == "utf8" and not _asked_for_c(os.environ, bool(sys.flags.utf8_mode))
    return UNICODE if utf8 and not os.environ.get("MLTUI_ASCII") else ASCII


def _asked_for_c(environment: Mapping[str, str], found_c: bool) -> bool:
    """Whether somebody set the C locale. `found_c`: Python started in it, and has set LC_CTYPE to UTF-8 since."""
    said = environment.get("LC_ALL") or (environment.get("LANG") if found_c else None)
    return said in ("C", "POSIX")


def symbols(app: App[Any]) -> Symbols:
    """The symbols of `app`; those of Unicode in an app that does not say (a widget's own test)."""
    found = getattr(app, "symbols", UNICODE)
    return found if isinstance(found, Symbols) else UNICODE
