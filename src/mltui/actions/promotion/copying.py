"""A version copied into another registered model. A copy is made anew, whoever else makes one: that is no race."""

from __future__ import annotations

from dataclasses import replace

from mltui.actions.mlflow.port import Writer
from mltui.errors import MltuiError, Unanswered
from mltui.model.outcome import Outcome
from mltui.model.promotion import Plan


def copied(plan: Plan, writer: Writer) -> str | Outcome:
    """The number of the copy, or how it ended without one that is known."""
    name, there = f"{plan.model.name}/{plan.version.version}", plan.target.name
    untouched = f"@{plan.target.alias} of {there} was not touched" if plan.target.alias else "nothing else was touched"
    maybe = (f"mltui models tells whether {there} has a new version", untouched)
    try:
        return writer.copy_version(plan.model.name, plan.version.version, there)
    except KeyboardInterrupt:
        return Outcome("interrupted", f"copy {name} into {there}: interrupted", maybe)
    except Unanswered as error:
        return Outcome("unknown", f"whether {name} was copied into {there} is not known: {error.summary}", maybe)
    except MltuiError as error:
        hint = (error.hint,) if error.hint else ()
        made = f"no version was made; {there} itself may have been, empty, if it was not there: mlflow makes it first"
        return Outcome("failed", f"{name} was not copied into {there}: {error.summary}", (*hint, made))


def with_copy(outcome: Outcome, plan: Plan, number: str) -> Outcome:
    """How setting an alias to the copy ended, with the copy told: it stands, whatever came of the alias."""
    name, copy = f"{plan.model.name}/{plan.version.version}", f"{plan.target.name}/{number}"
    if outcome.state == "done":
        return replace(outcome, summary=f"{copy} is a copy of {name}, {outcome.summary}")
    return replace(outcome, left=(f"the copy {copy} of {name} stands", *outcome.left))
