"""After a move its target is watched for some seconds: who sets it without mltui can't be kept out, only reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mltui.errors import MltuiError
from mltui.model.promotion import Plan, Target
from mltui.present.text import Line, Span, Symbols, line, safe
from mltui.tui.asking import Asker

if TYPE_CHECKING:
    from mltui.actions.promotion.watching import Watched
    from mltui.tui.screens.main import MainScreen
    from mltui.tui.screens.moving_writer import DialogWriter


def is_watched(target: Target, copy: str) -> bool:
    """Whether it can be seen who holds it: a stage of GTO is a tag of this clone, and of a `copy` (its number, where it
    is known) only the alias can."""
    return target.kind in ("alias", "stage") or (target.kind == "copy" and bool(copy and target.alias))


class Watching:
    """Watches the target of `plan`, whether the dialog stays or not; `heard` is called when something is known. `copy`
    is the number that a copy got.

    When it is `left`, what is found out is said by the main screen, and the writer is closed at the end.
    """

    def __init__(
        self, main: MainScreen, plan: Plan, writer: DialogWriter, heard: Callable[[], object], copy: str = ""
    ) -> None:
        self._main, self._plan, self._writer, self._heard = main, plan, writer, heard
        self._copy = copy
        self._left = False
        self._found: Watched | None = None
        self._trouble = ""
        self._ended = False

    @property
    def over(self) -> bool:
        """Whether nothing is watched any more."""
        return self._ended

    def left(self) -> None:
        """Nobody looks at the dialog any more."""
        self._left = True

    async def watch(self) -> None:
        """Until the seconds are over, or it moved. In a worker of the main screen."""
        try:
            self._found = await Asker().ask(self._seen)
        except MltuiError as error:
            self._trouble = error.summary
        finally:
            self._ended = True
            if self._left:
                self._writer.close()
        self._main.feeds.kick("models", "journal", force=True)
        if not self._left:
            self._heard()
        elif self._found is not None and self._found.moved:
            self._main.say(safe(self._found.said))

    def _seen(self) -> Watched:
        from mltui.actions.promotion.watching import watch

        writer = self._writer.get()
        assert writer is not None, "what is watched is in a registry"
        return watch(writer, self._plan, version=self._copy)

    def lines(self, symbols: Symbols) -> Sequence[Line]:
        """What is known of it."""
        from mltui.actions.promotion.watching import SECONDS

        label, found = safe(self._plan.target.label), self._found
        if found is not None and found.moved:
            return ((), line(Span(f"{symbols.failed} {safe(found.said)}", "bad")))
        if said := self._trouble or (found.said if found is not None else ""):
            return ((), line(Span(safe(said), "warn")))
        if found is not None:
            return ((), line(Span(f"watched {label} for {SECONDS:g} s: nobody moved it", "dim")))
        return ((), line(Span(f"watching {label} for {SECONDS:g} s: nobody moved it so far", "dim")))
