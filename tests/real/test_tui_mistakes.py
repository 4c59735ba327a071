"""A mistake of mltui's own in a real terminal: one line, a file to send, and the terminal as it was."""

from __future__ import annotations

import os
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from bench.terminal import Terminal

from mltui.sources.cachedir import cache_root

pytestmark = pytest.mark.real

SECRET = "hunter2-is-no-password"
#: What a mistake may say: each kind of login, and what it was made of.
LOGINS = (
    f"no such thing at https://ada:{SECRET}@example.com: {{'password': '{SECRET}'}}",
    f"Authorization: Bearer {SECRET}; --token {SECRET}; api_key={SECRET}",
    f"s3://ada:{SECRET}@store/x?X-Amz-Signature={SECRET}",
)
#: mltui with a fault put in: what `place` does when somebody goes to it raises. Nothing else is changed.
FAULTY = """
import os, sys
from mltui.tui.places.history import {place}
def fault(self):
    first, *others = {logins!r}
    try:
        raise ExceptionGroup(others[0], [KeyError(others[1])])
    except ExceptionGroup as error:
        raise RuntimeError(first + " \\x1b]0;evil\\x07") from error
{place}.compose = fault
from mltui.cli import main
main()
"""


def report_of(cache: Path) -> str:
    (found,) = (cache / "crashes").iterdir()
    assert found.stat().st_mode & 0o777 == 0o600
    return found.read_text()


@pytest.mark.parametrize("debug", ["", "1"])
def test_one_line_and_a_file_and_the_terminal_is_given_back(tmp_path: Path, own_places: Path, debug: str) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    code = FAULTY.format(place="HistoryPlace", logins=LOGINS)
    env = {"COLUMNS": "100", "LINES": "30", "MLFLOW_TRACKING_TOKEN": f"{SECRET}-own", "MLTUI_DEBUG": debug}
    with Terminal([sys.executable, "-c", code], tmp_path, env, (100, 30)) as terminal:
        before = termios.tcgetattr(terminal.process.fd)
        terminal.wait("Needs you")
        terminal.press("2")
        terminal.wait("RuntimeError: no such thing" if debug else "please send")
        while terminal.process.isalive():
            terminal.pump(0.1)
        said = terminal.text()
        assert terminal.process.exitstatus == 3
        assert termios.tcgetattr(terminal.process.fd)[3] == before[3]  # it echoes and reads lines as before
    assert SECRET not in said
    if debug:
        assert "in fault" in said, "where is shown at once"
        return
    assert "mltui: made a mistake: RuntimeError: no such thing" in said
    assert "Traceback" not in said and "Overview" not in said  # the other screen has gone
    report = report_of(Path(cache_root()))
    assert "in fault" in report and "RuntimeError: no such thing" in report
    assert "100x30" in report and "TERM='xterm-256color'" in report and "textual 8" in report
    assert SECRET not in report and "\x1b" not in report and "\x07" not in report


def test_a_command_says_the_same(tmp_path: Path, own_places: Path) -> None:
    code = f"import mltui.cli.doctor as d\nlogins = {LOGINS!r}\n" + (
        "def fault(*_): raise RuntimeError('boom') from ValueError(*logins)\nd.print_doctor = fault\n"
        "from mltui.cli import main\nmain()"
    )
    argv = [sys.executable, "-c", code, "doctor", "--store", f"http://ada:{SECRET}@127.0.0.1:1"]
    done = subprocess.run(argv, check=False, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 3 and not done.stdout
    first, hint = done.stderr.splitlines()
    assert first == "mltui: made a mistake: RuntimeError: boom"
    assert hint.startswith("  please send ")
    report = report_of(Path(cache_root()))
    assert report == Path(hint.split()[-1]).expanduser().read_text()
    assert "mltui doctor --store http://127.0.0.1:1" in report and "ValueError" in report
    assert SECRET not in report
    debug = subprocess.run(
        argv, check=False, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "MLTUI_DEBUG": "1"}
    )
    assert debug.returncode == 3 and not debug.stdout
    assert "RuntimeError: boom" in debug.stderr and "in fault" in debug.stderr
    assert SECRET not in debug.stderr
