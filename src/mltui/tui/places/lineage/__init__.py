"""The place Lineage: where something came from, and what was made with it."""

from __future__ import annotations

from mltui.tui.places.lineage.place import LineagePlace

__all__ = ["LineagePlace"]
