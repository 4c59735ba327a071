"""One line across the screen: something on the left, something on the right, the least important left out first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from mltui.present.text import Line, Span, plain
from mltui.tui import roles
from mltui.tui.symbols import symbols
from mltui.tui.widgets.cells import clip_line
from mltui.tui.widgets.roled import Roled


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a bar. Where not all fit, the one of the highest `rank` goes first; rank 0 stays and may be cut.

    `short` is drawn instead before the piece goes altogether (() for nothing shorter).
    """

    content: Line
    rank: int = 0
    right: bool = False
    short: Line = ()


def fit_pieces(pieces: Sequence[Piece], width: int, gap: int) -> tuple[list[Line], list[Line]]:
    """The lines to draw on the left and on the right in `width` cells with `gap` between two."""
    chosen: dict[int, Line] = {at: piece.content for at, piece in enumerate(pieces) if piece.content}
    order = sorted(chosen, key=lambda at: (-pieces[at].rank, -at))
    gone: list[int] = []
    for at in order:
        if _length(chosen, gap) <= width or pieces[at].rank == 0:
            break
        if pieces[at].short:
            chosen[at] = pieces[at].short
            if _length(chosen, gap) <= width:
                break
        del chosen[at]
        gone.append(at)
    for at in reversed(gone):  # a piece that became short, or a long one that went, may leave room for others
        for content in (pieces[at].content, pieces[at].short):
            if content and _length({**chosen, at: content}, gap) <= width:
                chosen[at] = content
                break
    chosen = {at: chosen[at] for at in sorted(chosen)}
    left = [chosen[at] for at in chosen if not pieces[at].right]
    return left, [chosen[at] for at in chosen if pieces[at].right]


def _length(chosen: dict[int, Line], gap: int) -> int:
    return sum(cell_len(plain(content)) for content in chosen.values()) + gap * max(0, len(chosen) - 1)


#: What a bar is drawn with: its own style, those of the roles, and the mark of what was cut.
Ink = tuple[Style, dict[str, Style], str]


def bar_strip(pieces: Sequence[Piece], width: int, gap: int, ink: Ink) -> Strip:
    """The pieces as one line of `width` cells with a blank at either end."""
    base, styles, more = ink
    left, right = fit_pieces(pieces, width - 2, gap)
    tail = _join(right, gap)
    room = width - 2 - cell_len(plain(tail)) - (gap if tail else 0)
    head = clip_line(_join(left, gap), max(0, room), more)
    blank = width - 2 - cell_len(plain(head)) - cell_len(plain(tail))
    parts = [
        Segment(" ", base),
        *roles.segments(head, base, styles),
        Segment(" " * max(0, blank), base),
        *roles.segments(tail, base, styles),
    ]
    return Strip(parts).adjust_cell_length(width, base)


def _join(lines: Sequence[Line], gap: int) -> Line:
    joined: list[Span] = []
    for nth, content in enumerate(lines):
        if nth:
            joined.append(Span(" " * gap))
        joined.extend(content)
    return tuple(joined)


class Bar(Roled, Widget):
    """Pieces on one line. Drawn again only when they changed."""

    GAP = 3

    def __init__(self, pieces: Sequence[Piece] = (), *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._pieces = tuple(pieces)

    def show(self, pieces: Sequence[Piece]) -> None:
        """Show other pieces."""
        if tuple(pieces) != self._pieces:
            self._pieces = tuple(pieces)
            self.refresh()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if y or width < 3:
            return Strip.blank(width, base)
        return bar_strip(self._pieces, width, self.GAP, (base, self.role_styles, symbols(self.app).more))
