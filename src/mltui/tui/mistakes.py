"""A mistake of mltui's own ends the app in order: the terminal is given back, and who ran it is told what it was.

Textual prints a traceback with the values of all variables, secrets among them, to nobody who could do anything about
it; here `mltui.cli` says one line and names a file to send (`sources/mistakes.py`).
"""

from __future__ import annotations

import asyncio
from typing import Any

from rich.console import Console
from textual.app import App
from textual.worker import WorkerFailed


class Orderly(App[None]):
    """An app that keeps what ended it in `mistake`, for whoever ran it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mistake: Exception | None = None
        self.error_console = Console(quiet=True, stderr=True)

    def _handle_exception(self, error: Exception) -> None:
        """The one private name of Textual's that mltui uses: it tells nobody else which exception ended it."""
        if self.mistake is None:
            inner = error.error if isinstance(error, WorkerFailed) else error
            self.mistake = inner if isinstance(inner, Exception) else error
        super()._handle_exception(error)

    def hear_tasks(self) -> None:
        """Make an exception of a task that nobody awaits end the app. Called on the thread of the event loop."""
        asyncio.get_running_loop().set_exception_handler(lambda _, told: self.end_by(told.get("exception")))

    def end_by(self, error: BaseException | None) -> None:
        """End by what a thread or a task died of: without it mltui would go on and show what is no longer so. May be
        called from any thread; what is no `Exception` is an end that somebody asked for."""
        if not isinstance(error, Exception):
            return

        def fail() -> None:
            raise error

        self.call_later(fail)
