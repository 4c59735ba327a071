"""``x`` in the Pipeline place: of a large pipeline only the neighbours of one stage."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from textual import on

from mltui.model.dvc import Stage
from mltui.tui.places.master import MasterDetail
from mltui.tui.places.pipeline.picture import Picture
from mltui.tui.places.pipeline.widgets import Nearing


class Neighbours(MasterDetail[Stage]):
    """A place whose drawing can be of one box and its neighbours: it goes with the cursor, and with a new filter to the
    first match."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.near = False  #: whether only the neighbours of one box are drawn
        self._redrawn = 0  # how often keys asked for another drawing
        self._picture: Picture | None = None  #: what is shown

    def redraw(self) -> None:
        """Somebody asked for another drawing: what is typed behind that acts on it, not on the one shown."""
        self._redrawn += 1
        self.rebuild()

    def asked(self) -> Hashable:
        return super().asked(), self._redrawn

    @property
    def one_by_one(self) -> bool:
        return self.near

    @on(Nearing)
    def _bring_near(self, message: Nearing) -> None:
        message.stop()
        self.near = not self.near
        self.redraw()
        self.post_message(self.KeysMoved())

    @property
    def offers_near(self) -> bool:
        """Whether that is worth a word: there is more than can be seen at once."""
        graph = self._picture.graph if self._picture is not None else None
        return self.near or (graph is not None and not graph.fits)

    def centre(self, at: str, through: tuple[str, ...] | None) -> str:
        """The stage or box whose neighbours are drawn, "" for all of them. `at` is that under the cursor, `through`
        what the filter lets through."""
        if not self.near:
            return ""
        before = self._picture
        narrowed = bool(through) and (before is None or before.through != through)
        return through[0] if through and narrowed and at not in through else at

    def went_to(self, id: str) -> None:
        """The cursor is on another box."""
        if self.near and self._picture is not None and id != self._picture.around:
            self.redraw()
