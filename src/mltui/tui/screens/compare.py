"""Runs side by side, over the main screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from mltui.errors import SourceError
from mltui.model.compare import ComparedRow, Comparison, compare
from mltui.model.merged import as_run
from mltui.model.part import Part
from mltui.model.runs import Run
from mltui.present.compare import Entry, compare_rows, narrowed
from mltui.present.compare_cell import cell_lines, copied
from mltui.present.compare_text import as_markdown
from mltui.present.compare_titles import state_of, titles
from mltui.present.compare_words import in_words
from mltui.present.marks import count
from mltui.present.rows import Rows
from mltui.present.text import safe
from mltui.sources.mlflow.subjects import Subjects
from mltui.tui.asking import Asker
from mltui.tui.clipboard import copy
from mltui.tui.commands.chooser_keys import COMPARE
from mltui.tui.commands.lineage import NUMBER as LINEAGE_PLACE
from mltui.tui.screens.dialog import Dialog
from mltui.tui.screens.reading import ReadingScreen
from mltui.tui.symbols import symbols
from mltui.tui.widgets.compared import ComparedTable
from mltui.tui.widgets.footer import FooterBar
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
        self._runs = tuple(runs)
        self._subjects = Subjects(main.workspace.project.root)
        self._asker, self._layer = Asker(), Asker()
        self._whole: Comparison | None = None
        self._baseline = _baseline_of(main, runs)
        self._differing: tuple[ComparedRow, ...] = ()
        self._only = False
        self._to_baseline = False
        self._trouble = ""

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
            field = Input(compact=True, placeholder="type to narrow the keys", select_on_focus=False)
            field.cursor_blink = False
            field.display = False
            yield field
            yield ComparedTable(placeholder="reading the runs")

    def on_mount(self) -> None:
        self.table.entitle(f"Compare {count(len(self._runs), 'run')}")
        self.table.focus()
        for name in ("runs", "experiments", "primary"):
            self.watch(self._main, name, self._moved, init=False)
        self._moved()

    @property
    def table(self) -> ComparedTable:
        """The rows."""
        return self.query_one(ComparedTable)

    @property
    def field(self) -> Input:
        """Where keys are narrowed."""
        return self.query_one(Input)

    # Reading

    def _moved(self) -> None:
        """The store moved, or may have: read the runs again."""
        begin(self, self._read, group="comparing")

    async def _read(self) -> None:
        main, now = self._main, self._main.moment()
        self._runs = tuple(self._seen())
        runs, lost = self._runs, self._lost()

        def question() -> tuple[Comparison, Comparison]:
            subjects = self._subjects.read(runs, main.workspace.reader(wait=False))
            subjects = tuple(replace(each, gone=True) if each.run.run_id in lost else each for each in subjects)
            compared = compare(subjects, self._baseline, main.workspace.config.goals, main.primary)
            whole = in_words(compared, now)
            return whole, whole.differences()

        try:
            self._whole, differing = await self._asker.ask(question)
            self._differing = differing.rows
            self._trouble = ""
        except SourceError as error:
            self._trouble = error.summary
            self.table.placeholder = safe(error.summary)
        if self._whole is not None:
            at = next((at for at, run in enumerate(self._runs) if run.run_id == self._baseline), 0)
            self._whole = self._whole.against(at)  # another may have been chosen meanwhile
        self._show()

    def _seen(self) -> Iterable[Run]:
        """The runs as the table has them now, which judges whether one may run no more; those it lost as they were."""
        main = self._main
        table, experiments = _value(main.runs), _value(main.experiments)
        rows = {run.run_id: run for run in (table.runs if table else ())}
        ours = {each.commit: as_run(each) for each in experiments or ()}
        for run in self._runs:
            if run.kind == "exp":
                yield ours.get(run.run_id, run)
            else:
                yield replace(run, life=rows[run.run_id].life) if run.run_id in rows else run

    def _lost(self) -> frozenset[str]:
        """DVC experiments that git has no more."""
        experiments = _value(self._main.experiments)
        there = {each.commit for each in experiments or ()}
        ours = (run.run_id for run in self._runs if run.kind == "exp")
        return frozenset() if experiments is None else frozenset(id for id in ours if id not in there)

    # Showing

    def _show(self) -> None:
        """Lay the rows out in a worker: twenty runs of thousands of keys take their time. Keys typed ahead wait."""
        begin(self, self._lay_out, group="chooser")

    async def _lay_out(self) -> None:
        whole, signs, text, only = self._whole, symbols(self.app), self.field.value, self._only
        if whole is None:
            self.table.refresh()
            return
        shown, table = self._shown(whole), self.table
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
        table.move_to_column(table.column or self._baseline)
        if self._to_baseline:
            self._to_baseline = False
            table.to_first()
        table.entitle("  ".join(self._title(whole)))
        self.show_keys()

    def _title(self, whole: Comparison) -> Sequence[str]:
        signs = symbols(self.app)
        base = titles(whole.runs, signs.more, gone=whole.gone)[whole.baseline]
        states = Counter(filter(None, (state_of(run, at in whole.gone) for at, run in enumerate(whole.runs))))
        differ = len(self._differing)
        total = f"{differ:,} of {len(whole.rows):,} rows"
        return (
            f"{count(len(whole.runs), 'run')} against {signs.mark} {base}",
            f"the {total} that differ" if self._only else f"{total} differ",
            *(f"{number} {state}" for state, number in states.items()),
            *((f"{signs.best} best",) if any(row.best for row in whole.rows) else ()),
            *((f"{signs.failed} {safe(self._trouble)}",) if self._trouble else ()),
        )

    # Keys

    def action_differences(self) -> None:
        self._only = not self._only
        self._show()

    def action_baseline(self) -> None:
        if self._whole is not None:
            self._baseline = self._runs[self._column].run_id
            self._whole = self._whole.against(self._column)
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
        whole, row, at = self._whole, self._row(), self._column
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
        if self._whole is None:
            return
        shown, signs = self._shown(self._whole), symbols(self.app)

        def make() -> None:
            text, told = as_markdown(shown, signs), f"{count(len(shown.rows), 'row')} as Markdown"
            self.app.call_from_thread(
                copy, self, self._main.workspace, text, told, self._say, instead="mltui compare … --md prints it"
            )

        self.run_worker(make, thread=True, exclusive=True, group="copying")

    def action_lineage(self) -> None:
        """Where the run under the cursor came from: out of the comparison, in its place."""
        run, main = self._runs[self._column], self._main
        self.dismiss()
        main.visit(LINEAGE_PLACE, f"run:{run.run_id}")

    def _shown(self, whole: Comparison) -> Comparison:
        return replace(whole, rows=self._differing) if self._only else whole

    @property
    def _column(self) -> int:
        """The place of the run under the cursor among those that are compared."""
        return next((at for at, run in enumerate(self._runs) if run.run_id == self.table.column), 0)

    def _row(self) -> ComparedRow | None:
        """The compared row under the cursor; None on a heading."""
        rows, at = self.table.rows, self.table.cursor_row
        row: ComparedRow | None = rows.item(at).row if at < len(rows) else None
        return row

    def _say(self, word: str, role: str) -> None:
        self.query_one("#keys", FooterBar).say(word, role)


def _value(part: Part[Any] | None) -> Any:
    """What was read, None before and where that failed."""
    return part.value if part is not None else None


def _baseline_of(main: MainScreen, runs: Sequence[Run]) -> str:
    """The baseline that the table measures against, if it is among them; else the first."""
    held = getattr(main.place, "baseline", None)
    return held if isinstance(held, str) and any(run.run_id == held for run in runs) else runs[0].run_id
