"""`S` in a log: where to, and a word when it is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mltui.errors import MltuiError
from mltui.tui.places.base import Place
from mltui.tui.screens.asking_text import AskText
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


def save_log(place: Any, workspace: Workspace, path: str, name: str) -> None:
    """Ask for a file and copy the log at `path` there, through the gateway. `place` says what came of it."""
    from mltui.actions.gateway import gateway_of, read_only
    from mltui.actions.saving import SaveCopy
    from mltui.tui.asking import Asker

    if refused := read_only(workspace.config, "save a file"):
        place.post_message(Place.Said(refused.summary))
        return

    def action(typed: str) -> SaveCopy:
        return SaveCopy(Path(path), (workspace.project.start / Path(typed).expanduser()).absolute())

    def check(typed: str) -> str:
        found = action(typed).refusal()
        return f"{found.summary}: {found.hint}" if found else ""

    async def save(typed: str) -> None:
        try:
            outcome = await Asker().ask(lambda: gateway_of(workspace).perform(action(typed), lambda: True))
        except MltuiError as error:
            place.post_message(Place.Said(error.summary))
            return
        if outcome is not None:
            place.post_message(Place.Said(outcome.summary, "good" if outcome.state == "done" else "bad"))

    def typed(words: str | None) -> None:
        if words:
            begin(place, save, words, group="save")

    place.app.push_screen(AskText("Save the log as", name, ask="a file that is not there yet", check=check), typed)
