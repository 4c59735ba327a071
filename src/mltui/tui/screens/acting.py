"""What dialogs share that carry an action out: its steps while it goes on, how it ended, leaving when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Label

from mltui.actions.gateway import Action, Gateway
from mltui.errors import MltuiError
from mltui.model.outcome import Outcome
from mltui.present.text import Line, Span, line, safe, safe_lines
from mltui.tui.asking import Asker
from mltui.tui.screens.dialog import Dialog
from mltui.tui.typed import KeyByKey
from mltui.tui.widgets.cancel import Cancel
from mltui.tui.widgets.lines import LinesView
from mltui.tui.working import begin

READING = "reading what it takes"


class ActingDialog(Dialog[Outcome | None]):
    """Gives how the action ended; None if it was not begun. Has a `LinesView`, a `Label` "why" and a `Cancel`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Leave", show=False),
        Binding("ctrl+s", "confirm", "Do it", show=False, priority=True),
        Binding("up,k", "text('scroll_up')", show=False),
        Binding("down,j", "text('scroll_down')", show=False),
        Binding("home", "text('scroll_home')", show=False),
        Binding("end", "text('scroll_end')", show=False),
        Binding("pageup,ctrl+b", "text('page_up')", show=False),
        Binding("pagedown,ctrl+f", "text('page_down')", show=False),
        Binding("question_mark", "tell_keys", "Help", show=False),
    ]

    class Stepped(Message):
        """A step begins, or the same one is further."""

        def __init__(self, number: int, does: str) -> None:
            self.number, self.does = number, does
            super().__init__()

    def __init__(self, gateway: Gateway) -> None:
        super().__init__()
        self._gateway = gateway
        self._asker = Asker()
        self._ready = False  # what ctrl+s would do is on screen
        self._begun = False
        self._steps: dict[int, str] = {}
        self._outcome: Outcome | None = None

    # What it takes, told by whoever extends this

    def doing(self) -> Sequence[tuple[str, str]]:
        """The keys before it begins."""
        raise NotImplementedError

    def steps_so_far(self) -> Sequence[Line]:
        """What is shown while it goes on, by `_steps`."""
        raise NotImplementedError

    def ending(self, outcome: Outcome) -> Sequence[Line]:
        """How it ended."""
        raise NotImplementedError

    async def read(self) -> None:
        """Find out what will be done, and show it."""
        raise NotImplementedError

    def ended(self, outcome: Outcome) -> None:
        """It is over, and what came of it is on screen."""

    def keys(self) -> Sequence[tuple[str, str]]:
        if self._outcome is not None:
            return (("esc", "close"), ("up down", "scroll"))
        return (("up down", "scroll"),) if self._begun else self.doing()

    def on_mount(self) -> None:
        self.query_one(Cancel).focus()
        self._forget()
        begin(self, self.read, group="plan")

    def _on_screen(self) -> None:
        """What is confirmed is what was seen: keys typed before it was are of no account."""
        self._forget()
        self._ready = True
        self.show_keys()

    def _failed_to_read(self, error: MltuiError) -> None:
        self._show((line(Span(safe(error.summary), "bad")), line(Span(safe(error.hint), "dim"))))

    # Doing it

    def _act(self, action: Action) -> None:
        """It was confirmed: begin."""
        self._begun = True
        self.query_one(LinesView).focus()
        self.query_one(Cancel).display = False
        self._progress()
        begin(self, self._perform, action, group="acting")

    async def _perform(self, action: Action) -> None:
        def tell(number: int, total: int, does: str) -> None:
            self.post_message(self.Stepped(number, does))

        try:
            outcome = await self._asker.ask(lambda: self._gateway.perform(action, lambda: True, tell))
        except MltuiError as error:
            outcome = Outcome("failed", error.summary, (error.hint,) if error.hint else ())
        assert outcome is not None
        self._forget()
        self._outcome = outcome
        self._say("")
        self._show(self.ending(outcome))
        self._button("Close")
        self.show_keys()
        self.ended(outcome)

    @on(Stepped)
    def _stepped(self, message: Stepped) -> None:
        message.stop()
        if self._outcome is None:
            self._steps[message.number] = message.does
            self._progress()

    def _progress(self) -> None:
        self._show(self.steps_so_far())
        self.show_keys()

    # Leaving

    @on(Cancel.Pressed)
    def _cancelled(self) -> None:
        self.action_give_up()

    def action_give_up(self) -> None:
        if self._begun and self._outcome is None:
            self._say("it is being done: esc leaves when it is over")
            return
        self.dismiss(self._outcome)

    def action_text(self, moves: str) -> None:
        """The text moves though the focus is on Cancel."""
        getattr(self.query_one(LinesView), f"action_{moves}")()

    def _button(self, word: str) -> None:
        """The button with another word, and in focus."""
        button = self.query_one(Cancel)
        button.update(word)
        button.display = True
        button.focus()

    def _show(self, lines: Sequence[Line]) -> None:
        self.query_one(LinesView).show(lines)

    def _say(self, why: str) -> None:
        label = self.query_one("#why", Label)
        label.update(safe_lines(why))
        label.display = bool(why)

    def _forget(self) -> None:
        if isinstance(self.app, KeyByKey):
            self.app.forget_typed()
