"""What gate commands that did not pass printed last, on standard error: the answer itself stays as it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mltui.cli.saying import say
from mltui.present.gate_output import TAIL, result_lines
from mltui.present.text import plain, safe

if TYPE_CHECKING:
    from mltui.model.gates import GateReport
    from mltui.present.text import Symbols


def say_outputs(report: GateReport, signs: Symbols) -> None:
    """The last `TAIL` lines of each command of `report` that ran and does not hold, and which file has all of it."""
    from mltui.sources.gates.output import last_rows

    for result in report.results:
        if result.output and result.blocks:
            say(f"{safe(result.gate.text, signs)}: {result.why}")
            rows = result_lines(result, last_rows(result.output, TAIL), signs)
            sys.stderr.write("".join(f"{plain(row)}\n" for row in rows))
