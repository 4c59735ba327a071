"""Files that would cost dvc, or mltui, its memory, its time or its life: their own stages are unknown, and say why.

Dvc itself is not asked what it makes of them: of some it dies.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import dvc_project as dp
import pytest
from tests.fuzz.bombs import BOMBS

from mltui.model.dvc import Pipeline, Stage

pytestmark = pytest.mark.real

FINE = "stages:\n  fine:\n    cmd: echo x > x.txt\n    outs: [x.txt]\n"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dp.empty(tmp_path_factory.mktemp("bombs") / "project")


@pytest.fixture
def project(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    return dp.copy(template, tmp_path / "project")


def stages(pipeline: Pipeline) -> dict[str, Stage]:
    return {one.address: one for one in pipeline.stages}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_costs_its_own_file_only(project: Path, bomb: str) -> None:
    text, why = BOMBS[bomb]
    tracked = f"outs:\n- path: x.csv\nmeta:\n  {text if bomb == 'deep' else '{}'}\n"
    dp.write(
        project,
        {
            "dvc.yaml": FINE,
            "bad/dvc.yaml": text,
            "lock/dvc.yaml": "stages:\n  locked:\n    cmd: echo y > y.txt\n    outs: [y.txt]\n",
            "lock/dvc.lock": text,
            "par/dvc.yaml": "stages:\n  read:\n    cmd: echo z > z.txt\n    params: [a]\n    outs: [z.txt]\n",
            "par/params.yaml": text,
            "t/x.csv.dvc": tracked,
        },
    )
    pipeline = dp.load(project)
    found = stages(pipeline)
    assert found["fine"].status == "missing", "the others are told as ever"
    words = " ".join(problem.summary for problem in pipeline.problems)
    assert "bad/dvc.yaml" in words
    assert "lock/dvc.lock" in words
    assert why in words
    assert found["lock/dvc.yaml:locked"].status == "unknown"
    assert found["par/dvc.yaml:read"].status in ("unknown", "missing")


def test_a_lock_of_a_hundred_megabytes_is_not_parsed(project: Path) -> None:
    lock = "schema: '2.0'\nstages: {}\n" + ("#" * 99 + "\n") * 1_000_000
    dp.write(
        project,
        {
            "dvc.yaml": FINE,
            "lock/dvc.yaml": "stages:\n  locked:\n    cmd: echo y > y.txt\n    outs: [y.txt]\n",
            "lock/dvc.lock": lock,
        },
    )
    pipeline = dp.load(project)
    assert stages(pipeline)["fine"].status == "missing"
    assert stages(pipeline)["lock/dvc.yaml:locked"].status == "unknown"
    (problem,) = pipeline.problems
    assert problem.summary.startswith("lock/dvc.lock: ")
    assert problem.summary.endswith("too large to be read")


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)


def _zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _directory(path: Path) -> None:
    path.mkdir()


ODD: list[Callable[[Path], None]] = [_fifo, _socket, _zero, _loop, _directory]


@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__.strip("_"))
def test_what_is_no_file_is_not_waited_for(project: Path, make: Callable[[Path], None]) -> None:
    dp.write(
        project,
        {
            "dvc.yaml": FINE,
            "lock/dvc.yaml": "stages:\n  locked:\n    cmd: echo y > y.txt\n    outs: [y.txt]\n",
            "par/dvc.yaml": "stages:\n  read:\n    cmd: echo z > z.txt\n    params: [a]\n    outs: [z.txt]\n",
            "bad/keep": "",
            "t/keep": "",
        },
    )
    for name in ("bad/dvc.yaml", "lock/dvc.lock", "par/params.yaml", "t/x.csv.dvc", ".env", "mltui.toml"):
        make(project / name)
    found = stages(dp.load(project))
    assert found["fine"].status == "missing"
    assert found["lock/dvc.yaml:locked"].status in ("unknown", "missing")
    assert found["par/dvc.yaml:read"].status in ("unknown", "missing")
