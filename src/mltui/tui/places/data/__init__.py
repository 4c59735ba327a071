"""Data: what DVC tracks, and its versions over history."""

from mltui.tui.places.data.place import DataPlace

__all__ = ["DataPlace"]
