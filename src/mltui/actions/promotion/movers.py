"""Who moved an alias or a stage, where it is not as it was previewed."""

from __future__ import annotations

import time

from mltui.actions.mlflow.port import Writer
from mltui.actions.promotion.pointers import Pointer
from mltui.errors import MltuiError, Refused
from mltui.model.claim import claims_in
from mltui.model.move_tags import move_of_tag
from mltui.model.moves import Move


def moved(writer: Writer, pointer: Pointer, holder: str | None) -> Refused:
    """The refusal of somebody who lost: `pointer` is at `holder` now, and who brought it there."""
    return Refused(f"{pointer.label} moved meanwhile: {where_it_is(writer, pointer, holder)}", "look at it again")


def where_it_is(writer: Writer, pointer: Pointer, holder: str | None) -> str:
    """``it is at churn/6, by ada at 07:12:03: better auc``; as far as the registry's tags tell. Never raises."""
    if holder is None:
        return "nothing holds it any more"
    where = f"it is at {pointer.model}/{holder}"
    try:
        if (move := _move(writer, pointer, holder)) is not None:
            return f"{where}, by {_told(move)}"
        if maker := _claimed(writer, pointer, holder):  # set a moment ago, and not written down yet
            return f"{where}, by {maker}"
        if (move := _move(writer, pointer, holder)) is not None:
            return f"{where}, by {_told(move)}"
    except MltuiError:
        return where
    return f"{where}, moved outside mltui"


def _told(move: Move) -> str:
    when = f" at {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(move.at / 1000))}" if move.at else ""
    return f"{move.who or 'somebody'}{when}{f': {move.reason}' if move.reason else ''}"


def _claimed(writer: Writer, pointer: Pointer, version: str) -> str:
    claims = claims_in(writer.model(pointer.model).tags, pointer.claimed).values()
    return next((each.maker for each in claims if each.version == version), "")


def _move(writer: Writer, pointer: Pointer, version: str) -> Move | None:
    """The newest move of `pointer` to `version` that the registry tells of."""
    tags = writer.version(pointer.model, version).tags
    told = [move for key, text in tags.items() if (move := move_of_tag(pointer.model, key, text)) is not None]
    told = [move for move in told if move.target == pointer.word and move.after == version]
    return max(told, key=lambda move: move.at or 0, default=None)
