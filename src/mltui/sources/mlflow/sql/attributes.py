"""Metrics, params and tags of many runs at once, as one dictionary per run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from mltui.model.redacting import addresses_redacted
from mltui.model.runs import ADDRESS_TAGS
from mltui.sources.mlflow.database import Database
from mltui.sources.mlflow.reader import Keys
from mltui.sources.mlflow.sql.values import number

Texts = dict[str, Mapping[str, str]]
Numbers = dict[str, Mapping[str, float]]
V = TypeVar("V")


def texts(database: Database, table: str, keys: Keys, runs: Collection[str] | None) -> Texts:
    """``params`` or ``tags`` by run id; None is all keys, all runs."""
    schema = database.schema()
    if not schema.has(table) or (keys is not None and not keys):
        return {}
    found = _together(database.pairs(table, keys, runs if table in schema.by_run else None))
    return _without_logins(found) if table == "tags" else found


def _without_logins(found: Texts) -> Texts:
    """MLflow notes the remote's address as git has it, with the token that a CI cloned by: nobody is shown that."""
    for run_id, tags in found.items():
        shown = {key: addresses_redacted(tags[key]) for key in ADDRESS_TAGS if "@" in tags.get(key, "")}
        if shown:
            found[run_id] = {**tags, **shown}
    return found


def latest(database: Database, keys: Keys, runs: Collection[str] | None) -> Numbers:
    """The latest value of each metric by run id; None is all keys, all runs."""
    schema = database.schema()
    if keys is not None and not keys:
        return {}
    if not schema.has("latest_metrics"):
        return _computed(database, keys, runs)
    return _together(database.numbers(keys, runs if "latest_metrics" in schema.by_run else None))


def _together(pages: Iterable[list[tuple[str, Mapping[str, V]]]]) -> dict[str, Mapping[str, V]]:
    """One mapping per run of the pieces it came in."""
    found: dict[str, Mapping[str, V]] = {}
    for page in pages:
        for run_id, values in page:
            former = found.setdefault(run_id, values)
            if former is not values:
                found[run_id] = {**former, **values}
    return found


def _among(keys: Keys) -> tuple[str, tuple[str, ...]]:
    if keys is None:
        return "", ()
    return f'"key" in ({", ".join("?" * len(keys))})', tuple(keys)


def _computed(database: Database, keys: Keys, runs: Collection[str] | None) -> Numbers:
    """By MLflow's rule from all points, where there is no table of latest ones (before MLflow 1.2).

    The latest is the largest (step, timestamp, value): ``_compare_metrics`` of ``sqlalchemy_store.py``.
    """
    best: dict[tuple[str, str], tuple[int, int, float]] = {}
    where, args = _among(keys)
    columns = ("run_uuid", "key", "value", "timestamp", "step", "is_nan")
    for page in database.rows("metrics", columns, where, args):
        for run_id, key, value, timestamp, step, is_nan in page:
            point = (step or 0, timestamp or 0, number(value, is_nan))
            if (run_id, key) not in best or point > best[run_id, key]:
                best[run_id, key] = point
    found: dict[str, dict[str, float]] = {}
    for (run_id, key), point in best.items():
        if runs is None or run_id in runs:
            found.setdefault(run_id, {})[key] = point[2]
    return dict(found)
