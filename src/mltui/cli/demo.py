"""`mltui demo`: the sample project, with a progress bar where somebody watches."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from mltui.cli.exits import OK

#: Columns of the bar itself.
BAR = 24


def print_demo(directory: Path) -> int:
    """Build the project and say how to open it. Raises what `build` raises."""
    from mltui.demo import build

    watched = sys.stderr.isatty()
    build(directory, _draw if watched else _say)
    if watched:
        sys.stderr.write("\r\x1b[K")
    sys.stdout.write(f"The sample project is in {directory}. Open it: mltui -C {shlex.quote(str(directory))}\n")
    return OK


def _draw(text: str, share: float) -> None:
    """One line that is drawn over itself."""
    done = round(share * BAR)
    sys.stderr.write(f"\r\x1b[K[{'#' * done}{' ' * (BAR - done)}] {share:4.0%}  {text}")
    sys.stderr.flush()


def _say(text: str, share: float) -> None:
    sys.stderr.write(f"{share:4.0%}  {text}\n")
