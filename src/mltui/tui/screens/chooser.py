"""One list to choose from: type to narrow it, enter takes it, esc leaves everything as it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from mltui.present.layout import cells as width_in_cells
from mltui.present.rows import Cell, Column, Rows, by_text
from mltui.present.text import Span, line, safe
from mltui.tui.asking import Asker
from mltui.tui.screens.dialog import Dialog
from mltui.tui.symbols import symbols
from mltui.tui.widgets.prepared import Prepared, prepare
from mltui.tui.widgets.searchfield import SearchField
from mltui.tui.widgets.table import VirtualTable
from mltui.tui.working import begin

#: So many options are narrowed at once; more take longer than a frame.
FEW = 300
#: What begins the key of a text that is none of the titles.
OTHER = "\0other "
#: Terminal columns that a title and what is said behind it have at least; half of what is around both.
LEAST, FRAME = 12, 4


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose. `about` is said behind it, `chosen` marks what holds now.

    `before` stands in front of it (the key of a command); one that is not `open` can't be had now and is dim.
    """

    key: str
    title: str
    about: str = ""
    chosen: bool = False
    before: str = ""
    open: bool = True


class Chooser(Dialog[tuple[str, ...] | None]):
    """Gives the keys chosen, or None. With `several`, space marks and enter takes all that are marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Leave", show=False),
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("pageup", "move(-10)", "Page up", show=False, priority=True),
        Binding("pagedown", "move(10)", "Page down", show=False, priority=True),
        Binding("space", "mark", "Mark", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        options: Sequence[Option],
        *,
        several: bool = False,
        takes: str = "take it",
        ask: str = "",
        other: str = "",
    ) -> None:
        """`takes` says in the last line what ``enter`` does, `ask` in the field what to type.

        `other`: what is offered of a text that is no title; ``{}`` in it stands for the text, which is given as
        `OTHER` and itself.
        """
        super().__init__()
        self._headline = title
        self._options = {option.key: option for option in options}
        self._marked = {option.key for option in options if option.chosen}
        self._several = several
        self._longest = max((width_in_cells(safe(each.title)) for each in options), default=0)
        self._takes = "take what is marked" if several else takes
        self._asker = Asker()
        self._ask = ask or "type to narrow"
        self._other = other

    def keys(self) -> Sequence[tuple[str, str]]:
        mark = (("space", "mark"),) if self._several else ()
        return (("enter", self._takes), *mark, ("esc", "leave"), ("up down", "choose"))

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content(safe(self._headline))
            field = SearchField(compact=True, placeholder=self._ask)
            field.cursor_blink = False
            yield field
            table = VirtualTable(header=False, placeholder="nothing matches", driven=True)
            table.can_focus = False
            yield table

    def on_mount(self) -> None:
        held = next((key for key, option in self._options.items() if option.chosen), None)

        def follow() -> None:
            if held is not None:
                self.table.move_to_key(held)  # at once, for a key typed ahead; into view once there is a size
                self.call_after_refresh(self.table.reveal_cursor)

        self._show("", follow)

    @property
    def table(self) -> VirtualTable:
        """The options."""
        return self.query_one(VirtualTable)

    def action_move(self, by: int) -> None:
        self.table.action_move(by)

    def action_mark(self) -> None:
        key = self.table.cursor_key
        if not self._several:
            self.query_one(Input).insert_text_at_cursor(" ")
        elif key is not None:
            self._marked ^= {key}
            self._show(self.query_one(Input).value)

    def action_give_up(self) -> None:
        self.dismiss(None)

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        text = message.value
        self._show(text, lambda: self._point(text))

    def _point(self, text: str) -> None:
        """What was typed in full comes before all that holds it."""
        whole = next((key for key, option in self._options.items() if option.title == text), None)
        if text and (whole is None or not self.table.move_to_key(whole)):
            self.table.move_to(0)

    @on(Input.Submitted)
    def _taken(self) -> None:
        self.take()

    def take(self) -> None:
        """Give what is marked, or what the cursor is on."""
        key = self.table.cursor_key
        if self._several:
            self.dismiss(tuple(each for each in self._options if each in self._marked))
        elif key is not None:
            self.dismiss((key,))

    @on(VirtualTable.Chosen)
    def _clicked(self, message: VirtualTable.Chosen) -> None:
        if self._several:
            self.action_mark()
        else:
            self.dismiss((message.key,))

    def _show(self, text: str, follow: Callable[[], object] = lambda: None) -> None:
        """Show the options that `text` finds, then let the cursor follow; where there are many, in a worker."""
        find = self._finder(text)

        def make() -> tuple[Rows[Option], Prepared]:
            found = find()
            return found, prepare(found)

        async def show() -> None:
            found, prepared = await self._asker.ask(make)
            self.table.set_rows(found, prepared=prepared)
            follow()

        if len(self._options) > FEW:
            begin(self, show, group="chooser")
        else:
            self.table.set_rows(find())
            follow()

    def _finder(self, text: str) -> Callable[[], Rows[Option]]:
        """What finds the options that hold the words of `text`, in any thread."""
        options = tuple(self._options.values())
        if self._other and text.strip() and all(each.title != text for each in options):
            options += (Option(OTHER + text, self._other.format(text)),)
        rows = Rows(self._cells(), options, lambda each: each.key)
        return lambda: rows.matching(text)

    def _cells(self) -> tuple[Cell[Option], ...]:
        """What stands before an option, whether it is marked, its title, what is said about it."""
        options, marked, sign = self._options.values(), frozenset(self._marked), symbols(self.app).fresh
        fields: list[Cell[Option]] = []
        if any(each.before for each in options):
            before = Column("before", "", max(len(each.before) for each in options), rank=0)
            fields.append(Cell(before, lambda o: line(Span(o.before, _role(o, "accent"))), _no_order))
        if self._several or any(each.chosen for each in options):
            mark = Column("mark", "", 1, rank=0)
            fields.append(Cell(mark, lambda o: line(Span(sign if o.key in marked else "", "good")), _no_order))
        title = Column("title", "", max(LEAST, min(self._longest, self.app.size.width // 2 - FRAME)), flex=True, rank=0)
        about = Column("about", "", LEAST, flex=True, rank=0)
        fields.append(Cell(title, lambda o: line(Span(safe(o.title), _role(o, ""))), _no_order))
        if any(each.about for each in options):
            fields.append(Cell(about, lambda o: line(Span(safe(o.about), "dim")), _no_order))
        return tuple(fields)


def _role(option: Option, role: str) -> str:
    return role if option.open else "dim"


def _no_order(option: Option) -> tuple[int, float, str]:
    return by_text(option.title)
