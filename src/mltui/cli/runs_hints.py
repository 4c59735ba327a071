"""What is said on standard error of words of `mltui runs` that do nothing: a key nobody has, no champion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from mltui.cli.saying import say
from mltui.errors import MltuiError, UsageError
from mltui.model.columns import ColumnSpec
from mltui.model.merged import as_run

#: Whose keys there are; the first is the likeliest.
FAMILIES: tuple[Literal["metrics", "params", "tags"], ...] = ("metrics", "params", "tags")
#: Runs that are looked at for why a filter lets none through.
NEWEST = 1000

if TYPE_CHECKING:
    from mltui.cli.asked import RunsAsked
    from mltui.cli.options import Options
    from mltui.cli.runs import Found
    from mltui.cli.runs_columns import NoAttribute
    from mltui.model.champion import Champion
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
        known: dict[str, Sequence[str]] = {family: tuple(_keys(family, reader, ours)) for family in FAMILIES}
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


def with_its_family(error: NoAttribute, options: Options) -> UsageError:
    """`error` with the columns that were meant: the metrics, params and tags of that name, or one much like it."""
    from difflib import get_close_matches

    from mltui.cli.opening import open_told

    ids: list[str] = []
    with suppress(MltuiError):  # what stands in the way of the store is not what was asked about
        workspace = open_told(options)
        try:
            reader = workspace.stores.reader(newest=True)
            ours = () if reader else tuple(map(as_run, workspace.experiments.load()))
            known = {family: tuple(_keys(family, reader, ours)) for family in FAMILIES}
            near = get_close_matches(error.key, {key for keys in known.values() for key in keys}, n=1)
            for name in (error.key, *near):
                ids = ids or [ColumnSpec(family, name).id for family, keys in known.items() if name in keys]
        finally:
            workspace.close()
    return UsageError(error.summary, f"did you mean {' or '.join(ids)}?") if ids else error


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
