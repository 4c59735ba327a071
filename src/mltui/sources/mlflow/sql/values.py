"""Single values of MLflow's tables."""

from __future__ import annotations

import math
from typing import Any, cast, get_args

from mltui.model.runs import RunStatus

#: MLflow's databases keep infinities as ±1.7976931348623157e308 (``sanitize_metric_value``); nothing else is as large.
LARGEST = 1.797693134862315e308

_STATUS = frozenset(get_args(RunStatus))
#: ``mlflow.entities.RunStatus`` as numbers, as very old rows and file stores have them.
_NUMBERED = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}
#: What a run with a status nobody knows is shown with, beside its problem: the one that alarms nobody.
UNKNOWN_STATUS: RunStatus = "SCHEDULED"


def number(value: Any, is_nan: Any) -> float:
    """A metric value: ``is_nan`` and null are nan, the largest doubles infinities. Raises `ValueError`."""
    if is_nan or value is None:
        return math.nan
    value = float(value)
    if value > LARGEST:
        return math.inf
    return -math.inf if value < -LARGEST else value


def instant(value: Any) -> int | None:
    """Epoch ms, or None for what is none."""
    if isinstance(value, int):
        return value
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def text(value: Any) -> str:
    """Text, "" for null; bytes with replacement characters."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def status(value: Any) -> RunStatus | None:
    """One of MLflow's five words; None for anything else."""
    word = text(value).upper()
    word = _NUMBERED.get(word, word)
    return cast(RunStatus, word) if word in _STATUS else None
