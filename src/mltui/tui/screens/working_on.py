"""`W`: what it takes to work on a run, shown before it happens, carried out when it is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label, Static

from mltui.actions.gateway import Gateway
from mltui.actions.reproduce import Reproduce
from mltui.errors import MltuiError
from mltui.model.outcome import Outcome
from mltui.model.reproduction import Reproduction
from mltui.present.reproduction import outcome_lines, plan_lines, progress_lines
from mltui.present.text import Line, Span, line, safe
from mltui.sources.reproducing import Reproducing
from mltui.sources.reproducing.wanted import wanted_of
from mltui.tui.asking import Asker
from mltui.tui.commands.chooser_keys import WORK
from mltui.tui.screens.dialog import Dialog
from mltui.tui.symbols import symbols
from mltui.tui.typed import KeyByKey
from mltui.tui.widgets.lines import LinesView
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

READING = "reading what it takes"


class Cancel(Static, can_focus=True):
    """Has the focus first, so that a key too many leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "press", "Cancel", show=False)]

    class Pressed(Message):
        """It was."""

    def action_press(self) -> None:
        self.post_message(self.Pressed())

    def on_click(self) -> None:
        self.action_press()


class WorkOnDialog(Dialog[None]):
    """The steps with their commands, the place of the worktree, what can't be restored; then how far it is.

    `node` is the id of a lineage node.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Leave", show=False),
        Binding("ctrl+s", "confirm", "Do it", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("question_mark", "tell_keys", "Help", show=False),
    ]
    TOLD = WORK

    class Stepped(Message):
        """A step begins."""

        def __init__(self, number: int, does: str) -> None:
            self.number, self.does = number, does
            super().__init__()

    def __init__(self, workspace: Workspace, node: str) -> None:
        super().__init__()
        self._workspace, self._node = workspace, node
        self._asker = Asker()
        self._gateway = Gateway(workspace.config)
        self._plan: Reproduction | None = None
        self._ready = False  # what ctrl+s would do is on screen
        self._begun = 0  #: the step it is at
        self._outcome: Outcome | None = None

    def keys(self) -> Sequence[tuple[str, str]]:
        if self._outcome is not None:
            return (("esc", "close"), ("up down", "scroll"))
        if self._begun:
            return (("up down", "scroll"),)
        doing = (("ctrl+s", "make the worktree"),) if self._ready and not self._refusal() else ()
        return (*doing, ("esc", "leave"), ("tab", "steps, place"))

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog reading working") as box:
            box.border_title = "Work on it"
            with Horizontal(id="where"):
                yield Label("in  ")
                field = Input("", compact=True, disabled=True)
                field.cursor_blink = False
                yield field
            yield LinesView((line(Span(READING, "dim")),), id="steps")
            yield Label("", markup=False, id="why")
            yield Cancel("Cancel", markup=False)

    def on_mount(self) -> None:
        self.query_one(Cancel).focus()
        self._forget()
        begin(self, self._read, group="plan")

    # What it takes

    async def _read(self) -> None:
        def read() -> Reproduction:
            return Reproducing(self._workspace).plan(wanted_of(self._workspace, self._node))

        try:
            plan = await self._asker.ask(read)
        except MltuiError as error:
            told = (line(Span(safe(error.summary), "bad")), line(Span(safe(error.hint), "dim")))
            self._show(told)
            return
        self._plan = plan
        self.query_one(".dialog", Vertical).border_title = f"Work on {safe(plan.label)}"
        field = self.query_one(Input)
        with self.prevent(Input.Changed):
            field.value = plan.directory
        field.disabled = plan.commit is None
        self._placed()
        self.call_after_refresh(self._seen)

    def _seen(self) -> None:
        """What is confirmed is what was seen: keys typed before it was are of no account."""
        self._forget()
        self._ready = True
        self.show_keys()

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
        why = self._refusal()
        self.query_one("#why", Label).update(why)
        self.query_one("#why", Label).display = bool(why)
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
        if not self._ready or self._begun or self._outcome is not None:
            return
        if why := self._refusal():
            self.query_one("#why", Label).update(why)
            return
        self._begun = 1
        self.query_one(Input).disabled = True
        self.query_one("#steps", LinesView).focus()
        self.query_one(Cancel).display = False
        self._progress("")
        begin(self, self._perform, group="acting")

    async def _perform(self) -> None:
        action = self._action()
        assert action is not None

        def tell(number: int, total: int, does: str) -> None:
            self.post_message(self.Stepped(number, does))

        try:
            outcome = await self._asker.ask(lambda: self._gateway.perform(action, lambda: True, tell))
        except MltuiError as error:
            outcome = Outcome("failed", error.summary, (error.hint,) if error.hint else ())
        self._forget()
        self._outcome = outcome
        assert outcome is not None
        self._show(outcome_lines(outcome, action.plan, symbols(self.app)))
        button = self.query_one(Cancel)
        button.update("Close")
        button.display = True
        button.focus()
        self.show_keys()

    @on(Stepped)
    def _stepped(self, message: Stepped) -> None:
        message.stop()
        if self._outcome is None:
            self._begun = message.number
            self._progress(message.does)

    def _progress(self, does: str) -> None:
        if self._plan is not None:
            self._show(progress_lines(self._plan, self._begun, symbols(self.app)))
        self.show_keys()

    # Leaving

    @on(Cancel.Pressed)
    def _cancelled(self) -> None:
        self.action_give_up()

    def action_give_up(self) -> None:
        if self._begun and self._outcome is None:
            self.query_one("#why", Label).display = True
            self.query_one("#why", Label).update("it is being made: this closes when it is done")
            return
        self.dismiss(None)

    def action_page(self, by: int) -> None:
        view = self.query_one("#steps", LinesView)
        (view.action_page_down if by > 0 else view.action_page_up)()

    def _show(self, lines: Sequence[Line]) -> None:
        self.query_one("#steps", LinesView).show(lines)

    def _forget(self) -> None:
        if isinstance(self.app, KeyByKey):
            self.app.forget_typed()
