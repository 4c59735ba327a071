"""The box around a page of charts."""

from __future__ import annotations

from textual.containers import Vertical

from mltui.tui.widgets.titled import Titled


class ChartFrame(Titled, Vertical):
    """What is on, the charts, their legend."""
