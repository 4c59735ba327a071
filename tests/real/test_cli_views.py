"""`mltui history`, `pipeline`, `run show` and `run files` say what the places of the app say."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from git_repository import git, make

from closed_schema import closed
from job_sample import spec
from mltui.actions.opening import open_workspace
from mltui.cli import run
from mltui.model.job import Job
from mltui.model.job_record import spec_document, state_document
from mltui.model.stage_state import states_of
from mltui.present.history import commit_detail
from mltui.present.text import UNICODE, plain
from mltui.sources.git.detail import commit_detail as read_commit
from mltui.sources.port import now_ms, read
from mltui.sources.workspace import Workspace
from mltui.tui.places.parts import scene_of, traces_of

pytestmark = pytest.mark.real

RAN = "alpha=0.01"


@pytest.fixture
def workspace(demo_project: Path) -> Iterator[Workspace]:
    found = open_workspace(demo_project)
    yield found
    found.close()


@pytest.fixture
def mltui(demo_project: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Runs a command line in the sample project; gives what it printed."""

    def ask(*words: str, code: int = 0) -> str:
        done = run(["-C", str(demo_project), *words])
        said = capfd.readouterr()
        assert done == code, said
        return said.out if code == 0 else said.err

    return ask


@pytest.fixture
def document(mltui: Any) -> Any:
    """Runs a command line with --json; gives the document, which its schema fits."""

    def ask(schema: str, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(mltui(*words, "--json"), parse_constant=pytest.fail)
        jsonschema.Draft202012Validator(closed(schema)).validate(found)
        assert next(iter(found)) == "schema"
        return found

    return ask


# History


def test_history_has_the_commits_of_all_branches_with_what_came_out(
    document: Any, workspace: Workspace, demo_project: Path
) -> None:
    found = document("history", "history")
    commits = found["commits"]
    every = git(demo_project, "log", "--branches", "--tags", "--format=%H").splitlines()
    assert [each["commit"] for each in commits] == every
    assert found["complete"] and found["problems"] == []
    known = traces_of(read(workspace.runs), read(workspace.pipeline), read(workspace.models))
    for each in commits:
        trace = known.of(each["commit"])
        assert [one["run_id"] for one in each["runs"]] == [one.run_id for one in trace.runs]
        assert [(one["model"], one["version"]) for one in each["models"]] == [
            (one.model, one.version) for one in trace.versions
        ]
        assert [(one["path"], one["version"]) for one in each["data"]] == [(one.path, at) for one, at in trace.data]
    assert sum(len(each["runs"]) for each in commits) > 10
    assert {one["name"] for each in commits for one in each["refs"]} == {"main", "interaction-terms", "v1.0"}
    champion = next(one for each in commits for one in each["runs"] if one["gain"] == 0)
    assert champion["value"] == pytest.approx(0.965, abs=0.001)


def test_a_commit_is_as_its_detail_in_history(
    mltui: Any, document: Any, workspace: Workspace, demo_project: Path
) -> None:
    sha = git(demo_project, "rev-parse", "main")
    (commit,) = [each for each in workspace.history.load().commits if each.sha == sha]
    runs, models = read(workspace.runs), read(workspace.models)
    primary = workspace.snapshot(0).primary
    scene = scene_of(runs, models, primary, now_ms(), UNICODE)
    traces = traces_of(runs, read(workspace.pipeline), models)
    lines = commit_detail(commit, read_commit(workspace.project, sha), traces.of(sha), scene)
    assert mltui("history", "main").splitlines() == [commit.subject, *map(plain, lines)]
    (one,) = document("history", "history", "main")["commits"]
    assert (one["commit"], one["message"].splitlines()[0]) == (sha, commit.subject)
    assert [each["path"] for each in one["files"]] == git(demo_project, "show", "--format=", "--name-only", sha).split()


def test_history_of_then_and_the_newest_ones(mltui: Any, document: Any) -> None:
    assert [each["subject"] for each in document("history", "history", "--limit", "1")["commits"]] == [
        "Name the metric that counts, and what a champion has to pass"
    ]
    assert not document("history", "history", "--limit", "1")["complete"]
    then = document("history", "history", "--at", "v1.0")
    assert then["commits"][0]["subject"] == "Third delivery: all 569 cases"
    assert then["at"]["said"] == "v1.0"
    assert "was not there as of v1.0" in mltui("history", "main", "--at", "v1.0", code=2)
    assert "names no commit" in mltui("history", "nowhere", code=2)


def test_history_without_git(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(tmp_path), "history"]) == 3
    assert "no git repository" in capfd.readouterr().err
    empty = make(tmp_path / "empty")
    assert run(["-C", str(empty), "history"]) == 0
    assert "nothing was committed here yet" in capfd.readouterr().err


def test_a_pipe_gets_every_ref_and_every_version(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = make(tmp_path / "tagged")
    git(path, "commit", "-q", "--allow-empty", "-m", "one")
    for at in range(5):
        git(path, "tag", f"a-very-long-name-of-a-tag-{at}")
    assert run(["-C", str(path), "history"]) == 0
    said = capfd.readouterr().out
    assert all(f"a-very-long-name-of-a-tag-{at}" in said for at in range(5))


def test_a_store_that_can_not_be_read_is_said_once_and_the_commits_are_there(mltui: Any, document: Any) -> None:
    dead = "http://127.0.0.1:9"
    found = document("history", "history", "--store", dead)
    assert len(found["commits"]) == 12
    (problem,) = found["problems"]
    assert dead in problem["summary"] and "last read" not in problem["summary"]
    assert dead in mltui("run", "show", RAN, "--store", dead, code=3)


# Pipeline


def test_the_pipeline_has_every_stage_in_its_state(document: Any, mltui: Any, workspace: Workspace) -> None:
    pipeline = workspace.pipeline.load()
    found = document("pipeline", "pipeline")
    states = states_of(pipeline.stages)
    assert {each["address"]: each["state"] for each in found["stages"]} == states
    assert [each["address"] for each in found["stages"]] == ["prepare", "validate", "train", "evaluate"]
    train = found["stages"][2]
    assert [(each["key"], each["old"], each["new"]) for each in train["reasons"]] == [("train.epochs", 32, 48)]
    assert train["params"]["params.yaml"]["train.epochs"] == 48
    assert {each["path"] for each in train["outs"]} >= {"models/model.json"}
    assert train["moved"] is None and train["made"] is None, "told of one stage that is asked for"
    said = mltui("pipeline").splitlines()
    assert [word in row for word, row in zip(("prepare", "validate", "32 → 48", "after train"), said[1:5], strict=True)]
    assert said[-1].startswith("~ 1 stale")


def test_one_stage_whole(document: Any, mltui: Any, demo_project: Path) -> None:
    (train,) = document("pipeline", "pipeline", "train")["stages"]
    moved = git(demo_project, "log", "-1", "--format=%H", "main", "-Gmodels/model.json", "--", "dvc.lock")
    assert train["moved"]["commit"] == git(demo_project, "log", "-1", "--format=%H", "main", "--", "dvc.lock"), moved
    assert train["made"]["total"] >= len(train["made"]["runs"]) > 0
    assert train["made"]["best"] in {each["run_id"] for each in train["made"]["runs"]}
    (plots,) = [each for each in train["outs"] if each["path"].endswith(".csv")]
    assert plots["rows"] == plots["before"]["rows"] == 32
    said = mltui("pipeline", "train")
    assert said.startswith("train\nstatus    ~ stale\n")
    assert "moved in  " + train["moved"]["commit"][:7] in said
    assert f"{len(train['made']['runs'])} runs at" in said
    assert "did you mean train?" in mltui("pipeline", "trian", code=2)


def test_the_pipeline_of_then(document: Any) -> None:
    found = document("pipeline", "pipeline", "--at", "v1.0")
    assert {each["status"] for each in found["stages"]} == {"unknown"}
    assert found["at"]["said"] == "v1.0"


def test_a_group_is_named_by_its_beginning(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = make(tmp_path / "grouped")
    (path / ".dvc").mkdir()
    (path / ".dvc" / "config").write_text("")
    (path / "dvc.yaml").write_text(
        "stages:\n  train:\n    foreach: [a, b]\n    do:\n      cmd: echo ${item}\n  end:\n    cmd: echo\n"
    )
    for word in ("train", "train@"):
        assert run(["-C", str(path), "pipeline", word, "--json"]) == 0
        stages = json.loads(capfd.readouterr().out)["stages"]
        assert [each["address"] for each in stages] == ["train@a", "train@b"]
        assert {each["state"] for each in stages} == {"never run"}


def test_no_pipeline(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(tmp_path), "pipeline"]) == 3
    err = capfd.readouterr().err
    assert "no git, no DVC" in err and "dvc stage add" not in err
    assert run(["-C", str(make(tmp_path / "git")), "pipeline"]) == 0
    assert "dvc stage add" in capfd.readouterr().err


# One run


def test_a_run_whole(document: Any, mltui: Any, workspace: Workspace) -> None:
    (row,) = [each for each in read(workspace.runs).value.runs if each.name == RAN]  # type: ignore[union-attr]
    found = document("run", "run", "show", RAN)["run"]
    assert found["run_id"] == row.run_id
    assert (found["metrics"], found["params"]) == (dict(row.metrics), dict(row.params))
    assert found["value"] == row.metrics["auc"]
    assert found["champion"]["model"] == "tumour-screening"
    assert found["artifact_uri"].endswith(f"{row.run_id}/artifacts")
    said = mltui("run", "show", RAN)
    assert said.startswith(f"{RAN}\nstatus       ✓ finished\n")
    assert f"id           {row.run_id}\n" in said
    assert "shows all" not in said, "hints are for the app's keys"
    assert "no run is called" in mltui("run", "show", "nobody", code=2)


def test_an_experiment_of_dvc_whole(document: Any) -> None:
    found = document("run", "run", "show", "more-decay")["run"]
    assert (found["kind"], found["params"]["train.alpha"]) == ("exp", "0.001")


def test_the_runs_that_made_models_know_them(document: Any) -> None:
    commits = document("history", "history")["commits"]
    version = next(each for commit in commits for each in commit["models"] if "champion" in each["aliases"])
    found = document("run", "run", "show", version["run_id"])["run"]
    assert version in found["models"]
    assert found["gain"] == 0


def _below(top: Path) -> Sequence[str]:
    return sorted(str(each.relative_to(top)) for each in top.rglob("*"))


def test_the_files_of_a_run(document: Any, mltui: Any) -> None:
    found = document("files", "run", "files", RAN, "--recursive")
    top = Path(found["root"]["place"])
    assert sorted(each["path"] for each in found["entries"]) == _below(top)
    assert {each["path"]: each["size"] for each in found["entries"]}["train.log"] == (top / "train.log").stat().st_size
    assert found["total"]["files"] == len([each for each in top.rglob("*") if each.is_file()])
    at_top = document("files", "run", "files", RAN)["entries"]
    assert [each["kind"] for each in at_top] == sorted(each["kind"] for each in at_top), "directories first"
    (one,) = document("files", "run", "files", RAN, "train.log")["entries"]
    assert one["path"] == "train.log"
    inside = document("files", "run", "files", RAN, "validation/")["entries"]
    assert [each["path"] for each in inside] == ["validation/predictions.csv"]
    assert "validation/\n" in mltui("run", "files", RAN)
    assert "there are validation" in mltui("run", "files", RAN, "nothing", code=2)


def test_files_that_are_not_on_this_machine(
    demo_project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(demo_project / "mlflow.db", copy)
    with closing(sqlite3.connect(copy / "mlflow.db")) as connection, connection:
        connection.execute("UPDATE runs SET artifact_uri = 's3://bucket/' || run_uuid")
    assert run(["-C", str(copy), "run", "files", RAN, "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["root"]["kind"], found["entries"], found["total"]) == ("elsewhere", [], None)
    assert run(["-C", str(copy), "run", "files", RAN]) == 0
    said = capfd.readouterr()
    assert said.out.startswith("artifacts are in s3://bucket/") and "mltui does not open these\n" in said.out
    assert said.err == ""


# What had no document


def test_the_log_of_a_run(document: Any, mltui: Any, workspace: Workspace, demo_project: Path) -> None:
    (row,) = [each for each in read(workspace.runs).value.runs if each.name == RAN]  # type: ignore[union-attr]
    log = Path(row.artifact_uri.removeprefix("file://")) / "train.log"
    assert mltui("log", RAN) == log.read_text()
    found = document("log", "log", RAN)
    assert (found["kind"], found["id"], found["text"]) == ("run", row.run_id, log.read_text())
    assert found["files"] == [{"origin": "artifact", "path": str(log), "size": log.stat().st_size}]
    assert "1 log\n" in mltui("log", RAN, "--file", "2", code=2)
    assert "no job and no run is called 'nobody'" in mltui("log", "nobody", code=2)
    assert "tail -f" in mltui("log", RAN, "--follow", code=2)
    assert "looked for:" in mltui("log", "more-decay", code=3)


def test_the_log_of_a_job(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = make(tmp_path / "project")
    folder = path / ".git" / "mltui" / "jobs" / "20260304-120000-4f20"
    folder.mkdir(parents=True)
    job = Job(spec(folder.name, 1, cwd=str(path)), str(folder), "failed", start=1, end=2)
    (folder / "spec.json").write_text(json.dumps(spec_document(job.spec)))
    (folder / "state.json").write_text(json.dumps(state_document(job)))
    (folder / "log").write_bytes(b"epoch 1\n\xff\x1b[1m\n")
    assert run(["-C", str(path), "log", "20260304"]) == 0
    assert capfdbinary.readouterr().out == b"epoch 1\n\xff\x1b[1m\n", "as it came"
    assert run(["-C", str(path), "log", folder.name, "--json"]) == 0
    found = json.loads(capfdbinary.readouterr().out)
    jsonschema.validate(found, closed("log"))
    assert (found["kind"], found["state"], found["text"]) == ("job", "failed", "epoch 1\n\ufffd\x1b[1m\n")
    assert found["files"] == [{"origin": "job", "path": str(folder / "log"), "size": 14}]


def test_the_links_of_why_are_those_of_its_line(document: Any, mltui: Any) -> None:
    found = document("why", "why", "tumour-screening@champion")
    assert mltui("why", "tumour-screening@champion") == found["line"] + "\n"
    assert found["what"] == "model:tumour-screening/3"
    assert found["aliases"] == ["champion"]
    assert found["run"]["run_id"][:8] in found["line"]
    assert [each["commit"][:7] in found["line"] for each in found["commits"]] == [True]
    assert [each["label"] in found["line"] for each in found["data"]] == [True]
    assert found["params"] in found["line"]
    alone = document("why", "why", f"run:{found['run']['run_id']}")
    assert alone["run"] == {**found["run"], "kind": "recorded"}


def test_what_would_be_trusted(document: Any, mltui: Any, demo_project: Path) -> None:
    found = document("trust", "trust", "--show")
    assert found["commit"] == git(demo_project, "rev-parse", "main")
    assert [(each["argv"][0], each["purpose"], each["trusted"]) for each in found["commands"]] == [
        ("python", "gate", False)
    ]
    assert "needs --show" in mltui("trust", "--help") and "can't trust for you" in mltui("trust", "--json", code=2)


def test_the_plan_of_a_worktree(document: Any, mltui: Any) -> None:
    found = document("reproduce", "reproduce", RAN, "--print")
    script = mltui("reproduce", RAN, "--print")
    assert found["outcome"] is found["refused"] is None
    assert [each["command"] for each in found["steps"]] == found["commands"]
    assert all(command in script for command in found["commands"][:1])
    assert found["commit"] in found["commands"][0]
    assert {each["what"] for each in found["not_restored"]} == {
        row.removeprefix("# not restored: ").partition(":")[0]
        for row in script.splitlines()
        if row.startswith("# not restored: ")
    }
    assert "--print shows what would happen" in mltui("reproduce", RAN, "--json", code=2)
