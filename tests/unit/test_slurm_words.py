"""What Slurm prints, read, in the forms of several of its versions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mltui.actions.executors.slurm import arguments
from mltui.actions.executors.slurm_words import Said, merged, of_json, of_line
from mltui.actions.jobs.runner_slurm import NEAR, ended_by
from mltui.errors import ConfigError, Unreachable
from mltui.model.job import Job, JobSpec, JobStep
from mltui.sources.jobs.source import with_loss
from mltui.sources.processes import host_name

JOB = Job(
    JobSpec("j", "retrain", 0, "cluster", "slurm", "in place", ("dvc", "repro"), "/p"), "/d", "queued", handle="7"
)
RUNNING = replace(JOB, state="running", start=1, pid=9, steps=(JobStep("train", "running", 1),))
OLD = {"job_id": 7, "job_state": "PENDING", "state_reason": "Resources", "name": "mltui-j", "user_name": "ada"}
NEW = {
    **OLD,
    "job_state": ["TIMEOUT"],
    "state_reason": "None",
    "time_limit": {"set": True, "infinite": False, "number": 90},
    "memory_per_node": {"set": False, "infinite": False, "number": 0},
    "end_time": {"set": True, "infinite": False, "number": 1795945380},
    "exit_code": {"status": ["SIGNALED"], "signal": {"id": {"set": True, "number": 9}, "name": "KILL"}},
}


def _of(entry: dict[str, Any]) -> Said:
    (said,) = of_json(json.dumps({"jobs": [entry], "errors": []}))
    return said


def test_json_of_slurm_22_and_of_24() -> None:
    assert _of(OLD) == Said("7", "PENDING", "Resources", name="mltui-j", user="ada")
    new = _of(NEW)
    assert (new.state, new.reason, new.limit, new.memory, new.end, new.signal) == (
        "TIMEOUT",
        "",
        "90 min",
        "",
        1795945380,
        9,
    )


@pytest.mark.parametrize(
    ("states", "state"),
    [
        (["CANCELLED", "COMPLETING"], "COMPLETING"),
        (["RUNNING", "CONFIGURING"], "CONFIGURING"),
        (["PENDING", "REQUEUE_HOLD"], "REQUEUE_HOLD"),
        (["TIMEOUT"], "TIMEOUT"),
        ([], ""),
    ],
)
def test_of_several_states_the_one_that_is_now(states: list[str], state: str) -> None:
    """A job that is still being ended has not ended: its runner may say how."""
    assert _of({**NEW, "job_state": states}).state == state


@pytest.mark.parametrize(
    "text", ["", "slurm_load_jobs error", '{"jobs": [], "errors": [{"description": "no answer"}]}']
)
def test_an_answer_that_is_none_means_out_of_reach(text: str) -> None:
    with pytest.raises(Unreachable):
        of_json(text)


def test_a_line_of_scontrol() -> None:
    line = (
        "JobId=1 JobName=mltui-x UserId=root(0) JobState=CANCELLED Reason=None Requeue=1 "
        "ExitCode=0:15 TimeLimit=01:00:00 "
        "NodeList=vm MinMemoryNode=4G ReqB:S:C:T=0:0:*:* WorkDir=/tmp/with a space=2"
    )
    assert of_line(line) == Said("1", "CANCELLED", "", "vm", "mltui-x", "root", None, "01:00:00", "4G", 15)
    assert of_line("slurm_load_jobs error: Invalid job id specified") is None


@pytest.mark.parametrize(
    ("said", "state", "words"),
    [
        (Said("7", "TIMEOUT", limit="90 min"), "failed", "its time limit of 90 min was over"),
        (Said("7", "PREEMPTED"), "failed", "preempted"),
        (Said("7", "OUT_OF_MEMORY", memory="4G"), "failed", "out of memory (its limit is 4G)"),
        (Said("7", "NODE_FAIL", nodes="n1"), "failed", "its node n1 failed"),
        (Said("7", "FAILED", signal=9), "failed", "killed (signal 9)"),
        (Said("7", "COMPLETED"), "failed", "did not say how it ended"),
        (Said("7", "CANCELLED"), "stopped", "cancelled in Slurm"),
        (None, "lost", "does not know job 7"),
    ],
)
def test_what_ended_a_job_whose_runner_said_nothing(said: Said | None, state: str, words: str) -> None:
    ended = merged(RUNNING, said)
    assert ended.state == state and words in ended.notes[0]
    assert [step.state for step in ended.steps] == ["stopped"]
    assert merged(ended, Said("7", "RUNNING")) == ended  # what ended has ended


@pytest.mark.parametrize("number", [1, 10, 12])
def test_a_batch_script_that_a_stop_met_before_it_minded_signals_was_stopped(number: int) -> None:
    """Only before the job began: one that runs has a runner, which says itself how it ended."""
    said = Said("7", "FAILED", signal=number)
    assert merged(JOB, said).state == "stopped"
    assert merged(RUNNING, said).state == "failed"


def test_a_job_that_was_asked_to_stop_and_did_not_begin_was_stopped() -> None:
    """Its node may have been restarted meanwhile: Slurm calls it failed."""
    said = Said("7", "FAILED")
    assert merged(JOB, said, asked=True).state == "stopped"
    assert merged(JOB, said).state == merged(RUNNING, said, asked=True).state == "failed"


def test_memory_is_told_from_what_slurmstepd_printed() -> None:
    tail = (
        "slurmstepd: error: Detected 1 oom_kill event in StepId=7.batch. Some of the step tasks have been OOM Killed."
    )
    assert merged(RUNNING, Said("7", "FAILED"), tail).notes[0].startswith("out of memory: slurmstepd")


def test_why_it_waits_is_slurms_word() -> None:
    assert merged(JOB, Said("7", "PENDING", "Resources")).waits_for == "Slurm: Resources"
    assert merged(JOB, Said("7", "RUNNING", nodes="n1")).waits_for == "Slurm: begins on n1"
    assert merged(RUNNING, Said("7", "RUNNING", nodes="n1")) == RUNNING
    assert merged(RUNNING, Said("7", "SUSPENDED")).waits_for == "Slurm suspended it"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "slurmstepd: error: *** JOB 5 ON vm CANCELLED AT 2026-11-29T10:07:35 DUE TO TIME LIMIT ***",
            (True, "Slurm ended it: its time limit was over"),
        ),
        (
            "slurmstepd: error: *** JOB 5 ON n1 CANCELLED AT 2026-11-29T10:07:35 DUE TO PREEMPTION ***",
            (True, "Slurm ended it for another job (preempted)"),
        ),
        (
            "slurmstepd: error: *** JOB 5 ON vm CANCELLED AT 2026-11-29T10:07:35 DUE TO NODE FAILURE, "
            "SEE SLURMCTLD LOG ***",
            (True, "Slurm ended it: its node failed"),
        ),
        (
            "slurmstepd: error: *** JOB 5 ON vm CANCELLED AT 2026-11-29T10:07:35 ***",
            (False, "cancelled in Slurm (scancel)"),
        ),
        (NEAR, (True, "it was interrupted because its time limit in Slurm was near")),
        ("nothing of that kind", (False, "")),
    ],
)
def test_the_runner_reads_why_it_was_signalled(tmp_path: Path, line: str, told: tuple[bool, str]) -> None:
    (tmp_path / "slurm.out").write_text(f"before\n{line}\n")
    assert ended_by(str(tmp_path)) == told


def test_a_job_that_something_else_runs_is_not_lost_before_that_says_so() -> None:
    """Even where its runner was a process of this host: Slurm knows what ended it."""
    gone = replace(RUNNING, host=host_name(), pid=1 << 30, pid_start="linux:boot:1:1")
    assert with_loss(gone).state == "running"
    assert with_loss(replace(gone, spec=replace(gone.spec, kind="ssh", mode="remote"))).state == "running"
    assert with_loss(replace(gone, spec=replace(gone.spec, kind="local"))).state == "lost"


def test_settings_become_options_of_sbatch() -> None:
    options = {"partition": "gpu", "time": 30, "cpus": 4, "interrupt_before": 120, "sbatch": ["--exclusive"]}
    assert arguments(options) == [
        "--partition=gpu",
        "--time=30",
        "--cpus-per-task=4",
        "--signal=B:ALRM@120",
        "--exclusive",
    ]
    for wrong in ({"mem": True}, {"gres": "a\nb"}, {"sbatch": "--exclusive"}, {"interrupt_before": "soon"}):
        with pytest.raises(ConfigError):
            arguments(wrong)
