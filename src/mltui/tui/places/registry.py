"""The seven places in order, and the one aside. Imported after the first frame, as they bring tables and charts."""

from __future__ import annotations

from mltui.tui.places.base import Place


def all_places() -> tuple[type[Place], ...]:
    """The classes of the places, by number."""
    from mltui.tui.places.data import DataPlace
    from mltui.tui.places.history import HistoryPlace
    from mltui.tui.places.jobs import JobsPlace
    from mltui.tui.places.lineage import LineagePlace
    from mltui.tui.places.models import ModelsPlace
    from mltui.tui.places.overview import OverviewPlace
    from mltui.tui.places.pipeline import PipelinePlace
    from mltui.tui.places.runs import RunsPlace

    seven = (OverviewPlace, HistoryPlace, DataPlace, PipelinePlace, RunsPlace, ModelsPlace, JobsPlace)
    return (*seven, LineagePlace)
