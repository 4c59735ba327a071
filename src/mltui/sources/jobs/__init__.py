"""What mltui started, read from the directories of its jobs (docs/jobs.md)."""

from mltui.sources.jobs.source import JobsSource

__all__ = ["JobsSource"]
