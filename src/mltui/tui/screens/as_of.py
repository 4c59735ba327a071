"""`t`: which other time to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label

from mltui.errors import MltuiError
from mltui.model.as_of import AsOf
from mltui.present.text import Span, line, safe
from mltui.tui.asking import Asker
from mltui.tui.screens.dialog import Dialog
from mltui.tui.widgets.field import Field
from mltui.tui.widgets.lines import LinesView
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

ASK = "2026-11-01, 14:30 behind it, 3d back, v1.0, HEAD~3"
EMPTY_IS_NOW = "Empty is now."
#: Where somebody looks from: the moment meant, or None for now. Not called where the dialog was left.
Taken = Callable[[AsOf | None], object]


class AsOfDialog(Dialog[None]):
    """Asks for a date, a tag or a commit until it is given one that there is, and hands that to `taken`.

    `offered` stands in the field at first: what the cursor is on. `unknown` is what can't be told of the time that is
    looked at already.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "Leave", show=False)]

    def __init__(
        self, workspace: Workspace, taken: Taken, *, offered: str = "", now: bool = True, unknown: Sequence[str] = ()
    ) -> None:
        """`workspace` is that of now; `now`: it is what is looked at."""
        super().__init__()
        self._workspace, self._taken, self._offered = workspace, taken, offered
        self._now, self._unknown = now, unknown
        self._asker = Asker()

    def keys(self) -> Sequence[tuple[str, str]]:
        return (("enter", "look from there"), ("esc", "leave"))

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog asking") as box:
            box.border_title = "As of"
            field = Field(self._offered, compact=True, placeholder=ASK if self._now else "")
            field.cursor_blink = False
            yield field
            yield Label(self._calm(), markup=False)
            if self._unknown:
                said = [line(Span("What is not known of then:", "key")), *(line(safe(each)) for each in self._unknown)]
                yield LinesView(said, focusable=False)

    def _calm(self) -> str:
        return "A date, a tag, a commit. " + (EMPTY_IS_NOW if self._now else "Empty goes back to now.")

    def action_give_up(self) -> None:
        self.dismiss(None)

    @on(Input.Changed)
    def _typed(self) -> None:
        self.query_one(Label).update(self._calm())

    @on(Input.Submitted)
    def _entered(self, message: Input.Submitted) -> None:
        message.stop()
        if word := message.value.strip():
            begin(self, self._resolve, word, group="resolve")
        else:
            self.dismiss(None)
            self._taken(None)

    async def _resolve(self, word: str) -> None:
        from mltui.sources.as_of import resolve

        try:
            found = await self._asker.ask(lambda: resolve(word, self._workspace))
        except MltuiError as error:
            self.query_one(Label).update(f"{safe(error.summary)}\n{safe(error.hint)}".strip())
            return
        self.dismiss(None)
        self._taken(found)
