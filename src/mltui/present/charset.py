"""Text where the locale has not all characters: whether somebody wants ASCII, and what stands for the others.

A prompt's `mltui status --short` passes here: nothing is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

#: What is in sentences of ours and is no symbol.
_BESIDES = {"–": "-", "×": "x", "±": "+-", "≤": "<=", "≥": ">="}


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
    lacking, plain = error.object[error.start : error.end], _plain()
    told = [plain.get(char) or char.encode("ascii", "backslashreplace").decode() for char in lacking]
    return "".join(told), error.end


def _plain() -> dict[str, str]:
    """Our own symbols, each with what stands for it; "·" and "…" are in sentences, too."""
    from dataclasses import fields

    from mltui.present.text import ASCII, UNICODE

    both = [(getattr(UNICODE, each.name), getattr(ASCII, each.name)) for each in fields(UNICODE)]
    return {ours: plain for ours, plain in both if isinstance(ours, str) and len(ours) == 1} | _BESIDES
