"""Runs side by side, over the main screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from mltui.model.compare import ComparedRow
from mltui.model.runs import Run
from mltui.present.compare import Entry, compare_rows, narrowed
from mltui.present.compare_cell import cell_lines, copied
from mltui.present.compare_text import as_markdown
from mltui.present.compare_titles import titles, told_of
from mltui.present.marks import count
from mltui.present.rows import Rows
from mltui.present.text import safe
from mltui.tui.asking import Asker
from mltui.tui.clipboard import copy
from mltui.tui.commands.chooser_keys import COMPARE
from mltui.tui.commands.lineage import NUMBER as LINEAGE_PLACE
from mltui.tui.screens.compared_runs import ComparedRuns
from mltui.tui.screens.dialog import Dialog
from mltui.tui.screens.reading import ReadingScreen
from mltui.tui.symbols import symbols
from mltui.tui.widgets.compared import ComparedTable
from mltui.tui.widgets.field import Field
from mltui.tui.widgets.prepared import Prepared, prepare
from mltui.tui.widgets.table import VirtualTable
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen

#: A copied value longer than this is not said (characters).
SAID = 40


class CompareScreen(Dialog[None]):
    """The runs it is given, read again whenever their store moves; the cursor stays on its key and its run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("q,c", "close", "Leave", show=False),
        Binding("x", "differences", "Only differences", show=False),
        Binding("b", "baseline", "Baseline", show=False),
        Binding("down", "rows", "To the rows", show=False),
        Binding("slash", "narrow", "Narrow", show=False),
        Binding("y", "copy_cell", "Copy the value", show=False),
        Binding("Y", "copy_all", "Copy as Markdown", show=False),
        Binding("l", "lineage", "Lineage", show=False),
        Binding("question_mark", "tell_keys", "Help", show=False),
    ]
    TOLD = COMPARE

    def __init__(self, main: MainScreen, runs: Sequence[Run]) -> None:
        super().__init__()
        self._main = main
        self._compared = ComparedRuns(main, runs)
        self._layer = Asker()
        self._only = False
        self._to_baseline = False

    def keys(self) -> Sequence[tuple[str, str]]:
        return (
            ("esc", "leave"),
            ("x", "all rows" if self._only else "only differences"),
            ("b", "baseline"),
            ("enter", "whole value"),
            ("/", "narrow"),
            ("y", "copy value"),
            ("Y", "copy as Markdown"),
            ("l", "lineage"),
            ("left right", "run"),
        )

    def content(self) -> ComposeResult:
        with Vertical(classes="comparing"):
            field = Field(compact=True, placeholder="type to narrow the keys", select_on_focus=False)
            field.cursor_blink = False
            field.display = False
            yield field
            yield ComparedTable(placeholder="reading the runs")

    def on_mount(self) -> None:
        self.table.entitle(f"Compare {count(len(self._compared.runs), 'run')}")
        self.table.focus()
        self._main.moved_signal.subscribe(self, self._part_moved)
        self._moved()

    def on_unmount(self) -> None:
        self._main.moved_signal.unsubscribe(self)

    @property
    def table(self) -> ComparedTable:
        """The rows."""
        return self.query_one(ComparedTable)

    @property
    def field(self) -> Input:
        """Where keys are narrowed."""
        return self.query_one(Input)

    # Reading

    def _part_moved(self, name: str) -> None:
        if name in ("runs", "experiments", "primary"):
            self._moved()

    def _moved(self) -> None:
        """The store moved, or may have: read the runs again."""
        begin(self, self._read, group="comparing")

    async def _read(self) -> None:
        await self._compared.read()
        if self._compared.trouble:
            self.table.placeholder = safe(self._compared.trouble)
        self._show()

    # Showing

    def _show(self) -> None:
        """Lay the rows out in a worker: twenty runs of thousands of keys take their time. Keys typed ahead wait."""
        begin(self, self._lay_out, group="chooser")

    async def _lay_out(self) -> None:
        signs, text, only, table = symbols(self.app), self.field.value, self._only, self.table
        if (shown := self._compared.shown(only)) is None:
            table.refresh()
            return
        key, height = table.cursor_key, table.size.height

        def question() -> tuple[Rows[Entry], Rows[Entry], Prepared]:
            rows = compare_rows(shown, signs, framed=True)
            left = narrowed(rows, text)
            known = prepare(left)
            at = known.index.get(key or "", 0)
            for near in range(max(0, at - height), min(len(left), at + height)):
                left.row(near)  # what will be on screen is there when it is drawn
            return rows, left, known

        rows, left, known = await self._layer.ask(question)
        nothing = "these runs do not differ" if only else "these runs hold nothing to compare"
        table.placeholder = f"no key holds {text!r}" if len(rows) and not len(left) else nothing
        first = table.column is None
        table.set_rows(left, prepared=known)
        if first or (key not in known.index and self._row() is None):
            table.move_to(table.cursor_row + 1)  # the row before it is a heading, which has no cell
        table.move_to_column(table.column or self._compared.baseline)
        if self._to_baseline:
            self._to_baseline = False
            table.to_first()
        table.entitle("  ".join(self._title()))
        self.show_keys()

    def _title(self) -> Sequence[str]:
        compared, signs = self._compared, symbols(self.app)
        if compared.whole is None:
            return ()
        words = told_of(compared.whole, len(compared.differing), signs, only=self._only)
        return (*words, f"{signs.failed} {safe(compared.trouble)}") if compared.trouble else words

    # Keys

    def action_differences(self) -> None:
        self._only = not self._only
        self._show()

    def action_baseline(self) -> None:
        if self._compared.whole is not None:
            self._compared.measure_against(self._column)
            self._to_baseline = True
            self._show()

    def action_rows(self) -> None:
        """From the field into the rows, which stay narrowed."""
        self._kept()

    def action_narrow(self) -> None:
        self.field.display = True
        self.field.focus()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._show()

    @on(Input.Submitted)
    def _kept(self) -> None:
        self.field.display = bool(self.field.value)
        self.table.focus()

    def action_leave(self) -> None:
        """Out of the field, then the narrowing, then the comparison."""
        if self.field.has_focus or self.field.value:
            self.field.value = ""
            self.field.display = False
            self.table.focus()
        else:
            self.dismiss()

    def action_close(self) -> None:
        self.dismiss()

    @on(VirtualTable.Chosen)
    def _whole_value(self, message: VirtualTable.Chosen) -> None:
        message.stop()
        whole, row, at = self._compared.whole, self._row(), self._column
        if whole is not None and row is not None:
            title = f"{safe(row.id)} of {titles(whole.runs, gone=whole.gone)[at]}".replace("[", r"\[")
            self.app.push_screen(ReadingScreen(title, lambda: cell_lines(whole, row, at)))

    def action_copy_cell(self) -> None:
        row = self._row()
        text = copied(row, self._column) if row else ""
        if row is None or not text:
            self._say("nothing here to copy", "warn")
        else:
            told = safe(text) if len(text) <= SAID else f"{safe(row.key[:SAID])}, {count(len(text), 'character')}"
            copy(self, self._main.workspace, text, told, self._say)

    def action_copy_all(self) -> None:
        if (shown := self._compared.shown(self._only)) is None:
            return
        signs = symbols(self.app)

        def make() -> None:
            text, told = as_markdown(shown, signs), f"{count(len(shown.rows), 'row')} as Markdown"
            self.app.call_from_thread(
                copy, self, self._main.workspace, text, told, self._say, instead="mltui compare … --md prints it"
            )

        self.run_worker(make, thread=True, exclusive=True, group="copying")

    def action_lineage(self) -> None:
        """Where the run under the cursor came from: out of the comparison, in its place."""
        run, main = self._compared.runs[self._column], self._main
        self.dismiss()
        main.visit(LINEAGE_PLACE, f"run:{run.run_id}")

    @property
    def _column(self) -> int:
        """The place of the run under the cursor among those that are compared."""
        return next((at for at, run in enumerate(self._compared.runs) if run.run_id == self.table.column), 0)

    def _row(self) -> ComparedRow | None:
        """The compared row under the cursor; None on a heading."""
        rows, at = self.table.rows, self.table.cursor_row
        row: ComparedRow | None = rows.item(at).row if at < len(rows) else None
        return row

    def _say(self, word: str, role: str) -> None:
        self.say_last(word, role)
