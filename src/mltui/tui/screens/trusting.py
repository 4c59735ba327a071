"""The commands that a repository's gates would run, shown exactly; trusted by ``ctrl+s`` and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Label

from mltui.actions.gateway import gateway_of
from mltui.model.gates import Policy
from mltui.model.outcome import Outcome
from mltui.present.text import Span, line
from mltui.present.trust import trust_lines
from mltui.tui.commands.chooser_keys import CONFIRM
from mltui.tui.screens.acting import READING, ActingDialog
from mltui.tui.symbols import symbols
from mltui.tui.widgets.cancel import Cancel
from mltui.tui.widgets.lines import LinesView
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


#: What comes of it.
MEANS = (
    "They run on this box, as you, when you say so: by g here, or by mltui promote.",
    "It is kept for you, outside the repository. When one of them changes you are asked again.",
)


class TrustDialog(ActingDialog):
    """Gives an outcome if the commands of `policy` were trusted as they are shown."""

    TOLD = tuple(each for each in CONFIRM if each[0] != "y")

    def __init__(self, workspace: Workspace, policy: Policy) -> None:
        super().__init__(gateway_of(workspace))
        self._workspace, self._policy = workspace, policy

    def doing(self) -> Sequence[tuple[str, str]]:
        return (*((("ctrl+s", "trust them"),) if self._ready else ()), ("esc", "leave"), ("up down", "scroll"))

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog working confirming") as box:
            box.border_title = "Trust commands of this repository"
            yield LinesView((line(Span(READING, "dim")),), id="text")
            yield Label("", markup=False, id="why")
            yield Cancel("Cancel", markup=False)

    async def read(self) -> None:
        from mltui.sources.trust import trust_of

        trust = await self._asker.ask(lambda: trust_of(self._workspace.project))
        told = trust_lines(self._policy, trust.commands, {}, symbols(self.app))
        self._show([*told, (), *(line(Span(text, "note")) for text in MEANS)])
        self.call_after_refresh(self._on_screen)

    def action_confirm(self) -> None:
        if self._ready and not self._begun:
            self._begun = True
            begin(self, self._trust, group="acting")

    async def _trust(self) -> None:
        from mltui.actions.gateway import read_only
        from mltui.actions.trusting import trust
        from mltui.sources.trust import trust_of

        project = self._workspace.project
        if refused := read_only(self._workspace.config, "trust the commands of this repository"):
            self._begun = False
            self._say(refused.summary)
            return
        try:
            await self._asker.ask(lambda: trust(project, self._policy, trust_of(project).pythons))
        except OSError as error:
            self._begun = False
            self._say(f"it could not be written down: {error.strerror or error}")
            return
        self.dismiss(Outcome("done", "the commands are trusted"))
