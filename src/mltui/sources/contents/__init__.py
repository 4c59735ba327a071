"""Data files compared by their rows, in a child process: reading them would hold up the one that draws."""

from mltui.sources.contents.comparing import Contents, Pair

__all__ = ["Contents", "Pair"]
