"""Why two things differ, over the main screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from mltui.errors import SourceError
from mltui.model.difference import Difference
from mltui.model.shell import join
from mltui.present.difference import Shown, difference_lines
from mltui.present.difference_document import as_markdown
from mltui.present.text import Span, line, safe
from mltui.sources.sides.named import Named
from mltui.tui.asking import Asker
from mltui.tui.clipboard import copy
from mltui.tui.commands.chooser_keys import DIFFERENCE
from mltui.tui.screens.dialog import Dialog
from mltui.tui.symbols import symbols
from mltui.tui.widgets.lines import LinesView
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class DifferenceScreen(Dialog[None]):
    """What differs from `old` to `new`, read in a thread; meanwhile it says what is being read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,d", "leave", "Leave", show=False),
        Binding("x", "everything", "What is alike too", show=False),
        Binding("p", "pipeline", "Only what the pipeline depends on", show=False),
        Binding("s", "turn", "Turn it round", show=False),
        Binding("r", "again", "Read again", show=False),
        Binding("y", "copy_command", "Copy the command", show=False),
        Binding("Y", "copy_all", "Copy as Markdown", show=False),
        Binding("question_mark", "tell_keys", "Help", show=False),
    ]
    TOLD = DIFFERENCE

    class Reading(Message):
        """What is being read now, said by the thread that reads."""

        def __init__(self, what: str) -> None:
            self.what = what
            super().__init__()

    def __init__(self, main: MainScreen, old: Named, new: Named) -> None:
        super().__init__()
        self._main = main
        self._old, self._new = old, new
        self._asker = Asker()
        self._found: Difference | None = None
        self._reads = False
        self._only, self._narrow = True, False

    def keys(self) -> Sequence[tuple[str, str]]:
        return (
            ("esc", "leave"),
            ("x", "all rows" if self._only else "only differences"),
            ("p", "all code" if self._narrow else "pipeline's code"),
            ("s", "turn round"),
            ("Y", "copy as Markdown"),
            ("y", "copy command"),
            ("r", "read again"),
            ("up down", "scroll"),
        )

    def content(self) -> ComposeResult:
        with Vertical(classes="comparing"):
            yield LinesView()

    def on_mount(self) -> None:
        self.view.focus()
        self.action_again()

    @property
    def view(self) -> LinesView:
        """The lines."""
        return self.query_one(LinesView)

    # Reading

    def action_again(self) -> None:
        """Read both sides."""
        begin(self, self._read, group="differing")

    async def _read(self) -> None:
        main, old, new = self._main, self._old, self._new
        self._found, self._reads = None, True

        def question() -> Difference:
            return main.workspace.differ.difference(old, new, main.primary, self._tell)

        try:
            self._found = await self._asker.ask(question)
        except SourceError as error:
            self._reads = False
            self.view.show((line(Span(safe(error.summary), "bad")), line(Span(safe(error.hint), "note"))))
            return
        self._reads = False
        self._show(keep_scroll=False)

    def _tell(self, what: str) -> None:
        self.post_message(self.Reading(what))

    @on(Reading)
    def _told(self, message: Reading) -> None:
        message.stop()
        if self._reads:  # a word of what was read may come behind the answer
            self.view.show((line(Span(safe(message.what), "dim")),))

    # Showing

    def _show(self, *, keep_scroll: bool = True) -> None:
        if self._found is not None:
            width = max(20, self.view.scrollable_content_region.width - 2)
            lines = difference_lines(self._shown(self._found), Shown(self._only, width, symbols(self.app)))
            self.view.show(lines, keep_scroll=keep_scroll)
        self.show_keys()

    def _shown(self, found: Difference) -> Difference:
        return found.narrowed() if self._narrow else found

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    # Keys

    def action_leave(self) -> None:
        if self._found is None:
            self._main.workspace.differ.stop()  # the next difference need not wait for it
        self.dismiss()

    def action_everything(self) -> None:
        self._only = not self._only
        self._show()

    def action_pipeline(self) -> None:
        self._narrow = not self._narrow
        self._show()

    def action_turn(self) -> None:
        self._old, self._new = self._new, self._old
        self.action_again()

    def action_copy_command(self) -> None:
        command = join(("mltui", "diff", self._old.word, self._new.word))
        copy(self, self._main.workspace, command, command, self._say)

    def action_copy_all(self) -> None:
        if self._found is None:
            return
        found, signs, only = self._shown(self._found), symbols(self.app), self._only

        def make() -> None:
            text = as_markdown(found, signs, only=only)
            told = "the difference as Markdown"
            self.app.call_from_thread(
                copy, self, self._main.workspace, text, told, self._say, instead="mltui diff … --md prints it"
            )

        self.run_worker(make, thread=True, exclusive=True, group="copying")

    def _say(self, word: str, role: str) -> None:
        self.say_last(word, role)
