"""The join: git, DVC and MLflow read together into one graph."""

from mltui.sources.lineage.source import LineageSource

__all__ = ["LineageSource"]
