"""Jobs as their files have them: JSON objects to `Job` and back. What is missing or of another type is the default.

Files of a job may have been written by another version of mltui, or be half there: nothing in them is fatal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args

from mltui.model.documents import LATEST
from mltui.model.job import Edit, Job, JobMode, JobSpec, JobState, JobStep, StepState

_STATES, _MODES, _STEPS = get_args(JobState), get_args(JobMode), get_args(StepState)


def spec_document(spec: JobSpec) -> dict[str, Any]:
    """What spec.json holds."""
    document: dict[str, Any] = {"schema": 1}
    for field in fields(JobSpec):
        value = getattr(spec, field.name)
        document[field.name] = list(value) if isinstance(value, tuple) else value
    return document


def spec_of(document: Mapping[str, Any], id: str) -> JobSpec:
    """The spec that a spec.json holds; of what it lacks as little as can be shown."""
    mode = document.get("mode")
    return JobSpec(
        id=id,
        title=_text(document, "title") or id,
        created=_whole(document, "created") or 0,
        executor=_text(document, "executor") or "local",
        kind=_text(document, "kind") or "local",
        mode=_one_of(_MODES, mode, "in place"),
        argv=_texts(document, "argv"),
        cwd=_text(document, "cwd"),
        env={key: value for key, value in _table(document, "env").items() if value is None or isinstance(value, str)},
        stages=_texts(document, "stages"),
        targets=_texts(document, "targets"),
        overrides=_texts(document, "overrides"),
        force=document.get("force") is True,
        rev=_text(document, "rev") or None,
        commit=_text(document, "commit") or None,
        branch=_text(document, "branch") or None,
        dirty=document.get("dirty") is True,
        gpu=document["gpu"] if isinstance(document.get("gpu"), str) else None,
        links=_texts(document, "links"),
        collect=document.get("collect") is True,
        experiment=_text(document, "experiment") or None,
        store=_text(document, "store") or None,
        who=_text(document, "who"),
        inside=_text(document, "inside"),
        options=_table(document, "options"),
    )


def job_of(spec: JobSpec, state: Mapping[str, Any], directory: str, handle: str = "") -> Job:
    """The job that spec.json and state.json tell of; without a state it is queued."""
    said = state.get("state")
    return Job(
        spec=spec,
        directory=directory,
        state=_one_of(_STATES, said, "queued"),
        start=_whole(state, "start"),
        end=_whole(state, "end"),
        exit_code=_whole(state, "exit_code"),
        pid=_whole(state, "pid"),
        pid_start=_text(state, "pid_start"),
        host=_text(state, "host"),
        user=_text(state, "user"),
        handle=handle,
        waits_for=_text(state, "waits_for"),
        steps=tuple(step for each in _list(state, "steps") if (step := _step(each)) is not None),
        said=_texts(state, "said"),
        failed_stage=_text(state, "failed_stage"),
        experiment=_text(state, "experiment") or None,
        commit_made=_text(state, "commit_made") or None,
        alive=tuple(pair for each in _list(state, "alive") if (pair := _process(each)) is not None),
        changed=_texts(state, "changed"),
        notes=_texts(state, "notes"),
    )


def state_document(job: Job) -> dict[str, Any]:
    """What state.json holds of `job`: for what mirrors a job that another engine runs."""
    document: dict[str, Any] = {"schema": 1}
    for field in fields(Job):
        if field.name in ("spec", "directory", "handle"):
            continue
        value = getattr(job, field.name)
        if field.name == "steps":
            document["steps"] = [
                {
                    "address": s.address,
                    "state": s.state,
                    "start": s.start,
                    "end": s.end,
                    "lock": s.lock,
                    "edited": [edit.path for edit in s.edited],
                }
                for s in value
            ]
        else:
            document[field.name] = (
                [list(x) if isinstance(x, tuple) else x for x in value] if type(value) is tuple else value
            )
    return document


def _step(value: Any) -> JobStep | None:
    if not isinstance(value, Mapping) or not isinstance(value.get("address"), str):
        return None
    state, lock = value.get("state"), value.get("lock")
    return JobStep(
        value["address"],
        _one_of(_STEPS, state, "waiting"),
        _whole(value, "start"),
        _whole(value, "end"),
        lock if isinstance(lock, Mapping) else None,
        tuple(map(Edit, _texts(value, "edited"))),
    )


def _process(value: Any) -> tuple[int, str] | None:
    pair = value if isinstance(value, list) and len(value) == 2 else (None, None)
    return (pair[0], str(pair[1])) if isinstance(pair[0], int) else None


def _one_of(known: tuple[Any, ...], value: Any, default: str) -> Any:
    return value if value in known else default


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) else ""


def _whole(document: Mapping[str, Any], key: str) -> int | None:
    value = document.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LATEST else None


def _list(document: Mapping[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    return value if isinstance(value, list) else []


def _texts(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(each for each in _list(document, key) if isinstance(each, str))


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    return value if isinstance(value, Mapping) else {}
