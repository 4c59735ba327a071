"""This process, in the words that mltui looks for it with (docs/liveness.md), and the devices it may use."""

from __future__ import annotations

import os
import socket

#: Name of the tag -> environment variable that holds it.
_VARIABLES = {
    "mltui.exp": "DVC_EXP_NAME",
    "mltui.slurm_job": "SLURM_JOB_ID",
    "mltui.cuda": "CUDA_VISIBLE_DEVICES",
}
#: Longest value taken from the environment, in characters.
_LONGEST = 500


def process_tags() -> dict[str, str]:
    """Host, number and beginning of this process (a fork has its own), DVC experiment, Slurm job, CUDA devices."""
    found = {"mltui.host": socket.gethostname(), "mltui.pid": str(os.getpid())}
    if start := process_start():
        found["mltui.pid_start"] = start
    for tag, variable in _VARIABLES.items():
        value = os.environ.get(variable)
        if value is not None:
            found[tag] = value[:_LONGEST]
    return found


def process_start() -> str:
    """``linux:<boot id>:<pid namespace>:<ticks>``, as mltui's sources/processes.py has it; "" without a /proc."""
    try:
        with open("/proc/self/stat", encoding="utf-8", errors="replace") as file:
            ticks = file.read().rpartition(")")[2].split()[19]  # behind the command, which may hold anything
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read().strip()
        namespace = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except (OSError, IndexError):
        return ""
    return f"linux:{boot}:{namespace}:{ticks}"


def ancestors() -> list[int]:
    """The numbers of this process, its parent, and so on, as far as they can be told."""
    found = [os.getpid(), os.getppid()]
    while found[-1] > 1:
        try:
            with open(f"/proc/{found[-1]}/stat", encoding="utf-8", errors="replace") as file:
                found.append(int(file.read().rpartition(")")[2].split()[1]))
        except (OSError, IndexError, ValueError):
            break
    return found


def folder_of(pid: int) -> str | None:
    """The working directory of a process; None if that can't be told."""
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return None
