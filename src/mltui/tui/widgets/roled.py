"""Widgets that draw lines with roles: the styles of those are known until the theme is another."""

from __future__ import annotations

from typing import Any

from rich.style import Style

from mltui.tui import roles


class Roled:
    """Mixed into a widget that draws itself, before its base. No widget itself, for the reason that `Titled` gives."""

    app: Any
    _role_styles: dict[str, Style] | None = None

    @property
    def role_styles(self) -> dict[str, Style]:
        """The style of every role in the present theme."""
        if self._role_styles is None:
            self._role_styles = roles.styles(self.app)
        return self._role_styles

    def notify_style_update(self) -> None:
        """Textual's word that colours may be others."""
        super().notify_style_update()  # type: ignore[misc]
        self._role_styles = None
        self.refresh()  # type: ignore[attr-defined]
