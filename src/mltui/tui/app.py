"""The app: themes, signals, one project after another. Everything shown is in its screens."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.scrollbar import ScrollBar, ScrollBarRender

from mltui.model import key_names
from mltui.model.key_names import key_of
from mltui.present.text import ASCII
from mltui.tui.collector import calm
from mltui.tui.commands.looking import Redraw
from mltui.tui.feeds import Feeds
from mltui.tui.hangup import end_with_terminal
from mltui.tui.rebinding import judged
from mltui.tui.screens.main import MainScreen
from mltui.tui.symbols import terminal_symbols
from mltui.tui.themes import colourless, fitting_theme, fitting_themes
from mltui.tui.typed import KeyByKey
from mltui.tui.widgets.footer import FooterBar
from mltui.tui.window import Window, forget_told_size, takes_mouse

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App
    from textual.driver import Driver
    from textual.timer import Timer

    from mltui.config import Config
    from mltui.sources.workspace import Workspace
    from mltui.tui.picture import Picture
    from mltui.tui.trail import Spot


#: How long a reading thread may hold the drawing one up at a time; Python's own 5 ms are felt in a key (seconds).
SWITCH = 0.001
#: A terminal has its new size when none came for so long (seconds).
SETTLED = 0.1


class WholeCells(ScrollBarRender):
    """A scrollbar without the block characters of Unicode."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "]
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "]


class MltuiApp(KeyByKey):
    """mltui on one project at a time. `feeds` is what reads already."""

    TITLE = "mltui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = False  # Textual's own: mltui has one of its commands (screens/palette.py)

    def __init__(
        self,
        workspace: Workspace,
        *,
        feeds: Feeds | None = None,
        picture: Picture | None = None,
    ) -> None:
        config = workspace.config
        themes = {each.name: each for each in fitting_themes()}
        theme = fitting_theme(config.theme)
        if colourless():
            os.environ.setdefault("NO_COLOR", "1")
        wished = os.environ.get("NO_COLOR")
        self.window = Window(os.environ, titled=config.title, through=config.passthrough)
        super().__init__(_driver(self.window, picture), ansi_color=True if themes[theme].ansi else None)
        if wished is not None:  # Textual takes it away: the picture of the next start hangs on it, and children do
            os.environ["NO_COLOR"] = wished
        for each in themes.values():
            self.register_theme(each)
        self.theme = theme
        self.symbols = ASCII if config.ascii else terminal_symbols()
        ScrollBar.renderer = WholeCells if self.symbols is ASCII else ScrollBarRender
        self.animation_level = "none"
        self._take_keys(config)
        self.workspace = workspace
        #: Makes the driver write every cell again. A driver of mltui's puts its own here.
        self.forget_shown: Callable[[], object] = lambda: None
        self._sized = False
        self._settling: Timer | None = None
        self._feeds = feeds or Feeds(workspace)
        #: How somebody looks at things, by page: outlives the screen of a project and is forgotten at the end.
        self.looks: dict[str, object] = {}

    def on_mount(self) -> None:
        self.set_class(self.symbols is ASCII, "-ascii")
        self._catch_signals()
        self.hear_tasks()
        self.app_resume_signal.subscribe(self, self._draw_again)

    def get_default_screen(self) -> MainScreen:
        """The first screen at once: one pushed over Textual's own empty one costs a frame."""
        return MainScreen(self._feeds)

    def open(self, workspace: Workspace, start: Spot | None = None) -> None:
        """Show another workspace, from its first frame on; the former one ends in the background."""
        former, self.workspace = self.workspace, workspace
        self._take_keys(workspace.config)  # keys.toml may be another than at the start
        screen = MainScreen(Feeds(workspace), start)
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:  # Textual can't take its default screen away: it stays below, asleep
            for below in self.screen_stack:
                if isinstance(below, MainScreen):
                    below.sleep()
                    for each in below.children:  # else a widget there holds who told it last of another size
                        each.display = False
            self.push_screen(screen)
        threading.Thread(target=former.close, name="closing", daemon=True).start()

    def _take_keys(self, config: Config) -> None:
        keys = judged(config.rebound)
        key_names.use(keys.shown())
        self.set_keymap(keys.keymap())
        self._redraws = keys.keys.get(Redraw.id, (Redraw.keys,))

    async def on_event(self, event: events.Event) -> None:
        """Any key takes the word in the last line back, also one that does nothing."""
        if isinstance(event, events.Key) and not event.is_forwarded and self.screen_stack:
            for footer in self.screen.query(FooterBar):
                footer.say("")
            if event.key in self._redraws and not isinstance(self.screen, MainScreen):
                self.action_redraw()  # under what lies over it no command of the main screen acts
        elif isinstance(event, events.Resize):
            self._resized()
        await super().on_event(event)

    def _resized(self) -> None:
        """Every cell anew once the size stays: a terminal that was smaller for a moment lost some, and Textual draws
        nothing where it sees only that the size is what it was."""
        if self._settling is not None:
            self._settling.stop()
        if self._sized:  # the first one is told at the start
            self._settling = self.set_timer(SETTLED, self._has_settled)
        self._sized = True

    def _has_settled(self) -> None:
        self._settling = None  # a timer keeps the context it was made in, and that the screens of then
        self.forget_shown()

    def action_help_quit(self) -> None:
        """``ctrl+c``: by which many would end a program. Textual's own word for it names a key that is not mltui's."""
        self.screen.query_one(FooterBar).say(f"{key_of('quit')} quits")

    def _catch_signals(self) -> None:
        """A closed terminal and a polite kill end mltui as ``q`` does, children and all."""
        if threading.current_thread() is not threading.main_thread():
            return
        import asyncio

        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self.exit)

    def action_suspend_process(self) -> None:
        """Stop as any program does on ctrl+z, but never with a store's lock in hand."""
        self.run_worker(self._suspend, thread=True, exclusive=True, group="suspend")

    def _suspend(self) -> None:
        from mltui.sources.mlflow.gate import reads_paused

        with reads_paused():
            self.call_from_thread(self._stop)

    def _stop(self) -> None:
        """The whole process group, as the terminal's own ctrl+z does: under ``make demo`` make has to stop too.

        Textual would stop this process only, and the others before the terminal is theirs again.
        """
        with self.suspend():
            former = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.killpg(0, signal.SIGTSTP)  # `fg` comes back here
            signal.signal(signal.SIGTSTP, former)

    def action_redraw(self) -> None:
        """Every cell anew, also those that the terminal is thought to have."""
        self.forget_shown()
        self.screen.refresh()

    def _draw_again(self, _app: App[None]) -> None:
        """After ``fg``: the alternate screen begins empty."""
        self.screen.refresh()


def run(feeds: Feeds, picture: Picture | None = None) -> None:
    """Show the app on what `feeds` read until somebody quits; then end every child process. Raises what ended it
    otherwise: a mistake of ours.

    `picture` is what the terminal shows already.
    """
    sys.setswitchinterval(SWITCH)
    calm()

    def close() -> None:
        feeds.workspace.runner.end_reads()
        feeds.workspace.close()

    end_with_terminal(close)
    forget_told_size(os.environ, sys.stdout.fileno())
    app = MltuiApp(feeds.workspace, feeds=feeds, picture=picture)
    threading.excepthook = lambda died: app.end_by(died.exc_value)
    try:
        app.run(mouse=takes_mouse(os.environ))
    finally:
        threading.excepthook = threading.__excepthook__
        close()
    if app.mistake is not None:
        raise app.mistake


def _driver(window: Window, picture: Picture | None) -> type[Driver] | None:
    """mltui's own; None, which is Textual's, where that is no terminal of POSIX."""
    if os.name != "posix" or "TEXTUAL_DRIVER" in os.environ:
        return None
    from mltui.tui.driver import own_driver

    return own_driver(window, picture)
