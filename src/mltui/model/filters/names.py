"""The words that keys are made of: families with MLflow's spellings of them, and the attributes."""

from __future__ import annotations

from typing import Literal

from mltui.model.filters.tree import Family

#: MLflow's spellings (``_IDENTIFIERS`` and ``_ALTERNATE_…`` of ``SearchUtils``, ``mlflow/utils/search_utils.py``).
FAMILIES: dict[str, Family] = {
    **dict.fromkeys(("metrics", "metric"), "metrics"),
    **dict.fromkeys(("params", "param", "parameters", "parameter"), "params"),
    **dict.fromkeys(("tags", "tag"), "tags"),
    **dict.fromkeys(("attributes", "attribute", "attr", "run"), "attributes"),
    **dict.fromkeys(("datasets", "dataset"), "datasets"),
}

Sort = Literal["text", "time", "span"]

#: Every attribute: a text, a time (epoch ms) or a span of time (ms).
ATTRIBUTES: dict[str, Sort] = {
    "run_id": "text",
    "run_name": "text",
    "name": "text",
    "status": "text",
    "user_id": "text",
    "artifact_uri": "text",
    "experiment": "text",
    "experiment_id": "text",
    "lifecycle": "text",
    "commit": "text",
    "kind": "text",
    "start_time": "time",
    "end_time": "time",
    "age": "span",
    "duration": "span",
}

#: Other spellings; those with "run name" and "created" are MLflow's (`translate_key_alias`).
ALIASES = {
    "start": "start_time",
    "created": "start_time",
    "Created": "start_time",
    "end": "end_time",
    "user": "user_id",
    "id": "run_id",
    "run name": "run_name",
    "Run name": "run_name",
    "Run Name": "run_name",
    "lifecycle_stage": "lifecycle",
}

DATASET_KEYS = ("name", "digest", "context")
KEYWORDS = ("and", "or", "not", "in", "is", "null", "like", "ilike", "has")


def attribute(word: str) -> str | None:
    """The attribute that `word` means; None for none."""
    name = ALIASES.get(word, word)
    return name if name in ATTRIBUTES else None


def meant(word: str) -> str:
    """What somebody who wrote `word` for an attribute may have meant, as a hint; "" if nobody knows."""
    from difflib import get_close_matches

    if near := get_close_matches(word.lower(), [*ATTRIBUTES, *ALIASES], n=1, cutoff=0.7):
        return f"did you mean {near[0]}?"
    return f"a key is metrics.{word}, params.{word} or tags.{word}" if word.isidentifier() else ""
