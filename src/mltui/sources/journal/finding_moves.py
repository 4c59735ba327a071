"""What became of a promotion whose end nobody noted: what the registry says of it, through mltui's own readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mltui.errors import MltuiError
from mltui.model.claim import Claim, claims_in
from mltui.model.journal import JournalEntry
from mltui.model.move_tags import move_of_entry
from mltui.model.moves import MOVE_TAG, Move
from mltui.model.promotion import LYING, Target, holder, target_of
from mltui.model.registry import RegisteredModel
from mltui.sources.port import now_ms

#: A copy may be older than its intent by what two hosts' clocks differ (ms).
SKEW = 600_000


def of_move(models: Sequence[RegisteredModel], entry: JournalEntry) -> tuple[str, ...]:
    """Where the alias or stage is that it was about, whether the registry has its record, whether its claim is left."""
    copied = entry.note.facts.get("copied")
    if isinstance(copied, str):
        return tuple(_of_copy(models, entry, copied))
    move = move_of_entry(entry)
    if move is None:
        return ()
    gto = move.target.startswith("#")
    model = next((each for each in models if each.name == move.model and gto == (each.source == "gto")), None)
    if model is None:
        return (f"there is no model {move.model} any more",)
    try:
        target = target_of(move.target, model)
    except MltuiError:
        return ()
    return tuple(_of_target(model, target, move, entry))


def _of_target(model: RegisteredModel, target: Target, move: Move, entry: JournalEntry) -> Iterator[str]:
    at, name, wanted = holder(model, target), f"{model.name} {target.label}", move.after or "nobody"
    version = next((each for each in model.versions if each.version == (move.after or move.before)), None)
    recorded = version is not None and f"{MOVE_TAG}{entry.id}" in version.tags
    inside = target.kind == "stage" and version is not None and (version.stage or "None") == target.name
    lying = inside and target.name in LYING
    if at == move.after or lying:
        yield f"{name} is at {wanted}: it was set"
    elif inside and not recorded and at == move.before:
        yield f"{name} is still at {at}, and {move.after} is in it too: it came halfway, the same again ends it"
    elif recorded:
        yield f"{name} is at {at or 'nobody'}: it was set to {wanted}, and moved since"
    elif at == move.before:
        yield f"{name} is still at {at or 'nobody'}: it was not set"
    else:
        yield f"{name} is at {at or 'nobody'}: it was moved since; whether to {wanted} before is not known"
    if target.kind != "gto" and (recorded or at == move.after or lying):
        yield _record(recorded=recorded)
    yield from _claims(model, entry)


def _of_copy(models: Sequence[RegisteredModel], entry: JournalEntry, copied: str) -> Iterator[str]:
    name, _, alias = entry.note.what.partition("@")
    model = next((each for each in models if each.source == "mlflow" and each.name == name), None)
    if model is None:
        yield f"there is no model {name}: {copied} was not copied"
        return
    tagged = next((each for each in model.versions if f"{MOVE_TAG}{entry.id}" in each.tags), None)
    likely = [
        each
        for each in model.versions
        if each.source == f"models:/{copied}" and (each.created or 0) >= entry.at - SKEW and tagged is None
    ]
    if tagged is not None:
        yield f"{name}/{tagged.version} is the copy of {copied}"
    elif likely:
        yield f"{name}/{likely[0].version} is a copy of {copied}, as it seems this one"
    else:
        yield f"{copied} was not copied into {name}"
    if alias:
        yield f"@{alias} of {name} is at {model.aliases.get(alias) or 'nobody'}, before it was at {_before(entry)}"
    yield from _claims(model, entry)


def _record(*, recorded: bool) -> str:
    if recorded:
        return "the registry has the record of it"
    return "the registry has no record of it: colleagues don't see who moved it and why"


def _claims(model: RegisteredModel, entry: JournalEntry) -> Iterator[str]:
    """Claims that the same process left behind."""
    for claim in claims_in(model.tags).values():
        if (claim.pid, claim.host) == (entry.pid, entry.who.host):
            yield _claim(claim)


def _claim(claim: Claim) -> str:
    if seconds := claim.dies(now_ms()):
        return f"its claim is left, and in others' way for {seconds} s more"
    return "its claim is left, and dead: the next promotion tidies it away"


def _before(entry: JournalEntry) -> str:
    return entry.note.before or "nobody"
