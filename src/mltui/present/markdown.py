"""Tables in Markdown, as GitHub and GitLab have them: https://github.github.com/gfm/#tables-extension-."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mltui.present.text import safe

#: What Markdown would take for markup; an underscore inside a word is none.
_MARKUP = re.compile(r"[\\`*\[\]<>|~]|(?<!\w)_|_(?!\w)")


def cell(text: str) -> str:
    """A text from outside as a cell: markup and pipes escaped, line breaks as ``<br>``, control characters shown."""
    return "<br>".join(_MARKUP.sub(r"\\\g<0>", safe(line.strip())) for line in text.splitlines()).strip()


def table(head: Sequence[str], rows: Iterable[Sequence[str]], aligns: str = "") -> str:
    """Cells that are Markdown already as a table; `aligns` has one letter a column, "l" or "r" ("" is all left)."""
    rules = ["---:" if aligns[at : at + 1] == "r" else "---" for at in range(len(head))]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, rules, *rows))
