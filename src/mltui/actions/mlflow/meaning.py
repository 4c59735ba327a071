"""What the writer's child answers of an error, as an error of mltui's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mltui.errors import (
    Busy,
    Denied,
    MltuiError,
    NotFound,
    Refused,
    Throttled,
    Unanswered,
    Unreachable,
    UsageError,
)
from mltui.sources.secrets import without_secrets

_LOGIN = "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"


def error_of(said: Mapping[str, Any], shown: str, python: str) -> MltuiError:
    """`said` is ``{"kind", "text", "hint", "status", "seconds"}`` (`child_errors`); `shown` the address, without
    secrets, `python` the interpreter that was asked."""
    kind, text, status = said["kind"], without_secrets(str(said["text"])), said.get("status")
    if kind == "refused":
        return Refused(text, said.get("hint", ""))
    if kind == "missing":
        return NotFound(f"mlflow: {text}")
    if kind == "usage":
        return UsageError(f"mlflow: {text}")
    if kind == "denied":
        return _denied(shown, text, status)
    if kind == "throttled":
        seconds = float(said.get("seconds") or 0.0)
        after = f"wait {seconds:.0f} s" if seconds else "come again later"
        return Throttled(f"{shown} asked to {after} (429): nothing was changed", "try again then", seconds)
    if kind == "busy":
        return Busy(f"{shown} is locked by somebody: nothing was changed ({text})", "try again")
    if kind == "absent":
        return Unreachable(f"{python} can't write to {shown}: {text}", f"{python} -m pip install mlflow")
    if kind == "unanswered":
        return Unanswered(f"{shown} gave no answer, it may have been done: {text}", "look before trying again")
    return Unreachable(f"{shown} can't be reached: {text}", "is it the right address, and does it run?")


def _denied(shown: str, text: str, status: int | None) -> Denied:
    if status == 401:
        return Denied(f"{shown} does not accept our login, or there is none (401)", _LOGIN)
    if status == 403:
        return Denied(f"{shown} does not let you do that (403)", "ask its owner for the permission")
    return Denied(f"{shown} can't be written: {text}", "ask its owner for the permission")
