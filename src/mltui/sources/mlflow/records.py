"""What a mirror writes: rows of MLflow's tables, grouped by the thing they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field

#: The largest double: what MLflow's database stores write for an infinity.
DBL_MAX = 1.7976931348623157e308

#: Prompts live in the registry beside models; MLflow's searches for models leave out what has this tag ("true").
PROMPT_TAG = "mlflow.prompt.is_prompt"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that could not be read. `path` is the file (or URL), `run_uuid` the run it belongs to, if any; `hint`
    says what to do.
    """

    path: str
    reason: str
    run_uuid: str | None = None
    experiment_id: str | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest point of one metric, by MLflow's rule: the largest (step, timestamp, value)."""

    key: str
    value: float
    timestamp: int
    step: int


@dataclass(frozen=True, slots=True)
class InputRow:
    """One input of a run: a dataset (``source_type`` DATASET) or a logged model."""

    input_uuid: str
    source_type: str
    source_id: str
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """One dataset some run of an experiment logged."""

    dataset_uuid: str
    experiment_id: str
    name: str
    digest: str
    source_type: str
    source: str
    schema: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run with everything that belongs to it. Times are epoch ms; `status` is MLflow's word."""

    run_uuid: str
    experiment_id: str
    name: str
    status: str
    lifecycle_stage: str
    start_time: int | None
    end_time: int | None
    deleted_time: int | None = None
    user_id: str = ""
    artifact_uri: str = ""
    params: tuple[tuple[str, str], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    latest: tuple[Latest, ...] = ()
    inputs: tuple[InputRow, ...] = ()
    datasets: tuple[DatasetRow, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """How a thing looked when it was read: `stamp` of its directories, `deep` of every file in it."""

    path: str
    run_uuid: str | None
    stamp: str
    deep: str
    read_at: int


@dataclass(frozen=True, slots=True)
class LoggedModelRow:
    """A model a run logged (MLflow 3). `source_run_id` is what ties a version without a run to its run."""

    model_id: str
    experiment_id: str
    name: str
    artifact_location: str = ""
    created: int | None = None
    updated: int | None = None
    status: int | None = None
    lifecycle_stage: str = "active"
    model_type: str | None = None
    source_run_id: str | None = None


@dataclass(frozen=True, slots=True)
class ExperimentRecord:
    """One experiment. `lifecycle_stage` is "deleted" for everything in a trash, whatever its file says."""

    experiment_id: str
    name: str
    lifecycle_stage: str
    artifact_location: str | None = None
    creation_time: int | None = None
    last_update_time: int | None = None
    tags: tuple[tuple[str, str], ...] = ()
    datasets: tuple[DatasetRow, ...] = ()
    logged_models: tuple[LoggedModelRow, ...] = ()
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One version of a registered model."""

    name: str
    version: int
    creation_time: int | None
    last_updated_time: int | None
    description: str | None
    user_id: str | None
    current_stage: str
    source: str | None
    storage_location: str | None
    run_id: str | None
    run_link: str | None
    status: str
    status_message: str | None
    model_id: str | None
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """One registered model with its versions and aliases (alias -> version)."""

    name: str
    creation_time: int | None
    last_updated_time: int | None
    description: str | None
    tags: tuple[tuple[str, str], ...] = ()
    aliases: tuple[tuple[str, int], ...] = ()
    versions: tuple[VersionRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class RegistryRecord:
    """A whole registry."""

    models: tuple[ModelRecord, ...] = ()
    flaws: tuple[Flaw, ...] = field(default_factory=tuple)
