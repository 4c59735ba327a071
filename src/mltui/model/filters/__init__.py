"""The filter language of runs (CONTRACT, "Filters"; docs/filters.md): text -> tree -> a function of a `Run`.

A superset of the filter strings of MLflow's ``search_runs``: whatever is valid there selects the same runs here. Where
MLflow's stores differ, its SQL store on SQLite is the one that is followed.
"""

from __future__ import annotations

from mltui.model.filters.filter import Filter, parse
from mltui.model.filters.intent import is_expression
from mltui.model.filters.needs import NOTHING_MORE, Facts, Needs
from mltui.model.filters.searching import Search

__all__ = ["NOTHING_MORE", "Facts", "Filter", "Needs", "Search", "is_expression", "parse"]
