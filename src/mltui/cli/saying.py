"""What is said beside the answer: one line a problem on standard error, its hint below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mltui.cli.streams import write_beside
from mltui.present.text import safe

if TYPE_CHECKING:
    from mltui.errors import MltuiError
    from mltui.model.part import Problem

#: Problems said; the rest is counted.
MOST = 8


def shown(text: str) -> str:
    """`text` as it may be said: also a word that somebody typed, such as an address with a login, is named without it.
    Control characters are shown, not obeyed."""
    if "://" in text:
        from mltui.model.redacting import addresses_redacted

        text = addresses_redacted(text)
    return safe(text)


def say(summary: str, hint: str = "") -> None:
    """One line, and what to do. Names in it come from outside."""
    write_beside(f"mltui: {shown(summary)}\n" + (f"  {shown(hint)}\n" if hint else ""))


def say_error(error: MltuiError) -> None:
    """What went wrong; of a filter also where, with marks below it."""
    from mltui.errors import FilterError

    if not isinstance(error, FilterError):
        return say(error.summary, error.hint)
    from mltui.present.filter_text import marked

    line, marks = marked(error)
    below = f"  {marks}\n" if shown(line) == line else ""
    write_beside(f"mltui: the filter is wrong: {shown(error.summary)}\n  {shown(line)}\n{below}")
    if error.hint:
        write_beside(f"  {shown(error.hint)}\n")
    return None


def say_mistake(error: Exception) -> None:
    """A mistake of mltui's own: what it was, and the file to send."""
    from mltui.sources.mistakes import hint_of, in_one_line, note

    say(f"made a mistake: {in_one_line(error)}", hint_of(note(error)))


def say_each(problems: Sequence[Problem]) -> None:
    """Each problem with the file to blame, unless its summary names that."""
    for problem in problems[:MOST]:
        name = problem.path.rpartition("/")[2]
        say(
            problem.summary if not name or name in problem.summary else f"{problem.path}: {problem.summary}",
            problem.hint,
        )
    if len(problems) > MOST:
        say(f"and {len(problems) - MOST:,} more problems", "mltui doctor lists them")
