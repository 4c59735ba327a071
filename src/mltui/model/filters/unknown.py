"""Why a filter, or a column, finds nothing: keys that no run has, which are misspelt most of the time; deleted runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from mltui.model.filters.needs import Needs

#: Characters of a key that are said.
LONGEST = 60


def clipped(key: str) -> str:
    """A key in a sentence: one of MLflow's may have 250 characters."""
    return key if len(key) <= LONGEST else f"{key[:LONGEST]}…"


def nobody_has(needs: Needs, known: Mapping[str, Collection[str]]) -> str:
    """The first of `unknown`, "" if every key is known."""
    return next(unknown(needs, known), "")


def unknown(needs: Needs, known: Mapping[str, Collection[str]]) -> Iterator[str]:
    """``no run has metrics.acu: metrics.auc?`` for each such key. `known` are the keys of "metrics", "params" and
    "tags"; MLflow's own tags count as known."""
    from difflib import get_close_matches

    for family in ("metrics", "params", "tags"):
        for key in sorted(getattr(needs, family)):
            if key not in known[family] and not key.startswith("mlflow."):
                near = get_close_matches(key, known[family], n=1)
                meant = f": {family}.{clipped(near[0])}?" if near else ""
                yield f"no run has {family}.{clipped(key)}{meant}"
