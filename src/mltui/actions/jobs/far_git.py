"""git as a remote job asks it, and what the job says in its log. It goes where `far.py` goes, and is as plain."""

from __future__ import annotations

import os
import subprocess
import sys

GIT = ("git", "-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false", "-c", "gc.auto=0")


def git(where: str, *argv: str) -> str:
    """What git answers; it ends the job if git says no."""
    options = list(argv)
    done = subprocess.run([*GIT, "-C", where, *options], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        say(f"git {' '.join(options[:2])} failed with exit code {done.returncode}")
        sys.exit(1)
    return os.fsdecode(done.stdout).rstrip("\n")


def say(line: str) -> None:
    print(f"mltui: {line}", flush=True)
