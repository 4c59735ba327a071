"""The Runs place: the table on the left, what is known of its runs on the right, in pages."""

from __future__ import annotations

from mltui.tui.places.runs.place import RunsPlace

__all__ = ["RunsPlace"]
