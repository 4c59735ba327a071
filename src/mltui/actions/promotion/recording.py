"""A promotion written down: in the journal's words before it acts, as tags of the version it moved to after it did."""

from __future__ import annotations

import time

from mltui.actions.mlflow.port import Writer
from mltui.errors import MltuiError
from mltui.model.journal import JournalEntry, Who
from mltui.model.journal_record import Intent
from mltui.model.move_tags import forced_key, forced_text, move_of_entry, tag_key, tag_text
from mltui.model.moves import GateSaid, Move
from mltui.model.promotion import Plan


def move_of(plan: Plan, *, at: int, who: Who, reason: str, forced: bool) -> Move:
    """The move that `plan` makes. `at` is epoch ms."""
    return Move(
        model=plan.model.name,
        target=plan.target.word,
        before=plan.now,
        after=plan.version.version,
        at=at,
        kind=plan.kind,
        who=who.name,
        host=who.host,
        reason=reason,
        forced=forced,
        gates=tuple(GateSaid(each.gate.text, each.verdict, each.figure, each.why) for each in plan.report.results),
        run_id=plan.version.source_run_id or plan.version.run_id or "",
        commit=plan.version.commit or "",
        figures=plan.figures,
    )


def noted_move(intent: Intent) -> Move | None:
    """The move as the journal has it: the registry gets the same, without what was a secret."""
    entry = JournalEntry(intent.id, intent.at, intent.action, intent.title, intent.who, intent.note)
    return move_of_entry(entry)


def write_down(writer: Writer, move: Move) -> tuple[str, ...]:
    """The tags of the version that `move` moved to, or left for nobody; what could not be written, for a person. Never
    raises."""
    tags = [(tag_key(move), tag_text(move))]
    if move.forced:
        day = time.strftime("%Y-%m-%d", time.localtime((move.at or 0) / 1000))
        tags.append((forced_key(move), forced_text(move, day)))
    for key, value in tags:
        try:
            writer.set_version_tag(move.model, str(move.after or move.before), key, value)
        except MltuiError as error:
            told = "that it was forced" if key != tags[0][0] else "who moved it and why"
            return (
                f"NOT WRITTEN in the registry, {told}: {error.summary}",
                "colleagues see no more than that it moved",
            )
    return ()
