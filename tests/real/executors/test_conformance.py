"""What every executor does alike, against its real engine."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from tests.real.executors.engines import Engine
from tests.real.executors.training_project import let, trainings, until, worktree

from mltui.actions.executors.port import How
from mltui.errors import MltuiError, Refused
from mltui.model.job import Job
from mltui.sources.jobs.source import JobsSource

pytestmark = pytest.mark.real


def _ended(engine: Engine, job: Job) -> Job:
    until(lambda: engine.now(job).ended)
    return engine.now(job)


def _at_work(engine: Engine, job: Job, words: bytes = b"step 1") -> Job:
    """`job`, once its training printed `words`, and its runner said that it runs: either may come first."""
    until(lambda: (now := engine.now(job)).ended or (now.state == "running" and words in engine.log(job)))
    found = engine.now(job)
    assert found.state == "running", (found, engine.log(job))
    return found


def test_a_job_is_started_runs_its_stages_and_finishes(engine: Engine) -> None:
    let(engine.root, "bytes")
    job = engine.submit()
    assert job.handle
    ended = _ended(engine, job)
    printed = engine.log(job)
    assert (ended.state, ended.exit_code) == ("finished", 0), printed
    assert [(step.address, step.state) for step in ended.steps] == [("train", "done"), ("report", "skipped")]
    train = ended.steps[0]
    assert train.start is not None and train.end is not None
    assert ended.start is not None and ended.end is not None
    assert ended.start <= train.start <= train.end <= ended.end
    assert json.dumps({"mltui.job": job.id}).encode() in printed and f"job {job.id}".encode() in printed
    assert b"\xff\xfe caf\xe9\r 50%\r100%\n" in printed  # as it came
    assert ended.alive == () and trainings(engine.works_in) == []
    until(lambda: job.handle not in engine.executor.list())  # an engine may see a moment later that it ended


def test_its_log_is_read_from_an_offset_while_it_grows(engine: Engine) -> None:
    let(engine.root, "steps")
    job = _at_work(engine, engine.submit())
    until(lambda: engine.now(job).stage == "train")  # it may be told a moment after what it printed
    assert job.handle in engine.executor.list()
    first = engine.executor.log(job, 0, 10)
    assert len(first.data) == 10 and first.size > 10
    size = first.size
    until(lambda: engine.executor.log(job, size).data)
    after = engine.executor.log(job, size)
    assert after.offset == size and after.size > size
    engine.executor.cancel(job, "KILL")
    _ended(engine, job)


def test_a_job_that_fails_says_where_and_with_which_words(engine: Engine) -> None:
    let(engine.root, "fails")
    ended = _ended(engine, engine.submit())
    assert (ended.state, ended.failed_stage) == ("failed", "train") and ended.exit_code not in (0, None)
    assert [step.state for step in ended.steps] == ["failed", "waiting"]
    assert "the loss is nan" in ended.said


def test_a_training_that_asks_for_input_gets_none_and_that_is_said(engine: Engine) -> None:
    let(engine.root, "asks")
    ended = _ended(engine, engine.submit())
    assert ended.state == "failed"
    assert any("asked for input" in note for note in ended.notes)


@pytest.mark.parametrize("how", get_args(How))
def test_a_cancel_reaches_every_process_and_leaves_the_worktree_as_it_was(engine: Engine, how: How) -> None:
    let(engine.root, "forks")
    before, here = worktree(engine.works_in), worktree(engine.root)
    job = _at_work(engine, engine.submit())
    assert len(trainings(engine.works_in)) >= 3
    cancelled = engine.executor.cancel(job, how)
    assert cancelled.signalled
    ended = _ended(engine, job)
    assert ended.state == "stopped" and ended.alive == ()
    assert trainings(engine.works_in) == []
    engine.put_back(ended)
    assert worktree(engine.works_in) == before and worktree(engine.root) == here


def test_an_interrupted_training_may_clean_up(engine: Engine) -> None:
    let(engine.root, "cleans")
    job = _at_work(engine, engine.submit())
    engine.executor.cancel(job, "INT")
    ended = _ended(engine, job)
    assert ended.state == "stopped"
    assert b"interrupted at" in engine.log(job) and b"Traceback" not in engine.log(job)


def test_a_training_that_ignores_signals_stays_until_it_is_killed(engine: Engine) -> None:
    let(engine.root, "stubborn")
    job = _at_work(engine, engine.submit())
    for how in ("INT", "TERM"):
        engine.executor.cancel(job, how)  # type: ignore[arg-type]
        until(lambda: engine.now(job).state == "stopping")
        size = engine.executor.log(job, 0).size
        until(lambda size=size: engine.executor.log(job, size).data)  # type: ignore[misc]
        assert engine.now(job).state == "stopping"
    engine.executor.cancel(job, "KILL")
    ended = _ended(engine, job)
    assert ended.state == "stopped" and trainings(engine.works_in) == []


def test_the_second_of_two_waits_for_the_first(engine: Engine) -> None:
    let(engine.root, "steps")
    first = _at_work(engine, engine.submit())
    second = engine.submit()
    if not engine.queued_twice:  # each has a worktree of its own
        _at_work(engine, second)
        for job in (first, second):
            engine.executor.cancel(job, "KILL")
        assert [_ended(engine, job).state for job in (first, second)] == ["stopped", "stopped"]
        return
    until(lambda: first.id in engine.now(second).waits_for or engine.now(second).state != "queued")
    assert engine.now(second).state == "queued" and first.id in engine.now(second).waits_for
    assert {first.handle, second.handle} <= set(engine.executor.list())
    engine.executor.cancel(first, "INT")
    _ended(engine, first)
    _at_work(engine, second)
    engine.executor.cancel(second, "KILL")
    _ended(engine, second)


def test_a_job_that_waits_can_be_stopped(engine: Engine) -> None:
    let(engine.root, "steps")
    first = _at_work(engine, engine.submit())
    second = engine.submit()
    engine.executor.cancel(second, "INT")
    assert _ended(engine, second).state == "stopped"
    assert engine.now(first).state == "running"
    engine.executor.cancel(first, "KILL")
    _ended(engine, first)


def test_fifty_megabytes_of_log(engine: Engine) -> None:
    let(engine.root, "large")
    job = engine.submit()
    assert _ended(engine, job).state == "finished"
    piece = engine.executor.log(job, 49 << 20)
    assert piece.size >= 50 << 20 and len(piece.data) == 1 << 20


def test_an_engine_that_is_down_starts_nothing_and_says_so(engine: Engine) -> None:
    let(engine.root, "steps")
    with engine.down(), pytest.raises(MltuiError) as said:
        engine.submit()
    assert said.value.summary
    assert all(job.state == "failed" for job in JobsSource(engine.project).load())
    assert trainings(engine.works_in) == []


def test_a_job_that_can_not_be_started_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(Refused):
        engine.submit(argv=())
    assert JobsSource(engine.project).load() == ()


def test_an_engine_that_is_restarted(engine: Engine) -> None:
    let(engine.root, "steps")
    job = _at_work(engine, engine.submit())
    engine.restart(job)
    until(lambda: engine.now(job).state in engine.after_restart)
    found = engine.now(job)
    if found.state == "lost":
        assert found.alive, "what lives on is said"
    engine.executor.cancel(job, "KILL")
    until(lambda: trainings(engine.works_in) == [])
