"""An action from the command line: shown, asked for, done, told; in words or as one JSON document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mltui.cli.asking import agrees, can_ask, code_of, perform, show, told
from mltui.cli.exits import OK, REFUSED, USAGE
from mltui.cli.machine import write_json
from mltui.cli.saying import say
from mltui.cli.terminal import symbols, use_utf8
from mltui.errors import Refused
from mltui.present.text import Line, Span, line, safe

if TYPE_CHECKING:
    from mltui.actions.gateway import Action, Gateway
    from mltui.config import Config
    from mltui.model.outcome import Outcome


@dataclass(frozen=True)
class How:
    """`dry_run`: only show it. `yes`: don't ask. `json`: one document on standard output, and nothing is asked."""

    dry_run: bool = False
    yes: bool = False
    json: bool = False


@dataclass(frozen=True)
class Besides:
    """What an action has of its own.

    `agrees` asks in another way; `shown` shows it also where it is refused; `document` is in the JSON document; `after`
    goes on when it was done, after that was said, and what it returns is in the document. `dry` is the option that only
    shows it.
    """

    agrees: Callable[[], bool] | None = None
    shown: bool = False
    document: Mapping[str, Any] = field(default_factory=dict)
    after: Callable[[Outcome], Mapping[str, Any]] = lambda _: {}
    dry: str = "--dry-run"


def do(
    gateway: Gateway,
    config: Config,
    action: Action,
    how: How,
    lines: Sequence[Line] = (),
    *,
    besides: Besides = Besides(),
) -> int:
    """Show `action` with `lines` above its commands, ask, perform it, tell how it ended. Returns the exit code."""
    use_utf8()
    refused = gateway.refusal(action)
    if how.dry_run or refused:
        return _shown(config, action, how, lines, refused, besides=besides)
    if not how.json:
        _show(config, action, lines, how)
    if not how.yes and (how.json or not can_ask()):
        say("nothing was done: without a terminal it needs --yes", f"{besides.dry} shows what would happen")
        return USAGE
    asked = besides.agrees or (lambda: agrees(f"{_begun(action)}?"))
    try:
        outcome = perform(gateway, action, (lambda: True) if how.yes else asked)
    except Refused as error:  # somebody was faster
        return _shown(config, action, How(json=how.json), (), error, besides=replace(besides, shown=False))
    if outcome is None:
        say("nothing was done")
        return OK
    if how.json:
        more = besides.after(outcome) if outcome.state == "done" else {}
        write_json({**_document(action, (), None, outcome), **besides.document, **more})
        return code_of(outcome)
    code = told(outcome)
    if outcome.state == "done":
        besides.after(outcome)
    return code


def _shown(
    config: Config, action: Action, how: How, lines: Sequence[Line], refused: Refused | None, *, besides: Besides
) -> int:
    """What would be done, or why it can't be."""
    if how.json:
        write_json({**_document(action, tuple(action.commands()), refused, None), **besides.document})
    elif how.dry_run or besides.shown:
        _show(config, action, lines, how)
    if refused and not how.json:
        say(refused.summary, refused.hint)
    return REFUSED if refused else OK


def _show(config: Config, action: Action, lines: Sequence[Line], how: How) -> None:
    from mltui.present.confirming import preview_lines

    title = line(Span(safe(_begun(action)), "title"))
    shown = [title, *preview_lines(lines, action.commands(), symbols(config)), ()]
    show(shown, agreed=how.yes and not how.dry_run)


def _begun(action: Action) -> str:
    """Its title as a sentence begins."""
    return action.title[:1].upper() + action.title[1:]


def _document(
    action: Action, commands: Sequence[str], refused: Refused | None, outcome: Outcome | None
) -> dict[str, Any]:
    return {
        "schema": 1,
        "action": action.name,
        "title": action.title,
        "commands": list(commands),
        "refused": {"summary": refused.summary, "hint": refused.hint} if refused else None,
        "outcome": {"state": outcome.state, "summary": outcome.summary, "left": list(outcome.left)}
        if outcome
        else None,
    }
