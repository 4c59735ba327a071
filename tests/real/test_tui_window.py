"""What a real terminal is sent beside the screen: a title that is taken back, and a bell for a run of a real MLflow."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bench.terminal import Terminal
from git_repository import commit, make

pytestmark = pytest.mark.real

SIZE = {"COLUMNS": "100", "LINES": "30"}
MLTUI = [sys.executable, "-m", "mltui", "--read-only"]
TITLE = re.compile(rb"\x1b\]2;([^\x07]*)\x07")


def until(terminal: Terminal, pattern: bytes) -> bytes:
    """What was heard, once `pattern` is in it; the test's own limit ends a wait for ever."""
    assert terminal.heard is not None
    while not re.search(pattern, terminal.heard):
        assert terminal.process.isalive(), bytes(terminal.heard[-400:])
        terminal.pump(0.2)
    return bytes(terminal.heard)


def quit_(terminal: Terminal) -> bytes:
    assert terminal.heard is not None
    terminal.heard.clear()
    terminal.press("q")
    while terminal.pump(0.2) or terminal.process.isalive():
        pass
    return bytes(terminal.heard)


@pytest.fixture
def repository(tmp_path: Path, own_places: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("TMUX", raising=False)
    path = make(tmp_path / "churn")
    commit(path, a_txt="1")
    return path


def test_the_size_is_the_terminals_own_whatever_the_shell_exported(repository: Path) -> None:
    """A screen of 60 rows was drawn into a window of 24, and what mltui started was told of them too."""
    with Terminal(MLTUI, repository, {"COLUMNS": "200", "LINES": "60"}, (80, 24)) as terminal:
        terminal.wait("commit +when")
        terminal.settle(0.5)
        assert "read " in terminal.screen.display[0], terminal.text()
        assert "? help" in terminal.screen.display[23], terminal.text()


def test_the_title_is_set_once_and_taken_back(repository: Path) -> None:
    with Terminal(MLTUI, repository, SIZE, (100, 30)) as terminal:
        terminal.heard = bytearray()
        terminal.wait(r"read \d")
        heard = until(terminal, rb"\x1b\]2;[^\x07]*main\x07")
        assert heard.count(b"\x1b[22;2t") == 1
        titles = TITLE.findall(heard)
        assert titles[-1].decode() == "mltui · churn · main"
        assert len(titles) == len(set(titles)), "only when it is another"
        assert quit_(terminal).count(b"\x1b[23;2t") == 1


def test_a_terminal_without_a_window_is_sent_no_title(repository: Path) -> None:
    with Terminal(MLTUI, repository, {**SIZE, "TERM": "linux"}, (100, 30)) as terminal:
        terminal.heard = bytearray()
        terminal.wait(r"read \d")
        heard = bytes(terminal.heard) + quit_(terminal)
        assert not TITLE.search(heard)
        assert not re.search(rb"\x1b\[2[23];2t", heard)


def test_tmux_lets_a_notification_through_where_both_are_asked(tmp_path: Path) -> None:
    """Without mltui's own program: what it would write, in a pane of a real tmux."""
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    code = (
        "import os, sys\nfrom mltui.tui.window import Window\nfor through in (False, True):\n"
        "    window = Window(os.environ, titled=False, through=through)\n"
        "    window.enter(sys.stdout.write)\n    window.notify(f'train finished {through}', 'osc9')\n"
        "print('told', flush=True)\nsys.stdin.readline()\n"
    )
    (tmp_path / "tmux.conf").write_text("set -g allow-passthrough on\n")
    tmux = ["tmux", "-S", str(tmp_path / "tmux"), "-f", str(tmp_path / "tmux.conf")]
    try:
        with Terminal([*tmux, "new-session", shlex.join([sys.executable, "-c", code])], tmp_path, SIZE) as terminal:
            terminal.heard = bytearray()
            terminal.wait("told")
            heard = until(terminal, rb"\x1b\]9;mltui: train finished True\x07")
            assert b"finished False" not in heard, "tmux keeps what is not wrapped"
    finally:
        subprocess.run([*tmux, "kill-server"], capture_output=True, check=False)


def test_the_end_of_a_run_rings_and_notifies_where_it_is_asked_for(repository: Path) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{repository}/mlflow.db")
    experiment = client.create_experiment("churn", artifact_location=str(repository / "artifacts"))
    before, going = (client.create_run(experiment, run_name=name).info.run_id for name in ("before", "bad\x1b]2;x\x07"))
    client.set_terminated(before, "FAILED")
    asked = {"MLTUI_NOTIFY_ON": "run", "MLTUI_NOTIFY_DESKTOP": "osc9"}
    with Terminal(MLTUI, repository, {**SIZE, **asked}, (100, 30)) as terminal:
        terminal.heard = bytearray()
        terminal.wait(r"2 runs")
        terminal.wait(r"read \d")
        client.set_terminated(going)
        terminal.press("r")  # a database is looked at again by itself, and later
        heard = until(terminal, rb"\x1b\]9;[^\x07]*\x07")
        (told,) = re.findall(rb"\x1b\]9;([^\x07]*)\x07", heard)
        assert told.decode() == "mltui: churn: run bad␛]2;x␇ finished"
        rest = re.sub(rb"\x1b\][^\x07]*\x07", b"", heard)
        assert rest.count(b"\x07") == 1, "one bell, for what ended since"
