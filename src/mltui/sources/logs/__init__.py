"""Logs of runs: which files they could be, and the end of one that grows."""

from mltui.sources.logs.finding import LogFile, LogsSource
from mltui.sources.logs.tail import Tail

__all__ = ["LogFile", "LogsSource", "Tail"]
