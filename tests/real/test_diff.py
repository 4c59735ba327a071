"""`mltui diff` over a project that git, DVC and MLflow made: what was changed is named, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from dvc_project import dvc, empty, listing, run, write

pytestmark = pytest.mark.real

SCHEMA = json.loads(resources.files("mltui.schema").joinpath("diff.schema.json").read_text("utf-8"))

TRAIN = """\
import json, pathlib, mlflow
mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("churn")
text = pathlib.Path("params.yaml").read_text()
lr = float(text.split(":")[1])
rows = len(pathlib.Path("data.csv").read_text().splitlines())
auc = rows * lr + 1.23456e-5  # no round figure: by those nobody tells runs apart
with mlflow.start_run(run_name=pathlib.Path("name.txt").read_text().strip()):
    mlflow.log_param("lr", lr)
    mlflow.log_metric("auc", auc)
pathlib.Path("m.json").write_text(json.dumps({"auc": auc}))
pathlib.Path("model.bin").write_text(f"{rows} {lr}")
"""
FILES = {
    "data.csv": "id,x,y\n" + "".join(f"{at},{at},0\n" for at in range(5)),
    "src/train.py": TRAIN,
    "src/other.py": "pass\n",
    "params.yaml": "lr: 0.1\n",
    "name.txt": "first\n",
    "requirements.txt": "scikit-learn==1.9.0\nnumpy>=1\n",
    ".gitignore": "/mlflow.db\n/mlruns\n/name.txt\n/data.csv\n/model.bin\n",
    "mltui.toml": '[metrics]\nprimary = "auc"\ngoal = {auc = "max"}\n',
}
DVC_YAML = f"""\
stages:
  train:
    cmd: {sys.executable} src/train.py
    deps: [data.csv, src/train.py]
    params: [lr]
    outs: [model.bin]
    metrics: [m.json: {{cache: false}}]
"""
#: Runs besides: of a commit that is nowhere, of no commit, and versions with aliases of the other two.
BESIDES = """
import mlflow
client = mlflow.MlflowClient("sqlite:///mlflow.db")
ids = {run.info.run_name: run.info.run_id for run in client.search_runs(["1"])}
lost = client.create_run("1", run_name="lost", tags={"mlflow.source.git.commit": "f" * 40})
bare = client.create_run("1", run_name="bare")
client.create_registered_model("churn")
for name, alias, version in (("first", "champion", "1"), ("second", "challenger", "2")):
    client.create_model_version("churn", "somewhere", ids[name])
    client.set_registered_model_alias("churn", alias, version)
"""


def mltui(cwd: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mltui", "diff", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    return done


def told(cwd: Path, *arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(mltui(cwd, "--json", *arguments).stdout)
    jsonschema.validate(document, SCHEMA)
    return document


def changed(document: dict[str, Any]) -> dict[str, list[str]]:
    """The keys that are said to have changed, by section."""
    rows = {each["section"]: [row["key"] for row in each["rows"] if row["changed"]] for each in document["sections"]}
    return {section: keys for section, keys in rows.items() if keys}


def row(document: dict[str, Any], section: str, key: str) -> dict[str, Any]:
    rows = next(each["rows"] for each in document["sections"] if each["section"] == section)
    return next(each for each in rows if each["key"] == key)


def commit(root: Path, message: str) -> str:
    run(root, "git", "add", "-A")
    run(root, "git", "commit", "-qm", message)
    return run(root, "git", "rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two trainings, each committed afterwards, as people do; between them one of everything is changed."""
    root = empty(tmp_path_factory.mktemp("diff") / "project")
    write(root, {**FILES, "dvc.yaml": DVC_YAML})
    dvc(root, "add", "-q", "data.csv")
    commit(root, "code")
    dvc(root, "repro", "-q")
    commit(root, "first results")
    run(root, "git", "tag", "one")
    more = FILES["data.csv"] + "5,5,1\n6,6,1\n7,7,1\n"
    write(root, {"data.csv": more, "params.yaml": "lr: 0.2\n", "name.txt": "second\n"})
    write(root, {"src/train.py": TRAIN + "# better\n", "src/other.py": "pass\npass\n"})
    write(root, {"requirements.txt": "scikit-learn==1.9.1\nnumpy>=1\n"})
    dvc(root, "add", "-q", "data.csv")
    commit(root, "changes")
    dvc(root, "repro", "-q")
    commit(root, "second results")
    run(root, "git", "tag", "two")
    run(root, sys.executable, "-c", BESIDES)
    return root


#: What was changed between the two trainings.
ALL = {
    "data": ["data.csv"],
    "params": ["lr"],
    "code": ["src/train.py", "src/other.py"],
    "environment": ["scikit-learn"],
    "metrics": ["auc"],
}


@pytest.mark.parametrize(
    ("old", "new"), [("first", "second"), ("churn/1", "churn/2"), ("churn@champion", "churn@challenger")]
)
def test_two_runs_differ_in_what_was_changed(project: Path, old: str, new: str) -> None:
    before = listing(project)
    document = told(project, old, new)
    assert changed(document) == ALL
    assert [each["section"] for each in document["sections"]][:4] == ["data", "params", "code", "environment"]
    data = row(document, "data", "data.csv")
    assert (data["old"], data["new"], data["used"]) == ("v1", "v2", True)
    assert [each["basis"] for each in data["data"]] == ["inferred", "inferred"]
    content = data["content"]
    assert (content["rows"], content["added"], content["removed"], content["columns_same"]) == ([5, 8], 3, 0, 3)
    code = row(document, "code", "src/train.py")
    assert (code["role"], code["code"]["added"], code["code"]["hunks"]) == ("dep", 1, 1)
    assert row(document, "code", "src/other.py")["role"] == "other"
    package = row(document, "environment", "scikit-learn")
    assert (package["old"], package["new"], package["of"]) == ("1.9.0", "1.9.1", "requirements.txt")
    assert row(document, "metrics", "auc")["better"] is True
    assert document["primary"] == "auc"
    assert any("was dirty when" in each for each in document["unknowns"])
    assert not any(each.startswith("which data") for each in document["unknowns"])
    assert listing(project) == before


def test_only_code_that_the_pipeline_depends_on(project: Path) -> None:
    assert changed(told(project, "first", "second", "--pipeline"))["code"] == ["src/train.py"]


def test_the_other_way_round_it_is_mirrored(project: Path) -> None:
    document = told(project, "second", "first")
    assert changed(document) == ALL
    content = row(document, "data", "data.csv")["content"]
    assert (content["added"], content["removed"]) == (0, 3)
    assert row(document, "code", "src/train.py")["code"]["deleted"] == 1
    assert row(document, "metrics", "auc")["better"] is False


@pytest.mark.parametrize("word", ["first", "churn@champion", "one", "worktree"])
def test_a_thing_does_not_differ_from_itself(project: Path, word: str) -> None:
    assert changed(told(project, word, word)) == {}


def test_two_commits(project: Path) -> None:
    """The model is what the stage made of the rest."""
    document = told(project, "one", "two")
    assert changed(document) == {**ALL, "data": ["data.csv", "model.bin"]}
    assert row(document, "data", "model.bin")["of"] == "train"
    assert row(document, "data", "data.csv")["data"][0]["basis"] == "in the tree"
    assert document["unknowns"] == []


def test_a_commit_and_the_worktree(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    run(tmp_path, "cp", "-a", str(project), str(copy))
    assert changed(told(copy, "two")) == {}
    write(copy, {"params.yaml": "lr: 0.3\n", "src/new.py": "new\n", "data.csv": FILES["data.csv"]})
    document = told(copy, "two")
    assert changed(document) == {"data": ["data.csv"], "params": ["lr"], "code": ["src/new.py"]}
    assert row(document, "data", "data.csv")["new"] == "v1"
    assert row(document, "data", "data.csv")["content"]["removed"] == 3
    assert row(document, "code", "src/new.py")["code"]["status"] == "?"
    assert document["new"]["dirty"] is True


def test_what_can_not_be_known_is_said(project: Path) -> None:
    document = told(project, "lost", "second")
    assert "the code of lost: its commit fffffff is not in this clone" in document["unknowns"]
    assert any(each.startswith("which data lost read") for each in document["unknowns"])
    assert document["old"]["commit"] is None
    assert changed(document) == {"params": ["lr"]}
    assert "the code of bare: it recorded no commit" in told(project, "bare", "second")["unknowns"]
    assert "can't know: " in mltui(project, "lost", "second").stdout


def test_content_that_is_not_here_is_not_compared(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    run(tmp_path, "cp", "-a", str(project), str(copy))
    run(copy, "rm", "-rf", ".dvc/cache/files")
    document = told(copy, "one", "two")
    assert changed(document)["data"] == ["data.csv", "model.bin"]
    assert row(document, "data", "data.csv")["content"]["kind"] == "not read"
    assert any(
        each.startswith("what changed in data.csv: v1 and v2 not in DVC's cache") for each in document["unknowns"]
    )


def test_a_word_of_several_meanings_is_said_and_can_be_forced(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    run(tmp_path, "cp", "-a", str(project), str(copy))
    run(copy, "git", "branch", "second", "one")
    done = mltui(copy, "--json", "first", "second")
    assert json.loads(done.stdout)["new"]["kind"] == "run"
    assert "second is taken as the run second" in done.stderr
    assert "commit:second" in done.stderr
    assert told(copy, "run:first", "commit:second")["new"]["kind"] == "commit"
    assert "no run" in mltui(copy, "nonsense", code=2).stderr
    assert "there is no model" in mltui(copy, "model:first", code=2).stderr


def test_for_people_and_for_a_pull_request(project: Path) -> None:
    text = mltui(project, "churn@champion", "churn@challenger").stdout
    assert text.splitlines()[0] == "churn@champion (1) → churn@challenger (2)   auc 0.6000 → 1.800  (+1.2000)"
    words = " ".join(text.split())
    assert "data data.csv v1 → v2 +3 rows, 3 columns unchanged, inferred ◀ changed" in words
    assert "code src/train.py 1 line in 1 hunk a dependency ◀ changed" in words
    assert "\x1b" not in text
    table = mltui(project, "one", "two", "--md").stdout
    assert table.startswith("**one → two**: auc 0.6000 → 1.800  (+1.2000)")
    assert "| **params** | lr | 0.1 → 0.2 |  | ◀ changed |" in table


def test_code_that_was_edited_when_it_ran_is_what_it_was(project: Path, tmp_path: Path) -> None:
    """Edited, run, and only then committed: the commit that a run recorded does not have what it ran."""
    copy = tmp_path / "copy"
    run(tmp_path, "cp", "-a", str(project), str(copy))
    write(copy, {"src/train.py": TRAIN + "# best\n", "params.yaml": "lr: 0.3\n", "name.txt": "third\n"})
    dvc(copy, "repro", "-q")
    commit(copy, "third results, with the code that made them")
    write(copy, {"params.yaml": "lr: 0.4\n", "name.txt": "fourth\n"})
    commit(copy, "lr")
    dvc(copy, "repro", "-q")
    commit(copy, "fourth results")
    document = told(copy, "third", "fourth")
    assert changed(document) == {"params": ["lr"], "metrics": ["auc"]}
    code = row(document, "code", "src/train.py")
    assert (code["changed"], code["of"]) == (False, "edited")
    assert any(each.startswith("what src/train.py was when third ran: not as at") for each in document["unknowns"])
    edited = told(copy, "second", "third")  # both recorded commits that have the same code but for results
    assert changed(edited)["code"] == ["src/train.py"]
    assert row(edited, "code", "src/train.py")["code"]["added"] is None
