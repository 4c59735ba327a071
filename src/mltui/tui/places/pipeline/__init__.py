"""The place Pipeline: the stages drawn or as a table, and why each is as it is."""

from __future__ import annotations

from mltui.tui.places.pipeline.place import PipelinePlace

__all__ = ["PipelinePlace"]
