"""An action in a terminal's lines: the question before it, its steps while it goes on, how it ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mltui.cli.exits import FAILED, OK, UNKNOWN, code_of_interrupt
from mltui.cli.terminal import is_terminal
from mltui.present.text import safe

if TYPE_CHECKING:
    from mltui.model.outcome import Outcome


def can_ask() -> bool:
    """Whether somebody is there who could answer."""
    return sys.stdin.isatty() and is_terminal()


def agrees(question: str) -> bool:
    """Ask; no where nobody answers."""
    try:
        return input(f"{safe(question)} [y/N] ").strip().casefold() in ("y", "yes")
    except EOFError:
        return False


def tell(number: int, total: int, does: str) -> None:
    """A step begins (`gateway.Tell`)."""
    sys.stderr.write(f"{number} of {total}  {safe(does)}\n")


def told(outcome: Outcome) -> int:
    """Say how it ended: well on standard output, else on standard error. Returns the exit code."""
    from mltui.present.confirming import outcome_text

    first, *rest = outcome_text(outcome)
    if outcome.state == "done":
        sys.stdout.write("".join(f"{row}\n" for row in (first, *rest)))
        sys.stdout.flush()
    else:
        sys.stderr.write("".join(f"{row}\n" for row in (f"mltui: {first}", *rest)))
    return code_of(outcome)


def code_of(outcome: Outcome) -> int:
    """The exit code that an action ends with."""
    return {"done": OK, "interrupted": code_of_interrupt(), "unknown": UNKNOWN}.get(outcome.state, FAILED)
