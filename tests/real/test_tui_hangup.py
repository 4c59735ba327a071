"""mltui in a terminal that goes away without a SIGHUP."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest
from shown import shows

pytestmark = pytest.mark.real


def test_no_process_outlives_a_terminal_that_just_closes(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color"}
    # no new session: the pty is not the controlling terminal, so closing it sends no signal
    process = subprocess.Popen(
        [sys.executable, "-m", "mltui"], cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, env=env
    )
    os.close(theirs)
    try:
        seen = b""
        while not shows(b"Overview", seen):
            assert select.select([ours], [], [], 600)[0], seen
            seen += os.read(ours, 1 << 16)
        os.close(ours)
        process.wait(600)  # raises if it is still there
        assert process.returncode is not None
    finally:
        process.kill()
        process.wait()
