"""The environments: made once, in $MLTUI_MATRIX_DIR or ``.matrix`` beside the Makefile, and used again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: What has no business to be compiled here: without a wheel for this Python the release does not install.
WHEELS = "numpy,pandas,pyarrow,scipy,scikit-learn,matplotlib,shap,numba,llvmlite,pygit2,sqlalchemy,grpcio"


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment: `choices` are what is asked of pip, the first that installs is taken.

    `modern` is whether its dvc knows ``status --no-updates`` and ``matrix``.
    """

    name: str
    tool: str
    choices: tuple[tuple[str, ...], ...]
    modern: bool = True


@dataclass(frozen=True, slots=True)
class Made:
    """Where an environment's interpreter is, the version of its tool, and what did not install, with why."""

    python: Path
    version: str
    passed_over: tuple[str, ...] = ()


#: What dvc 3.0 calls was renamed or dropped later, in pathspec 0.12, setuptools 80, dulwich 1 and others.
OLD_DVC = ("pathspec<0.12", "setuptools<70", "dulwich<0.22", "pygit2<1.14", "fsspec<2024")
#: SQLAlchemy 2.1 lacks a class that MLflow before 3.5 or so imports.
OLD_SQL = "sqlalchemy<2.1"

ENVIRONMENTS = (
    Environment("dvc-oldest", "dvc", (("dvc==3.0.0", *OLD_DVC),), modern=False),
    Environment("dvc-newest", "dvc", (("dvc>=3,<4",),)),
    # 2.0.1 is the first 2.x that was not withdrawn, and its pyarrow has wheels up to Python 3.11; 2.9.0 is the oldest
    # that pyproject.toml allows.
    Environment("mlflow2-oldest", "mlflow", (("mlflow==2.0.1", "setuptools<70"), ("mlflow==2.9.0", OLD_SQL))),
    Environment("mlflow2-newest", "mlflow", (("mlflow>=2,<3", OLD_SQL),)),
    Environment("mlflow3-oldest", "mlflow", (("mlflow==3.0.0", OLD_SQL),)),
    Environment("mlflow3-newest", "mlflow", (("mlflow>=3,<4,!=3.18.0",),)),
)


class NotInstalled(Exception):
    """None of an environment's choices installs and imports here; says why, one line each."""


def made(environment: Environment) -> Made:
    """The environment, installed if it is not there yet as it should be. Raises `NotInstalled`."""
    base = Path(os.environ.get("MLTUI_MATRIX_DIR", ROOT / ".matrix")) / environment.name
    python, stamp = base / "bin" / "python", base / ".installed.json"
    wanted = [list(packages) for packages in environment.choices]
    if stamp.exists() and (said := json.loads(stamp.read_text()))["choices"] == wanted:
        return Made(python, said["version"], tuple(said["passed over"]))
    passed_over: list[str] = []
    for packages in environment.choices:
        version, why = _install(base, python, environment.tool, packages)
        if version:
            said = {"choices": wanted, "version": version, "passed over": passed_over}
            stamp.write_text(json.dumps(said))
            return Made(python, version, tuple(passed_over))
        passed_over.append(f"{packages[0]} {why}")
    raise NotInstalled("; ".join(passed_over))


def _install(base: Path, python: Path, tool: str, packages: tuple[str, ...]) -> tuple[str, str]:
    """The version that is imported, or "" and why there is none."""
    print(f"{base.name}: installing {' '.join(packages)} into {base}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(base)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"--only-binary={WHEELS}"]
    done = subprocess.run([*pip, *packages], capture_output=True, text=True, check=False)
    if done.returncode:
        return "", f"does not install: {_last(done.stderr)}"
    argv = [str(python), "-c", f"import {tool} as tool; print(tool.__version__)"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        return "", f"does not import: {_last(done.stderr)}"
    return done.stdout.split()[-1], ""


def _last(said: str) -> str:
    lines = [line for line in said.strip().splitlines() if line.strip() and not line.startswith("WARNING")]
    return lines[-1].strip() if lines else "it did not say why"
