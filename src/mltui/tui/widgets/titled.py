"""Boxes whose titles are text from outside: never markup, and drawn again only when they change."""

from __future__ import annotations

from typing import Any

from textual.content import Content

from mltui.present.text import safe

#: Terminal columns of a border beside its title, "╭─ " and " ─╮".
FRAME = 6
PLENTY = 10_000


class Titled:
    """Mixed into a widget with a border. No widget itself: Textual takes default styles from the first base that is."""

    border_title: Any
    border_subtitle: Any
    _title = ""
    _subtitle = ""

    @property
    def title_text(self) -> str:
        """The title as plain text."""
        return self._title

    def entitle(self, title: str) -> None:
        """Put `title` into the upper border."""
        if title != self._title:
            self._title = title
            self.border_title = Content(safe(title))

    @property
    def title_room(self) -> int:
        """Terminal columns of a title, beside corners and blanks; plenty before the first layout."""
        width: int = self.outer_size.width  # type: ignore[attr-defined]
        return width - FRAME if width else PLENTY

    def subtitle(self, subtitle: str) -> None:
        """Put `subtitle` into the lower border."""
        if subtitle != self._subtitle:
            self._subtitle = subtitle
            self.border_subtitle = Content(safe(subtitle))
