"""How a cell is drawn, as the terminal is told it (SGR), and the shortest way from one such ink to another."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class Ink(NamedTuple):
    """Codes of SGR: attributes in their order (``("1", "4")``), text and ground ("" for the terminal's own)."""

    attributes: tuple[str, ...] = ()
    text: str = ""
    ground: str = ""


PLAIN = Ink()
#: Attributes that show on a blank too: underline, blink, reverse, strike, double underline, overline.
_ON_BLANKS = {"4", "5", "7", "9", "21", "53"}


@lru_cache(maxsize=4096)
def parse(codes: str) -> Ink:
    """The ink that ``ESC [ codes m`` sets on a terminal that was reset. Raises `ValueError` for what nobody writes."""
    attributes: list[str] = []
    text = ground = ""
    left = codes.split(";") if codes else []
    while left:
        code = left.pop(0)
        number = int(code or "0")
        if number in (38, 48):
            taken = 4 if left[0] == "2" else 2
            colour = ";".join([code, *left[:taken]])
            del left[:taken]
        else:
            colour = code
        if number == 0:
            attributes, text, ground = [], "", ""
        elif 30 <= number <= 39 or 90 <= number <= 97:
            text = "" if number == 39 else colour
        elif 40 <= number <= 49 or 100 <= number <= 107:
            ground = "" if number == 49 else colour
        else:
            attributes.append(colour)
    return Ink(tuple(attributes), text, ground)


@lru_cache(maxsize=4096)
def on_blank(ink: Ink) -> Ink:
    """`ink` as far as it can be seen on a blank: two blanks that look the same are the same cell."""
    if _ON_BLANKS.isdisjoint(ink.attributes):
        return Ink((), "", ink.ground)
    return ink


@lru_cache(maxsize=4096)
def change(before: Ink, after: Ink) -> str:
    """What to write between cells of the one and of the other."""
    if before == after:
        return ""
    whole = ";".join(["0", *after.attributes, *filter(None, (after.text, after.ground))])
    if not set(before.attributes) <= set(after.attributes):
        return f"\x1b[{whole}m"
    codes = [each for each in after.attributes if each not in before.attributes]
    if before.text != after.text:
        codes.append(after.text or "39")
    if before.ground != after.ground:
        codes.append(after.ground or "49")
    some = ";".join(codes)
    return f"\x1b[{min(some, whole, key=len)}m"
