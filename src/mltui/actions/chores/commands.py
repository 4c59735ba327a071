"""The equivalent of a chore as a shell command: the same calls of mlflow's own client."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from mltui.model.chore import NOTE_TAG, Change


def equivalent(changes: Sequence[Change], where: str) -> tuple[str, ...]:
    """One command for all of them; `where` is the address without secrets. () where there is nothing to do."""
    if not changes:
        return ()
    calls = [f"client.{_call(change)}" for change in changes]
    script = "\n".join(["import mlflow", f"client = mlflow.MlflowClient({where!r})", *calls])
    return (f"python -c {shlex.quote(script)}",)


def _call(change: Change) -> str:
    return _of_run(change) if change.subject.kind == "run" else _of_model(change)


def _of_run(change: Change) -> str:
    run, after = change.subject.id, change.after
    if change.aspect in ("tag", "note"):
        key = NOTE_TAG if change.aspect == "note" else change.key
        return f"delete_tag({run!r}, {key!r})" if after is None else f"set_tag({run!r}, {key!r}, {after!r})"
    if change.aspect == "name":
        return f"update_run({run!r}, name={after!r})"
    if change.aspect == "lifecycle":
        return f"{'delete_run' if after == 'deleted' else 'restore_run'}({run!r})"
    if after == "RUNNING":
        return f"update_run({run!r}, status={after!r})"
    return f"set_terminated({run!r}, status={after!r}, end_time={change.ends!r})"


def _of_model(change: Change) -> str:
    one, after = change.subject, change.after
    version = one.kind == "version"
    who = f"{one.id!r}, {one.version!r}" if version else f"{one.id!r}"
    if change.aspect == "name":
        return f"rename_registered_model({one.id!r}, {after!r})"
    word = "model_version" if version else "registered_model"
    if change.aspect == "note":
        return f"update_{word}({who}, description={after or ''!r})"
    return (
        f"delete_{word}_tag({who}, {change.key!r})"
        if after is None
        else f"set_{word}_tag({who}, {change.key!r}, {after!r})"
    )
