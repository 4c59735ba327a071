"""The column picker: find a column by a few letters, take it, and say how it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from mltui.model.columns import ColumnSpec
from mltui.present.marks import count
from mltui.present.picking import Candidate, Picking, called, next_against, next_pick, shown_as, widened
from mltui.present.rows import MISSING, Cell, Column, Rows, SortKey
from mltui.present.text import Line, Span, line, safe
from mltui.tui.asking import Asker
from mltui.tui.screens.asking_text import AskText
from mltui.tui.screens.dialog import Dialog
from mltui.tui.symbols import symbols
from mltui.tui.widgets.prepared import Prepared, prepare
from mltui.tui.widgets.searchfield import SearchField
from mltui.tui.widgets.table import VirtualTable
from mltui.tui.working import begin

#: So many columns are listed at once; more take longer than a frame.
FEW = 300


class ColumnPicker(Dialog[tuple[ColumnSpec, ...] | None]):
    """Gives the columns taken, () for mltui's own choice; None leaves the table as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Leave", show=False),
        Binding("ctrl+s", "take", "Take", show=False, priority=True),
        Binding("space", "take_or_leave", "Column", show=False, priority=True),
        Binding("up", "step(-1)", "Up", show=False, priority=True),
        Binding("down", "step(1)", "Down", show=False, priority=True),
        Binding("pageup", "step(-10)", "Page up", show=False, priority=True),
        Binding("pagedown", "step(10)", "Page down", show=False, priority=True),
        Binding("shift+up", "move(-1)", "Further left", show=False, priority=True),
        Binding("shift+down", "move(1)", "Further right", show=False, priority=True),
        Binding("left", "widen(-1)", "Narrower", show=False, priority=True),
        Binding("right", "widen(1)", "Wider", show=False, priority=True),
        Binding("tab", "pick", "Value", show=False, priority=True),
        Binding("ctrl+d", "against", "Difference", show=False, priority=True),
        Binding("ctrl+n", "number", "Number", show=False, priority=True),
        Binding("ctrl+t", "pin", "Pin", show=False, priority=True),
        Binding("ctrl+o", "own", "mltui's own", show=False, priority=True),
    ]

    def __init__(self, title: str, picking: Picking) -> None:
        super().__init__()
        self._headline = title
        self._asker = Asker()
        self.picking = picking

    def keys(self) -> Sequence[tuple[str, str]]:
        return (
            ("space", "column"),
            ("ctrl+s", "take"),
            ("esc", "leave"),
            ("tab", "value"),
            ("← →", "width"),
            ("shift+↑ ↓", "order"),
            ("ctrl+d", "difference"),
            ("ctrl+t", "pin"),
            ("ctrl+n", "number"),
            ("ctrl+o", "mltui's own"),
        )

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog columns") as box:
            box.border_title = Content(safe(self._headline))
            field = SearchField(compact=True, placeholder="a few letters of a metric, param, tag or attribute")
            field.cursor_blink = False
            yield field
            table = VirtualTable(placeholder="nothing has these letters", driven=True)
            table.can_focus = False
            yield table

    def on_mount(self) -> None:
        self._lay_out(self.picking, lambda: None)

    @property
    def table(self) -> VirtualTable:
        """The columns there are."""
        return self.query_one(VirtualTable)

    # Keys

    def action_give_up(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    def action_take(self) -> None:
        self.dismiss(self.picking.result())

    def action_step(self, by: int) -> None:
        self.table.action_move(by)

    @on(VirtualTable.Chosen)
    def action_take_or_leave(self) -> None:
        """Take the column or leave it."""
        if (candidate := self._at_cursor()) is not None:
            self._become(self.picking.toggled(candidate))

    def action_move(self, by: int) -> None:
        if (candidate := self._at_cursor()) is not None:
            self._become(self.picking.moved(candidate, by))

    def action_widen(self, by: int) -> None:
        self._change(lambda spec: widened(spec, by))

    def action_pin(self) -> None:
        self._change(lambda spec: replace(spec, pinned=not spec.pinned))

    def action_pick(self) -> None:
        self._change(next_pick, metric=True)

    def action_against(self) -> None:
        self._change(next_against, metric=True)

    def action_own(self) -> None:
        self._become(self.picking.as_own())
        self.table.move_to(0)

    def action_number(self) -> None:
        """Of how many points a mean is, or at which step a value."""
        candidate = self._at_cursor()
        if candidate is None or candidate.spec.pick not in ("mean", "at"):
            return
        mean = candidate.spec.pick == "mean"

        def check(text: str) -> str:
            whole = text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 19
            return "" if whole and not (mean and int(text) < 1) else "a whole number"

        def taken(text: str | None) -> None:
            if text is not None:
                self._change(lambda spec: replace(spec, of=int(text)), metric=True)

        title = "Mean of how many of the last points?" if mean else "The value at which step?"
        self.app.push_screen(AskText(title, str(candidate.spec.of), check=check), taken)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._lay_out(self.picking, lambda: self.table.move_to(0))

    # Bookkeeping

    def _at_cursor(self) -> Candidate | None:
        table = self.table
        found: Candidate | None = table.rows.item(table.cursor_row) if len(table.rows) else None
        return found

    def _change(self, change: Callable[[ColumnSpec], ColumnSpec], *, metric: bool = False) -> None:
        candidate = self._at_cursor()
        if candidate is None or (metric and candidate.spec.family != "metrics"):
            return
        spec = change(candidate.spec)
        while any(each.id == spec.id for each in self.picking.chosen if each.id != candidate.key):
            if (other := change(spec)) == candidate.spec or other == spec:
                return
            spec = other
        self._become(self.picking.changed(candidate, spec), spec.id)

    def _become(self, picking: Picking, key: str | None = None) -> None:
        at = self.table.cursor_row

        def follow() -> None:
            if key is None or not self.table.move_to_key(key):
                self.table.move_to(at if self.table.cursor_key is None else self.table.cursor_row)

        self._lay_out(picking, follow)

    def _lay_out(self, picking: Picking, follow: Callable[[], object]) -> None:
        """List what `picking` and the field say, then let the cursor follow; in a worker where there are many."""
        text, cells = self.query_one(Input).value, self._cells()

        def make() -> tuple[Picking, Rows[Candidate], Prepared]:
            found = picking if picking.text == text else picking.typed(text)
            rows = Rows(cells, found.candidates(), lambda each: each.key)
            return found, rows, prepare(rows)

        async def lay_out() -> None:
            self._show(*await self._asker.ask(make))
            follow()

        if len(picking.choices) > FEW:
            begin(self, lay_out, group="chooser")
        else:
            self._show(*make())
            follow()

    def _show(self, picking: Picking, rows: Rows[Candidate], prepared: Prepared) -> None:
        self.picking = picking
        self.table.set_rows(rows, prepared=prepared)
        held = "mltui's own choice" if picking.is_own else f"{count(len(picking.chosen), 'column')} taken"
        self.query_one(".dialog").border_title = Content(safe(f"{self._headline}: {held}"))

    def _cells(self) -> tuple[Cell[Candidate], ...]:
        sign = symbols(self.app).fresh
        return (
            _cell("mark", "", 1, lambda each: line(Span(sign if each.nth else "", "good"))),
            _cell("nth", "#", 3, lambda each: line(Span(str(each.nth) if each.nth else "", "dim")), right=True),
            Cell(Column("column", "column", 24, flex=True, rank=0), _name, _no_order),
            _cell("shows", "shows", 20, lambda each: line(shown_as(each.spec) if each.nth else "")),
            _cell("width", "width", 5, _width, right=True),
            _cell("pinned", "pin", 3, lambda each: line(sign if each.spec.pinned else "")),
            _cell("differs", "differs", 7, _differs),
            Cell(Column("runs", "runs", 12, "right", rank=3), _runs, _no_order),
        )


def _cell(
    key: str, label: str, width: int, show: Callable[[Candidate], Line], *, right: bool = False
) -> Cell[Candidate]:
    rank = 0 if key in ("mark", "nth") else 1
    return Cell(Column(key, label, width, "right" if right else "left", rank=rank), show, _no_order)


def _name(candidate: Candidate) -> Line:
    spec = candidate.spec
    header = called(spec)
    return line(
        Span(f"{spec.family}.", "dim"),
        Span(safe(spec.key), "" if candidate.choice else "dim"),
        Span(f"  {header}" if header else "", "accent"),
    )


def _width(candidate: Candidate) -> Line:
    if not candidate.nth:
        return ()
    return line(str(candidate.spec.width)) if candidate.spec.width else line(Span("auto", "dim"))


def _differs(candidate: Candidate) -> Line:
    """Whether the runs differ in it."""
    choice = candidate.choice
    if choice is None or choice.count is None:
        return ()
    return line("differs" if choice.varying else Span("no run" if choice.count == 0 else "same", "dim"))


def _runs(candidate: Candidate) -> Line:
    """How many runs have it."""
    choice = candidate.choice
    if choice is None:
        return ()
    return line(Span("not read yet" if choice.count is None else f"{choice.count:,}", "dim"))


def _no_order(_: Candidate) -> SortKey:
    return MISSING
