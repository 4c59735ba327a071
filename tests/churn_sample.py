"""A small made-up project, the one of the sketches in SCREENS: plain values, frozen in time."""

from __future__ import annotations

import math

from mltui.model.dvc import Dataset, DatasetVersion, DvcExperiment, Entry, Pipeline, Reason, Stage
from mltui.model.git import Change, Commit, GitState, History, Ref
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.runs import COMMIT_TAG, PARENT_TAG, SOURCE_TAG, USER_TAG, Run, RunTable, Store

#: 2026-03-04 12:41:07 UTC, the moment of the Pilot tests.
NOW = 1_772_628_067_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

SHA = ["3f2a1c9" + "0" * 33, "77b01aa" + "1" * 33, "9be1d20" + "2" * 33, "c0ffee1" + "3" * 33]


def commit(at: int, subject: str, author: str, age: int, refs: tuple[Ref, ...] = (), parents: int = 1) -> Commit:
    before = tuple(SHA[min(at + 1 + n, len(SHA) - 1)] for n in range(parents)) if at < len(SHA) - 1 else ()
    return Commit(SHA[at], before, author, f"{author.lower()}@example.org", NOW - age, NOW - age, subject, refs)


HISTORY = History(
    (
        commit(0, "Tune depth", "Ada", 3 * DAY, (Ref("head", "main", SHA[0]), Ref("tag", "v1.2", SHA[0]))),
        commit(1, "Merge branch 'features'", "Grace", 4 * DAY, parents=2),
        commit(2, "[data] New customers of March", "Grace", 9 * DAY),
        commit(3, "First model", "Ada", 40 * DAY),
    ),
    complete=True,
)

GIT = GitState("/work/churn", "main", SHA[0], True, 1, 2, 0, "origin/main", (Change(".M", "params.yaml"),))


def stage(name: str, parent: str = "", status: str = "fresh", **more: object) -> Stage:
    return Stage(
        name,
        "dvc.yaml",
        name,
        status,  # type: ignore[arg-type]
        parents=(parent,) if parent else (),
        cmd=f"python src/{name}.py",
        outs=(Entry(f"out/{name}.bin", "md5:" + "ab" * 16, 5_200_000),),
        as_of=NOW - MINUTE,
        **more,  # type: ignore[arg-type]
    )


_REFS = ("main", "next", "v1.2")

DATASET = Dataset(
    "data/customers.csv",
    "data/customers.csv.dvc",
    "md5:" + "c3" * 16,
    8_100_000,
    None,
    "fresh",
    versions=3,
    history=(
        DatasetVersion("md5:" + "a" * 32, 8_000_000, None, SHA[3], "Grace", NOW - 40 * DAY, _REFS),
        DatasetVersion("md5:" + "b" * 32, 8_050_000, None, SHA[2], "Grace", NOW - 9 * DAY, _REFS),
        DatasetVersion("md5:" + "c3" * 16, 8_100_000, None, SHA[1], "Ada", NOW - 4 * DAY, _REFS, ("main", "v1.2")),
    ),
)

PIPELINE = Pipeline(
    roots=(".",),
    stages=(
        stage("prepare"),
        stage("validate", "prepare"),
        stage(
            "train",
            "validate",
            "stale",
            reasons=(Reason("param", "params.yaml", "modified", "lr", 0.1, 0.05),),
            params={"params.yaml": {"lr": 0.05, "depth": 6}},
            deps=(Entry("data/clean.csv", "md5:" + "d4" * 16, 8_100_000), Entry("src/train.py", None, 2_100)),
        ),
        stage("evaluate", "train", "stale", upstream=("train",), metrics=("metrics.json",)),
    ),
    datasets=(DATASET,),
    as_of=NOW - MINUTE,
    metric_keys=("auc",),
    reader="dvc 3.67.1",
)


def run(name: str, auc: float | None, age: int, status: str = "FINISHED", sha: int = 0, **more: object) -> Run:
    start = NOW - age
    end = None if status == "RUNNING" else start + 31_000
    metrics = {} if auc is None else {"auc": auc, "loss": round(1 - auc, 3), "val/acc": 0.9}
    given: dict[str, object] = {
        "metrics": metrics,
        "params": {"lr": "0.1", "depth": "6"},
        "tags": {USER_TAG: "ada", SOURCE_TAG: "src/train.py", COMMIT_TAG: SHA[sha], "team": "growth"},
        "experiment": "churn",
        "experiment_id": "1",
    }
    given.update(more)
    return Run(
        run_id=name.replace("-", "").ljust(32, "0"),
        name=name,
        kind="run",
        status=status,  # type: ignore[arg-type]
        lifecycle="active",
        start=start,
        end=end,
        commit=SHA[sha],
        **given,  # type: ignore[arg-type]
    )


HARE = run("stormy-hare", 0.942, 2 * HOUR)
LYNX = run("calm-lynx", 0.947, 1 * HOUR)
RUNS = (
    run("lazy-fox", None, 5 * MINUTE, "FAILED", 1),
    run("bold-crane", 0.931, 20 * MINUTE, "RUNNING", 0),
    LYNX,
    HARE,
    run("quiet-owl", 0.925, 3 * DAY, "KILLED", 2, tags={USER_TAG: "grace", PARENT_TAG: HARE.run_id}),
    *(
        run(f"early-bird-{at}", 0.88 + 0.004 * at + 0.01 * math.sin(at), (5 + 12 - at) * DAY, sha=3)
        for at in range(12, 0, -1)
    ),
)
TABLE = RunTable(RUNS, True, ("auc", "loss", "val/acc"))
SERIES = {
    (each.run_id, "auc"): [0.5 + (each.metrics["auc"] - 0.5) * (1 - math.exp(-at / 4)) for at in range(20)]
    for each in RUNS
    if "auc" in each.metrics
}
STORES = (Store("sqlite:///mlflow.db", "sqlite", "repository", True, 1, len(RUNS), 1, RUNS[0].start),)
MODELS = (
    RegisteredModel(
        "churn",
        "mlflow",
        (
            ModelVersion("churn", "5", LYNX.run_id, NOW - HOUR, ("challenger",), user="ada"),
            ModelVersion("churn", "4", HARE.run_id, NOW - 2 * HOUR, ("champion",), user="ada"),
            ModelVersion("churn", "3", None, NOW - 9 * DAY, stage="Archived"),
        ),
        {"champion": "4", "challenger": "5"},
        description="Who will leave?\nMonthly.",
    ),
)
EXPERIMENTS = (DvcExperiment("sandy-doe", "e" * 40, SHA[0], "Ada", NOW - 30 * MINUTE, {"auc": 0.935}, {"lr": "0.05"}),)

WHOLE = {
    "git": GIT,
    "history": HISTORY,
    "pipeline": PIPELINE,
    "experiments": EXPERIMENTS,
    "stores": STORES,
    "runs": TABLE,
    "models": MODELS,
    "series": SERIES,
}
