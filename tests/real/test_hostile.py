"""Nothing that stands in a repository, a store or a log is obeyed by the terminal, by a markup or by a shell."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import hostile_project as hp
import pytest
from hostile_commands import ALL_IN_ONE, RAW, commands
from hostile_walk import walk
from inert import SCREEN, SGR, leaks

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, own_environment: None) -> Iterator[Path]:
    """The hostile project, in which mltui ran its training once."""
    folder = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLTUI_CACHE_DIR", str(folder / "cache"))
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        root = hp.build(folder)
        argv = [sys.executable, "-m", "mltui", "retrain", "--isolated", "--yes", "--wait"]
        done = subprocess.run(argv, cwd=root, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        yield root


def asked(root: Path, *words: str) -> Any:
    """What ``mltui WORDS --json`` says."""
    done = subprocess.run([sys.executable, "-m", "mltui", *words, "--json"], cwd=root, capture_output=True, check=False)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def words(project: Path) -> list[list[str]]:
    """Every command line."""
    runs = [run["run_id"] for run in asked(project, "runs")["runs"] if run["kind"] == "run"]
    found = commands(runs, [job["id"] for job in asked(project, "jobs")["jobs"]])
    (project.parent / "commands.json").write_text(json.dumps(found))
    return found


def said(output: bytes, words: Sequence[Sequence[str]]) -> list[bytes]:
    """What each command printed."""
    parts = output.replace(b"\r\n", b"\n").split(b"@@@")[1:]
    assert len(parts) == len(words), output[-3000:]
    return [part.partition(b"\n")[2] for part in parts]


def argv(project: Path) -> list[str]:
    return [sys.executable, "-c", ALL_IN_ONE, str(project.parent / "commands.json")]


def no_mistake(output: bytes, command: Sequence[str]) -> None:
    told = command[0] == "log"  # which prints what the training printed
    assert told or (b"Traceback" not in output and b"made a mistake" not in output), (command, output[-3000:])


def canaries(project: Path) -> list[Path]:
    return [path for path in project.parent.rglob(f"{hp.CANARY}*") if path.name.startswith(hp.CANARY)]


def test_every_command_into_a_pipe(project: Path, words: list[list[str]]) -> None:
    done = subprocess.run(
        argv(project),
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    outputs = said(done.stdout, words)
    found = {}
    for command, output in zip(words, outputs, strict=True):
        no_mistake(output, command)
        if not set(RAW) & set(command):
            found[" ".join(command)[:60]] = leaks(output)
    assert not {command: told for command, told in found.items() if told}
    (log,) = (output for command, output in zip(words, outputs, strict=True) if command[0] == "log")
    assert hp.NASTY.encode() in log, "a pipe gets the bytes"
    assert not canaries(project)


def test_every_command_on_a_terminal(project: Path, words: list[list[str]]) -> None:
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color"}
    process = subprocess.Popen(
        argv(project), cwd=project, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL, env=env
    )
    os.close(theirs)
    output = b""
    while piece := _read(ours):
        output += piece
    os.close(ours)
    assert process.wait() == 0
    found = {}
    for command, told in zip(words, said(output, words), strict=True):
        no_mistake(told, command)
        log = r"|\x1b\[[0-9;:]*m|[\x08\t]" if command[0] == "log" else ""  # its colours and bars
        found[" ".join(command)[:60]] = leaks(told, SGR + log)
    assert not {command: told for command, told in found.items() if told}
    assert not canaries(project)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=str)
def test_every_place_on_a_screen(project: Path, size: tuple[int, int]) -> None:
    output = walk(project, size)
    assert not leaks(output, SCREEN)
    assert b"EVIL" in output, "what is hostile was on the screen"
    assert not canaries(project)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""


def test_what_a_job_printed_is_its_owners_alone(project: Path) -> None:
    (job,) = (project / ".git" / "mltui" / "jobs").iterdir()
    modes = {path.name: path.stat().st_mode & 0o77 for path in (job, *job.iterdir())}
    assert {"log", "state.json", "spec.json", "before"} < modes.keys()
    assert not {name: oct(mode) for name, mode in modes.items() if mode}


def test_json_is_the_data_itself(project: Path) -> None:
    (run,) = (run for run in asked(project, "runs")["runs"] if run["name"] == f"1{hp.NASTY}")
    assert run["params"]["lr"] == hp.LINES
    assert run["metrics"][hp.KEY] == 2.0
    assert run["tags"]["mlflow.note.content"] == hp.LINES
    assert run["experiment"] == f"churn {hp.NASTY}"
    status = asked(project, "status")
    assert status["git"]["branch"] == hp.BRANCH
    assert {stage["name"] for stage in status["pipeline"]["stages"]} == {hp.STAGE, f"each@{hp.SHELL}"}
    assert hp.TRACKED in {each["path"] for each in status["data"]["datasets"]}


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_what_is_printed_to_be_pasted(project: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    (run,) = (run["run_id"] for run in asked(project, "runs")["runs"] if run["name"] == f"1{hp.NASTY}")
    for number, what in enumerate((run, *(f"refs/heads/{name}" for name in hp.OPTIONS[:2]))):
        to = f"../{shell}{number}$(touch {hp.CANARY}-to)"
        argv = [sys.executable, "-m", "mltui", "reproduce", "--print", "--to", to, "--", what]
        told = subprocess.run(argv, cwd=project, capture_output=True, check=True).stdout
        done = subprocess.run([shell], cwd=project, input=told, capture_output=True, check=False)
        assert (project / to).is_dir(), done.stderr[-2000:]
    assert not canaries(project)
