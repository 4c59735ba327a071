"""`mltui trust` by hand, at a terminal, and everything else that can't."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from git_repository import commit, git, make

from mltui.actions.opening import open_workspace
from mltui.cli import run
from mltui.cli.exits import OK, REFUSED, USAGE
from mltui.sources.gates.policy import policy
from mltui.sources.places import user_state_dir
from mltui.sources.trust import FILE, trusted

pytestmark = pytest.mark.real

GATES = """
[promote]
via = "command"
command = "gh workflow run promote.yml -f model={model}"
[[gates]]
metric = "metrics.auc >= 0.8"
[[gates]]
command = "pytest -q 'tests/mo del' \\u001b[31m"
preset = "pytest"
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    at = make(tmp_path / "ü repo")
    (at / "mltui.toml").write_text(GATES)
    commit(at)
    monkeypatch.chdir(at)
    return at


def by_hand(cwd: Path, answer: bytes, *arguments: str) -> tuple[int, str]:
    """The exit code and what is seen of ``mltui trust``, which is typed `answer` at a terminal."""
    master, slave = pty.openpty()
    argv = [sys.executable, "-m", "mltui", "trust", *arguments]
    environ = {**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen(argv, cwd=cwd, env=environ, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        seen, answered = b"", False
        while True:
            try:
                read = os.read(master, 1 << 16)
            except OSError:  # EIO: the other end was closed
                break
            if not read:
                break
            seen += read
            if b"[y/N]" in seen and not answered:
                answered = True
                os.write(master, answer)
    os.close(master)
    return process.returncode, seen.decode().replace("\r\n", "\n")


def is_trusted(at: Path) -> bool:
    workspace = open_workspace(at)
    try:
        return trusted(workspace.project, policy(workspace))
    finally:
        workspace.close()


def test_it_shows_exactly_what_would_run_and_asks(repository: Path) -> None:
    code, seen = by_hand(repository, b"n\n")
    assert code == OK and "nothing was trusted" in seen
    assert not is_trusted(repository)
    sha = git(repository, "rev-parse", "HEAD")
    assert f"mltui.toml of main at {sha[:7]}" in seen and sha in seen
    assert re.search(r"new +gate +pytest -q 'tests/mo del' '?␛\[31m'?", seen), seen
    assert re.search(r"new +promotes +gh workflow run promote.yml -f 'model=\{model\}'", seen), seen
    code, seen = by_hand(repository, b"y\n")
    assert code == OK and "may run here from now on" in seen
    assert is_trusted(repository)
    code, seen = by_hand(repository, b"")
    assert code == OK and "trusted already" in seen and "[y/N]" not in seen


def test_a_change_is_shown_as_one(repository: Path) -> None:
    assert by_hand(repository, b"", "--yes")[0] == OK
    assert is_trusted(repository)
    (repository / "mltui.toml").write_text(
        '[[gates]]\ncommand = "pytest -q \'tests/mo del\' \\u001b[31m"\n[[gates]]\ncommand = "make"\n'
    )
    assert is_trusted(repository), "what is not committed does not count"
    commit(repository)
    assert not is_trusted(repository)
    _, seen = by_hand(repository, b"\n")
    assert re.search(r"trusted +gate +pytest", seen) and re.search(r"new +gate +make", seen)
    assert re.search(r"gone +gh workflow", seen), seen
    assert not is_trusted(repository)


@pytest.mark.parametrize("words", [[], ["--yes"]])
def test_without_a_terminal_it_is_refused(
    repository: Path, words: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["trust", *words]) == REFUSED
    assert "without a terminal nothing is trusted" in capfd.readouterr().err
    assert not is_trusted(repository)
    assert not (user_state_dir() / FILE).exists()


def test_a_terminal_that_only_shows_is_none(repository: Path) -> None:
    master, slave = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "mltui", "trust"], input=b"y\n", stdout=slave, stderr=slave, check=False
    )
    os.close(slave)
    os.close(master)
    assert done.returncode == REFUSED
    assert not is_trusted(repository)


def test_read_only_trusts_nothing_and_takes_nothing_back(repository: Path) -> None:
    code, seen = by_hand(repository, b"y\n", "--read-only")
    assert code == REFUSED and "read-only" in seen
    assert not is_trusted(repository)
    by_hand(repository, b"y\n")
    assert run(["trust", "--read-only", "--revoke"]) == REFUSED
    assert is_trusted(repository)


def test_revoke_needs_nobody(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    by_hand(repository, b"y\n")
    assert run(["trust", "--revoke"]) == OK
    assert not is_trusted(repository)
    assert run(["trust", "--revoke"]) == OK
    assert "was trusted" in capfd.readouterr().err


def test_show_asks_nothing(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", "--show"]) == OK
    assert "pytest -q" in capfd.readouterr().out
    assert run(["trust", "--show", "--yes"]) == USAGE


def test_a_policy_that_makes_no_sense_can_not_be_trusted(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (repository / "mltui.toml").write_text("[[gates]\n")
    commit(repository)
    assert run(["trust"]) == REFUSED
    (repository / "mltui.toml").write_text('[[gates]]\ncommand = ""\n')
    commit(repository)
    capfd.readouterr()
    assert run(["trust"]) == OK
    assert "nothing to trust" in capfd.readouterr().err


def test_an_interpreter_that_it_brings_is_asked_about_too(repository: Path) -> None:
    (repository / "tools").mkdir()
    (repository / "tools" / "python").write_text("#!/bin/sh\n")
    (repository / "mltui.toml").write_text('python = "tools/python"\n' + GATES)
    commit(repository)
    _, seen = by_hand(repository, b"y\n")
    assert re.search(r"new +python +tools/python", seen), seen
    (repository / "tools" / "python").write_text("#!/bin/sh\nother\n")
    commit(repository)
    _, seen = by_hand(repository, b"\n")
    assert "[y/N]" in seen and re.search(r"new +python +tools/python", seen), seen
