"""What a value of a filter says: a number, a span of time, a moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

DAY_MS = 86_400_000
#: Milliseconds of each unit of a span of time.
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": DAY_MS, "w": 7 * DAY_MS}

_SPAN = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?(?:[T ](\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?)(?:Z|[+-]\d{2}:?\d{2})?)?")


def number(text: str) -> float | None:
    """A number as Python and MLflow write it, ``nan``, ``inf`` and ``-inf`` among them; whole ones stay exact."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def span(text: str) -> float | None:
    """``3d``, ``1h30m``, ``1.5h``, ``500ms`` in milliseconds."""
    if not _SPAN.fullmatch(text):
        return None
    return sum(float(count) * UNITS[unit] for count, unit in _PART.findall(text))


def moment(text: str) -> tuple[float, float] | None:
    """A number of epoch milliseconds, or an ISO date or time, as (first, behind the last) millisecond of what it names.

    A date is a whole day, ``10:00`` a whole minute; local time unless it names its own.
    """
    exact = number(text)
    if exact is not None:
        return exact, exact
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    day, clock = match.groups()
    try:
        begin = datetime.fromisoformat(text if day else f"{text}-01")
        if not day:
            end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
        else:
            end = begin + _width(clock)
        return _epoch_ms(begin), _epoch_ms(end)
    except (ValueError, OverflowError, OSError):
        return None


def _width(clock: str | None) -> timedelta:
    """How much a time as precise as `clock` names."""
    if clock is None:
        return timedelta(days=1)
    if "." in clock:
        return timedelta(milliseconds=1)
    return (timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))[clock.count(":")]


def _epoch_ms(at: datetime) -> float:
    aware = at if at.tzinfo else at.astimezone()
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
