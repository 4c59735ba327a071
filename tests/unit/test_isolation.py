"""What another directory would lack, and lines that would log runs into it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mltui.actions.jobs.far_dvc import settle_dvc
from mltui.actions.jobs.rev_child import own_file
from mltui.model.dvc import Dataset, Entry, Pipeline, Stage
from mltui.sources.places import Project
from mltui.sources.retrain.isolation import relative_stores, unseen_files
from mltui.sources.retrain.relative import is_relative
from mltui.sources.runner import ProcessRunner


def stage(cmd: str = "python train.py", deps: tuple[str, ...] = ("train.py",), **more: Any) -> Stage:
    return Stage("train", "dvc.yaml", "train", "stale", cmd=cmd, deps=tuple(map(Entry, deps)), **more)


def workspace(root: Path, *stages: Stage, datasets: tuple[str, ...] = ()) -> Any:
    data = tuple(Dataset(path, f"{path}.dvc", None, None, None, "fresh") for path in datasets)
    pipeline = Pipeline(stages=stages, datasets=data)
    return SimpleNamespace(
        project=Project(root, root, root / ".git", root / ".git"),
        runner=ProcessRunner(),
        pipeline=SimpleNamespace(remembered=lambda: pipeline),
    )


def lines(root: Path, code: str, cmd: str = "python train.py", **more: Any) -> list[tuple[str, int, str]]:
    (root / "train.py").write_text(code)
    found = relative_stores(cast("Any", workspace(root)), (stage(cmd, **more),))
    return [(line.path, line.number, line.text) for line in found]


@pytest.mark.parametrize(
    "code",
    [
        'import mlflow\nmlflow.set_tracking_uri("sqlite:///mlflow.db")\n',
        'from mlflow import set_tracking_uri\nset_tracking_uri("mlruns")\n',
        'import mlflow\nmlflow.set_tracking_uri(uri="./mlruns")\n',
        'import mlflow\nmlflow.set_tracking_uri("file:mlruns")\n',
        'import mlflow\nmlflow.MlflowClient(tracking_uri="sqlite:///mlflow.db")\n',
        'import mlflow\nmlflow.tracking.MlflowClient("sqlite:///runs/mlflow.db")\n',
        'import os\nos.environ["MLFLOW_TRACKING_URI"] = "mlruns"\n',
        'import os\nos.environ.update({"MLFLOW_TRACKING_URI": "sqlite:///a.db"})\n',
        'import mlflow\nmlflow.set_tracking_uri(os.environ.get("MY_URI", "sqlite:///mlflow.db"))\n',
        'import mlflow\nmlflow.set_tracking_uri(f"sqlite:///{Path(__file__).parent}/mlflow.db")\n',
        'ROOT = 0\nmlflow.set_tracking_uri(Path("mlruns").absolute().as_uri())\n',
    ],
)
def test_a_line_that_sets_a_relative_uri_is_shown(tmp_path: Path, code: str) -> None:
    assert lines(tmp_path, code) == [("train.py", 2, code.splitlines()[1])]


@pytest.mark.parametrize(
    "code",
    [
        'mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db"))',
        'URI = os.getenv("MLFLOW_TRACKING_URI") or "mlruns"\nmlflow.set_tracking_uri(URI)',
        'os.environ.setdefault("MLFLOW_TRACKING_URI", "mlruns")',
        'mlflow.set_tracking_uri("http://mlflow.internal:5000")',
        'mlflow.set_tracking_uri("sqlite:////srv/mlflow.db")',
        'mlflow.set_tracking_uri("databricks")',
        "mlflow.set_tracking_uri(args.tracking)",
        '# mlflow.set_tracking_uri("sqlite:///mlflow.db")',
        "mlflow.start_run()",
    ],
)
def test_a_uri_that_holds_anywhere_is_not(tmp_path: Path, code: str) -> None:
    assert lines(tmp_path, code) == []


def test_a_constant_is_followed_to_what_it_is_given(tmp_path: Path) -> None:
    code = 'STORE = "sqlite:///mlflow.db"\n\nmlflow.set_tracking_uri(STORE)\n'
    assert lines(tmp_path, code) == [("train.py", 3, "mlflow.set_tracking_uri(STORE)")]


def test_modules_of_the_project_are_the_stages_code_too(tmp_path: Path) -> None:
    (tmp_path / "tracking.py").write_text('import mlflow\ndef begin():\n    mlflow.set_tracking_uri("mlruns")\n')
    assert lines(tmp_path, "import tracking\ntracking.begin()\n") == [
        ("tracking.py", 3, 'mlflow.set_tracking_uri("mlruns")')
    ]


def test_where_the_code_reads_its_uri_from_settings_those_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("lr: 0.1\nmlflow:\n  tracking_uri: sqlite:///mlflow.db\n")
    code = 'mlflow.set_tracking_uri(params["mlflow"]["tracking_uri"])\n'
    assert lines(tmp_path, code, params={"params.yaml": {"lr": 0.1}}) == [
        ("params.yaml", 3, "tracking_uri: sqlite:///mlflow.db")
    ]
    assert lines(tmp_path, "print(1)  # tracking\n", params={"params.yaml": {}}) == []


def test_shell_scripts_commands_and_sourced_env_files_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text(". ./.env\nexport MLFLOW_TRACKING_URI=mlruns\npython train.py\n")
    (tmp_path / ".env").write_text("# a store\nMLFLOW_TRACKING_URI='sqlite:///mlflow.db'\n")
    assert lines(tmp_path, "", "bash run.sh") == [
        (".env", 2, "MLFLOW_TRACKING_URI='sqlite:///mlflow.db'"),
        ("run.sh", 2, "export MLFLOW_TRACKING_URI=mlruns"),
    ]
    (tmp_path / "dvc.yaml").write_text("stages:\n  train:\n    cmd: MLFLOW_TRACKING_URI=mlruns python train.py\n")
    assert lines(tmp_path, "", "MLFLOW_TRACKING_URI=mlruns python train.py") == [
        ("dvc.yaml", 3, "cmd: MLFLOW_TRACKING_URI=mlruns python train.py")
    ]
    (tmp_path / "run.sh").write_text("export MLFLOW_TRACKING_URI=${MLFLOW_TRACKING_URI:-mlruns}\n")
    assert lines(tmp_path, "", "bash run.sh") == []


def test_an_env_file_that_only_fills_in_what_is_unset_does_not_count(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MLFLOW_TRACKING_URI=mlruns\n")
    assert lines(tmp_path, "load_dotenv()\n") == []
    assert lines(tmp_path, "load_dotenv(override=True)\n") == [(".env", 1, "MLFLOW_TRACKING_URI=mlruns")]


def test_code_that_is_no_python_says_nothing_and_stops_nothing(tmp_path: Path) -> None:
    assert lines(tmp_path, "<<<<<<< HEAD\nimport mlflow  # tracking\n") == []


@pytest.mark.parametrize(
    ("uri", "relative"),
    [
        ("sqlite:///:memory:", False),
        ("sqlite+pysqlite:///mlflow.db", True),
        ("file:///srv/mlruns", False),
        ("file:", False),
        ("", False),
        ("https://user:pw@host", False),
        ("postgresql://host/db", False),
        ("/srv/mlruns", False),
    ],
)
def test_what_a_relative_uri_is(uri: str, relative: bool) -> None:
    assert is_relative(uri) is relative


def test_what_neither_git_nor_dvc_brings_is_named(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for path in ("train.py", "src/a.py", "src/new.py", "raw/a.csv", "raw/b.csv", "secret/key", "data/x.csv", "made/m"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("")
    (tmp_path / "src/__pycache__").mkdir()
    (tmp_path / "src/__pycache__/a.pyc").write_text("")
    (tmp_path / "local.yaml").write_text("")
    (tmp_path / ".gitignore").write_text("/raw\n/data\n/made\n/secret\n/local.yaml\n")
    subprocess.run(["git", "-C", str(tmp_path), "add", "train.py", "src/a.py", ".gitignore"], check=True)
    made = Stage("make", "dvc.yaml", "make", "fresh", outs=(Entry("made"),))
    deps = ("train.py", "src", "raw/a.csv", "secret", "data/x.csv", "made/m", "s3://bucket/x", "gone.csv")
    asked = stage(deps=deps, params={"local.yaml": {"lr": 1}})
    there = cast("Any", workspace(tmp_path, made, asked, datasets=("data",)))

    assert unseen_files(there, (asked,), ()) == ("local.yaml", "raw/a.csv", "secret/", "src/new.py")
    assert unseen_files(there, (asked,), ("raw", "secret/", "./local.yaml")) == ("src/new.py",)
    assert unseen_files(there, (), ()) == ()


def test_settings_of_another_directory_are_private_and_follow_no_link(tmp_path: Path) -> None:
    theirs, ours, elsewhere = tmp_path / "clone", tmp_path / "tree", tmp_path / "profile"
    theirs.mkdir()
    ours.mkdir()
    elsewhere.write_text("mine\n")
    (theirs / "config.local").write_text("[core]\n    autostage = true\n")
    (ours / "config.local").symlink_to(elsewhere)
    settle_dvc(theirs, ours)
    local = ours / "config.local"
    assert (local.is_symlink(), local.stat().st_mode & 0o777) == (False, 0o600)
    assert f"dir = {theirs / 'cache'}" in local.read_text()
    local.unlink()
    local.symlink_to(elsewhere)
    assert Path(own_file(str(local))).stat().st_mode & 0o777 == 0o600
    assert elsewhere.read_text() == "mine\n"
