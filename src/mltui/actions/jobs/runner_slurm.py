"""What Slurm itself printed when it ended a job, beside what the job printed.

A standard-library file for Python 3.8 and later that goes wherever `runner.py` goes.
"""

from __future__ import annotations

import contextlib
import os
import re

#: Where the batch script and Slurm print, in the job's directory.
PRINTED = "slurm.out"
#: ``slurmstepd: error: *** JOB 12 ON node1 CANCELLED AT 2026-11-29T10:02:21 DUE TO TIME LIMIT ***``
ENDED = re.compile(rb"\*\*\* (?:JOB|STEP) \S+ ON \S+ CANCELLED AT [\dT:-]+(?: DUE TO ([A-Z ]+?))?(?:[,;][^*]*)? \*\*\*")
#: What the batch script prints when it interrupts the training because its time is nearly over.
NEAR = "mltui: its time limit is near: interrupted"
DUE = {
    "TIME LIMIT": "Slurm ended it: its time limit was over",
    "PREEMPTION": "Slurm ended it for another job (preempted)",
    "NODE FAILURE": "Slurm ended it: its node failed",
}


def ended_by(folder: str) -> tuple[bool, str]:
    """Whether a job that was signalled failed by that, as its time was over, and who it was, in words; ("" unknown)."""
    with contextlib.suppress(OSError), open(os.path.join(folder, PRINTED), "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - 8192))
        text = file.read()
        found = ENDED.findall(text)
        if not found and NEAR.encode() in text:
            return True, "it was interrupted because its time limit in Slurm was near"
        if found:
            due = found[-1].decode()
            return bool(due), DUE.get(due, f"Slurm ended it: {due.lower()}" if due else "cancelled in Slurm (scancel)")
    return False, ""
