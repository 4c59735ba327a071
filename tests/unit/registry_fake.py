"""An MLflow registry in memory, at the writer's port: for what a real one does not do when it is asked to.

It stands for the project's mlflow behind `actions.mlflow.port.Writer`, and for nothing else: what mlflow really does is
tests/real's. Several `FakeWriter` share one `FakeRegistry`, as several mltui share one server.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from mltui.actions.mlflow.port import ModelNow, VersionNow
from mltui.errors import NotFound, Refused, UsageError
from mltui.model.alias_names import trouble

T = TypeVar("T")


@dataclass
class FakeRegistry:
    """`models` by name, `versions` by (name, number), `runs` by id."""

    models: dict[str, ModelNow] = field(default_factory=dict)
    versions: dict[tuple[str, str], VersionNow] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def with_model(self, name: str, versions: int, **aliases: str) -> FakeRegistry:
        """The same, with a model of so many READY versions."""
        self.models[name] = ModelNow(name, dict(aliases))
        for number in map(str, range(1, versions + 1)):
            self.versions[name, number] = VersionNow(name, number, run_id=f"run{number}")
        return self

    def alias(self, name: str, alias: str) -> str | None:
        return self.models[name].aliases.get(alias)

    def claims(self, name: str) -> list[str]:
        return [key for key in self.models[name].tags if key.startswith("mltui.claim.")]


class FakeWriter:
    """One mltui's writer. `calls` are all that was asked, (method, *arguments).

    `before` and `after` are called around each, with the same: they may raise what a server would, or do what somebody
    else does at that moment. `fail(method, *errors)`: the next calls of that method raise these instead of doing it.
    """

    def __init__(self, registry: FakeRegistry) -> None:
        self.registry = registry
        self.calls: list[tuple[str, ...]] = []
        self.before: Callable[[tuple[str, ...]], None] = lambda _call: None
        self.after: Callable[[tuple[str, ...]], None] = lambda _call: None
        self.refused: Refused | None = None
        self.closed = False
        self._failing: defaultdict[str, list[Exception]] = defaultdict(list)

    def fail(self, method: str, *errors: Exception) -> None:
        self._failing[method] += errors

    def prepare(self) -> None:
        pass

    def refusal(self) -> Refused | None:
        return self.refused

    def close(self) -> None:
        self.closed = True

    def model(self, name: str) -> ModelNow:
        return self._do(lambda: self._model(name), "model", name)

    def version(self, name: str, version: str) -> VersionNow:
        return self._do(lambda: self._version(name, version), "version", name, version)

    def latest(self, name: str, stage: str) -> str | None:
        def look() -> str | None:
            inside = [each for (of, _), each in self.registry.versions.items() if of == name and each.stage == stage]
            return max((each.version for each in inside), key=int, default=None)

        return self._do(look, "latest", name, stage)

    def set_alias(self, name: str, alias: str, version: str) -> None:
        def write() -> None:
            if wrong := trouble(alias):
                raise UsageError(wrong)
            self._version(name, version)
            self._put(name, aliases={**self._model(name).aliases, alias: version})

        self._do(write, "set_alias", name, alias, version)

    def delete_alias(self, name: str, alias: str) -> None:
        self._do(
            lambda: self._put(name, aliases=_without(self._model(name).aliases, alias)), "delete_alias", name, alias
        )

    def set_stage(self, name: str, version: str, stage: str) -> None:
        self._do(lambda: self._put_version(name, version, stage=stage), "set_stage", name, version, stage)

    def copy_version(self, name: str, version: str, to: str) -> str:
        def write() -> str:
            source = self._version(name, version)
            self.registry.models.setdefault(to, ModelNow(to))
            number = str(1 + max((int(each) for of, each in self.registry.versions if of == to), default=0))
            self.registry.versions[to, number] = replace(source, model=to, version=number, stage="", tags={})
            return number

        return self._do(write, "copy_version", name, version, to)

    def set_model_tag(self, name: str, key: str, value: str) -> None:
        self._do(
            lambda: self._put(name, tags={**self._model(name).tags, key: value}), "set_model_tag", name, key, value
        )

    def delete_model_tag(self, name: str, key: str) -> None:
        self._do(lambda: self._put(name, tags=_without(self._model(name).tags, key)), "delete_model_tag", name, key)

    def set_version_tag(self, name: str, version: str, key: str, value: str) -> None:
        def write() -> None:
            self._put_version(name, version, tags={**self._version(name, version).tags, key: value})

        self._do(write, "set_version_tag", name, version, key, value)

    def delete_version_tag(self, name: str, version: str, key: str) -> None:
        def write() -> None:
            self._put_version(name, version, tags=_without(self._version(name, version).tags, key))

        self._do(write, "delete_version_tag", name, version, key)

    def describe_model(self, name: str, text: str) -> None:
        self._do(lambda: self._put(name, description=text), "describe_model", name, text)

    def describe_version(self, name: str, version: str, text: str) -> None:
        self._do(lambda: self._put_version(name, version, description=text), "describe_version", name, version, text)

    def rename_model(self, name: str, new: str) -> None:
        def write() -> None:
            if new in self.registry.models:
                raise UsageError(f"there is a model {new} already")
            self.registry.models[new] = replace(self._model(name), name=new)
            del self.registry.models[name]
            for of, number in [key for key in self.registry.versions if key[0] == name]:
                moved = replace(self.registry.versions.pop((of, number)), model=new)
                self.registry.versions[new, number] = moved

        self._do(write, "rename_model", name, new)

    def run(self, run_id: str) -> Mapping[str, object]:
        return self._do(lambda: dict(self._run(run_id)), "run", run_id)

    def set_run_tag(self, run_id: str, key: str, value: str) -> None:
        self._do(lambda: self._run(run_id)["tags"].update({key: value}), "set_run_tag", run_id, key, value)

    def delete_run_tag(self, run_id: str, key: str) -> None:
        self._do(lambda: self._run(run_id)["tags"].pop(key, None), "delete_run_tag", run_id, key)

    def rename_run(self, run_id: str, name: str) -> None:
        self._do(lambda: self._run(run_id).update(name=name), "rename_run", run_id, name)

    def delete_run(self, run_id: str) -> None:
        self._do(lambda: self._run(run_id).update(lifecycle="deleted"), "delete_run", run_id)

    def restore_run(self, run_id: str) -> None:
        self._do(lambda: self._run(run_id).update(lifecycle="active"), "restore_run", run_id)

    def end_run(self, run_id: str, status: str, end: int | None) -> None:
        def write() -> None:
            run = self._run(run_id)
            run.update(status=status, end=end if end is not None else run["end"] or 1)

        self._do(write, "end_run", run_id, status, str(end))

    def reopen_run(self, run_id: str, status: str, end: int | None) -> None:
        self._do(lambda: self._run(run_id).update(status=status, end=end), "reopen_run", run_id, status, str(end))

    def _do(self, what: Callable[[], T], *call: str) -> T:
        self.calls.append(call)
        self.before(call)
        if self._failing[call[0]]:
            raise self._failing[call[0]].pop(0)
        with self.registry.lock:
            done = what()
        self.after(call)
        return done

    def _model(self, name: str) -> ModelNow:
        if name not in self.registry.models:
            raise NotFound(f"there is no registered model {name}")
        return self.registry.models[name]

    def _version(self, name: str, version: str) -> VersionNow:
        self._model(name)
        if (name, version) not in self.registry.versions:
            raise NotFound(f"{name} has no version {version}")
        return self.registry.versions[name, version]

    def _run(self, run_id: str) -> dict[str, Any]:
        if run_id not in self.registry.runs:
            raise NotFound(f"there is no run {run_id}")
        return self.registry.runs[run_id]

    def _put(self, name: str, **changes: Any) -> None:
        self.registry.models[name] = replace(self._model(name), **changes)

    def _put_version(self, name: str, version: str, **changes: Any) -> None:
        self.registry.versions[name, version] = replace(self._version(name, version), **changes)


def _without(mapping: Mapping[str, str], key: str) -> dict[str, str]:
    return {name: value for name, value in mapping.items() if name != key}
