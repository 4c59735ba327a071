"""A project that mltui has seen before, as on any second visit."""

from __future__ import annotations

import subprocess

from bench.measure import timed
from bench.projects import MLTUI, Place
from bench.terminal import Terminal

#: Branch, stage counts and the newest run's name: what makes a first paint useful (DESIGN section 8).
USEFUL = r"(?s)\A(?=.*\bmain\b)(?=.*300 )(?=.*\blong\b)"


def run(place: Place, *command: str) -> float:
    return timed(
        lambda: subprocess.run(command, cwd=place.path, env=place.full_env(), check=True, stdout=subprocess.DEVNULL)
    )


def warm_up(place: Place) -> None:
    """Let mltui remember the project, as on any second visit."""
    run(place, MLTUI, "status", "--json")
    with Terminal([MLTUI], place.path, place.env) as terminal:
        terminal.wait(USEFUL if "large" in place.path.name else "main")
        terminal.settle()
