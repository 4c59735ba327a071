"""Logs of runs: which files they could be, and their lines by number, however many."""

from mltui.sources.logs.finding import LogFile, LogsSource
from mltui.sources.logs.held import HeldLog, Log
from mltui.sources.logs.indexed import IndexedLog

__all__ = ["HeldLog", "IndexedLog", "Log", "LogFile", "LogsSource"]
