"""What Slurm says of a job, and what that makes of a job of ours. Pure functions over text.

Slurm's JSON changed over the years: a state was a word and is a list of words, a number was a number and is a table
with `set` and `number`. `scontrol` prints one line of words instead, in every version.
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass, replace
from typing import Any

from mltui.errors import Unreachable
from mltui.model.documents import from_json
from mltui.model.job import Job

#: States in which a job waits for Slurm, and states in which it is there (``man squeue``, JOB STATE CODES).
WAITING = frozenset(
    {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "RESV_DEL_HOLD"}
)
THERE = frozenset({"RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "RESIZING"})
#: The signals that ask a job to stop (slurm_scripts.SIGNALS): they end a batch script that did not mind them yet.
ASKED = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP)
#: Of several states of a job these say how it is now: the others, how it will have ended.
NOW = ("COMPLETING", "STAGE_OUT", "CONFIGURING", "RESIZING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT")
NEVER = "it never came to Slurm"
#: What ended a job that did not end by itself, in words for a person.
ENDS = {
    "TIMEOUT": "Slurm ended it: its time limit of {limit} was over",
    "DEADLINE": "Slurm ended it: its deadline was over",
    "PREEMPTED": "Slurm ended it for another job (preempted)",
    "OUT_OF_MEMORY": "Slurm ended it: out of memory (its limit is {memory})",
    "NODE_FAIL": "its node {nodes} failed",
    "BOOT_FAIL": "its node {nodes} did not start",
    "REVOKED": "Slurm revoked it",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A job as Slurm has it. `reason` is why it waits, as squeue has it in brackets; times are epoch seconds, limits as
    Slurm writes them."""

    number: str
    state: str
    reason: str = ""
    nodes: str = ""
    name: str = ""
    user: str = ""
    end: int | None = None
    limit: str = ""
    memory: str = ""
    signal: int = 0


def of_json(text: str) -> list[Said]:
    """All jobs of a ``squeue --json``. Raises `Unreachable` if it holds an error: its exit code is 0 even so."""
    try:
        document = from_json(text)
    except ValueError:
        raise Unreachable("squeue printed no JSON", "a Slurm older than 21.08 can't") from None
    jobs, errors = (_list(document, key) for key in ("jobs", "errors"))
    if errors and not jobs:
        first = errors[0] if isinstance(errors[0], dict) else {}
        raise Unreachable(
            f"Slurm: {first.get('description') or first.get('error') or 'its controller does not answer'}"
        )
    return [_of_entry(entry) for entry in jobs if isinstance(entry, dict)]


def of_line(text: str) -> Said | None:
    """The job of a ``scontrol --oneliner show job``; None if it shows none."""
    words = dict(re.findall(r"(?:^|\s)([A-Za-z:/]+)=(\S*)", text))
    if "JobId" not in words:
        return None
    _, _, number = words.get("ExitCode", "").partition(":")
    return Said(
        words["JobId"],
        words.get("JobState", ""),
        _none(words.get("Reason", "")),
        _none(words.get("NodeList", "")),
        words.get("JobName", ""),
        words.get("UserId", "").partition("(")[0],
        limit=words.get("TimeLimit", ""),
        memory=words.get("MinMemoryNode", "") or words.get("MinMemoryCPU", ""),
        signal=int(number) if number.isdecimal() and len(number) < 4 else 0,
    )


def merged(job: Job, said: Said | None, tail: str = "", asked: bool = False) -> Job:
    """`job` as its files tell of it, with what Slurm says: Slurm knows why it waits, and what ended a job whose runner
    could not say so any more. `tail` is the end of what the batch script printed, `asked` whether it was asked to stop.
    A job that Slurm does not know is *lost* unless its files say how it ended."""
    if job.ended:
        return job
    if said is None:
        return _ended(job, "lost", f"Slurm does not know job {job.handle} any more" if job.handle else NEVER)
    if said.state in WAITING:
        return replace(job, state="queued", waits_for=f"Slurm: {said.reason or said.state.lower()}")
    if said.state in THERE:
        if said.state == "SUSPENDED":
            return replace(job, waits_for="Slurm suspended it")
        if job.start is None and not job.waits_for:
            return replace(job, waits_for=f"Slurm: begins on {said.nodes}" if said.nodes else "Slurm")
        return job
    if said.state == "CANCELLED":
        return _ended(job, "stopped", "cancelled in Slurm (scancel)")
    if said.state == "FAILED" and (asked or said.signal in ASKED) and job.start is None:
        return _ended(job, "stopped", "stopped before it began")
    note = f"Slurm says {said.state}, and its runner did not say how it ended"
    if words := ENDS.get(said.state):
        note = words.format(limit=said.limit or "?", memory=said.memory or "?", nodes=said.nodes)
    if said.state == "FAILED" and said.signal == 9:
        note = "killed (signal 9): out of memory, or somebody killed it"
    if (oom := _oom(tail)) and said.state != "OUT_OF_MEMORY":
        note = f"out of memory: {oom}"
    return _ended(job, "failed", note, *([tail.strip().splitlines()[-1]] if tail.strip() else []), end=said.end)


def _ended(job: Job, state: Any, *notes: str, end: int | None = None) -> Job:
    steps = tuple(replace(step, state="stopped") if step.state == "running" else step for step in job.steps)
    ended = end * 1000 if end else job.end
    return replace(job, state=state, waits_for="", end=ended, steps=steps, notes=(*job.notes, *dict.fromkeys(notes)))


def _oom(tail: str) -> str:
    lines = (line for line in tail.splitlines() if "oom" in line.lower() or "memory limit" in line.lower())
    return next((line.strip() for line in lines if "slurmstepd" in line), "")


def _list(document: Any, key: str) -> list[Any]:
    value = document.get(key) if isinstance(document, dict) else None
    return value if isinstance(value, list) else []


def _of_entry(entry: dict[str, Any]) -> Said:
    state = entry.get("job_state")
    states = [str(each) for each in state] if isinstance(state, list) else [str(state or "")]
    signalled = entry.get("exit_code")
    ended_by = signalled.get("signal") if isinstance(signalled, dict) else None
    number = _number(ended_by.get("id")) if isinstance(ended_by, dict) else 0
    minutes, memory = _number(entry.get("time_limit")), _number(entry.get("memory_per_node"))
    return Said(
        str(_number(entry.get("job_id")) or ""),
        next((each for each in states if each in NOW), states[0] if states else ""),
        _none(str(entry.get("state_reason") or "")),
        _none(str(entry.get("nodes") or "")),
        str(entry.get("name") or ""),
        str(entry.get("user_name") or ""),
        _number(entry.get("end_time")) or None,
        f"{minutes} min" if minutes else "",
        f"{memory} MB" if memory else "",
        number,
    )


def _number(value: Any) -> int:
    """A number of Slurm's JSON: itself, or a table that says whether it is set."""
    if isinstance(value, dict):
        value = value.get("number") if value.get("set", True) and not value.get("infinite") else 0
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _none(word: str) -> str:
    return "" if word in ("None", "(null)", "N/A") else word
