"""`mltui status`: one moment as text for people or JSON for machines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mltui.cli.exits import ATTENTION, NOTHING, OK
from mltui.cli.opening import open_told
from mltui.cli.stopping import stop_between_reads
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.config import Config
    from mltui.model.status import Snapshot

#: Seconds that DVC may take to answer (CONTRACT).
WAIT = 30.0
#: Entries of a list shown on a terminal; a pipe gets all.
MOST = 12


def print_status(options: Options) -> int:
    """Print the status and return the exit code."""
    stop_between_reads()
    workspace = open_told(options)
    try:
        snapshot = workspace.snapshot(WAIT if options.wait else 0)
        workspace.remember(snapshot)
    finally:
        workspace.close()
    if options.json:
        _print_json(snapshot)
    else:
        _print_text(snapshot, workspace.config)
    if found_nothing(snapshot):
        sys.stderr.write(f"mltui: nothing to read in {snapshot.project}: no git, no DVC, no MLflow\n")
        return NOTHING
    if options.exit_code:
        from mltui.model.attention import attention

        return ATTENTION if attention(snapshot, now_ms()) else OK
    return OK


def found_nothing(snapshot: Snapshot) -> bool:
    """Whether nothing could be read, not even git."""
    pipeline = snapshot.pipeline.value
    return not (
        snapshot.git.value
        or (pipeline and (pipeline.roots or pipeline.stages or pipeline.datasets))
        or any(not store.problem for store in snapshot.stores.value or ())
    )


def _print_json(snapshot: Snapshot) -> None:
    from mltui.cli.machine import write_json
    from mltui.present.status_json import status_document

    write_json(status_document(snapshot, now_ms()))


def _print_text(snapshot: Snapshot, config: Config) -> None:
    from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write
    from mltui.present.status_text import Scene, status_text

    use_utf8()
    people = is_terminal()
    scene = Scene(now_ms(), symbols(config), columns() if people else None, MOST if people else None)
    write(status_text(snapshot, scene))
