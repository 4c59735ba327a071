"""`mltui demo`: the sample project, with a progress bar where somebody watches."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

from mltui.cli.exits import OK

#: Columns of the bar itself.
BAR = 24


def print_demo(directory: Path) -> int:
    """Build the project and say how to open it. Raises what `build` raises, and `ReadOnly` where that is set."""
    from mltui.actions.gateway import read_only
    from mltui.config.loading import load_config
    from mltui.demo import build

    here = Path.cwd()
    if refused := read_only(load_config(here, here), "build a project"):
        raise refused
    watched = sys.stderr.isatty()
    build(directory, _draw if watched else _say)
    if watched:
        sys.stderr.write("\r\x1b[K")
    opens = shlex.join([*_ourselves(), "-C", str(directory)])
    sys.stdout.write(f"The sample project is in {directory}. Open it: {opens}\n")
    return OK


def _ourselves() -> list[str]:
    """How the user's shell starts mltui: by name only where it finds one; ``make demo`` has it in ``.venv/bin``."""
    if shutil.which("mltui"):
        return ["mltui"]
    script = Path(sys.executable).parent / "mltui"
    if not os.access(script, os.X_OK):
        return [sys.executable, "-m", "mltui"]
    here = Path.cwd()
    return [str(script.relative_to(here)) if script.is_relative_to(here) else str(script)]


def _draw(text: str, share: float) -> None:
    """One line that is drawn over itself."""
    done = round(share * BAR)
    sys.stderr.write(f"\r\x1b[K[{'#' * done}{' ' * (BAR - done)}] {share:4.0%}  {text}")
    sys.stderr.flush()


def _say(text: str, share: float) -> None:
    sys.stderr.write(f"{share:4.0%}  {text}\n")
