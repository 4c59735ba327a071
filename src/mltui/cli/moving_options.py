"""The options that `mltui promote` and `mltui rollback` have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from mltui.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Asked:
    """How it is to be done. `here`: by mltui itself, also where ``promote.via`` hands it to a command."""

    reason: str = ""
    force: bool = False
    gto: bool | None = None
    here: bool = False
    dry_run: bool = False
    yes: bool = False
    json: bool = False


def moving(function: F) -> F:
    """Adds them to a command."""
    for option in reversed(
        (
            click.option("--reason", default="", metavar="TEXT", help="Why, for the journal and the registry."),
            click.option("--force", is_flag=True, help="Past the gates that block; needs a --reason."),
            click.option("--gto/--no-gto", default=None, help="GTO's model, or MLflow's, where both have the name."),
            click.option("--here", is_flag=True, help="Do it here, also where promote.via hands it on."),
            click.option("--dry-run", is_flag=True, help="Show what would happen; do nothing."),
            click.option("--yes", is_flag=True, help="Don't ask."),
            click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/promotion.md)."),
        )
    ):
        function = option(function)
    return function


def moving_asked(given: Mapping[str, Any]) -> tuple[Asked, dict[str, Any]]:
    """They, and the rest of what was given. Raises `UsageError` for force without a reason."""
    rest = dict(given)
    own = {name: rest.pop(name) for name in ("reason", "force", "gto", "here", "dry_run", "yes")}
    asked = Asked(**own, json=rest.pop("as_json"))
    if asked.force and not asked.reason.strip():
        raise UsageError("--force needs a reason", '--reason "why it has to be past its gates"')
    return asked, rest
