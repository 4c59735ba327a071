"""The Jobs place."""

from mltui.tui.places.jobs.place import JobsPlace

__all__ = ["JobsPlace"]
