"""How another time that is looked at is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.model.key_names import key_of
from mltui.present.marks import stamp
from mltui.present.text import safe

if TYPE_CHECKING:
    from mltui.model.as_of import AsOf


def as_of_words(as_of: AsOf) -> str:
    """``2026-11-01 23:59 (v1.0, 3f2a1c9)``, in local time."""
    when = stamp(as_of.at)
    return f"{when} ({safe(as_of.label)})" if as_of.label else when


def loud_words(as_of: AsOf) -> str:
    """What the bar says, the most important first: it may be cut."""
    return f"AS OF {as_of_words(as_of)}: nothing can be changed, {key_of('as-of')} goes back to now"
