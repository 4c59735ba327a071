"""`mltui status`: one moment as text for people or JSON for machines."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from mltui.actions.finding_out import note_what_is_found
from mltui.cli.exits import ATTENTION, NOTHING, OK
from mltui.cli.machine import write_json
from mltui.cli.opening import open_told
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import use_utf8
from mltui.present.status_json import status_document
from mltui.sources.port import now_ms
from mltui.sources.witnesses import Listener, witnesses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mltui.cli.options import Options
    from mltui.config import Config
    from mltui.model.status import Snapshot
    from mltui.present.text import Line
    from mltui.sources.standing import Kept
    from mltui.sources.witnesses import Witnesses
    from mltui.sources.workspace import Workspace

#: Seconds that DVC may take to answer (CONTRACT).
WAIT = 30.0
#: Entries of a list shown on a terminal; a pipe gets all.
MOST = 12


def print_status(options: Options) -> int:
    """Print the status and return the exit code."""
    stop_between_reads()
    use_utf8()
    since = time.time_ns()
    runner = Listener()
    workspace = open_told(options, runner=runner)
    try:
        note_what_is_found(workspace)
        snapshot = workspace.snapshot(WAIT if options.wait else 0)
        workspace.remember(snapshot)
        document = status_document(snapshot)
        if options.json:
            write_json(document)
        if options.store is None:
            kept = _kept(workspace, snapshot, document)
            _keep(options.path, kept, runner.answers(), witnesses(workspace, snapshot), since)
    finally:
        workspace.close()
    if not options.json:
        _print_text(snapshot, workspace.config)
    if found_nothing(snapshot):
        sys.stderr.write(f"mltui: nothing to read in {snapshot.project}: no git, no DVC, no MLflow\n")
        return NOTHING
    if options.exit_code:
        from mltui.model.attention import attention

        return ATTENTION if attention(snapshot) else OK
    return OK


def found_nothing(snapshot: Snapshot) -> bool:
    """Whether nothing could be read, not even git. What is known of a server that is silent now is something."""
    pipeline = snapshot.pipeline.value
    return not (
        snapshot.git.value
        or snapshot.newest.value
        or snapshot.models.value
        or (pipeline and (pipeline.roots or pipeline.stages or pipeline.datasets))
        or any(not store.problem for store in snapshot.stores.value or ())
    )


def _kept(workspace: Workspace, snapshot: Snapshot, document: Mapping[str, Any]) -> Kept:
    """For the next call, which may be a prompt's or a script's."""
    from mltui.cli.short import lines
    from mltui.present.jsonable import dumps
    from mltui.sources.standing import Kept

    text = dumps(document).encode() + b"\n"
    short = lines(snapshot, workspace.config.ascii)
    return Kept(str(workspace.project.root), len(document["attention"]), text, short)


def _keep(path: str, kept: Kept, answers: list[bytes] | None, files: Witnesses | None, since: int) -> None:
    """Keep the document if it can be seen from stats whether it stands (cli/__init__.py looks)."""
    from mltui.sources import standing

    if answers is None or files is None:
        standing.forget(path)
    else:
        standing.keep(path, kept, answers, files, since)


def _print_text(snapshot: Snapshot, config: Config) -> None:
    from mltui.cli.terminal import write

    write(text_lines(snapshot, config))


def text_lines(snapshot: Snapshot, config: Config, *, whole: bool = False) -> list[Line]:
    """The lines for people: on a terminal in its width, and of long lists the first, unless they are wanted `whole`."""
    from mltui.cli.terminal import columns, is_terminal, symbols
    from mltui.present.status_text import Scene, status_text

    people = is_terminal()
    scene = Scene(now_ms(), symbols(config), columns() if people else None, MOST if people and not whole else None)
    return status_text(snapshot, scene)
