"""What the command of a gate printed, as it was kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mltui.model.gates import GateResult
from mltui.present.text import Line, safe
from mltui.tui.asking import Asker
from mltui.tui.screens.chooser import Chooser, Option
from mltui.tui.screens.reading import ReadingScreen
from mltui.tui.symbols import symbols
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.tui.screens.dialog import Dialog

#: So many lines are shown, the last ones; the file has all that was kept.
ROWS = 2000


def show_output(dialog: Dialog[Any], results: Sequence[GateResult], say: Callable[[str], object]) -> None:
    """What the command of one of `results` printed; which, if there are several."""

    def shows(result: GateResult) -> None:
        begin(dialog, _show, dialog, result, say, group="output")

    def chosen(keys: tuple[str, ...] | None) -> None:
        if keys:
            shows(results[int(keys[0])])

    if not results:
        say("no gate of this printed anything that was kept")
    elif len(results) == 1:
        shows(results[0])
    else:
        options = [Option(str(at), each.gate.text, each.figure or each.verdict) for at, each in enumerate(results)]
        dialog.app.push_screen(Chooser("Output of", options, takes="look at it"), chosen)


async def _show(dialog: Dialog[Any], result: GateResult, say: Callable[[str], object]) -> None:
    from mltui.present.gate_output import result_lines
    from mltui.sources.gates.output import last_rows

    def read() -> Sequence[Line]:
        return result_lines(result, last_rows(result.output, ROWS), symbols(dialog.app))

    try:
        lines = await Asker().ask(read)
    except OSError as error:
        say(f"what it printed can't be read: {error.strerror or error}")
        return
    dialog.app.push_screen(ReadingScreen(safe(result.gate.text), lambda: lines))
