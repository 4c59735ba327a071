"""Beside the tree of artifacts: the beginning of the file under its cursor, else what is known of the directory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.artifacts import Artifact, Excerpt
from mltui.present.artifact_tree import about, root_lines
from mltui.present.previews import preview
from mltui.present.text import Line, Span, line, safe, size
from mltui.tui.asking import Asker
from mltui.tui.symbols import symbols
from mltui.tui.widgets.lines import LinesView
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.sources.mlflow.artifacts import Artifacts


class ArtifactPreview(LinesView):
    """Laid out to the width there is. `under_cursor` gives what the cursor is on: what is read too late is dropped."""

    def __init__(self, under_cursor: Callable[[], Artifact | None], *, id: str, classes: str) -> None:
        super().__init__(title="Preview", id=id, classes=classes)
        self._under_cursor = under_cursor
        self._asker = Asker()
        #: What is shown of which file, laid out so wide.
        self._excerpt: tuple[Artifact, Excerpt, int | None] | None = None

    def look(self, artifacts: Artifacts) -> None:
        """Show what the cursor is on now."""
        artifact = self._under_cursor()
        path = artifact.path if artifact else ""
        if artifact is None or artifact.kind == "directory":
            model = artifacts.model_of(path)
            title = "Artifacts" if model is None else f"Logged model  {model.name}"
            self._tell(title, root_lines(artifacts.root_of(path), model))
        elif artifact.kind != "file":
            self._tell(artifact.name, about(artifact))
        else:
            begin(self, self._read, artifacts, artifact, group="preview")

    def tell_trouble(self, error: SourceError, known: Sequence[Line]) -> None:
        """Nothing could be listed: what is `known` of the place, else what went wrong, and what to do."""
        self._excerpt = None
        hint = [line(Span(safe(error.hint), "note"))] if error.hint else []
        self.entitle("Artifacts")
        self.show([*(known or [line(Span(safe(error.summary), "bad"))]), *hint], keep_scroll=False)

    def forget(self) -> None:
        """Another run: nothing of it was looked at yet."""
        self._excerpt = None
        self.entitle("")
        self.show((), keep_scroll=False)

    def fit(self) -> None:
        """Lay the file out again if there is another width now."""
        if self._excerpt is not None and self._excerpt[2] != self._columns():
            begin(self, self._lay_excerpt, *self._excerpt[:2], group="preview")

    def _columns(self) -> int | None:
        """Terminal columns of a line; None before the first layout."""
        width = self.scrollable_content_region.width - 2
        return width if width > 0 else None

    async def _read(self, artifacts: Artifacts, artifact: Artifact) -> None:
        try:
            excerpt = await self._asker.ask(lambda: artifacts.read(artifact.path, artifact.size))
        except SourceError as error:
            lines = [line(Span(safe(error.summary), "bad")), line(Span(safe(error.hint), "note"))]
            if self._under_cursor() == artifact:
                self._tell(_title(artifact), lines)
        else:
            await self._lay_excerpt(artifact, excerpt)

    async def _lay_excerpt(self, artifact: Artifact, excerpt: Excerpt) -> None:
        width, signs = self._columns(), symbols(self.app)
        lines = await self._asker.ask(lambda: preview(artifact.path, excerpt, width, signs))
        if self._under_cursor() == artifact:
            self._tell(_title(artifact), lines)
            self._excerpt = artifact, excerpt, width

    def _tell(self, title: str, lines: Sequence[Line]) -> None:
        self._excerpt = None
        same = self.title_text.partition("  ")[0] == safe(title).partition("  ")[0]
        self.entitle(safe(title))
        self.show(lines, keep_scroll=same)


def _title(artifact: Artifact) -> str:
    return f"{artifact.name}  {size(artifact.size)}"
