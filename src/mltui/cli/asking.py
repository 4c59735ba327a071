"""An action in a terminal's lines: the question before it, its steps while it goes on, how it ended."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from mltui.cli.exits import FAILED, OK, UNKNOWN, acted, code_of_interrupt
from mltui.cli.terminal import is_terminal, write
from mltui.errors import MltuiError, Refused
from mltui.present.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mltui.actions.gateway import Action, Gateway
    from mltui.model.outcome import Outcome
    from mltui.present.text import Line


def can_ask() -> bool:
    """Whether somebody is there who could answer."""
    return sys.stdin.isatty() and is_terminal()


def show(lines: Iterable[Line], *, agreed: bool) -> None:
    """What is going to be done, whole. Who `agreed` already, by --yes, wants it done also where nobody can read it."""
    try:
        write(lines, cut=False)
        sys.stdout.flush()
    except OSError:
        if not agreed:
            raise


def agrees(question: str) -> bool:
    """Ask; no where nobody answers."""
    try:
        return input(f"{safe(question)} [y/N] ").strip().casefold() in ("y", "yes")
    except EOFError:
        return False


def tell(number: int, total: int, does: str) -> None:
    """A step begins (`gateway.Tell`). Where nobody can be told it goes on all the same: half of it is worse."""
    with suppress(OSError):
        sys.stderr.write(f"{number} of {total}  {safe(does)}\n")


def perform(gateway: Gateway, action: Action, confirmed: Callable[[], bool]) -> Outcome | None:
    """`Gateway.perform`, told on standard error; `acted` knows how it went, also where an error goes on from here."""

    def begins() -> bool:
        agreed = confirmed()
        acted.code = UNKNOWN if agreed else None
        return agreed

    try:
        outcome = gateway.perform(action, begins, tell)
    except Refused:
        acted.code = None
        raise
    except MltuiError:
        acted.code = FAILED
        raise
    acted.code = None if outcome is None else code_of(outcome)
    return outcome


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
