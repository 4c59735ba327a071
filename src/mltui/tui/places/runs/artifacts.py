"""The page `artifacts` of the Runs place: the files a run logged as a tree, and the beginning of one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer

from mltui.errors import SourceError
from mltui.model.artifacts import Artifact, ArtifactListing, ArtifactTotal
from mltui.model.runs import Run
from mltui.present.artifact_tree import root_lines, summed, tree_rows
from mltui.present.layout import joined_words
from mltui.present.text import safe
from mltui.tui.asking import Asker
from mltui.tui.places.base import Place
from mltui.tui.places.outside import Outside
from mltui.tui.places.runs.artifact_preview import ArtifactPreview
from mltui.tui.places.runs.page import Page
from mltui.tui.places.runs.tree_table import TreeTable
from mltui.tui.symbols import symbols
from mltui.tui.widgets.table import VirtualTable
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.sources.mlflow.artifacts import Artifacts

#: A cursor that rests this long has the file under it read (seconds).
REST = 0.06
#: With so many columns the preview stands beside the tree, else below it.
WIDE = 110


class ArtifactsPage(Page):
    """Artifacts of the run under the cursor."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._run: Run | None = None
        self._artifacts: Artifacts | None = None
        self._total: ArtifactTotal | None = None
        self._listings: dict[str, ArtifactListing] = {}
        self._troubles: dict[str, str] = {}
        self._opened: set[str] = set()
        self._asker = Asker()
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        yield TreeTable(header=False, placeholder="no artifacts", id="tree", classes="panel")
        yield ArtifactPreview(self.under_cursor, id="preview", classes="panel")

    @property
    def tree_table(self) -> TreeTable:
        return self.query_one("#tree", TreeTable)

    @property
    def preview(self) -> ArtifactPreview:
        return self.query_one("#preview", ArtifactPreview)

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDE, "-beside")
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        """Titles and tables are cut to the width there is now."""
        self._entitle()
        self.preview.fit()

    # Which run

    def show_runs(self, runs: tuple[Run, ...]) -> None:
        run = runs[0] if runs else None
        same = self._run is not None and run is not None and self._run.run_id == run.run_id
        if same and run is not None and run.status == self._run_status() and run.status != "RUNNING":
            return self._entitle()
        if not same:
            self._artifacts, self._total = None, None
            self._listings, self._troubles, self._opened = {}, {}, set()
            self.preview.forget()
            self.tree_table.placeholder = "reading artifacts"
        self._run = run
        self._draw()
        if run is None or run.kind != "run" or run.problem:
            self.tree_table.placeholder = "no artifacts: this is no run of MLflow" if run else "no run"
        else:
            begin(self, self._read, run, group="artifacts")
        return None

    def put_away(self) -> None:
        self.workers.cancel_group(self, "artifacts")

    def _run_status(self) -> str:
        return self._run.status if self._run else ""

    async def _read(self, run: Run) -> None:
        """Find the run's artifacts and list what is open of them."""
        try:
            self._artifacts = await self._asker.ask(lambda: self._found(run))
        except SourceError as error:
            self._artifacts = None
            self._trouble("", error)
            return
        if self._artifacts is None:
            self.tree_table.placeholder = "the store is being read"
            return
        for path in ("", *sorted(self._opened)):
            await self._list(path)
        self.post_message(Place.KeysMoved())  # there is something to open now
        artifacts = self._artifacts
        self._total = await self._asker.ask(artifacts.total)
        self._draw()
        self._look()

    def _found(self, run: Run) -> Artifacts | None:
        """In a thread: a table's run may lack what only the whole one has."""
        reader = self.workspace.reader(wait=False)
        if reader is None:
            return None
        whole = run if run.artifact_uri else reader.run(run.run_id)
        return self.workspace.artifacts.of(whole, reader.store, reader)

    async def _list(self, path: str) -> None:
        artifacts = self._artifacts
        if artifacts is None:
            return
        try:
            self._listings[path] = await self._asker.ask(lambda: artifacts.entries(path))
        except SourceError as error:
            self._trouble(path, error)
        else:
            self._troubles.pop(path, None)
            there = artifacts.root.kind in ("local", "server")
            none = "no artifacts here" if artifacts.root.note else "this run has logged no artifacts"
            self.tree_table.placeholder = none if there else "not on this machine"
            self._draw()

    def _trouble(self, path: str, error: SourceError) -> None:
        self._troubles[path] = error.summary
        self._listings.pop(path, None)
        if not path:
            self.preview.tell_trouble(error, root_lines(self._artifacts.root) if self._artifacts else ())
        self._draw()

    # Drawing

    def _draw(self) -> None:
        there = self._run is not None and bool(self._listings or self._troubles)
        listings = self._listings if there else {"": ArtifactListing(())}
        self.tree_table.set_rows(tree_rows(listings, self._opened, self._troubles, symbols(self.app), self._total))
        self._entitle()

    def _entitle(self) -> None:
        name = safe(self._run.name or self._run.run_id) if self._run else ""
        words, table = ["Artifacts", name, summed(self._total)], self.tree_table
        table.entitle(joined_words(words, (1,), table.title_room, symbols(self.app).more))

    # Keys

    def under_cursor(self) -> Artifact | None:
        """The entry under the cursor; None on a remark or without any."""
        table = self.tree_table
        node = table.rows.item(table.cursor_row) if table.cursor_key is not None else None
        return node.artifact if node else None

    @on(VirtualTable.Chosen, "#tree")
    def _enter(self, message: VirtualTable.Chosen) -> None:
        message.stop()
        artifact = self.under_cursor()
        if artifact is not None and artifact.kind == "directory":
            self._fold(artifact.path, artifact.path not in self._opened)
        elif artifact is not None:
            self.preview.focus(scroll_visible=False)

    @on(TreeTable.Folding)
    def _folding(self, message: TreeTable.Folding) -> None:
        message.stop()
        artifact = self.under_cursor()
        directory = artifact is not None and artifact.kind == "directory"
        if directory and (message.unfold or message.key in self._opened):
            self._fold(message.key, message.unfold)
        elif not message.unfold:
            self.tree_table.move_to_key(
                message.key.rstrip("/ ").rpartition("/")[0] if directory or artifact else message.key.rstrip("/ ")
            )

    def _fold(self, path: str, unfold: bool) -> None:
        if unfold:
            self._opened.add(path)
            if path not in self._listings:
                begin(self, self._list, path, group="artifacts", exclusive=False)
        else:
            self._opened.discard(path)
        self._draw()

    def leave(self) -> bool:
        if self.preview.has_focus:
            self.tree_table.focus(scroll_visible=False)
            return True
        return False

    def outside(self) -> Outside | None:
        """What the cursor is on, by the name it has outside mltui."""
        artifacts, artifact = self._artifacts, self.under_cursor()
        if artifacts is None or (artifact is not None and artifact.kind not in ("file", "directory")):
            return None
        try:
            path = artifact.path if artifact else ""
            return Outside(artifacts.address(path), artifacts.local(path))
        except SourceError:
            return None

    # The preview

    @on(VirtualTable.Highlighted, "#tree")
    def _moved(self, message: VirtualTable.Highlighted) -> None:
        message.stop()
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST, self._look)

    def _look(self) -> None:
        if self._artifacts is not None:
            self.preview.look(self._artifacts)
