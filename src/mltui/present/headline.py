"""The Overview in one line: what stands still, and whether the next model is better than the one in use.

``train stale (lr 0.1 → 0.05), churn/5 +0.005 over champion``; it stands in a frame, so there are shorter forms of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mltui.model.attention import value_text
from mltui.present.models import version_name, versus
from mltui.present.overview_holders import challengers
from mltui.present.text import safe

if TYPE_CHECKING:
    from mltui.model.dvc import Stage
    from mltui.model.stage_state import StageState
    from mltui.present.overview import Overview

#: States that are told of a stage, the most urgent first. What only waits for another stage goes without saying.
TOLD: Final[tuple[StageState, ...]] = ("failed", "running", "stale", "outs missing", "never run", "unknown")
#: Longer values of a param say nothing in one line (characters).
VALUE: Final = 12
_PREPOSITION: Final = {"+": "over", "-": "to"}


def headline(view: Overview, room: int) -> str:
    """The longest form that fits into `room` characters, both halves rather than one; "" where there is nothing to say,
    or no room."""
    stages, models = _stages(view), _models(view)
    both = [f"{stage}, {model}" for stage in stages for model in models]
    for forms in (both, stages, models):
        if fitting := [form for form in forms if len(form) <= room]:
            return max(fitting, key=len)
    return ""


def _stages(view: Overview) -> list[str]:
    """Of the most urgent stage; with why, by the param's last word, and without."""
    pipeline = view.snapshot.pipeline.value
    if pipeline is None or pipeline.then or not pipeline.stages:
        return []
    for state in TOLD:
        found = [stage for stage in pipeline.stages if view.states.get(stage.address) == state]
        if found:
            others = f" and {len(found) - 1} more" if len(found) > 1 else ""
            told = f"{safe(found[0].address)}{others} {state}"
            return [*(f"{told} ({why})" for why in _why(found[0], view)), told]
    return ["pipeline fresh"] if all(state == "fresh" for state in view.states.values()) else []


def _why(stage: Stage, view: Overview) -> list[str]:
    """The first param that moved, whole and by its last word; else what else moved."""
    for reason in stage.reasons:
        if reason.kind == "param" and reason.key is not None:
            old, new = value_text(reason.old), value_text(reason.new)
            values = f" {old} {view.scene.symbols.arrow} {new}" if max(len(old), len(new)) <= VALUE else ""
            return [safe(f"{key}{values}") for key in dict.fromkeys((reason.key, reason.key.rpartition(".")[2]))]
    moved = [reason.path for reason in stage.reasons if reason.kind in ("dep", "out")]
    return [safe(path) for path in dict.fromkeys((*moved[:1], *(path.rpartition("/")[2] for path in moved[:1])))]


def _models(view: Overview) -> list[str]:
    """Of the first challenger whose figure and whose champion's figure are known."""
    for row in challengers(view):
        against = versus(row, view.scene).text
        if row.version is None or against == "-":
            continue
        gain = "equals champion" if against == "=" else f"{against} {_PREPOSITION[against[0]]} champion"
        named = f"{safe(row.model.name)}/{version_name(row.version)} {gain}"
        shorter = (f"challenger {gain}", f"challenger {against}")
        return [named, *(form for form in shorter if len(form) < len(named))]
    return []
