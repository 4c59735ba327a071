"""A mistake of mltui's own in a real terminal: one line, a file to send, and the terminal as it was."""

from __future__ import annotations

import subprocess
import sys
import termios
from pathlib import Path

import pytest
from bench.terminal import Terminal

from mltui.sources.cachedir import cache_root

pytestmark = pytest.mark.real

SECRET = "hunter2-is-no-password"
#: mltui with a fault put in: what `place` does when somebody goes to it raises. Nothing else is changed.
FAULTY = """
import os, sys
from mltui.tui.places.history import {place}
def fault(self):
    raise RuntimeError("no such thing at https://ada:{secret}@example.com \\x1b]0;evil\\x07")
{place}.compose = fault
from mltui.cli import main
main()
"""


def report_of(cache: Path) -> str:
    (found,) = (cache / "crashes").iterdir()
    assert found.stat().st_mode & 0o777 == 0o600
    return found.read_text()


def test_one_line_and_a_file_and_the_terminal_is_given_back(tmp_path: Path, own_places: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    code = FAULTY.format(place="HistoryPlace", secret=SECRET)
    env = {"COLUMNS": "100", "LINES": "30", "MLFLOW_TRACKING_PASSWORD": SECRET}
    with Terminal([sys.executable, "-c", code], tmp_path, env, (100, 30)) as terminal:
        before = termios.tcgetattr(terminal.process.fd)
        terminal.wait("Needs you")
        terminal.press("2")
        terminal.wait("please send")
        while terminal.process.isalive():
            terminal.pump(0.1)
        said = terminal.text()
        assert terminal.process.exitstatus == 3
        assert termios.tcgetattr(terminal.process.fd)[3] == before[3]  # it echoes and reads lines as before
    assert "mltui: made a mistake: RuntimeError: no such thing" in said
    assert "Traceback" not in said and "Overview" not in said  # the other screen has gone
    assert SECRET not in said
    report = report_of(Path(cache_root()))
    assert "in fault" in report and "RuntimeError: no such thing" in report
    assert "100x30" in report and "TERM='xterm-256color'" in report and "textual 8" in report
    assert SECRET not in report and "\x1b" not in report and "\x07" not in report


def test_a_command_says_the_same(tmp_path: Path, own_places: Path) -> None:
    code = "import mltui.cli.doctor as d\ndef fault(*_): raise RuntimeError('boom')\nd.print_doctor = fault\n" + (
        "from mltui.cli import main\nmain(['doctor', '-C', 'x'])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 3 and not done.stdout
    first, hint = done.stderr.splitlines()
    assert first == "mltui: made a mistake: RuntimeError: boom"
    assert hint.startswith("  please send ") and Path(hint.split()[-1]).expanduser().is_file()
