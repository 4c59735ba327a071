"""Lines on standard output: coloured and cut to the width on a terminal, plain and whole anywhere else."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mltui.present.charset import asked_for_c, escaped
from mltui.present.layout import cut_line
from mltui.present.text import ASCII, UNICODE, Line, Span, Symbols, plain, safe

if TYPE_CHECKING:
    from mltui.config import Config

#: How characters that standard output lacks are written (`present.charset.escaped`).
_ESCAPED = "mltui.escaped"

#: Role -> SGR. Only the eight colours and weight: they are right on light and on dark backgrounds.
_SGR = {
    "dim": "2",
    "note": "2",
    "title": "1",
    "key": "2",
    "good": "32",
    "warn": "33",
    "bad": "31",
    "running": "36",
    "unknown": "35",
    "accent": "36",
    "hash": "33",
    "faint": "2",
    **{f"series{at}": code for at, code in enumerate(("36", "33", "32", "35", "31", "34", "1;36", "1;33"))},
}


def is_terminal() -> bool:
    """Whether a person sees standard output."""
    return sys.stdout.isatty()


def symbols(config: Config) -> Symbols:
    """ASCII where it is asked for or where standard output can't show the others."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return UNICODE if encoding.startswith("utf") and not config.ascii else ASCII


def write(lines: Iterable[Line], *, cut: bool = True) -> None:
    """Print lines. Colours only on a terminal that has them and without NO_COLOR; nothing is ever cut in a pipe, nor
    without `cut`: what is to be confirmed is seen whole."""
    width = columns() if is_terminal() and cut else None
    sys.stdout.writelines(f"{text}\n" for text in texts(lines, width))


def texts(lines: Iterable[Line], width: int | None) -> Iterator[str]:
    """Lines as `write` prints them, cut to `width`. A terminal obeys nothing else of them: what `safe` was
    forgotten for is met here."""
    coloured = is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    for found in lines:
        spans = tuple(Span(safe(span.text), span.role) for span in found)
        shown = spans if width is None else cut_line(spans, width)
        yield _coloured(shown) if coloured else plain(shown)


def columns() -> int:
    """How wide the terminal is; 80 where it does not say."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def use_utf8() -> None:
    """JSON and CSV are UTF-8 whatever the locale; characters a text locale lacks are said in others, never an error.

    Under the C locale that somebody set Python would write UTF-8: text is ASCII then.
    """
    codecs.register_error(_ESCAPED, escaped)
    encoding = "ascii" if asked_for_c(os.environ, bool(sys.flags.utf8_mode)) else None
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding=encoding, errors=_ESCAPED)


def _coloured(spans: Line) -> str:
    return "".join(
        f"\x1b[{_SGR[span.role]}m{span.text}\x1b[0m" if span.role in _SGR and span.text else span.text for span in spans
    )
