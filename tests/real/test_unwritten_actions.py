"""An action whose words can't be written any more, a full disk or nobody who reads: it is done whole, and its exit code
says what became of it. Code 3 would tell a script that nothing was done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from cli_projects import make_pipeline
from git_repository import commit, make

from mltui.cli import asking, exits, run
from mltui.errors import Unreadable

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full"),
]

MLTUI = (sys.executable, "-m", "mltui")
UNWRITTEN = b"mltui: the answer could not be written: No space left on device\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make(tmp_path_factory.mktemp("unwritten") / "project")
    make_pipeline(path)
    commit(path, "everything")
    return path


@contextmanager
def full() -> Iterator[IO[bytes]]:
    with Path("/dev/full").open("wb") as stream:
        yield stream


@contextmanager
def unread() -> Iterator[IO[bytes]]:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as stream:
        yield stream


def journalled(project: Path) -> str:
    done = subprocess.run([*MLTUI, "journal", "--json"], cwd=project, capture_output=True, check=True)
    return str(json.loads(done.stdout)["entries"][-1]["outcome"])


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_what_was_done_is_no_failure(project: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    argv = [*MLTUI, "reproduce", "HEAD", "--to", str(tmp_path / "tree"), "--yes", *words]
    with full() as stream:
        done = subprocess.run(argv, cwd=project, stdout=stream, stderr=subprocess.PIPE, check=False)
    said = done.stderr[done.stderr.index(UNWRITTEN) :]
    assert said == UNWRITTEN + b"  what was asked for was done: mltui journal has it\n"
    assert done.returncode == 0
    assert (tmp_path / "tree" / "dvc.yaml").exists()
    assert journalled(project) == "done"


@pytest.mark.parametrize("stream", [full, unread])
def test_steps_that_nobody_can_be_told_don_t_stop_it(project: Path, tmp_path: Path, stream: type) -> None:
    argv = [*MLTUI, "reproduce", "HEAD", "--to", str(tmp_path / "tree"), "--yes"]
    with stream() as err:
        done = subprocess.run(argv, cwd=project, stdout=subprocess.PIPE, stderr=err, check=False)
    assert (done.returncode, (tmp_path / "tree" / "dvc.yaml").exists()) == (0, True)
    assert b"Work on commit" in done.stdout
    assert journalled(project) == "done"


def test_a_job_that_was_waited_for_is_not_said_to_be_well(project: Path) -> None:
    """Nor that nothing was started: the job goes on."""
    with full() as stream:
        argv = [*MLTUI, "retrain", "--yes", "--wait"]
        done = subprocess.run(argv, cwd=project, stdout=stream, stderr=subprocess.PIPE, check=False)
    assert UNWRITTEN in done.stderr
    assert done.returncode == exits.UNKNOWN
    jobs = json.loads(subprocess.run([*MLTUI, "jobs", "--json"], cwd=project, capture_output=True, check=True).stdout)
    assert len(jobs["jobs"]) == 1


def test_an_error_after_it_was_begun_is_not_nothing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of ours, and a mistake; with the next command all is as before."""
    monkeypatch.chdir(project)
    for at, error in enumerate((Unreadable("the store is gone"), LookupError("of mltui's own"))):

        def fails(_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr("mltui.cli.reproduce.told", fails)
        assert run(["reproduce", "HEAD", "--to", str(tmp_path / str(at)), "--yes"]) == exits.UNKNOWN
    assert "made a mistake" in capsys.readouterr().err
    assert asking.acted.code == exits.OK
    assert run(["runs", "--store", "nowhere.db"]) == exits.NOTHING
