"""Regular expressions that could take for ever, matched in a child process that is given so much time and no more."""

from __future__ import annotations

from mltui.sources.regexes.searcher import Searcher

__all__ = ["Searcher"]
