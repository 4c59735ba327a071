"""One action: what exactly it will do, shown before it happens, carried out when it is confirmed.

Whoever has something that changes something pushes this screen; nothing of it begins but by ``ctrl+s``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label

from mltui.actions.gateway import Action, Gateway
from mltui.errors import MltuiError, Refused
from mltui.model.outcome import Outcome
from mltui.present.confirming import outcome_lines, preview_lines, step_lines
from mltui.present.text import Line, Span, line, safe
from mltui.tui.clipboard import copy
from mltui.tui.commands.chooser_keys import CONFIRM
from mltui.tui.screens.acting import READING, ActingDialog
from mltui.tui.symbols import symbols
from mltui.tui.widgets.cancel import Cancel
from mltui.tui.widgets.lines import LinesView
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: A dialog takes so much of the screen's height at most (app.tcss).
TALLEST = 0.9


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """What is to be confirmed: the action, and what is said of it above its commands. `tells` that the lines have the
    commands already."""

    action: Action
    lines: Sequence[Line] = ()
    tells: bool = False


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a person sees of it: read once in a thread. `why` is why it can't be done, "" if it can."""

    asked: ToConfirm
    commands: tuple[str, ...]
    why: str = ""
    hint: str = ""


class ConfirmDialog(ActingDialog):
    """Shows what `make` gives, and does it.

    `make` is called in a thread, since it may read: it gives what is asked, or raises a `MltuiError` that is shown
    instead. `verb` is what ``ctrl+s`` does, in a word or two ("apply it").
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", "Copy", show=False)]
    TOLD = CONFIRM
    #: A class of its own for app.tcss, "" for none.
    KIND: ClassVar[str] = ""

    def __init__(
        self, workspace: Workspace, gateway: Gateway, title: str, make: Callable[[], ToConfirm], verb: str = "do it"
    ) -> None:
        super().__init__(gateway)
        self._workspace = workspace
        self._headline, self._make, self._verb = title, make, verb
        self._asked: _Seen | None = None

    def doing(self) -> Sequence[tuple[str, str]]:
        may = (("ctrl+s", self._verb),) if self._ready and self._asked and not self._asked.why else ()
        return (*may, ("esc", "leave"), ("y", "copy"))

    def content(self) -> ComposeResult:
        with Vertical(classes=f"dialog working confirming {self.KIND}".rstrip()) as box:
            box.border_title = Content(safe(self._headline))
            yield LinesView(self.at_first(), id="text")
            yield Label("", markup=False, id="why")
            yield Cancel("Cancel", markup=False)

    # What it takes

    def at_first(self) -> Sequence[Line]:
        """What is shown while it is read."""
        return (line(Span(READING, "dim")),)

    async def read(self) -> None:
        try:
            seen = await self._asker.ask(self._seen_now)
        except MltuiError as error:
            self._say("")
            self._failed_to_read(error)
            self.query_one(".confirming").border_subtitle = ""
            return
        self._asked = seen
        shown = () if seen.asked.tells else seen.commands
        self._show(preview_lines(seen.asked.lines, shown, symbols(self.app)))
        self._say("\n".join(each for each in (seen.why, seen.hint) if each))
        self.call_after_refresh(self._on_screen)

    def _seen_now(self) -> _Seen:
        asked = self._make()
        refused = self.refusal_of(asked.action)
        why, hint = (safe(refused.summary), safe(self.hint(refused))) if refused else ("", "")
        return _Seen(asked, tuple(asked.action.commands()), why, hint)

    def refusal_of(self, action: Action) -> Refused | None:
        """Why it can't be done, as far as that is said before it is on screen. In a thread."""
        return self._gateway.refusal(action)

    def hint(self, refused: Refused) -> str:
        """What can be done about it, in the words of this screen."""
        return refused.hint

    def look_again(self, make: Callable[[], ToConfirm]) -> None:
        """Something else is asked: read it, and show it in place of what was."""
        if self._begun:
            return
        self._make, self._ready, self._asked = make, False, None
        self._say("")
        self.query_one(".confirming").border_subtitle = READING  # what stands there is of before
        self.show_keys()
        begin(self, self.read, group="plan")

    def _on_screen(self) -> None:
        super()._on_screen()
        self.query_one(".confirming").border_subtitle = ""

    # Doing it

    def question(self) -> str:
        """What is asked once more before it begins; "" if nothing is."""
        return ""

    def action_confirm(self) -> None:
        if not self._ready or self._begun or self._asked is None or self._asked.why:
            return
        if question := self.question():
            self._say(question)
            return
        self._act(self._asked.asked.action)

    def steps_so_far(self) -> Sequence[Line]:
        return step_lines(list(self._steps.values()), symbols(self.app))

    def ending(self, outcome: Outcome) -> Sequence[Line]:
        return outcome_lines(outcome, symbols(self.app))

    def action_copy(self) -> None:
        if self._asked is not None and self._asked.commands:
            text = "\n".join(self._asked.commands)
            copy(self, self._workspace, text, "the commands", lambda word, _: self._say(word))

    def _show(self, lines: Sequence[Line]) -> None:
        super()._show(lines)
        self.call_after_refresh(self._fit)

    def _say(self, why: str) -> None:
        super()._say(why)
        self.call_after_refresh(self._fit)

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """What is too high scrolls, and does not push out what stands below it: why it can't be done, and Cancel."""
        if not (boxes := self.query(".confirming").nodes):
            return  # it was closed meanwhile
        box, view = boxes[0], self.query_one("#text", LinesView)
        below = sum(
            each.outer_size.height + each.styles.margin.height
            for each in box.children
            if each is not view and each.display
        )
        frame = box.outer_size.height - box.size.height
        room = self.size.height - self.query_one("#keys").outer_size.height
        needed, most = view.virtual_size.height + view.gutter.height + below + frame, int(room * TALLEST)
        box.set_class(needed > most, "-full")
        box.styles.min_height = min(needed, most)  # lines that wrap are more than the height "auto" counts

    def _room(self) -> int:
        """Columns of a line; may be asked in a thread."""
        return self.query_one("#text", LinesView).scrollable_content_region.width - 2
