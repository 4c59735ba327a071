"""The examples of docs/exit-codes.md, run for real: each ends with the code it stands for."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from job_sample import spec
from mltui.cli import exits
from mltui.cli.exit_table import EXITS, ExitCode, exits_page
from mltui.model.job import Job
from mltui.model.job_record import spec_document, state_document
from mltui.sources.processes import host_name, process_start

pytestmark = pytest.mark.real

#: Of a boot that is over: nothing of it runs.
GONE = "linux:another boot:1:1"
LOST, RUNS = "20260304-120000-4f20", "20260304-120100-4f21"


def test_the_page_is_made_from_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "exit-codes.md"
    assert page.read_text("utf-8") == exits_page(), "run: python -m mltui.cli.exit_table > docs/exit-codes.md"


def test_every_code_is_in_the_table() -> None:
    known = {value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}
    assert [each.code for each in EXITS] == sorted(known - {exits.SIGNALLED})


@pytest.fixture(scope="module")
def world(demo_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sample project with a job whose runner is gone, and one that a process of ours stands for."""
    path = tmp_path_factory.mktemp("exits") / "project"
    shutil.copytree(demo_project, path, symlinks=True)
    with subprocess.Popen(["sleep", "600"]) as process:
        _job(path, LOST, process.pid, GONE)
        _job(path, RUNS, process.pid, process_start(process.pid) or "")
        yield path
        process.kill()


def _job(project: Path, id: str, pid: int, start: str) -> None:
    folder = project / ".git" / "mltui" / "jobs" / id
    folder.mkdir(parents=True)
    job = Job(spec(id, 1, cwd=str(project)), str(folder), "running", start=1, host=host_name())
    (folder / "spec.json").write_text(json.dumps(spec_document(job.spec)))
    (folder / "state.json").write_text(json.dumps(state_document(replace(job, pid=pid, pid_start=start))))
    (folder / "log").write_text("epoch 1\n")


@pytest.mark.parametrize("exit_code", EXITS, ids=lambda each: str(each.code))
def test_an_example_ends_with_its_code(world: Path, exit_code: ExitCode) -> None:
    first, *words = shlex.split(exit_code.example)
    argv = [sys.executable, "-m", first, *words]
    interrupted = exit_code.code == exits.INTERRUPTED
    with subprocess.Popen(
        argv, cwd=world, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        begun = process.stdout.readline() if interrupted else ""
        said, err = _ended(process, interrupted)
    assert process.returncode == exit_code.code, (begun, said, err)
    assert "Traceback" not in err
    if exit_code.code in (exits.USAGE, exits.NOTHING, exits.REFUSED):
        assert (said, err != "") == ("", True), "the reason, on standard error"
    if interrupted:
        assert begun == "epoch 1\n"
        assert os.path.exists(f"/proc/{_pid(world)}"), "the job goes on"  # noqa: PTH110


def _pid(world: Path) -> int:
    state = json.loads((world / ".git" / "mltui" / "jobs" / RUNS / "state.json").read_text())
    return int(state["pid"])


def _ended(process: subprocess.Popen[str], interrupted: bool) -> tuple[str, str]:
    """Python loses a ctrl+c that comes while it cleans up after an import: until it ends."""
    for _ in range(20 if interrupted else 1):
        if interrupted:
            process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=30 if interrupted else 600)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("it does not end")
