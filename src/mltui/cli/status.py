"""`mltui status`: one moment as text for people or JSON for machines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mltui.cli.exits import ATTENTION, NOTHING, OK
from mltui.cli.opening import open_told

if TYPE_CHECKING:
    from mltui.cli.options import Options

#: Seconds that DVC may take to answer (CONTRACT).
WAIT = 30.0


def print_status(options: Options) -> int:
    """Print the status and return the exit code."""
    workspace = open_told(options)
    try:
        snapshot = workspace.snapshot(WAIT if options.wait else 0)
        workspace.remember(snapshot)
    finally:
        workspace.close()
    sys.stdout.write(f"{snapshot}\n")
    return OK
