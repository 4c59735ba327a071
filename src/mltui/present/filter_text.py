"""Where and why a filter is wrong."""

from __future__ import annotations

from mltui.errors import FilterError
from mltui.present.layout import cells, cut
from mltui.present.text import safe

#: Columns of the filter that are shown around what is wrong.
SPAN = 100


def marked(error: FilterError, span: int = SPAN, more: str = "…") -> tuple[str, str]:
    """The filter, or the part of it around the mistake, and a line of ``^`` below what is to blame."""
    before, wrong = error.text[: error.start], error.text[error.start : error.end]
    begin, middle, rest = safe(before), safe(wrong), safe(error.text[error.end :])
    room = max(0, span - len(middle)) // 2
    if len(begin) > room and len(begin) + len(middle) + len(rest) > span:
        begin = more + begin[len(begin) - room :]
    line = begin + middle + rest
    mark = " " * cells(begin) + "^" * max(1, cells(middle))
    return (line if len(line) <= span else line[: span - len(more)] + more, mark[:span])


def below(error: FilterError, width: int, before: int, more: str = "…") -> str:
    """One line below a filter that begins `before` columns from the left: marks below what is wrong, why beside them.

    `before` is negative where the field has scrolled.
    """
    at = before + cells(safe(error.text[: error.start]))
    marks = "^" * max(1, cells(safe(error.text[error.start : error.end])))
    why = told(error)
    if at < 0 or at + len(marks) > width:  # out of sight: the field has scrolled
        return cut(why, width, more)
    if at + len(marks) + 1 + cells(why) <= width or at < width // 2:
        return cut(f"{' ' * at}{marks} {why}", width, more)
    shown = cut(why, at - 1, more)
    return f"{' ' * (at - 1 - cells(shown))}{shown} {marks}"


def told(error: FilterError) -> str:
    """Why, in one line, with what to do."""
    return safe(f"{error.summary}; {error.hint}" if error.hint else error.summary)
