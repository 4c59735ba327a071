"""How long something is ago or lasted, in one unit, never more than is true: one way of saying it for every screen."""

from __future__ import annotations

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_MONTH, _YEAR = 2_630_016, 31_557_600

#: Below so many, a length of time is told in seconds.
_SECONDS = 90
#: (below so many seconds, it is told in units of, named). A unit begins where it says more than one or two.
_UNITS = (
    (_SECONDS, 1, "s"),
    (90 * _MINUTE, _MINUTE, "min"),
    (36 * _HOUR, _HOUR, "h"),
    (60 * _DAY, _DAY, "d"),
    (2 * _YEAR, _MONTH, "mo"),
)


def age(seconds: float) -> str:
    """How long something is ago: now, 1 min, 2 h. Without seconds: screens say it anew once a minute."""
    if seconds < _MINUTE:
        return "now"
    return f"{int(seconds // _MINUTE)} min" if seconds < _SECONDS else elapsed(seconds)


def age_ago(seconds: float) -> str:
    """`age` in a sentence: just now, 5 min ago."""
    return "just now" if seconds < _MINUTE else f"{age(seconds)} ago"


def elapsed(seconds: float) -> str:
    """A length of time in whole units: 40 s, 5 min, 2 h, 3 d, 7 mo, 2 y. What has not passed is not counted."""
    for limit, length, unit in _UNITS:
        if seconds < limit:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds // _YEAR)} y"
