"""Boxes whose titles are text from outside: never markup, and drawn again only when they change."""

from __future__ import annotations

from typing import Any

from textual.content import Content


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
            self.border_title = Content(title)

    def subtitle(self, subtitle: str) -> None:
        """Put `subtitle` into the lower border."""
        if subtitle != self._subtitle:
            self._subtitle = subtitle
            self.border_subtitle = Content(subtitle)
