"""Jobs as rows, details and documents, which of them need somebody, and how they were at another time."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.job_sample import MINUTE, SHA, jobs, spec, steps

from mltui.model.attention import attention
from mltui.model.job import Edit, Job, JobStep
from mltui.model.jobs import edited, expected, in_need, jobs_then, progress, running, stage_times, stages_of, told
from mltui.model.made import Made, MadeMetric
from mltui.model.part import Part
from mltui.model.status import Snapshot
from mltui.present.job_detail import job_detail
from mltui.present.job_document import job_document
from mltui.present.jobs import JobScene, job_rows
from mltui.present.jobs_running import running_line
from mltui.present.marks import short_who
from mltui.present.run_scene import RunScene
from mltui.present.stopping import kill_lines, stop_lines
from mltui.present.text import ASCII, UNICODE, Line, line, plain
from mltui.tui.widgets.logpaper import Paper

NOW = 1_772_628_067_000
ALL = jobs(NOW)
QUEUED, RUNNING, FAILED, STOPPED, LOST, FINISHED = ALL


def view(*found: Job) -> JobScene:
    return JobScene(RunScene(NOW, UNICODE), found or ALL)


def detail(job: Job, made: Made | None = None) -> str:
    return "\n".join(plain(each) for each in job_detail(job, view(), made))


def again(**changes: object) -> Job:
    """A later job of the stage that failed."""
    return replace(FINISHED, spec=spec("20260304-130000-aaaa", NOW, stages=("evaluate",)), **changes)  # type: ignore[arg-type]


def test_a_failed_job_needs_somebody_until_its_stage_runs_again() -> None:
    past = (FAILED, STOPPED, LOST, FINISHED)
    assert in_need(past) == (FAILED, LOST)
    assert FAILED not in in_need((again(), *past))
    assert FAILED in in_need((again(state="failed"), *past))
    assert FAILED in in_need((again(state="queued"), *past))
    assert in_need(ALL) == (), "what runs now does both again"


def test_a_stage_of_a_job_that_ended_waits_for_nothing() -> None:
    steps = (JobStep("train", "stopped", NOW - MINUTE, NOW), JobStep("evaluate"))
    ended = next(each for each in detail(replace(STOPPED, steps=steps)).splitlines() if "evaluate" in each)
    assert "not run" in ended and "waiting" not in ended
    goes_on = next(each for each in detail(RUNNING).splitlines() if "evaluate" in each)
    assert "waiting" in goes_on


def test_a_job_whose_stages_were_all_fresh_says_so() -> None:
    """A ``--rev`` job is not known to have stages before DVC names them."""
    fresh = replace(FINISHED, spec=replace(FINISHED.spec, stages=()), steps=steps(NOW, *["skipped"] * 4))

    def cell(job: Job) -> str:
        return plain(job_rows(view(job)).row(0).cells[3])

    assert cell(fresh) == "all 4 fresh"
    assert cell(replace(fresh, steps=fresh.steps[:1])) == "1 fresh"
    assert cell(replace(fresh, state="running")) == "4 fresh", "there may be more"
    assert cell(replace(fresh, steps=())) == ""


def test_a_stopped_job_tells_outs_that_are_not_here() -> None:
    stopped = replace(STOPPED, changed=())
    assert "No file differs" not in detail(stopped), "nobody has looked for outs yet"
    assert "No file differs from before it started." in detail(stopped, Made())
    told = detail(stopped, Made(missing=("models/model.json",)))
    assert "1 out is not here" in told and "models/model.json" in told and "z restores" in told
    assert "No file differs" not in told
    assert "not here" not in detail(replace(STOPPED, changed=("a.json",)), Made(missing=("a.json",))), "told already"


def test_attention_names_it() -> None:
    nothing = {name: Part(name) for name in ("git", "pipeline", "stores", "models", "newest", "experiments")}
    snapshot = Snapshot(project="/p", **nothing, jobs=Part("jobs", (FAILED,)))  # type: ignore[arg-type]
    (entry,) = attention(snapshot, NOW)
    assert (entry.kind, entry.what) == ("job", FAILED.id)
    assert entry.why == "failed at evaluate 1 h ago, retrain evaluate"


def test_a_status_tells_of_what_goes_on_however_old() -> None:
    many = tuple(replace(FINISHED, spec=spec(f"20260304-13{at:04}-aaaa", NOW + at)) for at in range(30))
    assert RUNNING in told((*many, *ALL))
    assert FINISHED not in told((*many, *ALL))


def test_the_expected_time_is_that_of_former_jobs() -> None:
    assert stage_times("train", ALL) == (30_000, 30_000)
    assert expected(RUNNING, ALL) == 90_000, "validate came from the run cache"
    assert expected(RUNNING, (RUNNING,)) is None
    assert expected(QUEUED, ALL) == 120_000


def test_progress_leaves_out_what_was_fresh() -> None:
    assert progress(RUNNING) == (2, 4)
    assert progress(FAILED) == (2, 3)
    assert stages_of(FAILED)[-1] == "evaluate", "in the order in which they began"


def test_the_running_one_is_told_of_first() -> None:
    assert running(ALL) is RUNNING
    assert plain(running_line(ALL, NOW, UNICODE)) == "● retrain train 71 s of about 2 min"
    assert plain(running_line(ALL, NOW + 90_000, UNICODE)) == "● retrain train 2 min, longer than usual"
    assert RUNNING.start is not None
    at = RUNNING.start + 90_000
    assert plain(running_line(ALL, at, UNICODE)).endswith(" of about 2 min")
    assert plain(running_line(ALL, at + 1, UNICODE)).endswith(", longer than usual"), "15 s are not of about 14"
    assert plain(running_line((QUEUED,), NOW, ASCII)) == ". retrain train queued"
    assert running_line((FINISHED,), NOW, UNICODE) == ()
    other = replace(RUNNING, spec=replace(RUNNING.spec, title="retrain all"), state="stopping")
    assert plain(running_line((other,), NOW, UNICODE)) == "● retrain all stopping"


def test_rows() -> None:
    rows = job_rows(view())
    told = [[plain(cell) for cell in rows.row(at).cells] for at in range(len(rows))]
    assert [row[0] for row in told] == ["◌", "●", "✗", "■", "?", "✓"]
    assert told[1][1:5] == ["1 min", "retrain train", "2/4 train", "71 s of about 2 min"]
    assert [rows.matching(word).keys() for word in ("lr=0.05", "gpu-box")] == [[FINISHED.id], [LOST.id]]


def test_a_failed_one_says_first_where_and_its_last_lines() -> None:
    text = detail(FAILED)
    assert text.index("failed at evaluate") < text.index("KeyError") < text.index("Stages") < text.index("Asked for")


def test_details_of_the_others() -> None:
    assert "waits for  20260304-120500-4f25 retrain train" in detail(QUEUED)
    assert "2 files differ from before it started  z restores them" in detail(STOPPED)
    assert "branch and HEAD as before" in detail(STOPPED)
    assert "killed, or the host restarted" in detail(LOST)
    made = Made((), "nutty-rows", SHA, (MadeMetric("m.json", "auc", 0.9, 0.95),), SHA)
    text = detail(FINISHED, made)
    assert "dvc exp apply nutty-rows" in text and "0.9000 → 0.9500" in text and "lr=0.05" in text


def test_names_from_outside_are_shown_and_not_obeyed() -> None:
    evil = replace(
        RUNNING, spec=replace(RUNNING.spec, title="\x1b[31mred", argv=("dvc", "\x1b[2J")), said=("\x1b[2J\x07x",)
    )
    assert all("\x1b" not in plain(row) and "\x07" not in plain(row) for row in job_detail(evil, view()))
    assert "\x1b" not in plain(running_line((evil,), NOW, UNICODE))


def test_the_document_does_not_depend_on_the_time() -> None:
    document = job_document(RUNNING)
    assert json.loads(json.dumps(document)) == document
    schema = json.loads(resources.files("mltui.schema").joinpath("jobs.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"schema": 1, "jobs": [job_document(job) for job in ALL]}, schema)
    assert set(schema["properties"]["jobs"]["items"]["required"]) == set(document)
    assert [each["state"] for each in document["stages"]] == ["done", "cached", "running", "waiting"]


def test_jobs_of_then() -> None:
    then = jobs_then(ALL, NOW - 60_000)
    assert QUEUED.id not in {job.id for job in then}
    assert [step.state for step in then[0].steps] == ["running", "waiting", "waiting", "waiting"]
    was = next(job for job in jobs_then(ALL, FAILED.start or 0) if job.id == FAILED.id)
    assert (was.state, was.end, was.said, was.failed_stage) == ("running", None, (), "")
    assert jobs_then(ALL, NOW - 40 * 60 * MINUTE) == (FINISHED,)


def test_a_stop_tells_the_tree_and_who_is_interrupted_first() -> None:
    class Process:
        def __init__(self, pid: int, parent: int, *argv: str) -> None:
            self.pid, self.parent, self.argv = pid, parent, argv

    tree = [Process(12, 11, "python", "train.py"), Process(11, 10, "sh", "-c", "x"), Process(10, 1, "dvc", "repro")]
    rows = [plain(each) for each in stop_lines("retrain", tree, {12}, 60.0, UNICODE)]
    assert rows[3:6] == ["10  dvc repro", "  11  sh -c x", "    12  python train.py  interrupted first"]
    assert any("after 60 s" in row for row in rows)
    assert "nothing of it runs yet" in "".join(map(plain, stop_lines("x", [], (), 60, UNICODE)))
    assert "12" in plain(kill_lines(((12, "python"),), UNICODE)[2])


LINES = st.lists(st.text("ab ", max_size=25), max_size=30)


@settings(max_examples=200, deadline=None)
@given(LINES, st.integers(1, 6), st.lists(st.integers(-9, 9), max_size=8), st.booleans())
def test_a_page_is_always_a_piece_of_the_whole(lines: list[str], height: int, moves: list[int], wrap: bool) -> None:
    paper = Paper()
    paper.wrap, paper.width = wrap, 10
    whole: list[Line] = [line(text) for text in lines]
    paper.grow_to(len(whole))

    def shown() -> list[tuple[int, Line]]:
        while (wanted := paper.wanted(height)) is not None:
            first, count = wanted
            paper.take(first, count, whole[first : first + count])
            assert len(paper.lines) <= 3 * height + 1
        return paper.rows(height)

    from mltui.tui.widgets.wrapping import wrap_line

    every = [(at, row) for at, each in enumerate(whole) for row in (wrap_line(each, 10) if wrap else [each])]
    assert shown() == every[-height:]
    for by in moves:
        paper.move(by, height)
        page = shown()
        assert len(page) == min(height, len(every))
        assert any(every[at : at + len(page)] == page for at in range(len(every) - len(page) + 1))


def test_what_was_asked_of_a_log_that_is_not_counted_holds_when_it_is() -> None:
    end = [line(f"line {at}") for at in range(90, 100)]
    for go, top in ((lambda paper: paper.go_to(0), 0), (lambda paper: paper.move(-2, 4), 94)):
        paper = Paper()
        paper.provide(end)
        assert [plain(row) for _, row in paper.rows(4)] == ["line 96", "line 97", "line 98", "line 99"]
        go(paper)
        paper.rows(4)
        paper.grow_to(100)
        assert (paper.top, paper.following) == (top, False)


def test_what_a_job_made_is_below_its_file_and_says_which_key_applies_it() -> None:
    found = (
        MadeMetric("m.json", "auc", 0.9, 0.95),
        MadeMetric("m.json", "loss", 0.2, None),
        MadeMetric("t.json", "f", 1, 1),
    )
    lines = detail(FINISHED, Made((), "nutty-rows", SHA, found, SHA)).splitlines()
    at = lines.index("m.json")
    assert lines[at + 1].startswith(" auc   0.9000 → 0.9500") and lines[at + 2].startswith(" loss")
    assert lines[at + 3] == "t.json" and lines.count("m.json") == 1
    assert any(each.startswith("X  applies it") for each in lines)


def test_a_skipped_stage_took_no_time_and_comes_before_what_ran_after_it() -> None:
    ran = (JobStep("train", "running", 5), JobStep("validate", "skipped", 5, 5))
    job = replace(RUNNING, spec=replace(RUNNING.spec, stages=("train",)), steps=ran)
    assert stages_of(job) == ("validate", "train")
    assert "✓ validate" in detail(job) and "0.0 s" not in detail(job).split("train")[0]


def test_who_is_short_where_room_is_small() -> None:
    job = replace(FINISHED, spec=replace(FINISHED.spec, who="ada@users.noreply.example"))
    assert "by ada\n" in detail(job)
    assert [short_who(each) for each in ("ada", "@ada", "ada@", "Ada <a@b.c>")] == [
        "ada",
        "@ada",
        "ada@",
        "Ada <a@b.c>",
    ]


def test_an_experiment_that_is_gone_is_not_offered() -> None:
    made = Made((), "nutty-rows", SHA, (), SHA)
    for known, offered in ((None, True), (frozenset({"nutty-rows"}), True), (frozenset({"other"}), False)):
        lines = [plain(each) for each in job_detail(FINISHED, replace(view(), experiments=known), made)]
        assert any(each.startswith("X  applies it") for each in lines) is offered
        assert ("nutty-rows  is not there any more" in lines) is not offered


@pytest.mark.parametrize(("state", "told"), [("done", []), ("cached", ["old"]), ("failed", ["old"])])
def test_what_was_edited_needs_nobody_once_the_stage_ran_again(state: Any, told: list[str]) -> None:
    """Its entry may be the same: a comment was edited, and the stage makes the same of it. The run cache is no run."""
    old = replace(FINISHED.spec, id="old", mode="in place")
    before = replace(FINISHED, spec=old, steps=(JobStep("train", "done", 1, 2, edited=(Edit("train.py"),)),))
    later = replace(before, spec=replace(old, id="new"), steps=(JobStep("train", state, 3, 4),))
    assert [job.id for job, _ in edited((later, before))] == told
    assert [job.id for job, _ in edited((before, later))] == ["old"], "it is the newest one"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("done", ["Edited while train ran", "dvc.lock has it as edited", "mltui retrain --force train"]),
        ("running", ["Edited while train runs", "dvc.lock will have it as edited"]),
    ],
)
def test_the_detail_says_what_was_edited_while_it_ran(state: Any, words: list[str]) -> None:
    edits = (Edit("data/clean.csv"), Edit("params.yaml", (("lr", 0.1, 0.2), ("model.depth", 3, None))))
    one = replace(RUNNING, steps=(JobStep("train", state, 1, None, edited=edits),))
    text = detail(one)
    assert all(each in text for each in [*words, "data/clean.csv", "lr 0.1 → 0.2, model.depth 3 → none of params.yaml"])
    settled = replace(one, steps=(replace(one.steps[0], edited=tuple(replace(e, stands=False) for e in edits)),))
    assert "retrain --force" not in detail(settled)
    assert "Edited" not in detail(replace(one, steps=()))
