"""The numbers of a comparison in as many characters as a column has."""

from __future__ import annotations

#: Values, differences of numbers and per cents stand in columns so wide: "-1.234e-05", "+1.39e-5", "+1.4e4 %".
VALUE, DIFFERENCE, PERCENT = 10, 8, 8
#: A number of more characters is shown with a few digits beside its difference.
LONG_NUMBER = 12
#: Units of lengths of time, in seconds.
UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
#: Per cents from so many on are powers of ten.
MANY = 1e4


def percent(value: float | None) -> str:
    """``+0.5 %``, ``+1200 %``, ``+1.4e4 %``, at most `PERCENT` characters; "-" for None."""
    if value is None:
        return "-"
    size = abs(value)
    if 0.1 <= size < MANY:
        return f"{value:+.0f} %" if size >= 100 else f"{value:+.1f} %"
    texts = [f"{value:+.2g}"] if size < MANY else []
    texts += [_bare(f"{value:+.{digits}e}") for digits in (1, 0)]
    found = next((text for text in texts if len(text) + 2 <= PERCENT), "")
    return f"{found} %" if found else f"{texts[-1]}%"  # -1e-105 leaves no room for a blank


def longer(seconds: float) -> str:
    """How much longer something took, in one unit: ``+0.065 s``, ``-5.3 min``, ``+12 h``."""
    size, unit = next(each for each in UNITS if abs(seconds) >= each[0] or each[0] == 1)
    value = seconds / size
    text = f"{value:+.0f}" if abs(value) >= 10 else f"{value:+.1f}" if abs(value) >= 1 else f"{value:+.2g}"
    return f"{text} {unit}"


def few_digits(text: str, more: str) -> str:
    """A param that is a number of many digits with a few of them: its difference to the baseline stays in sight.

    ``0.012248321525592598`` is ``0.01225…``, ``1.23456789012e-05`` is ``1.235…e-05``.
    """
    if len(text) <= LONG_NUMBER:
        return text
    try:
        digits, exponent, power = short(float(text), VALUE - len(more)).partition("e")
    except ValueError:
        return text
    return f"{digits}{more}{exponent}{power}"


def fitting(text: str) -> str:
    """A difference of numbers with as many digits as have room; what has any is left as it is."""
    if len(text) <= DIFFERENCE:
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    texts = [_bare(f"{value:+.{digits}g}") for digits in range(6, 0, -1)]
    return next((each for each in texts if len(each) <= DIFFERENCE), texts[-1])


def _bare(text: str) -> str:
    """A number without the blanks of its power: ``1.4e+04`` is ``1.4e4``."""
    digits, power, exponent = text.partition("e")
    return f"{digits}e{int(exponent)}" if power else text


def short(value: float, width: int, sign: str = "") -> str:
    """Four digits of a number, three where they need more than `width`."""
    text = f"{value:{sign}.4g}"
    return text if len(text) <= width else f"{value:{sign}.3g}"
