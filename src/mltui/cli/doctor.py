"""`mltui doctor`: what was found where, who reads it, what mltui writes, and what is wrong with what to do."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mltui.cli.exits import OK
from mltui.cli.opening import open_told
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import is_terminal, symbols, use_utf8, write
from mltui.present.text import UNICODE
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.config import Config

#: Seconds that DVC may take to answer.
WAIT = 30.0


def print_doctor(options: Options) -> int:
    """Print the findings. Always 0: a doctor that finds something wrong has done its work."""
    from mltui.actions.executors.registry import executor_problems
    from mltui.sources.examination import examine

    stop_between_reads()
    workspace = open_told(options)
    try:
        found = {"schema": 1, **examine(workspace, WAIT), "terminal": _terminal(workspace.config)}
        found["problems"] += [asdict(problem) for problem in executor_problems(workspace.config)]
    finally:
        workspace.close()
    if options.json:
        from mltui.cli.machine import write_json
        from mltui.present.jsonable import jsonable

        write_json(jsonable(found))
    else:
        from mltui.present.doctor_text import doctor_text

        use_utf8()
        write(doctor_text(found, symbols(workspace.config), now_ms()))
    return OK


def _terminal(config: Config) -> dict[str, Any]:
    size = os.get_terminal_size(sys.stdout.fileno()) if is_terminal() else None
    return {
        "tty": is_terminal(),
        "columns": size.columns if size else None,
        "rows": size.lines if size else None,
        "encoding": sys.stdout.encoding,
        "symbols": "unicode" if symbols(config) is UNICODE else "ascii",
        **{name: os.environ.get(name) for name in ("TERM", "COLORTERM", "NO_COLOR")},
    }
