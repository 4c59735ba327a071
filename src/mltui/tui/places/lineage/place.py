"""Lineage: from any thing to everything it came from and everything made with it, and how each link is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.reactive import reactive

from mltui.errors import SourceError
from mltui.present.layout import GAP, cells, joined_words
from mltui.present.lineage import NO_ROWS, lineage_rows, row_detail, row_title, title_words
from mltui.present.lineage_graph import draw, legend
from mltui.present.lineage_tree import Folds, Tree, TreeRow
from mltui.present.spots import Drawing
from mltui.present.text import line, safe
from mltui.tui.asking import Asker
from mltui.tui.places.base import bound
from mltui.tui.places.lineage.folding import entered, folding
from mltui.tui.places.lineage.going import gone, home
from mltui.tui.places.lineage.keys import JOINT, LineageKeys
from mltui.tui.places.lineage.widgets import Folding, LineageGraph, LineageTree, Turned
from mltui.tui.places.parts import (
    ExperimentsPart,
    HistoryPart,
    LineagePart,
    ModelsPart,
    PipelinePart,
    RunsPart,
    value,
)
from mltui.tui.places.registry import LINEAGE, Known
from mltui.tui.widgets.lines import LinesView
from mltui.tui.widgets.table import VirtualTable
from mltui.tui.working import begin

READING = "reading the join: runs, models, and what DVC's files said at every commit; the first time takes longest"


class LineagePlace(LineageKeys):
    """Where did this come from, and what was made with it?"""

    known: ClassVar[Known] = LINEAGE
    first_keys: ClassVar[Sequence[str]] = (
        *("leave", "open", "lineage.unfold", "lineage", "lineage.view", "copy.markdown"),
    )

    lineage: reactive[LineagePart] = bound(None)
    history: reactive[HistoryPart] = bound(None)
    pipeline: reactive[PipelinePart] = bound(None)
    experiments: reactive[ExperimentsPart] = bound(None)
    runs: reactive[RunsPart] = bound(None)
    models: reactive[ModelsPart] = bound(None)
    #: Whether the drawing is what one looks at, and not the tree.
    drawn: reactive[bool] = bound(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._wanted = ""
        self._trouble = ""
        #: What is drawn: of which rows, in how much room.
        self._picture: tuple[Sequence[TreeRow], tuple[int, int], Drawing] | None = None
        self._undrawn = False  # somebody wants the drawing, whose room is not known yet
        self._asker = Asker()

    def content(self) -> ComposeResult:
        yield LineageTree(placeholder=READING, id="tree")
        yield LineageGraph(id="drawing")
        yield LinesView(id="about", classes="panel", focusable=False)

    def on_mount(self) -> None:
        self.tree_table.entitle(self.title)
        self.drawing.display = False
        self.watch(self, "lineage", self.moved, init=False)
        self.watch(self, "now", self._show, init=False)

    @property
    def drawing(self) -> LineageGraph:
        return self.query_one("#drawing", LineageGraph)

    @property
    def about(self) -> LinesView:
        return self.query_one("#about", LinesView)

    # Which lineage

    def reveal(self, key: str) -> bool:
        root, _, row = key.partition(JOINT)
        self._wanted = row or ("root" if root != self._root else "")
        if root != self._root:
            self._root, self._tree, self._trouble = root, None, ""
            self._say_instead(READING)
        if self.lineage is None:
            self.post_message(self.KeysWanted("lineage"))
        self.rebuild()
        return True

    @property
    def unsettled(self) -> bool:
        """Whether the drawing, or the tree of what one just went to, is on its way. Of the join, which takes long, keys
        know no wait."""
        if self._undrawn:
            return True
        reading = any(each.group == "lineage" and each.node is self and not each.is_finished for each in self.workers)
        return reading and self._tree is None and value(self.lineage) is not None

    def rebuild(self) -> None:
        """Ask for the lineage of the root in a worker; the newest call wins."""
        if self._root and self.lineage is not None:
            begin(self, self._read, self._root, group="lineage")

    async def _read(self, root: str) -> None:
        part = self.lineage
        if part is None or part.value is None:
            problem = part.problem if part else None
            self._say_instead(f"{safe(problem.summary)} {safe(problem.hint)}".strip() if problem else READING)
            return
        workspace, graph = self.workspace, part.value
        try:
            tree = await self._asker.ask(lambda: Tree(workspace.lineage.around(root, graph)))
        except (KeyError, SourceError) as error:
            self._is_gone(root, error.summary if isinstance(error, SourceError) else "")
            return
        if root == self._root:
            self._tree, self._trouble = tree, safe(part.problem.summary) if part.problem else ""
            self._show()

    def _is_gone(self, root: str, why: str) -> None:
        told = safe(why) or f"{safe(root.partition(':')[2])} is in nothing that was joined: nothing links it yet"
        if self._tree is None:
            self._say_instead(told)
        else:
            self._trouble = "no longer there; this is what was last known"
            self._show()

    def _say_instead(self, told: str) -> None:
        self._tree = None
        self.tree_table.placeholder = told
        self.tree_table.entitle(self.title)
        self.tree_table.set_rows(NO_ROWS)
        self.tree_table.refresh()  # what is said may take several lines
        self.about.show(())
        self.about.entitle("")
        self.drawing.show((line(told),))
        self.post_message(self.KeysMoved())

    # Drawing

    def _show(self) -> None:
        if (tree := self._tree) is None or not self.is_mounted:
            return
        table = self.tree_table
        first = not len(table.rows)
        table.set_rows(lineage_rows(tree, self.folds, self.now, self.symbols))
        if (self._wanted and table.move_to_key(self._wanted)) or first:
            self._wanted = ""
        words = [*title_words(tree.lineage), f"{self.symbols.failed} {self._trouble}" if self._trouble else ""]
        room = max(table.title_room if table.display else 0, self.drawing.title_room if self.drawing.display else 0)
        if cells(GAP.join(filter(None, words))) > room:  # the name before links by kind: the root's row tells those
            words[1] = words[1].partition(":")[0]
        for each in (table, self.drawing):
            each.entitle(joined_words(words, (0,), room, self.symbols.more))
        self._tell_row()
        self.post_message(self.KeysMoved())

    def _tell_row(self) -> None:
        row, tree = self.row, self._tree
        if row is not None and tree is not None:
            self.about.entitle(row_title(tree, row))
            self.about.show(row_detail(tree, row, self.now, self.symbols), keep_scroll=False)
        if self.drawn and not self._undrawn:
            self._draw()

    def _draw(self) -> None:
        self._undrawn = self.drawn and not self.drawing.size  # a refresh that was under way may come before its layout
        if self._tree is None or self._undrawn:
            return
        panel, rows = self.drawing, self.tree_table.rows
        region = panel.scrollable_content_region
        room = region.width - 2, region.height
        if self._picture is None or self._picture[:2] != (rows.items, room):  # no step of the cursor lays it out again
            self._picture = rows.items, room, draw(rows.items, room, self.symbols)
        picture = self._picture[2]
        if picture.why:
            self.drawn = False
            self.post_message(self.Said(picture.why))
        else:
            panel.subtitle("".join(span.text for span in legend(self.symbols)).strip())
            panel.show_drawing(picture, self._at())

    @on(LineageGraph.Roomed)
    def _roomed(self, message: LineageGraph.Roomed) -> None:
        message.stop()
        if self._undrawn:
            self._draw()

    def _at(self) -> str:
        """The key of the row whose thing is selected in a drawing: one that only names it stands for it there."""
        row = self.row
        return (row.whole or row.key) if row is not None else ""

    def watch_drawn(self, drawn: bool) -> None:
        self.tree_table.display, self.drawing.display = not drawn, drawn
        self.focus_first()
        self._undrawn = drawn
        if drawn:
            self.call_after_refresh(self._draw)  # when its room is known
        self.post_message(self.KeysMoved())

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._show)  # the title has another room, and the drawing

    def focus_first(self) -> None:
        (self.drawing if self.drawn else self.tree_table).focus(scroll_visible=False)

    # Keys

    @on(VirtualTable.Highlighted, "#tree")
    def _moved_to(self, message: VirtualTable.Highlighted) -> None:
        message.stop()
        self._tell_row()
        self.post_message(self.KeysMoved())

    @on(LineageGraph.Selected)
    def _select(self, message: LineageGraph.Selected) -> None:
        message.stop()
        self.tree_table.move_to_key(message.key)

    @on(Turned)
    def _turn(self, message: Turned) -> None:
        message.stop()
        if self._tree is not None:
            self.drawn = not self.drawn

    @on(Folding)
    def _folding(self, message: Folding) -> None:
        message.stop()
        row = self.row
        if row is None:
            return
        done = folding(row, self.folds, unfold=message.unfold)
        if isinstance(done, Folds):
            self._fold(done)
        elif done:
            self.tree_table.move_to_key(done)

    def _fold(self, folds: Folds) -> None:
        self._folds[self._root] = folds
        self._show()

    @on(VirtualTable.Chosen, "#tree")
    @on(LineageGraph.Chosen)
    def _enter(self, message: Message) -> None:
        message.stop()
        row, graph = self.row, value(self.lineage)
        if row is None or graph is None:
            return
        if row.kind == "more" or row.node is None:
            if (folds := entered(row, self.folds)) is not None:
                self._fold(folds)
        else:
            parts = {name: getattr(self, name) for name in ("history", "pipeline", "experiments", "runs", "models")}
            target = home(row.node, graph, parts)
            if (why := gone(row.node, target, parts)) or target is None:
                self.post_message(self.Said(why))
            else:
                self.post_message(self.GoTo(*target))
