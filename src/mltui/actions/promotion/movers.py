"""Who moved an alias or a stage, where it is not as it was previewed."""

from __future__ import annotations

import time

from mltui.actions.mlflow.port import Writer
from mltui.errors import MltuiError, Refused
from mltui.model.move_tags import move_of_tag
from mltui.model.moves import Move


def moved(writer: Writer, model: str, target: str, label: str, holder: str | None) -> Refused:
    """The refusal of somebody who lost: where `target` (`Target.word`) of `model` is now, and who brought it there."""
    return Refused(f"{label} moved meanwhile: {where_it_is(writer, model, target, holder)}", "look at it again")


def where_it_is(writer: Writer, model: str, target: str, holder: str | None) -> str:
    """``it is at churn/6, by ada at 07:12:03: better auc``; as far as the registry's tags tell. Never raises."""
    if holder is None:
        return "nothing holds it any more"
    move = _move(writer, model, target, holder)
    if move is None:
        return f"it is at {model}/{holder}, moved outside mltui or by one that is still at it"
    when = f" at {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(move.at / 1000))}" if move.at else ""
    return f"it is at {model}/{holder}, by {move.who or 'somebody'}{when}{f': {move.reason}' if move.reason else ''}"


def _move(writer: Writer, model: str, target: str, version: str) -> Move | None:
    """The newest move of `target` to `version` that the registry tells of."""
    try:
        tags = writer.version(model, version).tags
    except MltuiError:
        return None
    told = [move for key, text in tags.items() if (move := move_of_tag(model, key, text)) is not None]
    told = [move for move in told if move.target == target and move.after == version]
    return max(told, key=lambda move: move.at or 0, default=None)
