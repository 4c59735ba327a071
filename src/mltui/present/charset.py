"""Text where the locale has not all characters: whether somebody wants ASCII, and what stands for the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from mltui.present.text import ASCII, UNICODE

#: Our own symbols, each with what stands for it; "·" and "…" are in sentences, too.
_PLAIN = {
    getattr(UNICODE, each.name): getattr(ASCII, each.name)
    for each in fields(UNICODE)
    if isinstance(getattr(UNICODE, each.name), str) and len(getattr(UNICODE, each.name)) == 1
} | {"–": "-", "×": "x", "±": "+-", "≤": "<=", "≥": ">="}


def asked_for_c(environment: Mapping[str, str], found_c: bool) -> bool:
    """Whether somebody set the C locale. `found_c`: Python started in it, and has set LC_CTYPE to UTF-8 since.

    Under ``LC_ALL=C`` or ``LANG=C`` Python itself speaks UTF-8 (PEP 538 and 540), whatever reads it does: there the
    word of whoever set it counts. Where nobody said anything, as in most containers, UTF-8 it is.
    """
    said = environment.get("LC_ALL") or (environment.get("LANG") if found_c else None)
    return said in ("C", "POSIX")


def escaped(error: UnicodeError) -> tuple[str, int]:
    """For `codecs.register_error`: our own symbols as ASCII has them, what came from outside as ``\\xe9``."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    told = [_PLAIN.get(char) or char.encode("ascii", "backslashreplace").decode() for char in lacking]
    return "".join(told), error.end
