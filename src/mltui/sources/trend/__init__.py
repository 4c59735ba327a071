"""A metric against git history (docs/trend.md)."""

from mltui.sources.trend.source import TrendSource

__all__ = ["TrendSource"]
