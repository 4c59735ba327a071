"""Places at another time: `t` asks which, and the lines below the first one say it as long as it is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from textual.reactive import reactive

from mltui.model.part import Part
from mltui.present.as_of import as_of_words, loud_words
from mltui.present.text import Span, line, safe
from mltui.sources.port import now_ms
from mltui.tui.screens.as_of_parts import Timed
from mltui.tui.screens.navigation import PlacesScreen
from mltui.tui.widgets.bar import Bar, Piece

if TYPE_CHECKING:
    from mltui.model.as_of import AsOf
    from mltui.sources.workspace import Workspace
    from mltui.tui.feeds import Feeds
    from mltui.tui.trail import Spot


class TimedScreen(PlacesScreen):
    """What was read of now comes to `take` as there was of it at the time that is looked at.

    `workspace` is what places, commands and their screens read through. It has two bars, ``#as-of`` and
    ``#as-of-unknown``; ages are counted from `now`.
    """

    now: reactive[int] = reactive(0, init=False, repaint=False)

    def __init__(self, feeds: Feeds, start: Spot | None = None) -> None:
        super().__init__(start)
        self.feeds = feeds
        self.workspace = feeds.workspace
        self._timed = Timed(self, lambda part: self.take(part.name, part), self._looked_elsewhere)

    def take(self, name: str, part: Part[Any]) -> None:
        """Show a part."""
        raise NotImplementedError

    def ask_as_of(self, offered: str) -> None:
        """`t`: ask which time to look at; with nothing typed it is now. `offered` is what the cursor is on."""
        from mltui.tui.screens.as_of import AsOfDialog

        then = self._timed.then
        unknown = [each.summary for each in then.problems()] if then else []
        offered = offered if then is None else ""
        dialog = AsOfDialog(self.feeds.workspace, self.look_as_of, offered=offered, now=then is None, unknown=unknown)
        self.app.push_screen(dialog)

    def look_as_of(self, as_of: AsOf | None) -> None:
        """Show another time in all places, or now again."""
        if as_of is None:
            self._timed.back()
            return
        note = f"; {as_of.note}" if as_of.note else ""
        self.say(f"reading what there was as of {as_of_words(as_of)}{note}", "dim")
        self._timed.go_to(self.feeds.workspace, as_of)

    def _looked_elsewhere(self) -> None:
        """From now on places, commands and their screens read through another workspace."""
        then = self._timed.then
        self.workspace = cast("Workspace", then) if then else self.feeds.workspace
        self.app.workspace = self.workspace  # type: ignore[attr-defined]
        self.now = self.moment()
        self.say("" if then else "this is now", "dim")
        self._show_time()

    def _show_time(self) -> None:
        """The loud line below the first one, and below it what is not known of then."""
        then = self._timed.then
        loud, unknown = self.query_one("#as-of", Bar), self.query_one("#as-of-unknown", Bar)
        loud.display = then is not None
        said = "; ".join(each.summary for each in then.problems()) if then else ""
        unknown.display = bool(said)
        if then is not None:
            loud.show([Piece(line(loud_words(then.as_of)))])
            unknown.show([Piece(line(Span(f"not known of then: {safe(said)}", "note")))])

    def moment(self) -> int:
        """The moment ages are counted from, epoch ms."""
        then = self._timed.then
        return now_ms() if then is None else then.as_of.at
