"""Whether trainings of the project write down what they read: mltui-recorder in the Python that has its mlflow.

Told from files alone, like every package there (`sources.dvc.python`): no process of the project is run.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from mltui.config import Config
from mltui.sources.dvc.python import installed, interpreter
from mltui.sources.places import Project

#: The distribution as pip installs it, and as its directory is called.
PACKAGE, _DIRECTORY = "mltui-recorder", "mltui_recorder"


@dataclass(frozen=True, slots=True)
class Recorder:
    """The recorder in the interpreter `python`: its version, None if it is not there. `install` puts it there."""

    python: str
    version: str | None
    install: str


def recorder(project: Project, config: Config) -> Recorder:
    """Whether it is installed for the project's trainings."""
    python = interpreter(project, config, "mlflow").path
    version = installed(Path(python), (_DIRECTORY,)).get(_DIRECTORY)
    return Recorder(python, version, f"{shlex.quote(python)} -m pip install {shlex.quote(_where())}")


def _where() -> str:
    """What pip is to install: a checkout of mltui has it beside the sources."""
    beside = Path(__file__).parents[3] / "recorder"
    return str(beside) if (beside / "pyproject.toml").is_file() else PACKAGE
