"""The seven places in order. Imported after the first frame, as the places bring their tables and charts along."""

from __future__ import annotations

from mltui.tui.places.base import Place


def all_places() -> tuple[type[Place], ...]:
    """The classes of the places, by number."""
    from mltui.tui.places.data import DataPlace
    from mltui.tui.places.history import HistoryPlace
    from mltui.tui.places.jobs import JobsPlace
    from mltui.tui.places.models import ModelsPlace
    from mltui.tui.places.overview import OverviewPlace
    from mltui.tui.places.pipeline import PipelinePlace
    from mltui.tui.places.runs import RunsPlace

    return (OverviewPlace, HistoryPlace, DataPlace, PipelinePlace, RunsPlace, ModelsPlace, JobsPlace)
