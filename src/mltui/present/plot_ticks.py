"""Ticks of an axis: round numbers, powers of ten, durations, times of the clock, with labels that tell them apart."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from mltui.model.series import XKind
from mltui.present.text import number

#: Steps between times of the clock and between durations, in seconds; beyond, days in round numbers.
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAY = 86400
#: So many more ticks are tried where there would be less than two.
FINER = 6
#: Powers of ten on a log axis before their fractions are labelled too.
_DECADES = 2


Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Tick:
    """`at` on the axis' own scale (log10 on a log axis)."""

    at: float
    label: str


def y_ticks(low: float, high: float, most: int, *, log: bool) -> list[Tick]:
    """At most `most` ticks (at least one) between two values on the axis' scale."""
    if low == high:
        return [Tick(low, number(10.0**low if log else low))]
    found = _two(partial(_log_ticks if log else _round_ticks, low, high), most)
    if len(found) < 2:  # no round number is between them: the ends themselves
        found = [(at, 10.0**at if log else at) for at in (low, high)][: max(most, 1)]
    return _labelled(found)


def x_ticks(low: float, high: float, most: int, kind: XKind, *, log: bool) -> list[Tick]:
    """At most `most` ticks of an x axis, a few more where that would be less than two: one alone gives no scale.

    `low` and `high` are on the axis' scale (steps, epoch ms, seconds).
    """
    if log and low < high:
        found = _two(partial(_log_ticks, low, high), most)
        found = found if len(found) > 1 else [(low, 10.0**low), (high, 10.0**high)]
        if kind == "step":
            return _labelled(found)
        return [Tick(at, duration(value) if kind == "relative" else clock(value, 10.0**high)) for at, value in found]
    if low == high:
        return [Tick(low, _at(low, kind))]
    make = {"step": _step_ticks, "relative": _relative_ticks, "time": _clock_ticks}[kind]
    ticks = _two(partial(make, low, high), most)
    return ticks if len(ticks) > 1 else [Tick(low, _at(low, kind)), Tick(high, _at(high, kind))]


def _two(make: Callable[[int], list[Found]], most: int) -> list[Found]:
    """What `make(most)` gives, or the least more of which there are two."""
    found = make(most)
    for more in range(most + 1, most + FINER):
        if len(found) > 1:
            break
        found = make(more)
    return found


def _at(value: float, kind: XKind) -> str:
    """The label of one place on an axis of x."""
    return _whole(value) if kind == "step" else duration(value) if kind == "relative" else clock(value, 0.0)


def _step_ticks(low: float, high: float, most: int) -> list[Tick]:
    return [Tick(at, _whole(at)) for at in _round(low, high, most, whole=True)]


def _relative_ticks(low: float, high: float, most: int) -> list[Tick]:
    gap = _gap(low, high, most)
    return [Tick(at, duration(at, gap)) for at in _spaced(low, high, gap, 0.0)]


def _clock_ticks(low: float, high: float, most: int) -> list[Tick]:
    gap = _gap(low / 1000, high / 1000, most)
    offset = -float(time.localtime(low / 1000).tm_gmtoff) if _sane(low) else 0.0
    places = _spaced(low / 1000, high / 1000, gap, offset)
    return [Tick(at * 1000, clock(at * 1000, gap * 1000)) for at in places]


def duration(seconds: float, gap: float | None = None) -> str:
    """Seconds for an axis or a cursor: 0, 1.5 s, 90 s, 12:30, 1:02:03, 3 d 4 h."""
    sign, whole = ("-" if seconds < 0 else ""), abs(seconds)
    if whole == 0:
        return "0"
    if whole < 60 or (gap is not None and gap < 1):
        return f"{sign}{number(whole, 3 if gap is None or gap >= 1 else 4)} s"
    minutes, rest = divmod(round(whole), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{sign}{days} d" + (f" {hours} h" if hours and days < 100 else "")
    return f"{sign}{hours}:{minutes:02d}:{rest:02d}" if hours else f"{sign}{minutes}:{rest:02d}"


def clock(ms: float, gap_ms: float) -> str:
    """Epoch ms as local time: the seconds only where ticks are less than a minute apart, the date where a day is."""
    if not _sane(ms):
        return number(ms)
    form = "%H:%M:%S" if gap_ms < 60_000 else "%H:%M" if gap_ms < 6 * 3_600_000 else "%d %b %H:%M"
    return time.strftime(form if gap_ms < _DAY * 1000 else "%d %b %y", time.localtime(ms / 1000))


def days(low: float, high: float) -> str:
    """The days between two times (epoch ms), which labels may leave out: 5 Mar 2023, 5 Mar 2023 to 7 Mar 2023."""
    if not (_sane(low) and _sane(high)):
        return ""
    first, last = (time.strftime("%d %b %Y", time.localtime(at / 1000)).lstrip("0") for at in (low, high))
    return first if first == last else f"{first} to {last}"


def x_label(value: float, kind: XKind) -> str:
    """An x for a person, to the second: step 1,200; 14:03:05 on 3 May; 1:02:03."""
    if kind == "step":
        return f"step {_whole(value)}"
    if kind == "relative":
        return duration(value)
    if not _sane(value):
        return number(value)
    return time.strftime("%d %b %H:%M:%S", time.localtime(value / 1000))


def _round(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten from `low` to `high`, as many as fit, at most `most`."""
    span = high / 2 - low / 2  # the difference of the largest doubles is infinite
    size = 2 * (span / max(most, 1))
    if size <= 0 or not math.isfinite(size):
        return []
    power = 10.0 ** math.floor(math.log10(size))
    for factor in (1, 2, 5, 10, 20, 50):
        gap = power * factor
        if whole:
            gap = max(1.0, float(round(gap)))
        if not math.isfinite(gap):
            return []
        first, last = math.ceil(low / gap - 1e-9), math.floor(high / gap + 1e-9)
        if last - first + 1 <= most:
            return [index * gap for index in range(first, last + 1)]
    return []


def _round_ticks(low: float, high: float, most: int) -> list[tuple[float, float]]:
    return [(at, at) for at in _round(low, high, most)]


def _log_ticks(low: float, high: float, most: int) -> list[tuple[float, float]]:
    """(log10, value): powers of ten, every n-th where there are many; where there are few, round numbers between."""
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if last - first + 1 > _DECADES:
        every = max(1, math.ceil((last - first + 1) / max(most, 1)))
        return [(float(power), 10.0**power) for power in range(first, last + 1, every)]
    if high - low < 1:
        between = _round(10.0**low, 10.0**high, most)
        return [(math.log10(value), value) for value in between if value > 0]
    found = [
        (power + math.log10(digit), digit * 10.0**power) for power in range(first - 1, last + 1) for digit in (1, 2, 5)
    ]
    inside = [(at, value) for at, value in found if low - 1e-9 <= at <= high + 1e-9]
    return inside if len(inside) <= most else [(at, value) for at, value in inside if at == round(at)]


def _gap(low: float, high: float, most: int) -> float:
    """Seconds between ticks of time."""
    size = (high - low) / max(most, 1)
    if size < 1:
        power = 10.0 ** math.floor(math.log10(size)) if size > 0 else 1.0
        return next((power * factor for factor in (1, 2, 5, 10) if power * factor >= size), 1.0)
    known = next((float(gap) for gap in _SECONDS if gap >= size), None)
    if known is not None:
        return known
    days = size / _DAY
    power = 10.0 ** max(0, math.floor(math.log10(days)))
    return _DAY * next((power * factor for factor in (1, 2, 5, 10) if power * factor >= days), 10 * power)


def _spaced(low: float, high: float, gap: float, offset: float) -> list[float]:
    first, last = math.ceil((low - offset) / gap - 1e-9), math.floor((high - offset) / gap + 1e-9)
    return [offset + index * gap for index in range(first, last + 1)]


def _labelled(found: list[tuple[float, float]]) -> list[Tick]:
    values = [0.0 if abs(value) < _smallest(found) else value for _, value in found]
    digits = next((n for n in range(2, 12) if len({number(value, n) for value in values}) == len(values)), 12)
    labels = [number(value, max(digits, 3)) for value in values]
    return [Tick(at, _short(label)) for (at, _), label in zip(found, labels, strict=True)]


def _smallest(found: list[tuple[float, float]]) -> float:
    """What is 0 but for rounding."""
    return max((abs(value) for _, value in found), default=0.0) * 1e-12


def _short(label: str) -> str:
    """Without zeros at its end that say nothing: 0.250 is 0.25, 1.00e-05 is 1e-05."""
    body, exponent, power = label.partition("e")
    if "." in body:
        body = body.rstrip("0").rstrip(".")
    return body + exponent + power


def _whole(value: float) -> str:
    return f"{value:,.0f}" if abs(value) < 1e15 else number(value)


def _sane(ms: float) -> bool:
    """Whether that is a time between the years 1 and 9999."""
    return -62_135_000_000_000 < ms < 253_402_000_000_000
