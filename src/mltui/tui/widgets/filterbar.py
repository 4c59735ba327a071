"""The line in which a filter is typed: every letter filters, enter keeps it, esc takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label, Static

from mltui.present.filter_text import below, told
from mltui.present.layout import cut
from mltui.present.text import safe, safe_lines
from mltui.tui.symbols import symbols
from mltui.tui.widgets.field import Field

if TYPE_CHECKING:
    from mltui.errors import FilterError
    from mltui.tui.screens.main import MainScreen

#: What stands before the text.
SIGN = " / "
#: Terminal columns that a word gets that the text could go on as.
LEAST = 12


class FilterBar(Vertical):
    """Shown while somebody types. `last` is the filter used last, for ``n`` and ``N``.

    A text that is no filter yet, or a wrong one, changes nothing: the line below says where and why. Of one that is
    only unfinished it says how it could go on, without alarm, until somebody presses enter.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Clear", show=False),
        Binding("down,up,shift+tab", "keep", "Keep", show=False, priority=True),
        Binding("tab", "complete", "Complete", show=False, priority=True),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.last = ""
        self._good = ""  # what a filter that is wrong leaves in force: not the words that it began as

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label(SIGN, markup=False)
            field = Field(compact=True, select_on_focus=False)
            field.cursor_blink = False
            yield field
        yield Static(id="filter-why", markup=False)

    def on_mount(self) -> None:
        self.display = False

    def open(self, text: str) -> None:
        """Let somebody type, beginning with what is filtered by."""
        self.display = True
        self._good = text
        self._say("")
        field = self._field
        with field.prevent(Input.Changed):
            field.value = text
        field.cursor_position = len(text)
        field.focus()

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        place = self._screen.place
        if self._explain(message.value) is not None:
            place.filter_text = self._good
            return
        if not place.is_searched(message.value):
            self._good = message.value
        place.filter_text = message.value
        if message.value:
            self.last = message.value

    @on(Input.Submitted)
    def _done(self, message: Input.Submitted) -> None:
        message.stop()
        if self._explain(message.value, ended=True) is None:
            self.action_keep()

    def on_descendant_focus(self) -> None:
        self._screen.refresh_bars()

    def on_descendant_blur(self) -> None:
        self._screen.refresh_bars()

    def action_keep(self) -> None:
        """Go to the rows of the last filter that was none the worse."""
        self.display = False
        self._screen.place.focus_first()

    def refuse(self, fault: FilterError, standing: str) -> None:
        """A filter that was none the worse turned out to be one when it acted; `standing` is in force again."""
        self._good = standing
        if self.last == fault.text:
            self.last = standing
        if self.display:
            self._explain(self._field.value, ended=True)
        else:
            self._screen.say(told(fault), "bad")

    def action_give_up(self) -> None:
        self._screen.place.filter_text = ""
        self.action_keep()

    def action_complete(self) -> None:
        """Complete what is at the end, or say which there are. Of a whole filter, or words, go to the rows."""
        field, place = self._field, self._screen.place
        text, words = place.completed(field.value)
        if text != field.value:
            field.value = text
            field.cursor_position = len(text)
        elif not words and place.fault(field.value) is None:
            self.action_keep()
        elif not words:
            self._say(" " * len(SIGN) + "nothing completes this")
        if words:
            self.call_after_refresh(self._offer, words)

    def _offer(self, words: Sequence[str]) -> None:
        room = max(1, self.size.width - len(SIGN))
        more = symbols(self.app).more
        each = max(LEAST, room // 2 - 1)  # the next one is seen too, however long a key is
        self._say(" " * len(SIGN) + cut("  ".join(cut(safe(word), each, more) for word in words), room, more))

    def _explain(self, text: str, *, ended: bool = False) -> FilterError | None:
        """Say what is wrong with `text`; `ended`: nobody means to type more of it."""
        fault = self._screen.place.fault(text)
        unfinished = fault is not None and fault.unfinished and not ended
        if fault is None:
            self._say("")
        elif unfinished and (words := self._going_on(text)):
            self._offer(words)
        else:
            self.call_after_refresh(self._blame, fault, wrong=not unfinished)  # the field has scrolled by then
        return fault

    def _going_on(self, text: str) -> Sequence[str]:
        """What the word at the end could become."""
        from mltui.model.filters.completing import begun

        whole, words = self._screen.place.completed(text)
        return words if words or whole == text else (whole[begun(text) :],)

    def _blame(self, fault: FilterError, *, wrong: bool) -> None:
        if self._field.value == fault.text:
            before, more = len(SIGN) - round(self._field.scroll_x), symbols(self.app).more
            self._say(below(fault, self.app.size.width, before, more), dim=not wrong, wrong=wrong)

    def _say(self, text: str, *, dim: bool = False, wrong: bool = False) -> None:
        self.set_class(bool(text), "-why")
        self.set_class(dim, "-dim")
        self.set_class(wrong, "-wrong")
        self.query_one("#filter-why", Static).update(safe_lines(text))

    @property
    def _field(self) -> Input:
        return self.query_one(Input)

    @property
    def _screen(self) -> MainScreen:
        return self.screen  # type: ignore[return-value]
