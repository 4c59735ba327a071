"""Parts of now and of another time: the one place where what was read becomes what there was, before it is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mltui.model.part import Part
from mltui.tui.asking import Asker
from mltui.tui.working import begin

if TYPE_CHECKING:
    from textual.screen import Screen

    from mltui.model.as_of import AsOf
    from mltui.sources.as_of import WorkspaceThen
    from mltui.sources.workspace import Workspace


class Timed:
    """The parts as they were last read, and as of the time that is looked at.

    Feeds go on underneath: what comes in is of now, and passes here. `show` is given a part that is to be shown;
    `looked` is called when another time, or now again, is what is looked at, before the parts of it are shown.
    """

    def __init__(self, screen: Screen[Any], show: Callable[[Part[Any]], None], looked: Callable[[], None]) -> None:
        self._screen, self._show, self._looked = screen, show, looked
        self.live: dict[str, Part[Any]] = {}
        self.then: WorkspaceThen | None = None
        self._turn = 0  #: of going elsewhere
        self._askers: dict[str, Asker] = {}
        self._all = Asker()

    def take(self, part: Part[Any]) -> None:
        """A part came in."""
        self.live[part.name] = part
        if self.then is None:
            self._show(part)
        else:
            begin(self._screen, self._turn_back, part, self.then, group=f"then-{part.name}")

    async def _turn_back(self, part: Part[Any], then: WorkspaceThen) -> None:
        asker = self._askers.setdefault(part.name, Asker())
        shown = await asker.ask(lambda: then.part(part))
        if self.then is then and self.live.get(part.name) is part:
            self._show(shown)

    def go_to(self, base: Workspace, as_of: AsOf) -> None:
        """Look at another time, as soon as all parts of it are made: nothing of now is shown as if it were of then."""
        self._turn += 1
        begin(self._screen, self._go_to, base, as_of, self._turn, group="as-of")

    async def _go_to(self, base: Workspace, as_of: AsOf, turn: int) -> None:
        def make() -> tuple[WorkspaceThen, list[tuple[Part[Any], Part[Any]]]]:
            from mltui.sources.as_of import WorkspaceThen

            then = WorkspaceThen(base, as_of)
            return then, [(part, then.part(part)) for part in live]

        live = list(self.live.values())
        then, made = await self._all.ask(make)
        if turn != self._turn:
            return
        self.then = then
        self._looked()
        for part, shown in made:
            if self.live.get(part.name) is part:
                self._show(shown)
        for part in self.live.values():
            if all(part is not one for one, _ in made):  # it moved while they were made
                self.take(part)

    def back(self) -> None:
        """Look at now."""
        self._turn += 1
        if self.then is not None:
            self.then = None
            self._looked()
            for part in tuple(self.live.values()):
                self._show(part)
