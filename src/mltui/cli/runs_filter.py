"""`mltui runs --filter`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.cli.asked import RunsAsked
    from mltui.model.runs import Run
    from mltui.sources.mlflow.reader import StoreReader


def matching(runs: Iterable[Run], reader: StoreReader | None, asked: RunsAsked) -> Iterator[Run]:
    """Those of `runs` that the filter lets through; what it needs beside them is read from `reader`.

    Raises `FilterError` for a regular expression that takes too long, before there is a first run.
    """
    if asked.filter is None:
        return iter(runs)
    from mltui.model.filters import NOTHING_MORE

    needs, now = asked.filter.needs, asked.now or now_ms()
    facts = reader.facts(needs) if reader and (needs.inputs or needs.users) else NOTHING_MORE
    if asked.filter.searches((), now):
        from mltui.sources.regexes import Searcher
        from mltui.sources.runner import ProcessRunner

        runs = tuple(runs)
        searches = asked.filter.searches(runs, now, facts)
        facts = replace(facts, matched=Searcher(ProcessRunner()).search(searches, asked.filter.text))
    return filter(asked.filter.predicate(now, facts), runs)


def keys_of(asked: RunsAsked) -> tuple[Collection[str], Collection[str], Collection[str]]:
    """The metrics, params and tags that the filter reads."""
    if asked.filter is None:
        return (), (), ()
    needs = asked.filter.needs
    return needs.metrics, needs.params, needs.tags
