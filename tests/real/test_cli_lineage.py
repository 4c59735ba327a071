"""`mltui lineage`, `mltui why` and doctor's coverage over a project that git, dvc and mlflow made."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import jsonschema
import pytest
from tests.real.join_walk import Walk

from closed_schema import closed
from mltui.actions.opening import open_workspace
from mltui.cli import progress
from mltui.cli.lineage import print_lineage
from mltui.cli.options import Options
from mltui.errors import Busy
from mltui.model.lineage import building
from mltui.model.lineage.building import build
from mltui.model.lineage.graph import Graph
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real

SCHEMA = closed("lineage")

#: Register the newest run, and log one that names a commit nobody has, and one whose data stands in a param.
REGISTER = """
import mlflow, sys
client = mlflow.MlflowClient()
run = client.search_runs(["0"])[0]
client.create_registered_model("churn")
client.create_model_version("churn", "somewhere", run.info.run_id)
client.set_registered_model_alias("churn", "champion", "1")
with mlflow.start_run(run_name="lost"):
    mlflow.set_tag("mlflow.source.git.commit", "f" * 40)
with mlflow.start_run(run_name="told"):
    mlflow.log_param("data_url", sys.argv[1])
print(run.info.run_id)
"""


def mltui(cwd: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mltui", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, str]]:
    """The project, the id of its registered run, and the hashes of both versions of data.csv."""
    walk = Walk(tmp_path_factory.mktemp("lineage") / "churn", seed=1)
    shown = (walk.root / "data.csv.dvc").read_text()
    walk.repro()
    walk.commit()
    (walk.root / "data.csv").write_text("b,1\na,2\nc,3\n")
    (walk.root / "params.yaml").write_text("lr: 0.05\ndepth: 3\n")
    walk.repro()
    walk.commit()
    hashes = [text.partition("md5: ")[2][:32] for text in (shown, (walk.root / "data.csv.dvc").read_text())]
    url = f"/store/files/md5/{hashes[0][:2]}/{hashes[0][2:]}"
    run_id = walk.run(sys.executable, "-c", REGISTER, url).strip().splitlines()[-1]
    return walk.root, run_id, dict(zip(("v1", "v2"), hashes, strict=True))


def lineage(root: Path, what: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(mltui(root, "lineage", what, "--json").stdout)
    jsonschema.validate(document, SCHEMA)
    ids = [node["id"] for node in document["nodes"]]
    assert len(ids) == len(set(ids))
    assert document["root"] in ids
    ends = {end for edge in document["edges"] for end in (edge["from"], edge["to"])}
    assert ends <= set(ids), "an edge without an end"
    assert {id for each in document["in_tree"] for id in each["data"]} <= set(ids)
    return document


def edges(document: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(edge["from"], edge["to"]): edge["kind"] for edge in document["edges"]}


def test_from_an_alias_to_the_data_it_came_from(project: tuple[Path, str, dict[str, str]]) -> None:
    root, run_id, hashes = project
    document = lineage(root, "churn@champion")
    found = edges(document)
    assert found["model:churn/1", "alias:churn@champion"] == "recorded"
    assert found[f"run:{run_id}", "model:churn/1"] == "recorded"
    nodes = {node["id"] for node in document["nodes"]}
    assert f"data:data.csv@md5:{hashes['v2']}" in nodes
    assert f"data:data.csv@md5:{hashes['v1']}" not in nodes


def test_upstream_and_downstream_are_inverse(project: tuple[Path, str, dict[str, str]]) -> None:
    root, run_id, hashes = project
    data = f"data:data.csv@md5:{hashes['v2']}"
    assert {"alias:churn@champion", f"run:{run_id}"} <= {node["id"] for node in lineage(root, data)["nodes"]}
    assert data in {node["id"] for node in lineage(root, run_id)["nodes"]}


@pytest.mark.parametrize(
    ("what", "id"),
    [
        ("HEAD", "commit:"), ("main", "commit:"), ("commit:HEAD~1", "commit:"), ("churn/1", "model:churn/1"),
        ("train", "stage:train"), ("lost", "run:"), ("run:lost", "run:"), ("data.csv@v2", "data:data.csv@md5:"),
        ("data.csv", "data:data.csv@md5:"), ("f" * 40, "commit:ffff"), ("stage:prepare", "stage:prepare"),
    ],
)  # fmt: skip
def test_words(project: tuple[Path, str, dict[str, str]], what: str, id: str) -> None:
    assert lineage(project[0], what)["root"].startswith(id)


def test_by_the_beginning_of_a_hash_and_of_an_id(project: tuple[Path, str, dict[str, str]]) -> None:
    root, run_id, hashes = project
    assert lineage(root, f"data.csv@{hashes['v1'][:8]}")["root"] == f"data:data.csv@md5:{hashes['v1']}"
    assert lineage(root, run_id[:10])["root"] == f"run:{run_id}"


def test_a_word_that_names_nothing(project: tuple[Path, str, dict[str, str]]) -> None:
    done = mltui(project[0], "lineage", "champoin", code=2)
    assert "nothing here is called 'champoin'" in done.stderr


def test_recorded_data_and_a_commit_that_is_not_here(project: tuple[Path, str, dict[str, str]]) -> None:
    root, _, hashes = project
    told = lineage(root, "told")
    assert edges(told)[f"data:data.csv@md5:{hashes['v1']}", told["root"]] == "recorded"
    lost = lineage(root, "lost")
    (edge,) = [edge for edge in lost["edges"] if edge["from"].startswith("commit:")]
    assert edge["kind"] == "unknown"
    assert "not in this clone" in edge["how"]


def test_a_shallow_clone_says_that_its_history_is_cut(
    project: tuple[Path, str, dict[str, str]], tmp_path: Path
) -> None:
    root, run_id, _ = project
    subprocess.run(["git", "clone", "-q", "--depth", "1", root.as_uri(), str(tmp_path / "c")], check=True)
    document = json.loads(
        mltui(tmp_path / "c", "lineage", run_id, "--json", "--store", f"sqlite:///{root}/mlflow.db").stdout
    )
    (edge,) = [edge for edge in document["edges"] if edge["from"].startswith("commit:") and edge["to"].endswith(run_id)]
    assert edge["kind"] == "unknown"
    assert "history is cut" in edge["how"]


def test_the_graph_is_kept_for_the_next_start_if_all_of_it_could_be_read(
    project: tuple[Path, str, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path))
    joins: list[Graph] = []
    monkeypatch.setattr(building, "build", lambda *args: joins.append(build(*args)) or joins[-1])

    def loaded(workspace: Workspace) -> Graph:
        graph = workspace.lineage.load()
        assert workspace.lineage.past()._talk._process is None, "no git is left running"
        return graph

    half = open_workspace(project[0])
    monkeypatch.setattr(half.models, "load", fails := Mock(side_effect=Busy("the store is locked")))
    assert "model:churn/1" not in loaded(half).nodes
    fails.assert_called_once_with()
    whole, again = open_workspace(project[0]), open_workspace(project[0])
    assert "model:churn/1" in loaded(whole).nodes
    assert loaded(again) == loaded(whole)
    assert len(joins) == 2
    assert again.lineage.coverage() == whole.lineage.coverage()
    (project[0] / "mlflow.db").touch()
    assert loaded(open_workspace(project[0])) == loaded(whole)
    assert len(joins) > 2, "the store moved"
    for each in (half, whole, again):
        each.close()


def test_as_a_tree(project: tuple[Path, str, dict[str, str]]) -> None:
    text = mltui(project[0], "lineage", "churn@champion").stdout
    assert "Came from" in text
    assert "recorded" in text
    assert "data.csv v2" in text
    assert "\x1b" not in text


def test_why(project: tuple[Path, str, dict[str, str]]) -> None:
    root, run_id, hashes = project
    line = mltui(root, "why", "churn@champion").stdout
    assert line.count("\n") == 1
    model, run, commit, data, params = line.strip().split(" <- ")
    assert model == "churn/1 @champion"
    assert run.endswith(run_id[:8])
    assert commit.startswith("commit ")
    assert data.startswith(f"data.csv v2 md5:{hashes['v2'][:8]} (")
    assert "lr=0.05" in params
    assert mltui(root, "why", "HEAD").stdout.startswith("commit "), "the run whose results it holds"
    assert mltui(root, "why", "data.csv@v1", code=2).stdout == ""


def test_a_version_of_gto_by_what_dvc_yaml_declared_at_its_commit(
    project: tuple[Path, str, dict[str, str]], tmp_path: Path
) -> None:
    root, _, hashes = project
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(root), str(clone)], check=True)

    def git(*args: str) -> None:
        subprocess.run(["git", "-c", "user.name=ada", "-c", "user.email=a@x", *args], cwd=clone, check=True)

    pipeline = (clone / "dvc.yaml").read_text()
    (clone / "dvc.yaml").write_text(f"{pipeline}artifacts:\n  net:\n    path: model.txt\n  any:\n    path: ${{x}}\n")
    git("commit", "-qam", "Declare the model")
    for tag in ("net@v1.0.0", "net#prod#1", "any@v1.0.0"):
        git("tag", "-a", "-m", "x", tag)
    (clone / "dvc.yaml").write_text(f"{pipeline}artifacts:\n  net:\n    path: clean.csv\n")
    git("commit", "-qam", "Another file")
    document = lineage(clone, "net#prod")
    (held,) = [edge for edge in document["edges"] if edge["to"] == "model:net/v1.0.0" and "data:" in edge["from"]]
    assert held["from"].startswith("data:model.txt@md5:")
    assert held["how"].startswith("artifacts: of dvc.yaml at ")
    assert f"data:data.csv@md5:{hashes['v2']}" in {node["id"] for node in document["nodes"]}
    links = mltui(clone, "why", "net@prod").stdout.strip().split(" <- ")
    assert links[0] == "net/v1.0.0 @prod"
    assert links[2].startswith(f"data.csv v2 md5:{hashes['v2'][:8]} (recorded")
    assert "lr=0.05" in links[3]
    assert mltui(clone, "why", "any/v1.0.0").stdout.strip().endswith("<- no params"), "nobody fills the template in"


def test_a_partial_clone_says_what_brings_the_rest(
    project: tuple[Path, str, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = tmp_path / "origin"
    subprocess.run(["git", "clone", "-q", str(project[0]), str(origin)], check=True)
    with (origin / "dvc.yaml").open("a") as file:
        file.write("artifacts:\n  net:\n    path: model.txt\n")
    for args in (
        ["commit", "-qam", "Declare"],
        ["tag", "-am", "x", "net@v1.0.0"],
        ["config", "uploadpack.allowFilter", "1"],
    ):
        subprocess.run(["git", "-c", "user.name=ada", "-c", "user.email=a@x", *args], cwd=origin, check=True)
    brings = "git fetch --refetch --tags --no-filter"
    for what in ("tree:0", "blob:none"):
        monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path / f"cache {what}"))
        clone = tmp_path / what
        subprocess.run(["git", "clone", "-qn", f"--filter={what}", origin.as_uri(), str(clone)], check=True)
        done = mltui(clone, "lineage", "data.csv", code=3 if what == "tree:0" else 2)
        assert brings in done.stderr
    assert "dvc.yaml at" in mltui(clone, "lineage", "net/v1.0.0").stdout
    subprocess.run(brings.split(), cwd=clone, check=True, capture_output=True)
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path / "cache of the whole"))
    assert " <- data.csv v2 md5:" in mltui(clone, "why", "net/v1.0.0").stdout


def test_without_anything_it_says_where_to_look(tmp_path: Path) -> None:
    for command in ("lineage", "why"):
        done = mltui(tmp_path, command, "HEAD", code=2)
        assert done.stdout == ""
        assert "nothing here is called 'HEAD'" in done.stderr
        assert "no git repository here" in done.stderr


def test_doctor_counts(project: tuple[Path, str, dict[str, str]]) -> None:
    found = json.loads(mltui(project[0], "doctor", "--json").stdout)["join"]
    assert found["runs"] == 4
    assert (found["with_commit"], found["in_this_clone"]) == (3, 2), "one was logged by no file"
    assert found["recorded_data"] >= 1
    assert found["recorded_data"] + found["inferred_data"] + found["unknown_data"] == 4
    assert "mltui-recorder" in mltui(project[0], "doctor").stdout


def test_a_graph_that_is_at_hand_is_not_joined_anew(
    project: tuple[Path, str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key in an open lineage, or the second look of one command, while a training logs."""
    root, run_id, _ = project
    workspace = open_workspace(str(root), {})
    try:
        source = workspace.lineage
        graph = source.load()
        monkeypatch.setattr(source, "load", lambda: pytest.fail("joined anew"))
        assert source.found("churn@champion", graph).id == "alias:churn@champion"
        assert source.around(f"run:{run_id}", graph).root.id == f"run:{run_id}"
    finally:
        workspace.close()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_first_join_is_told_on_the_way_and_a_second_look_has_nothing_to_tell(
    project: tuple[Path, str, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(progress, "_PATIENCE_S", 0.0)
    monkeypatch.setattr(progress, "_PAUSE_S", 0.0)
    root, run, _ = project
    options = Options()
    options.path = str(root)
    for told in (True, False):
        said = Terminal()
        monkeypatch.setattr(sys, "stderr", said)
        print_lineage(options, run, as_json=True)
        assert ("\rreading DVC's files of all commits: 1 of " in said.getvalue()) == told
        assert ("\rjoining runs: 1\x1b[K" in said.getvalue()) == told
        assert said.getvalue().endswith("\r\x1b[K" if told else "")
