"""What a person sees: colours and the width on a terminal, neither without one; help that costs nothing."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from git_repository import commit, git, make

pytestmark = pytest.mark.real

LONG = "a-branch-of-a-rather-long-name-" * 6


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = make(tmp_path / "repository")
    commit(path, a_txt="1")
    git(path, "checkout", "-q", "-b", LONG)
    return path


def on_a_terminal(cwd: Path, *arguments: str, columns: int = 60, **env: str) -> str:
    """What mltui writes to a terminal of `columns`."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    merged = {**os.environ, "TERM": "xterm", **env}
    with subprocess.Popen([sys.executable, "-m", "mltui", *arguments], cwd=cwd, env=merged, stdout=slave) as process:
        os.close(slave)
        seen = b""
        while True:
            try:
                read = os.read(master, 1 << 16)
            except OSError:  # EIO: the other end was closed
                break
            if not read:
                break
            seen += read
    os.close(master)
    assert process.returncode == 0
    return seen.decode()


def test_colours_and_the_width(repository: Path) -> None:
    seen = on_a_terminal(repository, "status")
    assert "\x1b[1mrepository\x1b[0m" in seen
    lines = re.sub(r"\x1b\[\d+m", "", seen).splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[0].endswith("…")


@pytest.mark.parametrize("variable", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colours_when_asked(repository: Path, variable: dict[str, str]) -> None:
    assert "\x1b" not in on_a_terminal(repository, "status", **variable)


def test_json_is_indented_for_people(repository: Path) -> None:
    assert on_a_terminal(repository, "status", "--json", columns=200).splitlines()[1] == '  "schema": 1,'


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    for words in (["--help"], ["--version"], ["runs", "--help"]):
        argv = [sys.executable, "-X", "importtime", "-m", "mltui", *words]
        done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=True)
        imported = {name.split(".")[0] for name in re.findall(r"\|\s+([\w.]+)$", done.stderr, re.MULTILINE)}
        assert imported & {"textual", "rich", "mlflow", "dvc", "pandas", "git", "httpx", "yaml", "sqlite3"} == set()


def test_csv_is_made_safe_for_a_terminal_only(repository: Path) -> None:
    name = "\x1b]0;owned\x07\x9b31m"
    log = "import sys, mlflow; mlflow.set_tracking_uri(sys.argv[1]); mlflow.start_run(run_name=sys.argv[2])"
    subprocess.run([sys.executable, "-c", log, f"sqlite:///{repository}/mlflow.db", name], cwd=repository, check=True)
    for form in ("--csv", "--json"):
        seen = on_a_terminal(repository, "runs", form)
        assert "owned" in seen
        assert not {"\x1b", "\x07", "\x9b"} & set(seen)
    piped = subprocess.run(
        [sys.executable, "-m", "mltui", "runs", "--csv"], cwd=repository, capture_output=True, check=True
    )
    assert name.encode() in piped.stdout
