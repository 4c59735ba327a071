"""What MLflow knows of training: stores, experiments, runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from mltui.model.life import Life
from mltui.model.part import Problem

RunStatus = Literal["FINISHED", "FAILED", "KILLED", "RUNNING", "SCHEDULED"]
Lifecycle = Literal["active", "deleted"]
RunKind = Literal["run", "exp"]
StoreKind = Literal["sqlite", "file", "rest", "sql", "other"]

COMMIT_TAG = "mlflow.source.git.commit"
NAME_TAG = "mlflow.runName"
USER_TAG = "mlflow.user"
SOURCE_TAG = "mlflow.source.name"
PARENT_TAG = "mlflow.parentRunId"
REPO_TAG = "mlflow.source.git.repoURL"
#: Tags of MLflow's own that hold an address; the last is what versions before 1.0 wrote.
ADDRESS_TAGS = (SOURCE_TAG, REPO_TAG, "mlflow.gitRepoURL")
#: The tag that every run of a job has, by `MLFLOW_RUN_CONTEXT`: the job's id.
JOB_TAG = "mltui.job"


@dataclass(frozen=True, slots=True)
class Run:
    """An MLflow run, or a DVC experiment dressed as one (`kind` "exp", commit = its own).

    Times are epoch ms or None. `metrics` are latest values and may hold nan and ±inf. `commit` is the full value of
    the tag or None. A run loaded for a table may hold only the metrics, params and tags that were asked for;
    `whole` says whether all of them are there. `problem` says why a run could not be read (then the rest is what
    could be: "" and None); `note` what of it is elsewhere, which is no fault. `life` says of a RUNNING one that it
    may run no more. `deleted` is when a deleted one was, None where the store does not keep that. Names are outside
    data.
    """

    run_id: str
    name: str
    kind: RunKind
    experiment: str
    experiment_id: str
    status: RunStatus
    lifecycle: Lifecycle
    start: int | None
    end: int | None
    commit: str | None
    metrics: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    artifact_uri: str = ""
    whole: bool = True
    problem: str = ""
    note: str = ""
    life: Life | None = None
    deleted: int | None = None


class Measured(NamedTuple):
    """As little of a run as says where a value of it belongs: of ten thousand at once. `start` is epoch ms or None."""

    run_id: str
    commit: str | None
    value: float
    status: RunStatus
    start: int | None


@dataclass(frozen=True, slots=True)
class RunInput:
    """A dataset a run logged (MLflow's mlflow.log_input). `context` is "training", "eval"… or "".

    `schema` and `profile` are JSON as MLflow keeps them, "" where it recorded none.
    """

    name: str
    digest: str
    source_type: str
    source: str
    context: str
    schema: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class LoggedModel:
    """A model that a run logged (MLflow 3). `status` is "pending", "ready", "failed" or "", `created` epoch ms.

    `metrics` are the values at its latest `step` (None: no metrics), `location` where its files are.
    """

    model_id: str
    name: str
    status: str
    kind: str
    created: int | None
    location: str
    step: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Experiment:
    """An MLflow experiment. `runs` counts its active runs."""

    experiment_id: str
    name: str
    lifecycle: Lifecycle
    runs: int
    in_scope: bool = True


@dataclass(frozen=True, slots=True)
class Store:
    """A place with runs. `uri` is without secrets. `active`: the one that the screens show.

    `experiments` and `runs` count active ones (None: not asked), `in_scope` the experiments that are this project's.
    `newest` is the most recent run start, epoch ms. `origin` says how it was found ("flag", "environment", ".env",
    "configuration", "repository", "code"). A store with origin "code" is offered and not contacted unasked. `read_at`
    is when a mirrored store (file, rest) was last read to its end, epoch ms: with a `problem` the runs are of then.
    `as_of` is when all of a server was read, epoch ms: what is older than its newest runs may have changed since.
    `partial`: it is still being read, and the counts are of what is there so far. `reading`: so many runs of a server
    were read so far, while all of them are.
    """

    uri: str
    kind: StoreKind
    origin: str
    active: bool = False
    experiments: int | None = None
    runs: int | None = None
    in_scope: int | None = None
    newest: int | None = None
    schema: str = ""
    problem: str = ""
    hint: str = ""
    read_at: int | None = None
    as_of: int | None = None
    partial: bool = False
    reading: int | None = None


class MetricPoint(NamedTuple):
    """One logged value of a metric series. `time` is epoch ms. A tuple: a series may have a million of them."""

    value: float
    time: int
    step: int


@dataclass(frozen=True, slots=True)
class RunTable:
    """The runs of the active store that are in scope, newest first, as tables need them.

    The runs are whole (`Run.whole`) unless there are too many for that, or they are the first of them: then they hold
    the keys that were asked for and the tags tables need. `complete` is False while older runs are still being read.
    `metric_keys`: commonest of the newest runs first, then the rest; `param_keys` and `tag_keys`: alphabetical. They
    are all that the store has in scope, once it is complete. `problems`: what of the store could not be read, or why
    nothing of it is in scope. `keys_read`: of runs that are not whole the ids of the columns (``metrics.auc``) they
    were read with; None where nobody noted it.
    """

    runs: tuple[Run, ...]
    complete: bool
    metric_keys: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    param_keys: tuple[str, ...] = ()
    tag_keys: tuple[str, ...] = ()
    keys_read: frozenset[str] | None = None

    def lacks(self, family: str, key: str) -> bool:
        """Whether the runs may have this metric, param or tag, and it is still to be read."""
        known = self.keys_read is None or family not in ("metrics", "params", "tags")
        return not known and f"{family}.{key}" not in (self.keys_read or ())
