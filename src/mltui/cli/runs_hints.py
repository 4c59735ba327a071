"""What is said on standard error of words of `mltui runs` that do nothing: a key nobody has, no champion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mltui.cli.saying import say

if TYPE_CHECKING:
    from mltui.cli.asked import RunsAsked
    from mltui.model.champion import Champion
    from mltui.model.columns import ColumnSpec
    from mltui.model.filters import Needs
    from mltui.model.runs import Run
    from mltui.sources.mlflow.reader import StoreReader


def say_hints(reader: StoreReader | None, ours: Iterable[Run], asked: RunsAsked, *, printed: bool) -> None:
    """Which keys that were asked for no run has, DVC experiments (`ours`) among them; of the filter's where it let
    nothing through."""
    from mltui.model.filters.unknown import unknown

    needs = [_of_columns(asked.named)]
    if asked.filter is not None and not printed:
        needs.append(asked.filter.needs)
    if any(each.metrics or each.params or each.tags for each in needs):
        known = {family: tuple(_keys(family, reader, ours)) for family in ("metrics", "params", "tags")}
        for told in dict.fromkeys(told for each in needs for told in unknown(each, known)):
            say(told)
    if asked.filter is not None and not printed and asked.filter.needs.lifecycle and not asked.deleted:
        say("deleted runs are left out", "--all brings them in")


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
