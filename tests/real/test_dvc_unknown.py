"""A dvc that the child does not know is asked by its own command; a child that dies is started anew."""

from __future__ import annotations

import sys
from pathlib import Path

import dvc_project as dp
import pytest

from mltui.errors import Unreachable, Unreadable
from mltui.sources.dvc.client import UnknownDvc
from mltui.sources.dvc.pipeline import PipelineSource

pytestmark = pytest.mark.real

FILES = {
    "dvc.yaml": "stages:\n  a:\n    cmd: x\n    deps: [src]\n    outs: [o]\n  b:\n    foreach: [u]\n    do: {cmd: x}\n",
    "data.dvc": "outs:\n- path: data\n  md5: d41d8cd98f00b204e9800998ecf8427e\n",
    "src": "1",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    root = dp.empty(tmp_path / "project")
    dp.write(root, FILES)
    return root


def test_the_command_answers(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fake at a door: the child says it does not know this dvc; the command is the real one."""

    def unknown(self: object, op: str, timeout: float, **arguments: object) -> object:
        raise UnknownDvc("mltui does not know this dvc: dvc 4")

    monkeypatch.setattr("mltui.sources.dvc.client.DvcChild.ask", unknown)
    dp.write(project, {"dvc/__init__.py": "raise SystemExit('code of the repository ran')"})
    pipeline = dp.load(project)
    assert dp.entries(pipeline) == dp.own_status(project)
    assert {stage.address: stage.status for stage in pipeline.stages} == {"a": "missing", "b@u": "missing"}
    assert [one.status for one in pipeline.datasets] == ["missing"]
    assert sys.executable in pipeline.reader


def test_a_dead_child_is_started_anew(project: Path) -> None:
    reader: PipelineSource = dp.source(project)
    try:
        reader.load()
        child = reader._child
        assert child is not None
        assert child._process is not None
        child._process.kill()
        child._process.wait()
        dp.write(project, {"src": "2"})
        pipeline = reader.load()
        assert dp.entries(pipeline) == dp.own_status(project)
        assert pipeline.settled
    finally:
        reader.close()


def test_a_python_that_is_none(project: Path, tmp_path: Path) -> None:
    liar = tmp_path / "python"
    liar.write_text("#!/bin/sh\necho hello\n")
    liar.chmod(0o755)
    pipeline = dp.load(project, python=str(liar))
    assert {stage.status for stage in pipeline.stages} == {"unknown"}
    assert not pipeline.settled
    assert "died" in pipeline.problems[0].summary
    reader = dp.source(project, python=str(liar))
    child, _ = reader._started()
    with pytest.raises(Unreachable):
        child.ask("resolve", 10.0, root=str(project))


def test_what_was_known_of_a_project_that_cannot_be_read_any_more(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fake at a door: the child's answer is the one it gives where .dvcignore is closed, which it never is to root."""

    def closed(self: object, op: str, timeout: float, **arguments: object) -> object:
        raise Unreadable("dvc: Permission denied: '.dvcignore'")

    assert dp.load(project).settled
    dp.write(project, {".dvcignore": "x\n"})
    monkeypatch.setattr("mltui.sources.dvc.client.DvcChild.ask", closed)
    pipeline = dp.load(project)
    told = {(one.status, one.reasons[0].change) for one in (*pipeline.stages, *pipeline.datasets)}
    assert told == {("unknown", "dvc: Permission denied: '.dvcignore'")}
    assert not pipeline.settled


def test_what_died_is_asked_again_though_no_file_moves(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looks only if the fingerprint moved would show "unknown" for ever: a child that the system killed is gone."""
    ended, python = tmp_path / "ended", tmp_path / "python"
    python.write_text(f'#!/bin/sh\n[ -e {ended} ] && exit 9\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    ended.touch()
    monkeypatch.setattr("mltui.sources.dvc.pipeline.AGAIN_S", 1e-6)
    reader = dp.source(project, python=str(python))
    try:
        assert not reader.load().settled
        assert reader.fingerprint() != reader.fingerprint()
        ended.unlink()
        assert reader.load().settled
        assert reader.fingerprint() == reader.fingerprint()
    finally:
        reader.close()
