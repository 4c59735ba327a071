"""`mltui promote`, `rollback`, `journal --model`, `models --at` on a real registry in SQLite, in a git repository.

One project and one child of mlflow for all: it takes seconds to be imported. What a test did is put back.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
from written_store import make_store

from mltui.actions.mlflow import door
from mltui.actions.mlflow.door import MlflowWriter, open_writer
from mltui.actions.opening import open_workspace
from mltui.actions.promotion import watching
from mltui.cli import run

pytestmark = pytest.mark.real

GATES = """
[promote]
protected = ["champion"]

[[gates]]
metric = "metrics.auc >= 0.8"
"""


@pytest.fixture(scope="module")
def filled(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with a store: churn has three versions, none of whose runs has an auc; 1 is champion."""
    root = tmp_path_factory.mktemp("promoted") / "churn"
    root.mkdir()
    make_store("sqlite:///mlflow.db", root)
    (root / ".gitignore").write_text("mlflow.db\nmlruns/\nmlartifacts/\n")
    (root / "mltui.toml").write_text("")
    for argv in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "begin"]):
        subprocess.run(["git", "-c", "user.name=ada", "-c", "user.email=ada@example.org", *argv], cwd=root, check=True)
    shutil.copytree(root, root.parent / "first")
    return root


class Warm(MlflowWriter):
    """The real writer, which commands leave running for those that come after them."""

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def writer(filled: Path) -> Iterator[Warm]:
    workspace = open_workspace(filled)
    made = open_writer(workspace)
    assert isinstance(made, MlflowWriter)
    made.__class__ = Warm
    yield cast("Warm", made)
    MlflowWriter.close(made)
    workspace.close()


@pytest.fixture
def project(filled: Path, writer: Warm, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As it was at first; ada works in it, and nothing is watched for 10 s."""
    root, first = filled, filled.parent / "first"
    with closing(sqlite3.connect(first / "mlflow.db")) as then, closing(sqlite3.connect(root / "mlflow.db")) as now:
        then.backup(now)  # in place: another file would be another database to the child
    shutil.rmtree(root / ".git")
    shutil.copytree(first / ".git", root / ".git")
    (root / "mltui.toml").write_text("")
    monkeypatch.chdir(root)
    monkeypatch.setattr(door, "open_writer", lambda *_: writer)
    monkeypatch.setenv("MLTUI_USER", "ada")
    monkeypatch.setattr(watching, "SECONDS", 0.0)
    monkeypatch.setattr(watching.watch, "__defaults__", (0.0, None))
    return root


def gated(project: Path, text: str = GATES) -> None:
    (project / "mltui.toml").write_text(text)
    identity = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", *identity, "commit", "-qam", "gates"], cwd=project, check=True)


def aliases(project: Path) -> dict[str, str]:
    workspace = open_workspace(project)
    (model,) = workspace.models.load()
    workspace.close()
    return dict(model.aliases)


def tags(project: Path, version: str) -> dict[str, str]:
    workspace = open_workspace(project)
    (model,) = workspace.models.load()
    workspace.close()
    return dict(next(each for each in model.versions if each.version == version).tags)


def printed(capfd: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> dict[str, Any]:
    """The document that a command prints, as its schema says."""
    capfd.readouterr()
    assert run([*argv, "--json"]) == code
    said: dict[str, Any] = json.loads(capfd.readouterr().out)
    name = "journal" if argv[0] == "journal" else "models" if argv[0] == "models" else "promotion"
    schema = _as_its_schema_says(name, said)
    if name == "promotion":
        assert set(said) == set(schema["required"])
        _as_its_schema_says("gates", said["gates"])
    return said


def _as_its_schema_says(name: str, document: Any) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(
        resources.files("mltui.schema").joinpath(f"{name}.schema.json").read_text("utf-8")
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    return schema


def test_promoted_told_and_rolled_back(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    done = printed(capfd, "promote", "churn", "2", "--to", "champion", "--reason", "better", "--yes")
    assert (done["now"], done["then"], done["target"], done["since"]["outside"]) == ("1", "2", "@champion", True)
    assert done["outcome"]["state"] == "done"
    assert done["watch"] == {"moved": False, "holder": None, "said": "", "seconds": 0.0}
    assert aliases(project) == {"champion": "2"}

    assert run(["promote", "churn", "3", "--to", "@champion", "--yes"]) == 0
    assert run(["rollback", "churn", "--reason", "worse", "--yes"]) == 0
    assert "Roll back to churn/2" in capfd.readouterr().out
    assert aliases(project) == {"champion": "2"}

    told = printed(capfd, "journal", "--model", "churn")
    moves = [(each["from"], each["to"], each["kind"], each["reason"]) for each in told["moves"]]
    assert moves == [
        (None, "1", None, ""),
        ("1", "2", "promote", "better"),
        ("2", "3", "promote", ""),
        ("3", "2", "rollback", "worse"),
    ]
    assert [each["told"] for each in told["moves"]] == [[], *[["journal", "registry"]] * 3]
    assert [each["action"] for each in told["entries"]] == ["promote", "promote", "rollback"]
    assert told["problems"] == []

    again = printed(capfd, "rollback", "churn", "--dry-run")
    assert again["then"] == "3"
    assert again["notes"][0].endswith(": --to 1 goes further back")


def test_the_journal_is_equal_to_the_registrys_tags(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    gated(project)
    for version in ("2", "3"):
        assert run(["promote", "churn", version, "--to", "champion", "--yes", "--force", "--reason", "urgent"]) == 0
    for entry in printed(capfd, "journal", "--model", "churn")["entries"]:
        tag = json.loads(tags(project, entry["to"])[f"mltui.move.{entry['id']}"])
        registry = entry["facts"].pop("registry")
        assert registry.endswith("/mlflow.db")
        assert entry["facts"] == tag
        assert (tag["from"], tag["to"], tag["reason"]) == (entry["from"], entry["to"], entry["reason"])
        assert tag["forced"] is True
    forced = tags(project, "3")["mltui.forced.champion"]
    assert forced.startswith("by ada on ")
    assert forced.endswith(": urgent; failed: metrics.auc >= 0.8 (unknown)") or "failed: metrics.auc >= 0.8" in forced


def test_what_the_registry_says_is_told_without_the_journal(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """As a colleague sees it."""
    assert run(["promote", "churn", "2", "--to", "champion", "--reason", "better", "--yes"]) == 0
    (project / ".git" / "mltui" / "journal.jsonl").unlink()
    told = printed(capfd, "journal", "--model", "churn")
    assert told["entries"] == []
    assert [(each["who"], each["reason"], each["told"]) for each in told["moves"]][1:] == [
        ("ada", "better", ["registry"])
    ]
    assert printed(capfd, "rollback", "churn", "--dry-run")["then"] == "1"


def test_a_gate_blocks_and_is_told(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    gated(project)
    assert run(["promote", "churn", "2", "--to", "champion", "--yes"]) == 4
    said = capfd.readouterr()
    assert "metrics.auc >= 0.8" in said.out
    assert "blocked by" in said.err
    refused = printed(capfd, "promote", "churn", "2", "--to", "champion", "--yes", code=4)
    assert refused["gates"]["blocked"] is True
    assert refused["outcome"] is None
    assert run(["promote", "churn", "2", "--to", "champion", "--yes", "--force"]) == 2
    assert aliases(project) == {"champion": "1"}
    assert not (project / ".git" / "mltui" / "journal.jsonl").exists()


def test_what_is_not_there_is_said(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for argv, said in (
        (["promote", "churn", "9", "--to", "champion"], "has no version 9"),
        (["promote", "chrun", "1", "--to", "champion"], "did you mean churn?"),
        (["promote", "churn", "2", "--to", "latest"], "choose another alias"),
        (["promote", "churn", "2", "--to", "a/b"], "choose another alias"),
        (["rollback", "churn"], "what held @champion of churn before is not noted anywhere"),
        (["rollback", "churn", "--alias", "shadow"], "churn has no @shadow"),
        (["rollback", "churn", "--to", "9"], "has no version 9"),
        (["journal", "--model", "chrun"], "did you mean churn?"),
    ):
        assert run([*argv, *(["--yes"] if argv[0] != "journal" else [])]) == 2, argv
        assert said in capfd.readouterr().err
    assert aliases(project) == {"champion": "1"}


def test_a_move_by_somebody_else_is_seen(project: Path, writer: Warm, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["promote", "churn", "2", "--to", "champion", "--yes"]) == 0
    writer.set_alias("churn", "champion", "3")
    told = printed(capfd, "journal", "--model", "churn")["moves"]
    assert [(each["from"], each["to"], each["outside"]) for each in told][1:] == [("1", "2", False), ("2", "3", True)]
    assert run(["journal", "--model", "churn"]) == 0
    assert "moved outside mltui" in capfd.readouterr().out
    assert printed(capfd, "rollback", "churn", "--dry-run")["then"] == "2"


def test_the_alias_of_a_copy_is_watched_where_the_copy_is(
    project: Path, writer: Warm, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    to = ("promote", "churn", "2", "--to", "model:prod.churn@champion", "--yes")
    assert printed(capfd, *to)["watch"] == {"moved": False, "holder": None, "said": "", "seconds": 0.0}
    withdraw = writer.delete_model_tag

    def moved(name: str, key: str) -> None:
        withdraw(name, key)
        writer.set_alias("prod.churn", "champion", "1")

    monkeypatch.setattr(writer, "delete_model_tag", moved)
    done = printed(capfd, *to)  # exit code 0: what was asked for was done
    assert done["outcome"]["summary"] == "prod.churn/2 is a copy of churn/2, prod.churn @champion is 2, was 1"
    assert (done["watch"]["moved"], done["watch"]["holder"]) == (True, "1")
    monkeypatch.undo()
    assert writer.model("prod.churn").aliases == {"champion": "1"}


def test_who_was_champion_then(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["promote", "churn", "2", "--to", "champion", "--yes"]) == 0
    assert run(["promote", "churn", "3", "--to", "champion", "--yes"]) == 0
    first, second = printed(capfd, "journal", "--model", "churn")["moves"][1:]
    assert first["at"] < second["at"]
    for at, holder in ((second["at"] - 1, "2"), (second["at"], "3")):
        told = printed(capfd, "models", "--at", _iso(at))
        assert told["models"][0]["aliases"] == {"champion": holder}
        assert told["problems"] == []
    before = printed(capfd, "models", "--at", _iso(first["at"] - 1))
    assert before["models"][0]["aliases"] == {}
    assert "who held churn@champion then is not recorded" in before["problems"][0]["summary"]


def _iso(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(at / 1000)) + f".{at % 1000:03}"


def test_a_version_that_is_gone_is_not_passed_over(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for version in ("2", "3"):
        assert run(["promote", "churn", version, "--to", "champion", "--yes"]) == 0
    script = "import mlflow; mlflow.MlflowClient('sqlite:///mlflow.db').delete_model_version('churn', '2')"
    subprocess.run([sys.executable, "-c", script], cwd=project, check=True, capture_output=True)
    assert run(["rollback", "churn", "--yes"]) == 2
    said = capfd.readouterr().err
    assert "churn/2, which held @champion before, is gone" in said
    assert "--to 1" in said
    assert run(["rollback", "churn", "--to", "1", "--yes"]) == 0
    assert aliases(project) == {"champion": "1"}


def test_a_legacy_stage_is_promoted_to_and_rolled_back(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for version in ("2", "3"):
        assert run(["promote", "churn", version, "--to", "Production", "--yes"]) == 0
    told = printed(capfd, "rollback", "churn", "--alias", "Production", "--yes")
    assert (told["now"], told["then"], told["target"]) == ("3", "2", "stage:Production")
    moves = printed(capfd, "journal", "--model", "churn")["moves"]
    staged = [(each["from"], each["to"], each["outside"]) for each in moves if each["target"] == "stage:Production"]
    assert staged == [(None, "2", False), ("2", "3", False), ("3", "2", False)]


def test_nothing_is_done_unasked(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["promote", "churn", "2", "--to", "champion"]) == 2
    assert run(["promote", "churn", "2", "--to", "champion", "--dry-run"]) == 0
    assert run(["--read-only", "promote", "churn", "2", "--to", "champion", "--yes"]) == 4
    assert "mltui promote churn 2 --to @champion" in capfd.readouterr().out
    assert aliases(project) == {"champion": "1"}


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What somebody types at a terminal."""
    answers: list[str] = []
    monkeypatch.setattr("mltui.cli.doing.can_ask", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: answers.pop(0))
    yield answers
    assert answers == []


def test_what_is_protected_is_typed(project: Path, typed: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    gated(project, '[promote]\nprotected = ["champion"]\n')
    typed += ["y", "churn/3"]
    for _ in range(2):
        assert run(["promote", "churn", "2", "--to", "champion"]) == 0
    assert aliases(project) == {"champion": "1"}
    typed.append("churn/2")
    assert run(["promote", "churn", "2", "--to", "champion"]) == 0
    typed.append("y")
    assert run(["promote", "churn", "2", "--to", "shadow"]) == 0
    assert aliases(project) == {"champion": "2", "shadow": "2"}


# GTO, and another's hand


def test_a_stage_of_gto_is_promoted_to_and_rolled_back(
    project: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("NAME", "ada"), ("EMAIL", "ada@example.org")):
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
    for number in (1, 2):
        subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", f"model {number}"], cwd=project, check=True)
        subprocess.run(["git", "tag", "-a", "-m", "registered", f"fraud@v1.{number}.0"], cwd=project, check=True)
    assert run(["promote", "fraud", "v1.1.0", "--to", "prod", "--yes"]) == 0
    done = printed(capfd, "promote", "fraud", "v1.2.0", "--to", "prod", "--reason", "better", "--yes")
    assert (done["now"], done["then"], done["target"], done["watch"]) == ("v1.1.0", "v1.2.0", "#prod", None)
    assert done["since"]["to"] == "v1.1.0"
    back = printed(capfd, "rollback", "fraud", "--yes")
    assert (back["now"], back["then"]) == ("v1.2.0", "v1.1.0")
    told = printed(capfd, "journal", "--model", "fraud")
    moves = [(each["from"], each["to"], each["kind"], each["reason"], each["told"]) for each in told["moves"]]
    both = ["journal", "registry"]
    assert moves == [
        (None, "v1.1.0", "promote", "", both),
        ("v1.1.0", "v1.2.0", "promote", "better", both),
        ("v1.2.0", "v1.1.0", "rollback", "", both),
    ]
    assert [each["action"] for each in told["entries"]] == ["promote", "promote", "rollback"]


def test_what_is_handed_to_a_command_is_not_done_here_unless_asked(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    gated(project, '[promote]\nvia = "command"\ncommand = "sh -c \'exit 3\'"\n')
    refused = printed(capfd, "promote", "churn", "2", "--to", "champion", "--yes", code=4)
    assert "trust" in refused["refused"]["summary"] + refused["refused"]["hint"]
    assert aliases(project) == {"champion": "1"}
    assert run(["promote", "churn", "2", "--to", "champion", "--yes", "--here"]) == 0
    assert aliases(project) == {"champion": "2"}
