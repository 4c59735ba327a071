"""A project with a registry in memory: fakes at the doors only, `Source` and the writer's port (`FakeWriter`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.registry_fake import FakeRegistry, FakeWriter
from tui_fakes import HOUR, NOW, FakeReader, FakeSource, FakeWorkspace, churn

from mltui.config import Config
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.sources.runner import ProcessRunner

POLICY = """
[metrics]
goal = {auc = "max"}
[[gates]]
metric = "metrics.auc >= 0.8"
[[gates]]
metric = "metrics.auc >= champion - 0.005"
"""
PROTECTED = (
    POLICY
    + """
[promote]
protected = ["champion"]
"""
)
#: auc of churn/5 is 0.947.
BLOCKED = """
[metrics]
goal = {auc = "max"}
[[gates]]
metric = "metrics.auc >= 0.99"
"""


class RegistrySource(FakeSource):
    """What the registry of the writers says, as a source reads it."""

    def __init__(self, registry: FakeRegistry) -> None:
        super().__init__("models", ())
        self.registry = registry

    def fingerprint(self) -> str:
        return repr((self.registry.models, self.registry.versions))

    def load(self, **how: Any) -> tuple[RegisteredModel, ...]:
        return tuple(self._model(name) for name in sorted(self.registry.models))

    def now(self, gto: bool | None = None) -> tuple[RegisteredModel, ...]:
        return self.load()

    def silence(self) -> None:
        return None

    def _model(self, name: str) -> RegisteredModel:
        found = self.registry.models[name]
        numbers = sorted((int(number) for of, number in self.registry.versions if of == name), reverse=True)
        versions = [self._version(name, str(number), found.aliases) for number in numbers]
        return RegisteredModel(name, "mlflow", tuple(versions), dict(found.aliases), tags=found.tags)

    def _version(self, name: str, number: str, aliases: Any) -> ModelVersion:
        now = self.registry.versions[name, number]
        held = tuple(alias for alias, holder in aliases.items() if holder == number)
        age = (6 - int(number)) * 24 * HOUR
        return ModelVersion(
            name, number, now.run_id, NOW - age, held, stage=now.stage, status=now.status, tags=now.tags
        )


class Stores(FakeSource):
    """The one store, of which `reader` reads; nobody asks for its address."""

    def __init__(self, workspace: FakeWorkspace) -> None:
        super().__init__("stores", workspace.stores.value)  # type: ignore[attr-defined]
        self._reader = workspace.reader()

    def reader(self) -> FakeReader:
        return self._reader

    def ask_for(self, run_ids: Any) -> None:
        """All runs are there."""

    def registry(self) -> None:
        return None

    def active(self) -> None:
        return None


class Project:
    """A workspace, its registry (churn with five versions, 4 is champion, 5 challenger), and the writers that were
    opened; `writer` is the one that the next dialog gets."""

    def __init__(self, root: Path, policy: str, config: Config) -> None:
        self.registry = FakeRegistry().with_model("churn", 5, champion="4", challenger="5")
        for number in range(1, 6):
            key = "churn", str(number)
            self.registry.versions[key] = replace(self.registry.versions[key], run_id=f"{5 - number:032x}")
        self.writer = FakeWriter(self.registry)
        (root / "mltui.toml").write_text(policy)
        workspace: FakeWorkspace = churn(root, config=config)
        workspace.runner = ProcessRunner()  # type: ignore[assignment]
        workspace.models = RegistrySource(self.registry)  # type: ignore[attr-defined]
        workspace.stores = Stores(workspace)  # type: ignore[attr-defined]
        self.workspace = workspace


def project(root: Path, monkeypatch: pytest.MonkeyPatch, policy: str = POLICY, config: Config | None = None) -> Project:
    """At the moment of the Pilot tests; the watch after a move looks once."""
    found = Project(root, policy, config or Config(theme="dark"))
    monkeypatch.setattr("mltui.actions.mlflow.door.open_writer", lambda workspace: found.writer)
    monkeypatch.setattr("mltui.tui.screens.moving.now_ms", lambda: NOW)
    monkeypatch.setattr("mltui.sources.promotion.planning.now_ms", lambda: NOW)
    monkeypatch.setattr("mltui.sources.gates.evaluating.now_ms", lambda: NOW)
    watching(monkeypatch, seconds=0.0)
    return found


def watching(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """So long a target is watched."""
    from mltui.actions.promotion import watching as module

    monkeypatch.setattr(module, "watch", _for(module.watch, seconds))


def _for(watch: Any, seconds: float) -> Any:
    return lambda writer, plan, **said: watch(writer, plan, seconds, **said)
