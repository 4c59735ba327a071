"""Text with meaning: spans that name a role, never a colour; symbols with an ASCII set; names made safe to show.

Roles are mapped to the theme's styles in ``tui`` and to SGR codes in ``cli``: "" plain, "dim", "title", "key" (a
label), "prose" (plain; what people wrote), "note" (a dim sentence), "good", "warn", "bad", "running", "unknown",
"accent" (names one can go to), "hash".
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

from mltui.model.ages import age
from mltui.model.letters import INVISIBLE
from mltui.model.sizes import size as size  # noqa: PLC0414 - screens have it from here

Role = str


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line in one role."""

    text: str
    role: Role = ""


Line = tuple[Span, ...]

#: A text without any character, dim: a value may be the word "empty".
EMPTY = "(empty)"


def line(*parts: str | Span) -> Line:
    """A line of plain strings and spans."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def plain(spans: Line) -> str:
    """The text of a line without its roles."""
    return "".join(span.text for span in spans)


@dataclass(frozen=True, slots=True)
class Symbols:
    """One character a meaning. Meaning never rides on colour alone (DESIGN section 6)."""

    fresh: str = "✓"
    running: str = "●"
    stale: str = "~"
    upstream: str = "≈"  #: stale only because of what is upstream
    frozen: str = "‖"
    failed: str = "✗"
    unknown: str = "?"
    missing: str = "○"
    killed: str = "■"
    scheduled: str = "◌"
    mark: str = "◆"
    best: str = "★"
    arrow: str = "→"
    back: str = "←"
    ahead: str = "↑"
    behind: str = "↓"
    dirty: str = "✎"
    more: str = "…"
    rule: str = "─"
    up: str = "▲"
    down: str = "▼"
    link: str = "──"
    branch: str = "├─"
    last: str = "└─"
    dot: str = "·"
    folded: str = "▸"
    unfolded: str = "▾"
    marked: str = "»"
    base: str = "◇"  #: the baseline; `base_marked` if it is marked too
    base_marked: str = "◆"
    changed: str = "◀"
    sparks: str = "▁▂▃▄▅▆▇█"
    pictures: bool = True  #: whether control characters have pictures (U+2400…); else they are escapes


UNICODE = Symbols()
ASCII = Symbols(
    fresh="v",
    running="*",
    stale="~",
    upstream="^",
    frozen="=",
    failed="x",
    unknown="?",
    missing="o",
    killed="#",
    scheduled=".",
    mark="+",
    best="*",
    arrow="->",
    back="<-",
    ahead="^",
    behind="v",
    dirty="*",
    more="...",
    rule="-",
    up="^",
    down="v",
    link="--",
    branch="|-",
    last="`-",
    dot="-",
    folded="+",
    unfolded="-",
    marked=">",
    base="=",
    base_marked="#",
    changed="<",
    sparks="_.,-=*#@",
    pictures=False,
)


def safe(text: str, symbols: Symbols = UNICODE) -> str:
    """Names from outside as text: control, bidirectional and invisible characters are shown, not obeyed.

    C0 controls become their Unicode pictures (ESC is ␛), where `symbols` has some, C1 controls, surrogates, format
    characters and letters without a shape ``\\x9b``-style escapes. Newlines too: a name is one line. Of marks heaped on
    one letter the first four are drawn, so that they stay in their line.
    """
    if text.isascii() and text.isprintable():
        return text
    if INVISIBLE.search(text):
        text = INVISIBLE.sub(_visible, text)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _shown(char, symbols.pictures) for char in text)


def safe_lines(text: str, symbols: Symbols = UNICODE) -> str:
    """Each of its lines made `safe`, where newlines are ours."""
    return "\n".join(safe(row, symbols) for row in text.split("\n"))


def _visible(found: re.Match[str]) -> str:
    if found["gone"]:
        return ""
    few, rest = found["few"] or "", found["many"] or found[0]
    return few + "".join(_escape(char) for char in rest)


def _shown(char: str, pictures: bool) -> str:
    code = ord(char)
    if not pictures and char in _ESCAPES:
        return _ESCAPES[char]
    if code < 0x20 and pictures:
        return chr(0x2400 + code)
    if code == 0x7F and pictures:
        return "\u2421"
    return " " if unicodedata.category(char) == "Zs" else _escape(char)


def _escape(char: str) -> str:
    """As Python writes it."""
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


#: How Python and C write the commonest controls.
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def number(value: float, digits: int = 4) -> str:
    """A metric for a table: four significant digits, NaN and ±inf by name, no exponent between 1e-4 and 1e7."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == 0:
        return "0"
    if 1e-4 <= abs(value) < 1e7:
        decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        text = f"{value:.{min(decimals, 8)}f}"
        return text.rstrip("0").rstrip(".") if "." in text and value == int(value) else text
    return f"{value:.{digits - 1}e}"


def delta(value: float, base: float, digits: int = 4) -> str:
    """`value` against `base` with its sign; "=" when equal."""
    if value == base:
        return "="
    difference = value - base
    return ("+" if difference > 0 else "") + number(difference, digits)


def ago(then: int | None, now: int) -> str:
    """How long ago, in one unit: now, 1 min, 2 h, 3 d, 7 mo, 2 y; "" for None; "in 5 min" for the future."""
    if then is None:
        return ""
    seconds = (now - then) / 1000
    return f"in {age(-seconds)}" if seconds <= -60 else age(seconds)


def as_of(then: int, now: int) -> str:
    """When something was seen: "as of 5 min ago", "as of now"."""
    seen = ago(then, now)
    return f"as of {seen}" if seen == "now" else f"as of {seen} ago"


def short_sha(sha: str | None) -> str:
    """Seven digits, as git shows them."""
    return (sha or "")[:7]


def clip(text: str, width: int, more: str = "…") -> str:
    """`text` in `width` columns; nothing is cut without a mark. Widths are character counts."""
    if len(text) <= width:
        return text
    return text[: max(0, width - len(more))] + more[:width]
