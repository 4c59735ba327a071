"""What a repository would run, as lines: each command in full, and whether it is trusted."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mltui.model.gates import Policy
from mltui.present.text import UNICODE, Line, Span, Symbols, line, safe

Command = tuple[str, ...]


def trust_lines(
    policy: Policy, known: Collection[Command], pythons: Mapping[str, bool], symbols: Symbols = UNICODE
) -> Iterator[Line]:
    """The commands of `policy`, those that are not among the `known` (trusted) ones marked; those that are known and
    gone; and the interpreters that the repository brings, by their path, with whether each is trusted. Never cut."""
    every = dict.fromkeys(filter(None, policy.commands))
    yield line(Span("Commands of ", "title"), Span(safe(policy.origin or "this project", symbols), "accent"))
    if policy.commit:
        yield line(Span("  commit ", "key"), Span(policy.commit, "hash"))
    if policy.trouble:
        yield line(Span(f"  can't be read: {safe(policy.trouble, symbols)}", "bad"))
    elif not every:
        yield line(Span("  none", "dim"))
    for command in every:
        yield _line(command, _purpose(policy, command), symbols, trusted=command in known)
    for command in dict.fromkeys(each for each in known if each not in every):
        words = safe(shlex.join(command), symbols)
        yield line(Span("  gone      ", "dim"), Span(f"{'':8}  ", "dim"), Span(words, "dim"))
    for path, trusted in pythons.items():
        yield _line((path,), "python", symbols, trusted=trusted)


def trust_document(
    policy: Policy, known: Collection[Command], pythons: Mapping[str, bool], trouble: str = ""
) -> dict[str, Any]:
    """What `mltui trust --show --json` prints (``schema/trust.schema.json``); `trouble` says why nothing that was
    trusted counts."""
    every = dict.fromkeys(filter(None, policy.commands))
    return {
        "schema": 1,
        "origin": policy.origin,
        "commit": policy.commit or None,
        "commands": [
            {"argv": list(each), "purpose": _purpose(policy, each), "trusted": each in known} for each in every
        ],
        "gone": [list(each) for each in dict.fromkeys(known) if each not in every],
        "pythons": [{"path": path, "trusted": trusted} for path, trusted in pythons.items()],
        "trouble": policy.trouble or trouble or None,
    }


def _purpose(policy: Policy, command: Command) -> str:
    return "promotes" if policy.via == "command" and command == policy.command else "gate"


def _line(command: Command, purpose: str, symbols: Symbols, *, trusted: bool) -> Line:
    mark = Span("  trusted   ", "good") if trusted else Span("  new       ", "warn")
    return line(mark, Span(f"{purpose:8}  ", "key"), safe(shlex.join(command), symbols))
