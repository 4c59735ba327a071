"""The packages of a logged model, read from MLflow's files beside it."""

from __future__ import annotations

from pathlib import Path

from churn_sample import HARE
from mltui.model.runs import Run, Store
from mltui.sources.mlflow.packages import packages_of


def a_run(artifacts: Path) -> Run:
    return Run(**{**{name: getattr(HARE, name) for name in Run.__slots__}, "artifact_uri": str(artifacts)})


def read(tmp_path: Path) -> dict[str, str]:
    return packages_of(
        a_run(tmp_path / "1" / HARE.run_id / "artifacts"), Store("sqlite:///x.db", "sqlite", "flag"), tmp_path
    )


def model(tmp_path: Path, *, v3: bool = False, run_id: str = HARE.run_id) -> Path:
    artifacts = tmp_path / "1" / HARE.run_id / "artifacts"
    artifacts.mkdir(parents=True, exist_ok=True)
    where = tmp_path / "1" / "models" / f"m-{run_id}" / "artifacts" if v3 else artifacts / "model"
    where.mkdir(parents=True)
    (where / "MLmodel").write_text(f"flavors: {{}}\nrun_id: {run_id}\n")
    return where


def test_requirements_and_python(tmp_path: Path) -> None:
    where = model(tmp_path)
    (where / "requirements.txt").write_text(
        "mlflow==3.1\nscikit-learn[x]>=1.2 ; python_version > '3'\nnumpy\n# a\n-r b\n"
    )
    (where / "python_env.yaml").write_text("python: 3.11.7\nbuild_dependencies:\n- pip==23\n")
    assert read(tmp_path) == {"python": "3.11.7", "mlflow": "3.1", "scikit-learn": ">=1.2", "numpy": "any"}


def test_conda_where_there_is_nothing_else(tmp_path: Path) -> None:
    (model(tmp_path) / "conda.yaml").write_text(
        "channels:\n- conda-forge\ndependencies:\n- python=3.8.1\n- pip<=23\n"
        "- pip:\n  - mlflow==1.9\n  - xgboost==1.0\nname: e\n"
    )
    assert read(tmp_path) == {"python": "3.8.1", "mlflow": "1.9", "xgboost": "1.0"}


def test_a_model_of_mlflow_3_lies_beside_the_runs_and_names_its_own(tmp_path: Path) -> None:
    (model(tmp_path, v3=True, run_id="e" * 32) / "requirements.txt").write_text("other==1\n")
    assert read(tmp_path) == {}
    (model(tmp_path, v3=True) / "requirements.txt").write_text("mine==2\n")
    assert read(tmp_path) == {"mine": "2"}


def test_nothing_on_this_disk_is_nothing_known(tmp_path: Path) -> None:
    assert read(tmp_path) == {}
