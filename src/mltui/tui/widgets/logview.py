"""A log of any length: one screenful of it at a time, at its end as long as nobody moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from mltui.errors import SourceError
from mltui.model.key_names import key_of
from mltui.present.layout import joined_words
from mltui.present.log_text import highlighted, shown
from mltui.present.marks import stamp
from mltui.present.text import Line, Span, line, safe, size
from mltui.tui.asking import Asker
from mltui.tui.symbols import symbols
from mltui.tui.widgets.cells import clip_line, padded
from mltui.tui.widgets.logfollowed import FollowedLog
from mltui.tui.widgets.logsearch import LogSearch
from mltui.tui.widgets.roled import Roled
from mltui.tui.widgets.titled import Titled
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.sources.logs import Log

#: How often a log that is shown is looked at (seconds).
TICK = 1.0


class LogView(Titled, Roled, Widget, can_focus=True):
    """A file in lines. Only a few screenfuls are in memory, wherever one is and however it grows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "top", "Beginning", show=False),
        Binding("end,G", "bottom", "End", show=False),
        Binding("slash", "search", "Search", show=False, id="log.search"),
        Binding("n", "again(1)", "Next", show=False),
        Binding("N", "again(-1)", "Former", show=False),
        Binding("w", "wrap", "Wrap", show=False, id="log.wrap"),
        Binding("S", "save", "Save", show=False, id="log.save"),
    ]

    class Said(Message):
        """A word for the last line, in a role."""

        def __init__(self, word: str, role: str = "warn") -> None:
            self.word, self.role = word, role
            super().__init__()

    class SaveAsked(Message):
        """Somebody wants a copy of the file that is shown."""

        def __init__(self, path: str) -> None:
            self.path = path
            super().__init__()

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._followed: FollowedLog | None = None
        self._names: tuple[str, ...] = ()
        self._rows: list[Line] = []
        self._wrap = True
        self._asker, self._sought = Asker(), LogSearch()
        self._timer: Timer | None = None

    # Which file

    @property
    def path(self) -> str:
        """The file that is shown; "" for none."""
        return self._followed.log.path if self._followed else ""

    @property
    def lines(self) -> tuple[Line, ...]:
        """The rows that are shown."""
        return tuple(self._rows)

    def open(self, log: Log, *names: str, note: str = "") -> None:
        """Show the end of this log, called by `names`, and follow it. The same file again: go on."""
        if self._followed is None or self.path != log.path or not log.path:
            self._leave()
            self._followed = FollowedLog(log, self._asker, self._shown, lambda: self._height)
            self._followed.paper.wrap, self._followed.note = self._wrap, note
            self._names, self._sought.hit = names, None
            self.say_instead((line(Span("reading", "dim")),))
        self._names = names
        self.look()
        if self._timer is None and log.path:
            self._timer = self.set_interval(TICK, self.look)

    def rest(self) -> None:
        """Nobody looks: read nothing until it is opened again."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def say_instead(self, lines: Sequence[Line]) -> None:
        """Show these lines and no file's."""
        self._draw(list(lines))
        self._entitle()

    def close(self, lines: Sequence[Line] = (), *names: str) -> None:
        """Show no file any more, but these lines."""
        self._names = names
        self.rest()
        self._leave()
        self.say_instead(lines)

    def _leave(self) -> None:
        """Nothing more is wanted of the log that was shown."""
        if self._followed is not None:
            self._followed.over = True
        self._followed = None

    # Reading

    def look(self) -> None:
        """See whether something was written."""
        if self._followed is not None:
            begin(self, self._look, self._followed, group="log", exclusive=False)

    async def _look(self, followed: FollowedLog) -> None:
        try:
            moved = await followed.look()
        except SourceError as error:
            if not followed.over:
                self.say_instead((line(Span(safe(error.summary), "bad")), line(Span(safe(error.hint), "note"))))
            return
        if moved:
            self._lay_out()
            if followed.stand is not None and not followed.stand.counted:
                self.look()

    async def _fetch(self, followed: FollowedLog) -> None:
        try:
            await followed.bring()
        except SourceError as error:  # the next key asks again: at once it would be asked without end
            self.post_message(self.Said(error.summary))
            return
        self._lay_out()

    def _shown(self, text: bytes) -> Line:
        return shown(text, symbols(self.app))

    # Moving

    @property
    def _height(self) -> int:
        return max(1, self.size.height)

    def action_move(self, by: int) -> None:
        self._moved(by)

    def action_page(self, by: int) -> None:
        self._moved(by * max(1, self._height - 1))

    def action_top(self) -> None:
        if self._followed is not None:
            self._followed.paper.go_to(0)
            self._lay_out()

    def action_bottom(self) -> None:
        if self._followed is not None:
            self._followed.paper.follow()
            self._lay_out()

    def on_mouse_scroll_up(self) -> None:
        self._moved(-3)

    def on_mouse_scroll_down(self) -> None:
        self._moved(3)

    def _moved(self, by: int) -> None:
        if self._followed is not None:
            self._followed.paper.move(by, self._height)
            self._lay_out()

    def action_wrap(self) -> None:
        self._wrap = not self._wrap
        if self._followed is not None:
            self._followed.paper.wrap, self._followed.paper.skip = self._wrap, 0
            self._lay_out()

    # Searching and saving

    def action_search(self) -> None:
        from mltui.tui.screens.asking_text import AskText

        def typed(words: str | None) -> None:
            if words:
                self._sought.words, self._sought.hit = words, None
                self.action_again(1)

        if self._followed is not None:
            self.app.push_screen(
                AskText("Search the log", self._sought.words, ask="words as they stand in a line"), typed
            )

    def action_again(self, by: int) -> None:
        """To the next line that holds the words, from the top again behind the last; or backwards."""
        if self._followed is None:
            return
        if not self._sought.words:
            self.post_message(self.Said(f"nothing was searched for: {key_of('log.search')} searches"))
            return
        begin(self, self._search, self._followed, by, group="search")

    async def _search(self, followed: FollowedLog, by: int) -> None:
        try:
            found = await self._sought.find(followed, by)
        except SourceError as error:
            self.post_message(self.Said(error.summary))
            return
        if followed.over:
            return
        if found is None:
            self.post_message(self.Said(f"nothing in this log holds {self._sought.words!r}"))
            return
        number, again = found
        where = (" from the top again" if by > 0 else " from the end again") if again else ""
        self.post_message(self.Said(f"line {number + 1:,}{where}", "dim"))
        self._sought.hit = number
        followed.paper.show(number, self._height)
        self._lay_out()

    def action_save(self) -> None:
        if self._followed is not None:
            self.post_message(self.SaveAsked(self.path))

    # Drawing

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        if (followed := self._followed) is None:
            return
        paper = followed.paper
        paper.width = max(1, self.size.width - 2)
        if followed.stand is None or not self.size.width:
            return
        if followed.lacks:
            begin(self, self._fetch, followed, group="page")
            return
        if not paper.total:
            self._draw([line(Span("nothing was printed yet", "dim"))])
        else:
            self._draw([self._lit(number, each) for number, each in paper.rows(self._height)])
        self._entitle()

    def _lit(self, number: int, row: Line) -> Line:
        return highlighted(row, self._sought.words) if self._sought.words else row

    def _draw(self, rows: list[Line]) -> None:
        before, self._rows = self._rows, rows
        for y in range(self.size.height):
            if before[y : y + 1] != rows[y : y + 1]:
                self.refresh(Region(0, y, self.size.width, 1))

    def _entitle(self) -> None:
        """``Log  20261129-093136-4f2a  73 MB  2026-11-29 09:31  960-1,000 of 1,000``."""
        signs, followed = symbols(self.app), self._followed
        words = ["Log", *(safe(name, signs) for name in self._names)]
        if followed is not None and (stand := followed.stand) is not None:
            paper = followed.paper
            if not stand.counted:
                words.append(f"counting its lines, {stand.share:.0%}")
            elif paper.total > self._height and not paper.following:
                words.append(f"{paper.top + 1:,} of {paper.total:,}")
            elif paper.total > self._height:
                words.append(f"{paper.total:,} lines")
            words += [size(stand.size), stamp(stand.written), "" if paper.wrap else "not wrapped", followed.note]
        self.entitle(joined_words(words, [at for at in (1, 3) if at <= len(self._names)], self.title_room, signs.more))

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if y >= len(self._rows):
            return Strip.blank(width, base)
        row = clip_line(self._rows[y], width - 2, symbols(self.app).more)
        return padded(row, width, base, self.role_styles)
