"""The equivalent of a chore as a shell command: the same calls of mlflow's own client."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mltui.model.chore import NOTE_TAG, Change
from mltui.model.shell import quote


def equivalent(changes: Sequence[Change], where: str) -> tuple[str, ...]:
    """One command for all of them; `where` is the address without secrets. () where there is nothing to do."""
    if not changes:
        return ()
    calls = [f"client.{_call(change)}" for change in changes]
    script = "\n".join(["import mlflow", f"client = mlflow.MlflowClient({_q(where)})", *calls])
    return (f"python -c {quote(script)}",)


def _call(change: Change) -> str:
    return _of_run(change) if change.subject.kind == "run" else _of_model(change)


def _of_run(change: Change) -> str:
    run, after = change.subject.id, change.after
    if change.aspect in ("tag", "note"):
        key = NOTE_TAG if change.aspect == "note" else change.key
        return f"delete_tag({_q(run)}, {_q(key)})" if after is None else f"set_tag({_q(run)}, {_q(key)}, {_q(after)})"
    if change.aspect == "name":
        return f"update_run({_q(run)}, name={_q(after)})"
    if change.aspect == "lifecycle":
        return f"{'delete_run' if after == 'deleted' else 'restore_run'}({_q(run)})"
    if after == "RUNNING":
        return f"update_run({_q(run)}, status={_q(after)})"
    return f"set_terminated({_q(run)}, status={_q(after)}, end_time={change.ends})"


def _of_model(change: Change) -> str:
    one, after = change.subject, change.after
    version = one.kind == "version"
    who = f"{_q(one.id)}, {_q(one.version)}" if version else f"{_q(one.id)}"
    if change.aspect == "name":
        return f"rename_registered_model({_q(one.id)}, {_q(after)})"
    word = "model_version" if version else "registered_model"
    if change.aspect == "note":
        return f"update_{word}({who}, description={_q(after or '')})"
    return (
        f"delete_{word}_tag({who}, {_q(change.key)})"
        if after is None
        else f"set_{word}_tag({who}, {_q(change.key)}, {_q(after)})"
    )


def _q(text: str | None) -> str:
    """A string in double quotes, which Python reads as JSON does: the shell's are single."""
    return json.dumps(text, ensure_ascii=False)
