"""The files of the runner, for whoever starts it here or copies it to another box."""

from __future__ import annotations

from pathlib import Path

#: What is started: ``python3 runner.py run DIR``.
RUNNER = Path(__file__).with_name("runner.py")
#: All of it; copied together, into one directory.
RUNNER_FILES = (RUNNER, *sorted(RUNNER.parent.glob("runner_*.py")))
#: What a remote job runs there besides: ``python3 far.py run DIR``; copied together too.
FAR_FILES = (RUNNER.with_name("far.py"), *sorted(RUNNER.parent.glob("far_*.py")))
#: What is asked of all jobs there; fed to a Python: ``python3 - list JOBS``.
FAR_LEFT = RUNNER.with_name("far_left.py")
