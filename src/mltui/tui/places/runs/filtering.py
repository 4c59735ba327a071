"""What ``/`` of Runs means: words to search for, or a filter of the filter language."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from mltui.errors import FilterError, SourceError
from mltui.model.filters import NOTHING_MORE, Facts, Filter, Needs, is_expression, parse
from mltui.model.filters.as_text import meant_as_numbers
from mltui.model.filters.unknown import nobody_has
from mltui.model.runs import Run, RunTable
from mltui.present.rows import Rows
from mltui.sources.port import now_ms
from mltui.sources.regexes import Searcher

if TYPE_CHECKING:
    from mltui.sources.mlflow.reader import StoreReader

#: Runs whose keys are offered while somebody types.
NEWEST = 200


def fault(text: str) -> FilterError | None:
    """Why `text`, if it is meant as a filter, is none."""
    if not is_expression(text):
        return None
    try:
        parse(text)
    except FilterError as error:
        return error
    return None


def misspelt(text: str, runs: Collection[Run], table: RunTable, read: Iterable[Run] = ()) -> str:
    """Which key of a filter no run has, that it asks for deleted runs, which are not listed, or compares numbers as
    text; "" for none of it. `read` are runs with what `runs` lack."""
    if not is_expression(text):
        return ""
    try:
        found = parse(text)
    except FilterError:
        return ""
    needs = found.needs
    known = {"metrics": set(table.metric_keys), "params": set(table.param_keys), "tags": set(table.tag_keys)}
    for run in runs:
        if run.kind == "exp":
            known["metrics"].update(run.metrics)
            known["params"].update(run.params)
    if why := nobody_has(needs, known):
        return why
    if needs.lifecycle:
        return "deleted runs are listed by mltui runs --all"
    return meant_as_numbers(found, chain(runs, read))


def completed(text: str, runs: Iterable[Run], metrics: Iterable[str]) -> tuple[str, Sequence[str]]:
    """`text` with its last key completed, as the newest of `runs` have them, and what it could go on as."""
    from mltui.model.filters.completing import completed as completed_by

    newest = tuple(islice(runs, NEWEST))
    return completed_by(
        text,
        {
            "metrics": {*metrics, *(key for run in newest for key in run.metrics)},
            "params": {key for run in newest for key in run.params},
            "tags": {key for run in newest for key in run.tags},
            "datasets": ("name", "digest", "context"),
        },
    )


class Filtering:
    """Filters the rows, in their worker thread. What a filter needs and the rows lack is read from `reader`'s store.

    What was read is kept until the store moves: an age that grows each minute costs no reading. One reads at a time:
    each letter typed asks anew, and what a former one asked for is mostly what the next one needs.
    """

    def __init__(
        self, reader: Callable[[], StoreReader | None], searcher: Searcher, now: Callable[[], int] = now_ms
    ) -> None:
        """`now`: the moment ages count from."""
        self._reader, self._now = reader, now
        self._searcher = searcher
        self._read: tuple[Hashable, Facts, Mapping[str, Run]] = (None, NOTHING_MORE, {})
        self._reading = threading.Lock()

    def matching(self, rows: Rows[Run], text: str, unwanted: Callable[[], bool] = lambda: False) -> Rows[Run]:
        """The rows that `text` lets through. What is no filter, or a wrong one, is words.

        Raises `FilterError` for a regular expression that takes too long, and for one that is `unwanted` meanwhile.
        """
        if not is_expression(text):
            return rows.matching(text)
        try:
            found = parse(text)
        except FilterError:
            return rows.matching(text)
        with self._reading:
            if unwanted():
                raise FilterError("another filter was typed", "", text, 0, 0)
            facts, whole = self._lacking(found, rows.items)
        items = [_together(run, whole.get(run.run_id)) for run in rows.items] if whole else rows.items
        now = self._now()
        if searches := found.searches(items, now, facts):
            facts = replace(facts, matched=self._searcher.search(searches, text, unwanted))
        matches = found.predicate(now, facts)
        indices = range(len(items)) if rows.order is None else rows.order
        return replace(rows, order=tuple(i for i in indices if matches(items[i])))

    def read(self) -> Collection[Run]:
        """The runs with what was read for the last filter because the rows lack it."""
        return self._read[2].values()

    def _lacking(self, found: Filter, runs: Sequence[Run]) -> tuple[Facts, Mapping[str, Run]]:
        """What only the store knows, and the runs with the keys that `found` reads and `runs` were not read with."""
        needs = _not_held(found.needs, [run for run in runs if not run.whole])
        facts = needs.inputs or needs.users
        keys = bool(needs.metrics or needs.params or needs.tags)
        reader = self._reader() if facts or keys else None
        if reader is None:
            return NOTHING_MORE, {}
        mark = (reader.store.uri, reader.fingerprint(), needs)
        if self._read[0] != mark:
            try:
                more = reader.facts(needs) if facts else NOTHING_MORE
                self._read = mark, more, _runs_with(needs, reader) if keys else {}
            except SourceError:
                return NOTHING_MORE, {}  # the place says what is wrong with the store
        return self._read[1:]


def _not_held(needs: Needs, runs: Sequence[Run]) -> Needs:
    """`needs` without the keys that these runs, of a store too large to be loaded whole, were read with.

    All of them were asked for the same ones: what one of them has was read of each. Of the newest as they come first
    that is not so, but they are not all of the runs either.
    """
    if not runs:
        return replace(needs, metrics=frozenset(), params=frozenset(), tags=frozenset())
    return replace(
        needs,
        metrics=frozenset(key for key in needs.metrics if not any(key in run.metrics for run in runs)),
        params=frozenset(key for key in needs.params if not any(key in run.params for run in runs)),
        tags=frozenset(key for key in needs.tags if not any(key in run.tags for run in runs)),
    )


def _together(run: Run, more: Run | None) -> Run:
    """`run` with what else was read of it."""
    if more is None or not (more.metrics or more.params or more.tags):
        return run
    return replace(
        run,
        metrics={**run.metrics, **more.metrics} if more.metrics else run.metrics,
        params={**run.params, **more.params} if more.params else run.params,
        tags={**run.tags, **more.tags} if more.tags else run.tags,
    )


def _runs_with(needs: Needs, reader: StoreReader) -> dict[str, Run]:
    inside = getattr(reader, "inside", None)
    pages = reader.runs(experiments=inside, metrics=needs.metrics, params=needs.params, tags=needs.tags)
    return {run.run_id: run for run in chain.from_iterable(pages)}
