"""`W`: what it takes to work on a run, shown before it happens, carried out when it is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label

from mltui.actions.gateway import gateway_of
from mltui.actions.reproduce import Reproduce
from mltui.errors import MltuiError
from mltui.model.outcome import Outcome
from mltui.model.reproduction import Reproduction
from mltui.present.reproduction import outcome_lines, plan_lines, progress_lines
from mltui.present.text import Line, Span, line, safe
from mltui.sources.reproducing import Reproducing
from mltui.sources.reproducing.wanted import wanted_of
from mltui.tui.commands.chooser_keys import WORK
from mltui.tui.screens.acting import READING, ActingDialog
from mltui.tui.symbols import symbols
from mltui.tui.widgets.cancel import Cancel
from mltui.tui.widgets.field import Field
from mltui.tui.widgets.lines import LinesView

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


class WorkOnDialog(ActingDialog):
    """The steps with their commands, the place of the worktree, what can't be restored; then how far it is.

    `node` is the id of a lineage node.
    """

    TOLD = WORK

    def __init__(self, workspace: Workspace, node: str) -> None:
        super().__init__(gateway_of(workspace))
        self._workspace, self._node = workspace, node
        self._plan: Reproduction | None = None

    def doing(self) -> Sequence[tuple[str, str]]:
        may = (("ctrl+s", "make the worktree"),) if self._ready and not self._refusal() else ()
        return (*may, ("esc", "leave"), ("tab", "steps, place"))

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog reading working") as box:
            box.border_title = "Work on it"
            with Horizontal(id="where"):
                yield Label("in  ")
                field = Field("", compact=True, disabled=True)
                field.cursor_blink = False
                yield field
            yield LinesView((line(Span(READING, "dim")),), id="steps")
            yield Label("", markup=False, id="why")
            yield Cancel("Cancel", markup=False)

    # What it takes

    async def read(self) -> None:
        def read() -> Reproduction:
            return Reproducing(self._workspace).plan(wanted_of(self._workspace, self._node))

        try:
            plan = await self._asker.ask(read)
        except MltuiError as error:
            self._failed_to_read(error)
            return
        self._plan = plan
        self.query_one(".dialog", Vertical).border_title = Content(f"Work on {safe(plan.label)}")
        field = self.query_one(Input)
        with self.prevent(Input.Changed):
            field.value = plan.directory
        field.disabled = plan.commit is None
        self._placed()
        self.call_after_refresh(self._on_screen)

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        if self._plan is not None and not self._begun:
            self._plan = self._plan.to(message.value.strip() or ".")
            self._placed()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.query_one(Cancel).focus()

    def _placed(self) -> None:
        """Show the steps as they are in the place that is chosen now."""
        if self._plan is None:
            return
        self._show(plan_lines(self._plan, symbols(self.app)))
        self._say(self._refusal())
        self.show_keys()

    def _refusal(self) -> str:
        """Why it can't be done; "" if it can."""
        action = self._action()
        refused = self._gateway.refusal(action) if action else None
        return safe(refused.summary) if refused else ""

    def _action(self) -> Reproduce | None:
        plan = self._plan
        return Reproduce(plan, self._workspace.project, self._workspace.runner) if plan else None

    # Doing it

    def action_confirm(self) -> None:
        if not self._ready or self._begun:
            return
        if why := self._refusal():
            self._say(why)
            return
        if action := self._action():
            self.query_one(Input).disabled = True
            self._act(action)

    def steps_so_far(self) -> Sequence[Line]:
        return progress_lines(self._plan, max(self._steps, default=1), symbols(self.app)) if self._plan else ()

    def ending(self, outcome: Outcome) -> Sequence[Line]:
        assert self._plan is not None
        return outcome_lines(outcome, self._plan, symbols(self.app))
