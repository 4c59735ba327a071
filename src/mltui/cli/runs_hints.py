"""What is said on standard error of words of `mltui runs` that do nothing: a key nobody has, no champion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mltui.cli.saying import say

#: Runs that are looked at for why a filter lets none through.
NEWEST = 1000

if TYPE_CHECKING:
    from mltui.cli.asked import RunsAsked
    from mltui.cli.runs import Found
    from mltui.model.champion import Champion
    from mltui.model.columns import ColumnSpec
    from mltui.model.filters import Filter, Needs
    from mltui.model.runs import Run
    from mltui.sources.mlflow.reader import StoreReader


def say_hints(found: Found, asked: RunsAsked, *, printed: bool) -> None:
    """Which keys that were asked for no run has, DVC experiments among them; that the filter let nothing through, and
    why, as far as its words tell."""
    from mltui.model.filters.unknown import unknown

    reader, ours = found.reader, found.ours
    needs = [_of_columns(asked.named)]
    nothing = asked.filter if not printed and asked.limit != 0 else None
    if nothing is not None:
        needs.append(nothing.needs)
        if not found.stood:  # else nobody knows
            say("no run matches")
    if any(each.metrics or each.params or each.tags for each in needs):
        known = {family: tuple(_keys(family, reader, ours)) for family in ("metrics", "params", "tags")}
        for told in dict.fromkeys(told for each in needs for told in unknown(each, known)):
            say(told)
    if nothing is not None and nothing.needs.lifecycle and not asked.deleted:
        say("deleted runs are left out", "--all brings them in")
    if nothing is not None:
        _say_numbers(nothing, found, asked)


def _say_numbers(nothing: Filter, found: Found, asked: RunsAsked) -> None:
    """That the filter compares numbers as text, as the newest runs have them."""
    from itertools import chain, islice

    from mltui.model.filters.as_text import meant_as_numbers, orders_of_text

    ordered = [each.key for each in orders_of_text(nothing)]
    if not ordered:
        return
    newest: Iterator[Run] = iter(())
    if found.reader is not None:
        pages = found.reader.runs(
            deleted=asked.deleted,
            experiments=found.ids,
            limit=NEWEST,
            params={key.name for key in ordered if key.family == "params"},
            tags={key.name for key in ordered if key.family == "tags"},
        )
        newest = islice(chain.from_iterable(pages), NEWEST)
    told = meant_as_numbers(nothing, chain(newest, found.ours))
    if told:
        say(told)


def say_championless(asked: RunsAsked, champions: Sequence[Champion]) -> None:
    """That a difference to the champion is empty because there is none."""
    if not any(each.run for each in champions):
        for spec in dict.fromkeys(each for each in asked.named if each.against == "champion"):
            say(f"there is no champion here: {spec.id} is empty")


def _of_columns(columns: Iterable[ColumnSpec]) -> Needs:
    from mltui.model.filters import Needs

    keys: dict[str, set[str]] = {"metrics": set(), "params": set(), "tags": set(), "attributes": set()}
    for spec in columns:
        keys[spec.family].add(spec.key)
    return Needs(frozenset(keys["metrics"]), frozenset(keys["params"]), frozenset(keys["tags"]))


def _keys(family: str, reader: StoreReader | None, ours: Iterable[Run]) -> Iterator[str]:
    """Every metric, param or tag that there is."""
    if reader is not None:
        yield from reader.metric_keys() if family == "metrics" else reader.keys(family)  # type: ignore[arg-type]
    for run in ours:
        yield from getattr(run, family)
