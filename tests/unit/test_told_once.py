"""A stage that failed and the job in which it did: one row of *Needs you*, two entries for a program."""

from __future__ import annotations

from dataclasses import replace

from test_attention import pipeline, snapshot, stage
from tests.job_sample import jobs

from mltui.model.attention import attention, told_once
from mltui.model.dvc import Reason
from mltui.model.part import Part
from mltui.present.overview import overview
from mltui.present.overview_needs import need_rows, need_target
from mltui.present.status_text import Scene, status_text
from mltui.present.text import UNICODE, plain

NOW = 1_772_628_067_000
FAILED = next(job for job in jobs(NOW) if job.state == "failed")
MODIFIED = (Reason("dep", "a.csv", "modified"),)


def test_one_row_names_both() -> None:
    stale = pipeline(stage("evaluate", "stale", reasons=MODIFIED))
    moment = snapshot(pipeline=stale, jobs=Part("jobs", (FAILED,)))
    assert [each.kind for each in attention(moment)] == ["stage", "job"]
    (told,) = told_once(attention(moment, NOW), moment, NOW)
    assert (told.kind, told.what) == ("stage", "evaluate")
    assert told.why == f"failed 1 h ago in job {FAILED.id}; dep a.csv modified"

    view = overview(moment, (), NOW, UNICODE)
    rows = need_rows(view)
    assert [[plain(cell) for cell in rows.row(at).cells] for at in range(len(rows))] == [
        ["✗", "evaluate", "failed 1 h ago in job retrain evaluate; dep a.csv modified"]
    ]
    assert need_target(view, rows.key(0)) == ("pipeline", "evaluate")
    printed = [plain(each) for each in status_text(moment, Scene(NOW))]
    assert "  ✗ evaluate  failed 1 h ago in job " + FAILED.id + "; dep a.csv modified" in printed
    assert not any("failed at evaluate" in each for each in printed)


def test_a_job_whose_stage_needs_nobody_keeps_its_row() -> None:
    stages = pipeline(stage("train", "stale", reasons=MODIFIED), stage("evaluate", "fresh"))
    moment = snapshot(pipeline=stages, jobs=Part("jobs", (FAILED,)))
    assert told_once(attention(moment, NOW), moment, NOW) == attention(moment, NOW)
    assert [each.kind for each in overview(moment, (), NOW, UNICODE).needs] == ["stage", "job"]


def test_a_stage_that_a_later_job_did_is_stale_and_no_more() -> None:
    stale = pipeline(stage("evaluate", "stale", reasons=MODIFIED))
    steps = tuple(replace(step, state="done") for step in FAILED.steps)
    later = replace(FAILED, state="finished", failed_stage="", steps=steps)
    moment = snapshot(pipeline=stale, jobs=Part("jobs", (later, FAILED)))
    (told,) = told_once(attention(moment, NOW), moment, NOW)
    assert told.why == "dep a.csv modified"
