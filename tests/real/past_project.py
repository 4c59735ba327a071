"""A project with a past, made by git, dvc and mlflow themselves: what happened on each of nine days."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from cli_projects import dvc
from git_repository import commit, git, make

#: 2023-11-14 22:13:20 UTC, in seconds, and a day.
T0, DAY = 1_700_000_000, 86_400

#: What MLflow itself writes when its clock says what it is told.
RUNS = """
import sys, time, mlflow
from mlflow.store.model_registry import sqlalchemy_store as registry
from mlflow.store.tracking import sqlalchemy_store as tracking
T0, DAY = 1_700_000_000_000, 86_400_000
uri, *commits = sys.argv[1:]
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient()
exp = client.create_experiment("churn")

def clock(day):
    now = int(T0 + day * DAY)
    registry.get_current_time_millis = tracking.get_current_time_millis = lambda: now
    return now

def run(name, began, ended, commit, points, logged):
    one = client.create_run(exp, start_time=clock(began), run_name=name, tags={"mlflow.source.git.commit": commit})
    for step, (value, day) in enumerate(zip(points, logged)):
        client.log_metric(one.info.run_id, "auc", value, timestamp=clock(day), step=step)
    if ended is not None:
        client.set_terminated(one.info.run_id, end_time=clock(ended))
    return one.info.run_id

a = run("first", 1, 1.1, commits[0], [0.7, 0.8], [1.01, 1.05])
b = run("long", 4, 6, commits[1], [0.5, 0.9], [4.1, 5.9])
c = run("gone", 5, 5.1, commits[1], [0.6], [5.05])
d = run("last", 9, 9.1, commits[2], [0.95], [9.05])
clock(7)
client.delete_run(c)
clock(3)
client.create_registered_model("fraud")
client.create_model_version("fraud", "somewhere", a)
client.set_registered_model_alias("fraud", "champion", "1")
clock(3.1)
client.transition_model_version_stage("fraud", "1", "Production")
clock(7)
client.create_model_version("fraud", "somewhere", b)
clock(8)
client.transition_model_version_stage("fraud", "2", "Production", archive_existing_versions=True)
print(a, b, c, d)
"""


def when(day: float) -> str:
    """The end of what happened on a day, as ``--at`` takes it: epoch ms."""
    return str(int((T0 + day * DAY) * 1000))


def make_past(path: Path) -> dict[str, str]:
    """Build it; the commits ("c1", "c2", "c3") and runs ("first", "long", "gone", "last") by name.

    Days: 0 data v1, tag v0.1. 1 run first. 2 data v2, churn@v1.0.0. 3 fraud/1, champion, in Production. 4 run long (to
    day 6), churn#prod at c2. 5 run gone (deleted on day 7). 6 data v3, churn@v2.0.0. 7 churn#prod at c3, fraud/2.
    8 fraud/2 in Production, fraud/1 archived. 9 run last.
    """
    make(path)
    dvc(path, "init", "-q")
    dvc(path, "config", "core.analytics", "false")
    (path / "dvc.yaml").write_text("artifacts:\n  churn: {path: model.bin, desc: who leaves}\n")
    (path / ".gitignore").write_text("mlflow.db\nmlruns\n")
    found: dict[str, str] = {}
    for number, day in enumerate((0, 2, 6), start=1):
        (path / "data.csv").write_text("a\n" * number)
        dvc(path, "add", "-q", "data.csv")
        found[f"c{number}"] = commit(path, f"data v{number}", f"{T0 + day * DAY} +0000")
    git(path, "tag", "v0.1", found["c1"])
    for day, name, at in (
        (2, "churn@v1.0.0", "c2"), (4, "churn#prod#1", "c2"), (6, "churn@v2.0.0", "c3"), (7, "churn#prod#2", "c3"),
    ):  # fmt: skip
        git(path, "tag", "-a", "-m", name, name, found[at], GIT_COMMITTER_DATE=f"{T0 + day * DAY} +0000")
    argv = [sys.executable, "-c", RUNS, f"sqlite:///{path}/mlflow.db", found["c1"], found["c2"], found["c3"]]
    done = subprocess.run(argv, cwd=path, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return found | dict(zip(("first", "long", "gone", "last"), done.stdout.split()[-4:], strict=True))
