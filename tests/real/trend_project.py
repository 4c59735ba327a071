"""A history with a regression, made by git, dvc and mlflow in one process: ``python trend_project.py DIRECTORY``.

Fifteen commits; the eleventh changes the data and a param, and auc falls from 0.9 to 0.8. ``metrics.json`` is in git,
``more.json`` in DVC's cache. At each commit a run is made, at the third two; one more on a branch that is merged
later, one at a commit of another branch, one at a commit that nobody has.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

COMMITS, BAD = 15, 10
#: What the auc of each commit is off its level.
WOBBLE = (0.001, -0.002, 0.0, 0.002, -0.001, 0.001, 0.0, -0.002, 0.002, -0.001, 0.001, -0.001, 0.002, 0.0, -0.002)

PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [data.csv, train.py]
    params: [level, lr]
    outs: [model.txt]
    metrics: [metrics.json: {cache: false}, more.json]
"""
TRAIN = """\
import json
params = dict(line.split(": ") for line in open("params.yaml").read().splitlines())
auc = float(params["level"]) + float(open("data.csv").read().split()[-1])
json.dump({"auc": round(auc, 4), "deep": {"f1": auc / 2}}, open("metrics.json", "w"))
json.dump({"cost": round(1 - auc, 4)}, open("more.json", "w"))
open("model.txt", "w").write(str(auc))
"""


def auc(at: int) -> float:
    """The auc of the commit number `at`, from 0."""
    return round((0.8 if at >= BAD else 0.9) + WOBBLE[at], 4)


def git(*args: str) -> str:
    return subprocess.run(["git", *args], check=True, capture_output=True, text=True).stdout.strip()


def main(where: Path) -> None:
    os.environ["DVC_NO_ANALYTICS"] = "1"
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # the stage's own python
    os.chdir(where)
    git("init", "-q", "-b", "main")
    from dvc.repo import Repo

    repo = Repo.init()
    Path("dvc.yaml").write_text(PIPELINE)
    Path("train.py").write_text(TRAIN)
    Path(".gitignore").write_text("mlflow.db\nmlruns\n")
    Path("mltui.toml").write_text(
        '[metrics]\nprimary = "auc"\ngoal = { auc = "max", cost = "min", "deep.f1" = "max" }\n'
    )
    shas = []
    for at in range(COMMITS):
        if at in (0, BAD):
            Path("data.csv").write_text(f"n\n{0.9 if at == 0 else 0.8}\n")
            repo.add("data.csv")
        Path("params.yaml").write_text(f"level: {WOBBLE[at]}\nlr: {0.1 if at < BAD else 0.5}\n")
        repo.reproduce()
        git("add", "-A")
        when = f"{1_700_000_000 + at * 86_400} +0000"
        os.environ |= {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        git("commit", "-q", "-m", f"commit {at}")
        shas.append(git("rev-parse", "HEAD"))
        if at == 4:
            git("tag", "v1.0")
    repo.close()
    git("switch", "-q", "-c", "side", "HEAD~1")
    git("commit", "-q", "--allow-empty", "-m", "on the side")
    side = git("rev-parse", "HEAD")
    git("switch", "-q", "main")
    git("merge", "-q", "--no-ff", "-m", "merge side", "side")
    git("switch", "-q", "-c", "other")
    git("commit", "-q", "--allow-empty", "-m", "elsewhere")
    other = git("rev-parse", "HEAD")
    git("switch", "-q", "main")
    log_runs(
        [*((sha, auc(at)) for at, sha in enumerate(shas)), (shas[2], 0.95), (side, 0.7), (other, 0.6), ("f" * 40, 0.5)]
    )
    print(json.dumps({"shas": shas, "side": side, "other": other, "merge": git("rev-parse", "HEAD")}))


def log_runs(made: list[tuple[str, float]]) -> None:
    import mlflow

    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    mlflow.set_experiment("churn")
    for sha, value in made:
        with mlflow.start_run(tags={"mlflow.source.git.commit": sha}):
            mlflow.log_metric("auc", value)
            mlflow.log_metric("val/f1", value / 2)
    with mlflow.start_run():
        mlflow.log_metric("loss", 1.0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
