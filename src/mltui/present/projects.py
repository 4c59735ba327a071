"""The projects that were opened before: as lines, and as `mltui projects --json` prints them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mltui.present.layout import grid
from mltui.present.text import UNICODE, Line, Span, Symbols, ago, line, safe

#: Where it is (a directory, or the address of a server), and when it was last opened (epoch ms).
Opened = tuple[str, int]


def project_lines(projects: Sequence[Opened], here: str, now: int, symbols: Symbols = UNICODE) -> list[Line]:
    """A line each: where, how long ago, and which of them is `here`."""
    rows = [
        [
            line(Span(safe(where, symbols), "accent")),
            line(Span(ago(opened, now), "dim")),
            line(Span("here" if where == here else "", "key")),
        ]
        for where, opened in projects
    ]
    return grid(rows, "lll")


def projects_document(projects: Sequence[Opened], here: str) -> dict[str, Any]:
    return {
        "schema": 1,
        "projects": [{"where": where, "opened": opened, "here": where == here} for where, opened in projects],
    }
