"""Which runs a stage made, and what its detail says of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from churn_sample import run
from mltui.model.job import Job, JobSpec, JobStep
from mltui.model.lineage.graph import Edge, EdgeKind, Graph, Node
from mltui.model.metric import Goal, PrimaryMetric
from mltui.model.stage_runs import runs_of_stage
from mltui.present.stage_runs import made_line
from mltui.present.text import plain

STAGE = {"mltui.stage": "train"}


def primary(goal: Goal | None = "max") -> PrimaryMetric:
    return PrimaryMetric("auc", goal, guessed=False)


def said(runs: Any, jobs: Any = (), goal: Goal | None = "max", graph: Graph | None = None) -> str:
    return plain(made_line(runs_of_stage("train", runs, jobs, primary(goal), graph), primary(goal)))


def test_runs_at_the_commit_of_the_newest_and_the_best_of_them() -> None:
    runs = [
        run("old", 0.99, 9, sha=1, tags=STAGE),
        run("fair", 0.9, 3, tags=STAGE),
        run("stormy-hare", 0.942, 2, tags=STAGE),
        run("broken", float("nan"), 1, tags=STAGE),
        run("other", 0.95, 1, tags={"mltui.stage": "sub/dvc.yaml:train"}),
        run("nobody", 0.96, 1),
        replace(run("deleted", 0.97, 1, tags=STAGE), lifecycle="deleted"),
    ]
    sha = (runs[1].commit or "")[:7]
    assert said(runs) == f"3 runs at {sha}, best auc 0.9420 stormy-hare  4 in all"
    assert said(runs, goal="min") == f"3 runs at {sha}, best auc 0.9000 fair  4 in all"
    assert said(runs, goal=None) == f"3 runs at {sha}  4 in all", "nobody said which way is better"
    assert said(runs[1:2]) == f"1 run at {sha}, auc 0.9000 fair"
    assert said(runs[5:]) == ""


def test_a_run_of_a_job_is_of_the_step_that_ran_then() -> None:
    made = run("mine", 0.9, 1, tags={"mltui.job": "j1"})
    start = made.start or 0
    steps = (
        JobStep("prepare", state="done", start=start - 9000, end=start - 5000),
        JobStep("train", state="done", start=start - 1000, end=start + 5000),
    )
    spec = JobSpec("j1", "", start - 9000, "local", "local", "in place", ("dvc", "repro"), "/p")
    job = Job(spec, "", "done", steps=steps)
    assert said([made], (job,)).startswith("1 run at")
    assert runs_of_stage("prepare", [made], (job,), None) is None


@pytest.mark.parametrize(("kind", "shown"), [("recorded", "1 run"), ("inferred", "inferred"), ("unknown", "")])
def test_the_lineage_is_taken_where_it_is_at_hand(kind: EdgeKind, shown: str) -> None:
    one = run("tied", 0.9, 1)
    nodes = Node("stage", "stage:train", "train"), Node("run", f"run:{one.run_id}", one.name)
    graph = Graph.of(nodes, [Edge(nodes[0].id, nodes[1].id, kind, "why")])
    found = said([one], graph=graph)
    assert shown in found
    assert ("inferred" in found) is (kind == "inferred")
    assert bool(found) is bool(shown)
