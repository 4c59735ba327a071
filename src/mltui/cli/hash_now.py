"""`mltui hash`: what `H` does in the app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mltui.cli.doing import Besides, How, do
from mltui.cli.exits import OK
from mltui.cli.opening import open_told
from mltui.cli.saying import say
from mltui.errors import UsageError

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.model.outcome import Outcome

NOTHING = "nothing was left unhashed"


def hash_now(options: Options, how: How) -> int:
    """Hash it, tell DVC, and look at what reads it anew. Returns the exit code."""
    from mltui.actions.gateway import gateway_of, read_only
    from mltui.actions.hash_now import HashNow

    workspace = open_told(options)
    try:
        if workspace.project.server:
            raise UsageError("a tracking server has no data of DVC", "mltui -C DIRECTORY hash")
        if not how.dry_run and (refused := read_only(workspace.config, "hash data and tell DVC")):
            raise refused
        hashing = workspace.pipeline.hashing()
        if hashing is None:
            return _nothing(how)

        def known(_outcome: Outcome) -> Mapping[str, Any]:
            workspace.pipeline.hashed(hashing)
            return {}

        return do(gateway_of(workspace), workspace.config, HashNow(hashing), how, besides=Besides(after=known))
    finally:
        workspace.close()


def _nothing(how: How) -> int:
    """That is an answer, not a failure."""
    if how.json:
        from mltui.cli.machine import write_json

        outcome = {"state": "done", "summary": NOTHING, "left": []}
        write_json(
            {"schema": 1, "action": "hash", "title": NOTHING, "commands": [], "refused": None, "outcome": outcome}
        )
    else:
        say(NOTHING)
    return OK
