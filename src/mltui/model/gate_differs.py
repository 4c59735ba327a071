"""How a worktree's copy of the policy, which does not count, says otherwise than the one that does."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import fields

from mltui.model.gates import Gate, Policy


def differences(counts: Policy, here: Policy) -> tuple[str, ...]:
    """One line for each thing that `here`, the worktree's copy, says otherwise; () if nothing."""
    if here.trouble and here.trouble != counts.trouble:
        return (f"the worktree's copy makes no sense: {here.trouble}",)
    return tuple(_lines(counts, here))


def _lines(counts: Policy, here: Policy) -> Iterator[str]:
    old, new = {gate.text: gate for gate in counts.gates}, {gate.text: gate for gate in here.gates}
    for text, gate in new.items():
        if text not in old:
            yield f"gate only in the worktree: {text}" + (
                f", which makes no sense: {gate.trouble}" if gate.trouble else ""
            )
    yield from (f"gate not in the worktree: {text}" for text in old if text not in new)
    for text, gate in old.items():
        if text in new and (changed := _changed(gate, new[text])):
            yield f"gate {text}: other {changed} in the worktree"
    if set(counts.protected) != set(here.protected):
        yield f"protected: {_listed(counts.protected)}; in the worktree {_listed(here.protected)}"
    if (counts.via, counts.command) != (here.via, here.command):
        yield f"promoted by {_by(counts)}; in the worktree {_by(here)}"
    if counts.command_timeout != here.command_timeout:
        yield f"promote.timeout: {counts.command_timeout} s; in the worktree {here.command_timeout} s"
    for key in sorted({*counts.goals, *here.goals}):
        one, other = counts.goals.get(key), here.goals.get(key)
        if one != other:
            yield f"goal of {key}: {one or 'none'}; in the worktree {other or 'none'}"


def _changed(old: Gate, new: Gate) -> str:
    return ", ".join(each.name for each in fields(Gate) if getattr(old, each.name) != getattr(new, each.name))


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nothing"


def _by(policy: Policy) -> str:
    return shlex.join(policy.command) if policy.via else "mltui itself"
