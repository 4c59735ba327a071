"""The one message by which what was read comes to the screen."""

from __future__ import annotations

from typing import Any

from textual.message import Message

from mltui.model.part import Part


class Loaded(Message):
    """A part came out of a feed. The screen drops it if one with a higher sequence is on screen already."""

    def __init__(self, part: Part[Any]) -> None:
        self.part = part
        super().__init__()
