"""What the rows of places are called in the lineage graph."""

from __future__ import annotations

from collections.abc import Mapping

_KINDS = {"history": "commit", "pipeline": "stage", "runs": "run"}


def node_id(place: str, key: str, datasets: Mapping[str, str | None]) -> str | None:
    """The node of the row `key` in the place of that name; None where there is none. `datasets`: path to hash."""
    if place == "data":
        return f"data:{key}@{datasets[key]}" if datasets.get(key) else None
    if place == "models":
        return f"model:{key}" if "/" in key else None
    kind = _KINDS.get(place)
    return f"{kind}:{key}" if kind else None
