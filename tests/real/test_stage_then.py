"""A stage as of a commit: what git, dvc.lock and dvc.yaml had there, and nothing of today."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_projects import dvc, make_pipeline
from git_repository import commit, git, make

from closed_schema import closed
from mltui.actions.opening import open_workspace
from mltui.cli import run
from mltui.model.part import Part
from mltui.sources.as_of import resolve, then
from mltui.sources.dvc import readable

pytestmark = pytest.mark.real

AGAIN = """\
stages:
  prepare:
    cmd: cp data.csv clean.csv && cp data.csv seen.csv
    deps: [data.csv]
    outs: [clean.csv]
    plots:
    - seen.csv: {cache: false}
  train:
    desc: learns
    cmd: cp clean.csv model.bin && echo {} > scores.json
    deps: [clean.csv]
    params: [lr]
    outs: [model.bin]
    metrics:
    - scores.json: {cache: false}
"""
#: Not run after it was written.
EDITED = AGAIN.replace("desc: learns", "frozen: true").replace("clean.csv model.bin", "-f clean.csv model.bin")
EDITED += "  later:\n    cmd: echo > late.txt\n    outs: [late.txt]\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tags: one (as `make_pipeline` ran it), two (run again), edited (not run), broken (no YAML any more)."""
    path = make(tmp_path_factory.mktemp("then") / "project")
    make_pipeline(path)
    commit(path, "one")
    git(path, "tag", "one")
    (path / "dvc.yaml").write_text(AGAIN)
    (path / "data.csv").write_text("a,b\n1,2\n3,4\n5,6\n")
    dvc(path, "repro", "-q")
    for name, text in (("two", AGAIN), ("edited", EDITED), ("broken", "stages: [")):
        (path / "dvc.yaml").write_text(text)
        commit(path, name)
        git(path, "tag", name)
    (path / "dvc.yaml").write_text(EDITED.replace("-f clean.csv", "-v clean.csv"))  # today, not committed
    (path / "seen.csv").write_text("a,b\n" + "1,2\n" * 9)
    return path


@pytest.fixture
def at(project: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """The document about a stage as of a tag; with `text` what people are told."""

    def ask(tag: str, stage: str, *, text: bool = False) -> Any:
        assert run(["-C", str(project), "pipeline", stage, "--at", tag, *([] if text else ["--json"])]) == 0
        said = capfd.readouterr().out
        if text:
            return said
        found = json.loads(said)
        jsonschema.validate(found, closed("pipeline"))
        (one,) = found["stages"]
        return one | {"problems": [each["summary"] for each in found["problems"]]}

    return ask


def locked(project: Path, tag: str, stage: str) -> Any:
    return readable.parse(git(project, "show", f"{tag}:dvc.lock"))["stages"][stage]


def sha(project: Path, tag: str) -> str:
    return git(project, "rev-parse", f"{tag}^{{commit}}")


@pytest.mark.parametrize("tag", ["one", "two", "edited", "broken"])
@pytest.mark.parametrize("stage", ["prepare", "train"])
def test_what_ran_is_that_of_the_lock_there(project: Path, at: Any, tag: str, stage: str) -> None:
    lock, found = locked(project, tag, stage), at(tag, stage)
    assert found["cmd"] == lock["cmd"]
    for kind in ("deps", "outs"):
        expected = {each["path"]: (f"md5:{each['md5']}", each["size"]) for each in lock[kind]}
        assert {each["path"]: (each["hash"], each["size"]) for each in found[kind]} == expected
    assert found["params"] == lock.get("params", {})
    assert found["status"] == "unknown"


def test_which_commit_moved_it_and_what_was_before(project: Path, at: Any) -> None:
    one = at("one", "prepare")
    assert one["moved"] == {
        "commit": sha(project, "one"),
        "date": one["moved"]["date"],
        "uncommitted": False,
        "before": None,
    }
    assert [(each["path"], each["rows"], each["before"]) for each in one["outs"]] == [("clean.csv", 1, None)]
    for tag in ("two", "edited", "broken"):
        later = at(tag, "prepare")
        assert (later["moved"]["commit"], later["moved"]["before"]) == (sha(project, "two"), sha(project, "one"))
        outs = {each["path"]: each for each in later["outs"]}
        assert (outs["clean.csv"]["rows"], outs["clean.csv"]["before"]["rows"]) == (3, 1)
    assert at("two", "prepare")["outs"][1]["path"] == "seen.csv"
    assert at("two", "prepare")["outs"][1]["rows"] is None, "only the worktree has it, and that is of today"


def test_the_app_reads_the_same(project: Path) -> None:
    workspace = open_workspace(project)
    try:
        for tag, moved in (("one", "one"), ("broken", "two")):
            past = then(workspace, resolve(tag, workspace))
            pipeline = past.part(Part("pipeline", workspace.pipeline.load())).value  # type: ignore[attr-defined]
            stage = next(each for each in pipeline.stages if each.name == "prepare")
            facts = past.stage_facts.of(stage)
            assert (facts.commit, facts.uncommitted) == (sha(project, moved), False)
    finally:
        workspace.close()


def test_what_only_dvc_yaml_has_is_of_then(at: Any) -> None:
    one, two, edited = at("one", "train"), at("two", "train"), at("edited", "train")
    assert [(each["frozen"], each["desc"], each["metrics"]) for each in (one, two, edited)] == [
        (False, None, []),
        (False, "learns", ["scores.json"]),
        (True, None, ["scores.json"]),
    ]
    assert {each["path"]: each["cached"] for each in two["outs"]} == {"model.bin": True, "scores.json": False}
    assert at("two", "prepare")["plots"] == ["seen.csv"]


def test_what_can_not_be_known_is_said(at: Any) -> None:
    told = {tag: [each["change"] for each in at(tag, "train")["reasons"]] for tag in ("one", "two", "edited", "broken")}
    assert told["one"] == told["two"] == ["its status then is not known"]
    assert told["edited"][1:] == ["dvc.yaml of then differs in command from the last run, which is told here"]
    assert len(told["broken"]) == 2 and "can't be read" in told["broken"][1]
    assert at("two", "train")["problems"] == []
    assert at("edited", "train")["problems"] == ["declared then, but not run yet, and so not shown: later"]


def test_people_are_told_nothing_of_today(project: Path, at: Any) -> None:
    said = at("one", "train", text=True)
    assert f"moved in  {sha(project, 'one')[:7]}" in said
    assert "cp clean.csv model.bin\n" in said and "scores" not in said
    assert "not committed" not in said and "in cache" not in said
    assert "frozen" in at("edited", "train", text=True)
