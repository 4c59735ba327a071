"""What is not fresh, below a drawing with room for it."""

from __future__ import annotations

from typing import Any

from mltui.model.dvc import Pipeline, Reason, Stage
from mltui.model.job import Job, JobSpec, JobStep
from mltui.model.stage_state import states_of
from mltui.present.stage_detail import GraphScene
from mltui.present.stage_groups import GroupFolds, boxes, group_of
from mltui.present.stage_needs import need_lines
from mltui.present.text import ASCII, UNICODE, plain

WHY = (Reason("param", "params.yaml", "modified", "lr", 0.1, 0.05),)


def stage(name: str, *parents: str, status: Any = "fresh", **more: Any) -> Stage:
    return Stage(name, "dvc.yaml", name, status, parents=parents, **more)


STAGES = (
    stage("prepare"),
    stage("train", "prepare", status="stale", reasons=WHY),
    stage("evaluate", "train", status="stale", upstream=("train",)),
    stage("old", frozen=True),
)


def lines(
    *stages: Stage, room: tuple[int, int] = (60, 9), only: Any = None, jobs: Any = (), mark: Any = UNICODE
) -> Any:
    scene = GraphScene(Pipeline(stages=stages), states_of(stages, jobs), jobs, 100_000, mark)
    return [plain(each) for each in need_lines(scene, room, only)]


def test_each_stage_that_is_not_fresh_says_why() -> None:
    assert lines(*STAGES) == ["~ train     param lr 0.1 → 0.05", "≈ evaluate  after train"]
    assert lines(*STAGES, only=("evaluate", "prepare")) == ["≈ evaluate  after train"]
    assert lines(*STAGES, mark=ASCII)[0].endswith("param lr 0.1 -> 0.05")
    assert lines(STAGES[0], STAGES[3]) == []


def test_a_running_one_says_for_how_long() -> None:
    def job(state: Any, start: int, end: int | None) -> Job:
        spec = JobSpec("1", "retrain", 0, "local", "local", "in place", (), "/")
        return Job(spec, "/j", "running" if end is None else "finished", steps=(JobStep("train", state, start, end),))

    jobs = (job("running", 59_000, None), job("done", 0, 50_000))
    assert lines(stage("train", status="running"), jobs=jobs) == ["● train  for 41 s, about 9 s left"]
    late = (job("running", 59_000, None), job("done", 0, 40_000))
    assert lines(stage("train", status="running"), jobs=late) == ["● train  for 41 s, longer than usual"]
    assert lines(stage("train", status="running")) == ["● train  running"], "it is somebody else's"


def test_what_finds_no_room_is_counted_and_cut_with_a_mark() -> None:
    many = [stage(f"s{at}", status="stale", reasons=WHY) for at in range(8)]
    assert lines(*many, room=(60, 3))[1:] == ["~ s1  param lr 0.1 → 0.05", "… 6 more stages not fresh"]
    assert len(lines(*many, room=(60, 8))) == 8
    assert lines(*many, room=(14, 8))[0] == "~ s0  param l…"
    assert lines(*many, room=(60, 0)) == []


def test_a_folded_group_is_one_line() -> None:
    runs = [
        stage(f"train@m{at}", status="stale" if at < 5 else "missing", locked=at < 5, reasons=WHY) for at in range(8)
    ]
    stages = (*runs, stage("report", "train@m0", status="stale", upstream=("train@m0",)))
    found, _ = boxes(stages, GroupFolds().fold(group_of(runs[0]), True))
    scene = GraphScene(Pipeline(stages=stages), states_of(stages), (), 0, UNICODE)
    told = [plain(each) for each in need_lines(scene, (80, 9), None, found)]
    assert told == ["+ train@{m0,m1,…}  5 ~ 3 ◌  param lr 0.1 → 0.05", "≈ report           after train@m0"]
    told = [plain(each) for each in need_lines(scene, (80, 1), None, found)]
    assert told == ["… 9 more stages not fresh"]
