"""Keys of a filter that no run has: misspelt, most of the time."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mltui.model.filters.needs import Needs


def nobody_has(needs: Needs, known: Mapping[str, Collection[str]]) -> str:
    """``no run has metrics.acu: metrics.auc?``; "" if every key is known. `known` are the keys of "metrics", "params"
    and "tags"; MLflow's own tags count as known."""
    from difflib import get_close_matches

    for family in ("metrics", "params", "tags"):
        for key in sorted(getattr(needs, family)):
            if key not in known[family] and not key.startswith("mlflow."):
                near = get_close_matches(key, known[family], n=1)
                return f"no run has {family}.{key}{f': {family}.{near[0]}?' if near else ''}"
    return ""
