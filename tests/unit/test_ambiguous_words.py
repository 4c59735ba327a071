"""The beginning of an id that several jobs have: no command takes one of them, each names them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mltui.cli import run
from mltui.model.candidates import some_of
from mltui.model.job import JobSpec
from mltui.model.job_record import spec_document
from mltui.sources.places import Project, state_dirs

IDS = ("20261130-010203-1ca2", "20261130-010203-9f00")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "project"
    root.mkdir()
    for id in IDS:
        folder = state_dirs(Project(root, root))[0] / "jobs" / id
        folder.mkdir(parents=True)
        spec = JobSpec(id, "retrain", 0, "local", "local", "in place", ("dvc", "repro"), str(root))
        (folder / "spec.json").write_text(json.dumps(spec_document(spec)))
        (folder / "state.json").write_text(json.dumps({"state": "finished", "start": 1, "end": 2}))
    return root


@pytest.mark.parametrize("command", [["jobs"], ["log"], ["stop"], ["restore"], ["clean", "--yes"]])
def test_a_beginning_that_two_jobs_have(project: Path, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    assert run(["-C", str(project), *command, "20261130"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"mltui: 2 jobs begin with 20261130\n  one of: {IDS[1]}, {IDS[0]}\n"


def test_the_whole_id_and_a_beginning_of_one(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for word in IDS[0], IDS[0][:-2]:
        assert run(["-C", str(project), "jobs", word, "--json"]) == 0
        assert [job["id"] for job in json.loads(capsys.readouterr().out)["jobs"]] == [IDS[0]]


def test_many_candidates_are_counted() -> None:
    assert some_of([str(at) for at in range(1005)]) == "one of: 0, 1, 2, 3, 4 and 1,000 more"
