"""What goes on beside the dialog of a promotion: what differs is read, and after it the target is watched."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.difference import Difference
from mltui.model.promotion import Plan
from mltui.model.registry import ModelVersion
from mltui.sources.sides.named import Named, of_version
from mltui.tui.asking import Asker
from mltui.tui.places.parts import runs_of

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class Differing:
    """What differs between the version that a target points at and the one it is to point at.

    `found` is that, `told` what is said instead: what is being read, or why nothing can be told.
    """

    def __init__(self, main: MainScreen, heard: Callable[[str], None]) -> None:
        self._main, self._heard = main, heard
        self._asker = Asker()
        self._pair: tuple[str, str] | None = None
        self.found: Difference | None = None
        self.told = ""

    async def read(self, plan: Plan) -> None:
        """Read it, unless that was done already for these two."""
        two = self.two(plan)
        pair = (two[0].id, two[1].id) if two else None
        if pair is not None and pair == self._pair:
            return
        self._pair, self.found, self.told = pair, None, ""
        if two is None:
            return
        differ, primary = self._main.workspace.differ, self._main.primary
        try:
            self.found = await self._asker.ask(lambda: differ.difference(*two, primary, self._heard))
        except SourceError as error:
            self.told = f"what differs can't be told: {error.summary}"

    def two(self, plan: Plan) -> tuple[Named, Named] | None:
        """The version that is there now and the other one; None where there is none, or it is the same."""
        now = next((each for each in plan.model.versions if each.version == plan.now), None)
        if now is None or plan.target.kind == "copy" or now.version == plan.version.version:
            return None
        return self._named(plan, now), self._named(plan, plan.version)

    def _named(self, plan: Plan, version: ModelVersion) -> Named:
        made_by = version.source_run_id or version.run_id
        run = next((each for each in runs_of(self._main.runs) if each.run_id == made_by), None)
        return of_version(plan.model, version, run)

    def leave(self) -> None:
        """Nobody waits for it any more."""
        if self._asker.busy:
            self._main.workspace.differ.stop()
