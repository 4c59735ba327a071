"""Where the output of gate commands is kept: a directory for each time that gates were run, one log a command.

``<state of the project>/gates/<id>/<number>-<gate>.log``, for its owner only. The newest `MOST` directories stay.
"""

from __future__ import annotations

import re
import secrets
import shutil
from datetime import datetime
from pathlib import Path

from mltui.errors import Denied
from mltui.model.gates import Gate
from mltui.sources.places import Project, state_dirs

#: Runs of gates whose output is kept.
MOST = 50
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")


def new_directory(project: Project) -> Path:
    """A new directory for the outputs of one run of the gates; the oldest ones go. Raises `Denied`."""
    why = ""
    for state in state_dirs(project):
        gates = state / "gates"
        path = gates / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        try:
            gates.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.mkdir(mode=0o700)
        except OSError as error:
            why = why or f"{gates}: {error.strerror}"
            continue
        _tidy(gates)
        return path
    raise Denied(
        f"the output of commands can't be kept: {why}", "set XDG_STATE_HOME to a directory that can be written"
    )


def log_of(directory: Path, number: int, gate: Gate) -> Path:
    """The log of the gate at `number` (from 1) of a report."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", gate.text)[:40].strip("-.")
    return directory / f"{number}-{name or 'gate'}.log"


def _tidy(gates: Path) -> None:
    every = sorted(path for path in gates.iterdir() if _ID.fullmatch(path.name))
    for path in every[: max(0, len(every) - MOST)]:
        shutil.rmtree(path, ignore_errors=True)
