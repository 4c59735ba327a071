"""The configuration: who wins, and what happens to what makes no sense."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mltui.config import Config
from mltui.config.loading import load_config


def load(
    root: Path,
    *,
    start: Path | None = None,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    dotenv: Mapping[str, str] | None = None,
) -> Config:
    home = {"XDG_CONFIG_HOME": str(root / "user-config")}
    return load_config(start or root, root, flags=flags, environ={**home, **(environ or {})}, dotenv=dotenv)


def test_nothing_said_is_the_default(tmp_path: Path) -> None:
    assert load(tmp_path) == Config()


def test_all_keys_of_a_file_are_understood(tmp_path: Path) -> None:
    (tmp_path / "mltui.toml").write_text(
        """
        experiments = ["churn-*", "base"]
        python = "envs/py/bin/python"
        read_only = true
        theme = "light"
        ascii = true
        [mlflow]
        store = "sqlite:///runs.db"
        registry = "http://registry:5000"
        [metrics]
        primary = "val/auc"
        goal = {"val/auc" = "max", loss = "min"}
        [data]
        outs = ["data/features"]
        [status]
        hash_file_bytes = 1
        hash_dir_bytes = 2
        hash_dir_files = 3
        """
    )
    assert load(tmp_path) == Config(
        store="sqlite:///runs.db",
        store_origin="configuration",
        registry="http://registry:5000",
        experiments=("churn-*", "base"),
        python=str(tmp_path / "envs/py/bin/python"),
        primary="val/auc",
        goals={"val/auc": "max", "loss": "min"},
        data_outs=("data/features",),
        read_only=True,
        theme="light",
        ascii=True,
        hash_file_bytes=1,
        hash_dir_bytes=2,
        hash_dir_files=3,
        files=(str(tmp_path / "mltui.toml"),),
    )


def test_flag_over_environment_over_project_over_user(tmp_path: Path) -> None:
    user = tmp_path / "user-config" / "mltui"
    user.mkdir(parents=True)
    said: dict[str, Any] = {}
    assert load(tmp_path).theme == ""
    (user / "config.toml").write_text('theme = "user"\npython = "user-python"')
    assert load(tmp_path).theme == "user"
    (tmp_path / "mltui.toml").write_text('theme = "project"')
    assert load(tmp_path).theme == "project"
    said["environ"] = {"MLTUI_THEME": "environment"}
    assert load(tmp_path, **said).theme == "environment"
    said["flags"] = {"theme": "flag", "store": None}
    assert load(tmp_path, **said).theme == "flag"
    assert load(tmp_path, **said).python == "user-python"


def test_who_named_the_store(tmp_path: Path) -> None:
    (tmp_path / "mltui.toml").write_text('[mlflow]\nstore = "http://configured"')
    dotenv = {"MLFLOW_TRACKING_URI": "http://dotenv"}
    tracking = {"MLFLOW_TRACKING_URI": "http://tracking"}
    own = {**tracking, "MLTUI_STORE": "http://own"}

    def named(**said: Any) -> tuple[str | None, str]:
        config = load(tmp_path, **said)
        return config.store, config.store_origin

    assert named() == ("http://configured", "configuration")
    assert named(dotenv=dotenv) == ("http://dotenv", ".env")
    assert named(dotenv=dotenv, environ=tracking) == ("http://tracking", "environment")
    assert named(dotenv=dotenv, environ=own) == ("http://own", "environment")
    assert named(dotenv=dotenv, environ=own, flags={"store": "http://flag"}) == ("http://flag", "flag")


def test_pyproject_speaks_where_there_is_no_file_of_ours(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n\n[tool.mltui]\ntheme = "dark"\ntypo = 1\n')
    config = load(tmp_path)
    assert config.theme == "dark"
    assert [problem.path for problem in config.problems] == [f"{tmp_path / 'pyproject.toml'}:6"]
    (tmp_path / "mltui.toml").write_text('theme = "light"')
    assert load(tmp_path).theme == "light"


def test_a_pipe_is_no_configuration(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pyproject.toml")
    os.mkfifo(tmp_path / "mltui.toml")
    assert load_config(tmp_path, tmp_path, environ={}).files == ()


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    inner = tmp_path / "packages" / "model"
    inner.mkdir(parents=True)
    (tmp_path / "mltui.toml").write_text('theme = "top"')
    assert load(tmp_path, start=inner).theme == "top"
    (inner / "mltui.toml").write_text('theme = "near"')
    assert load(tmp_path, start=inner).theme == "near"
    assert load(tmp_path).theme == "top"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('theme = "a"\nprimry = "auc"\n', 2, "unknown key primry"),
        ('[metrics]\n\n# why\nprimry = "auc"\n', 4, "unknown key metrics.primry"),
        ("[metrics]\nprimary = 3\n", 2, "metrics.primary must be a string"),
        ("[status]\nhash_dir_files = -1\n", 2, "status.hash_dir_files must be a whole number, not negative"),
        ("[status]\nhash_dir_files = true\n", 2, "status.hash_dir_files must be a whole number, not negative"),
        ('\n[metrics.goal]\nauc = "up"\n', 2, "metrics.goal must be a table"),
        ('[data]\nouts = ["a", 1]\n', 2, "data.outs must be a list of strings"),
        ('metrics = "auc"\n', 1, "unknown key metrics"),
        ("[gtaes]\nx = 1\n", 1, "unknown key gtaes"),
        ('theme = "a\nb"\n', 1, "mltui.toml is not valid TOML"),
    ],
)
def test_what_makes_no_sense_is_said_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    (tmp_path / "mltui.toml").write_text(text)
    (problem,) = load(tmp_path).problems
    assert problem.source == "config"
    assert problem.summary.startswith(said)
    assert problem.path == f"{tmp_path / 'mltui.toml'}:{line}"


def test_one_bad_key_does_not_spoil_the_others(tmp_path: Path) -> None:
    (tmp_path / "mltui.toml").write_text('ascii = "yes"\ntheme = "dark"\n')
    config = load(tmp_path)
    assert (config.ascii, config.theme, len(config.problems)) == (False, "dark", 1)


def test_a_near_miss_is_named(tmp_path: Path) -> None:
    (tmp_path / "mltui.toml").write_text('[metrics]\nprimry = "auc"\n')
    assert load(tmp_path).problems[0].hint == "did you mean metrics.primary?"


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "mltui.toml").write_bytes(b"\xff\xfe")
    (problem,) = load(tmp_path).problems
    assert problem.summary == "mltui.toml can't be read: not UTF-8"


def test_variables(tmp_path: Path) -> None:
    environ = {
        "MLTUI_EXPERIMENTS": "a, b*",
        "MLTUI_READ_ONLY": "1",
        "MLTUI_GOAL": "val/auc=max, loss=min",
        "MLTUI_HASH_DIR_FILES": "5",
    }
    config = load(tmp_path, environ=environ)
    assert config.experiments == ("a", "b*")
    assert config.read_only
    assert config.goals == {"val/auc": "max", "loss": "min"}
    assert config.hash_dir_files == 5


def test_a_variable_that_makes_no_sense_is_said_once(tmp_path: Path) -> None:
    config = load(tmp_path, environ={"MLTUI_READ_ONLY": "perhaps", "MLTUI_HASH_DIR_FILES": "many"})
    assert [problem.summary for problem in config.problems] == [
        "MLTUI_READ_ONLY must be true or false",
        "MLTUI_HASH_DIR_FILES must be a whole number, not negative",
    ]
    assert not config.read_only


def test_paths_are_meant_from_their_file(tmp_path: Path) -> None:
    (tmp_path / "mlruns").mkdir()
    (tmp_path / "mltui.toml").write_text('python = "python3.12"\n[mlflow]\nstore = "mlruns"\n')
    config = load(tmp_path)
    assert config.store == str(tmp_path / "mlruns")
    assert config.python == "python3.12", "a bare command is looked up on PATH"


def test_a_repository_names_no_command_of_this_machine(tmp_path: Path) -> None:
    """What a table of an executor has of those counts in the user's own file; the rest comes from both."""
    home, root = tmp_path / "home", tmp_path / "project"
    (home / "mltui").mkdir(parents=True)
    root.mkdir()
    (home / "mltui" / "config.toml").write_text('[executors.a100]\nsetup = "module load cuda"\n')
    (root / "mltui.toml").write_text(
        '[executors.a100]\nkind = "slurm"\nsetup = "touch /tmp/x"\npartition = "gpu"\n'
        '[executors.box]\nkind = "ssh"\nssh_config = "evil"\n'
    )
    config = load_config(root, root, environ={"XDG_CONFIG_HOME": str(home)})
    assert config.executors == {
        "a100": {"kind": "slurm", "setup": "module load cuda", "partition": "gpu"},
        "box": {"kind": "ssh"},
    }
    assert [problem.summary.partition(" ")[0] for problem in config.problems] == [
        "executors.a100.setup",
        "executors.box.ssh_config",
    ]
