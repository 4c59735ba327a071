"""The field in which a list is narrowed, where the blank is no letter but marks what the cursor is on."""

from __future__ import annotations

from mltui.tui.widgets.field import Field


class SearchField(Field):
    """A line to type in that leaves ``space`` to the dialog around it: Textual hides a screen's bindings of whatever a
    field says that it consumes, those with priority too."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key != "space" and super().check_consume_key(key, character)
