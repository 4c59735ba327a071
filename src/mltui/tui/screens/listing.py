"""A list over the main screen, the newest last: narrowed by what is typed, copied from, its entries read whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from mltui.errors import SourceError
from mltui.present.rows import Rows
from mltui.present.text import Line, safe
from mltui.tui.asking import Asker
from mltui.tui.clipboard import copy
from mltui.tui.screens.dialog import Dialog
from mltui.tui.screens.reading import ReadingScreen
from mltui.tui.widgets.field import Field
from mltui.tui.widgets.table import VirtualTable
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


class ListingScreen(Dialog[None]):
    """What a subclass reads (`read`, in a thread), shows in rows and gives to be copied."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Leave", show=False),
        Binding("q", "leave", "Leave", show=False),
        Binding("slash", "find", "Find", show=False),
        Binding("r", "again", "Read again", show=False),
        Binding("y", "copy", "Copy", show=False),
        Binding("question_mark", "tell_keys", "Help", show=False),
    ]
    headline: ClassVar[str]
    #: What the last line says of ``y``, the key that leads to the other list and what it says of that.
    copies: ClassVar[str]
    other: ClassVar[tuple[str, str]]
    #: What stands there without rows.
    nothing: ClassVar[str]

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self._asker = Asker()
        self._rows: Rows[Any] | None = None

    # What a subclass says

    def read(self) -> Rows[Any]:
        """The rows, the newest last. In a thread; raises `SourceError`."""
        raise NotImplementedError

    def text_of(self, item: Any) -> str:
        """What is copied of one."""
        raise NotImplementedError

    def lines_of(self, item: Any) -> Sequence[Line]:
        """All of one."""
        raise NotImplementedError

    # What is shown

    def keys(self) -> Sequence[tuple[str, str]]:
        return (
            ("esc", "leave"),
            ("y", self.copies),
            ("/", "find"),
            ("enter", "whole"),
            self.other,
            ("r", "read again"),
        )

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog reading") as box:
            box.border_title = Content(safe(self.headline))
            field = Field(compact=True, placeholder="type to narrow")
            field.cursor_blink = False
            field.display = False
            yield field
            yield VirtualTable(placeholder="reading")

    def on_mount(self) -> None:
        self.table.focus()
        self.action_again()

    @property
    def table(self) -> VirtualTable:
        """The rows."""
        return self.query_one(VirtualTable)

    def action_again(self) -> None:
        begin(self, self._read, group="listing")

    async def _read(self) -> None:
        first = self._rows is None
        at_end = first or self.table.cursor_row >= len(self.table.rows) - 1
        try:
            self._rows = await self._asker.ask(self.read)
        except SourceError as error:
            self.table.placeholder = error.summary
            return
        self.table.placeholder = self.nothing
        self._narrow(self.query_one(Input).value)
        if at_end:
            self.table.move_to(len(self.table.rows) - 1)
            self.call_after_refresh(self.table.reveal_cursor)

    def _narrow(self, text: str) -> None:
        if self._rows is not None:
            self.table.set_rows(self._rows.matching(text))

    # Keys

    def action_find(self) -> None:
        field = self.query_one(Input)
        field.display = True
        field.focus()

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        self.table.placeholder = "nothing matches" if message.value else self.nothing
        self._narrow(message.value)

    @on(Input.Submitted)
    def _found(self) -> None:
        self.table.focus()

    def key_down(self) -> None:
        """From the field to the rows."""
        if isinstance(self.focused, Input):
            self.table.focus()

    def action_back(self) -> None:
        """What was typed is taken back first."""
        field = self.query_one(Input)
        if not field.display:
            self.action_leave()
            return
        field.value = ""
        field.display = False
        self.table.focus()

    def action_leave(self) -> None:
        self.dismiss(None)

    @property
    def item(self) -> Any:
        """What the cursor is on; None without rows."""
        rows = self.table.rows
        return rows.item(self.table.cursor_row) if self.table.cursor_row < len(rows) else None

    def action_copy(self) -> None:
        if (item := self.item) is None or not (text := self.text_of(item)):
            self._say("nothing to copy here", "warn")
            return
        copy(self, self.workspace, text, self.copies.removeprefix("copy "), self._say)

    def _say(self, text: str, role: str = "") -> None:
        self.say_last(text, role)

    @on(VirtualTable.Chosen)
    def _open(self, message: VirtualTable.Chosen) -> None:
        message.stop()
        if (item := self.item) is not None:
            self.app.push_screen(ReadingScreen(self.headline, lambda: self.lines_of(item)))
