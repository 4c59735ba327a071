"""What can be written into an MLflow registry and store, as actions ask for it: `Writer`.

`actions.mlflow.door.open_writer` gives the real one: the project's own mlflow in a child process. A test that needs a
registry that misbehaves puts a fake here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from mltui.errors import Refused

Which = Literal["registry", "store"]


@dataclass(frozen=True, slots=True)
class ModelNow:
    """A registered model as the project's mlflow reads it now, past every cache of mltui's."""

    name: str
    aliases: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    description: str = ""


@dataclass(frozen=True, slots=True)
class VersionNow:
    """A model version as the project's mlflow reads it now."""

    model: str
    version: str
    status: str = "READY"
    status_message: str = ""
    stage: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    run_id: str = ""
    source: str = ""


class Writer(Protocol):
    """One registry, or one store, that is written to. Safe to call from several threads; one question at a time.

    Every method but the first three raises a `MltuiError` by meaning: `Refused` (this mlflow would migrate the
    database; a file store without ``MLFLOW_ALLOW_FILE_STORE=true``), `NotFound` (no such model, version, run),
    `Denied` (401, 403), `UsageError` (mlflow does not take that value: its own words), `Throttled`, `Busy` (the
    database is locked), `Unreachable` (it can't be reached: nothing was done), and of a write `Unanswered`: it went on
    its way and no answer came, so that it may have been done. Whoever gets that reads, and tells what is.
    """

    def prepare(self) -> None:
        """Begin to start the child, which imports mlflow; returns at once. When a dialog opens, so that it is ready."""

    def refusal(self) -> Refused | None:
        """Why nothing may be written there; waits for the child. What stands in the way of asking is a refusal too."""

    def close(self) -> None:
        """End the child. May be called twice."""

    # Reading, with the same mlflow that writes

    def model(self, name: str) -> ModelNow: ...

    def version(self, name: str, version: str) -> VersionNow: ...

    def latest(self, name: str, stage: str) -> str | None:
        """The newest version of the model in a legacy stage (``get_latest_versions``); None if none is."""

    # The registry

    def set_alias(self, name: str, alias: str, version: str) -> None: ...

    def delete_alias(self, name: str, alias: str) -> None: ...

    def set_stage(self, name: str, version: str, stage: str) -> None:
        """A legacy stage; what else is in it stays there (``archive_existing_versions=False``)."""

    def copy_version(self, name: str, version: str, to: str) -> str:
        """The number of the new version of `to`, which is made if it is not there."""

    def set_model_tag(self, name: str, key: str, value: str) -> None: ...

    def delete_model_tag(self, name: str, key: str) -> None: ...

    def set_version_tag(self, name: str, version: str, key: str, value: str) -> None: ...

    def delete_version_tag(self, name: str, version: str, key: str) -> None: ...

    def describe_model(self, name: str, text: str) -> None: ...

    def describe_version(self, name: str, version: str, text: str) -> None: ...

    def rename_model(self, name: str, new: str) -> None: ...

    # Runs

    def run(self, run_id: str) -> Mapping[str, object]:
        """``name``, ``status``, ``lifecycle`` ("active", "deleted"), ``end`` (epoch ms or None), ``tags`` of a run."""

    def set_run_tag(self, run_id: str, key: str, value: str) -> None: ...

    def delete_run_tag(self, run_id: str, key: str) -> None: ...

    def rename_run(self, run_id: str, name: str) -> None: ...

    def delete_run(self, run_id: str) -> None: ...

    def restore_run(self, run_id: str) -> None: ...

    def end_run(self, run_id: str, status: str, end: int | None) -> None:
        """Set its status; `end` (epoch ms) None leaves the end it has, else takes now."""

    def reopen_run(self, run_id: str, status: str, end: int | None) -> None:
        """Take back `end_run`: the status and the end (None: none) it had."""
