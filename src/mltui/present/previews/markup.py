"""Markdown, lightly: headings, lists, code and emphasis; what is something else stays as it was written."""

from __future__ import annotations

import re

from mltui.present.layout import cut_line
from mltui.present.text import Line, Span, safe

_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"(\s*)[-*+]\s+(.*)$")
_FENCE = re.compile(r"\s*(```|~~~)")
_RULE = re.compile(r"\s*([-*_])(\s*\1){2,}\s*$")
#: Code, bold, emphasis (at the bounds of words) and links, each with what is shown of it.
_INLINE = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*|(?<![\w*])[*_](\S[^*_]*?)[*_](?![\w*])|!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)")


def markdown_lines(text: str, width: int | None = None, more: str = "…") -> list[Line]:
    """The lines of a Markdown file; rows of tables are cut to `width` terminal columns."""
    lines: list[Line] = []
    fenced = False
    for each in (written.expandtabs(4).rstrip() for written in text.splitlines()):
        if _FENCE.match(each):
            fenced = not fenced
        elif fenced:
            lines.append((Span("    "), Span(safe(each), "accent")))
        elif heading := _HEADING.match(each):
            lines += [()] if lines and lines[-1] else []
            lines.append((Span(safe(heading.group(2)), "title"),))
        elif _RULE.match(each):
            lines.append((Span("-" * 24, "dim"),))
        elif each.startswith(">"):
            lines.append((Span("| ", "dim"), *_inline(each.lstrip("> "))))
        elif each.startswith("|") and width is not None:
            lines.append(cut_line(_inline(each), width, more))
        elif item := _ITEM.match(each):
            lines.append((Span(f"{item.group(1)}- ", "key"), *_inline(item.group(2))))
        else:
            lines.append(_inline(each))
    return lines


def _inline(text: str) -> Line:
    spans: list[Span] = []
    at = 0
    for found in _INLINE.finditer(text):
        spans.append(Span(safe(text[at : found.start()]), "prose"))
        code, bold, emphasis, label, target = found.groups()
        if code is not None:
            spans.append(Span(safe(code), "accent"))
        elif target is not None:
            spans += [Span(safe(label), "prose"), Span(f" ({safe(target)})", "dim")]
        else:
            spans.append(Span(safe(bold or emphasis), "title"))
        at = found.end()
    spans.append(Span(safe(text[at:]), "prose"))
    return tuple(span for span in spans if span.text)
