"""`H`: hash the big data that the status left unhashed, while everything else goes on; `H` again stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.errors import MltuiError
from mltui.model.ages import elapsed
from mltui.model.key_names import key_of
from mltui.present.text import size
from mltui.tui.asking import Asker
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.sources.dvc.hashing import Hashing
    from mltui.tui.screens.main import MainScreen


class HashNow:
    """One hashing at a time, of the project of a screen."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._asker = Asker()
        self._hashing: Hashing | None = None
        self.busy = False

    def toggle(self) -> None:
        """Begin; while it is at it, stop."""
        if not self.busy:
            self.busy = True
            begin(self._screen, self._run, group="hash")
        elif self._hashing is not None:
            self._hashing.stop()

    def stop(self) -> None:
        """mltui is closed: no child is left behind."""
        if self._hashing is not None:
            self._hashing.stop()

    async def _run(self) -> None:
        try:
            await self._hash()
        except MltuiError as error:
            stopped = self._hashing is not None and self._hashing.stopped
            said = "hashing stopped: what was not hashed is as before" if stopped else error.summary
            self._screen.say(said, "dim" if stopped else "bad")
        finally:
            self.busy, self._hashing = False, None

    async def _hash(self) -> None:
        pipeline = self._screen.feeds.workspace.pipeline
        self._hashing = hashing = await self._asker.ask(pipeline.hashing)
        if hashing is None:
            self._screen.say("nothing was left unhashed", "dim")
            return
        lasts = elapsed(max(1, hashing.seconds))
        self._screen.say(f"hashing {size(hashing.size)}, about {lasts}; {key_of('hash')} stops it", "dim")
        await self._asker.ask(hashing.run)
        said = await self._asker.ask(lambda: self._told(hashing))
        await self._asker.ask(lambda: pipeline.hashed(hashing))
        self._screen.feeds.kick("pipeline", force=True)
        self._screen.say(f"hashed {size(hashing.size)}{f'; {said}' if said else ''}", "dim")

    def _told(self, hashing: Hashing) -> str:
        """In a thread: DVC is told, unless nothing may be changed."""
        from mltui.actions.gateway import gateway_of, read_only
        from mltui.actions.hash_now import TellDvc

        workspace = self._screen.feeds.workspace
        action = TellDvc(hashing)
        if read_only(workspace.config, action.title):
            return "read-only: DVC is not told"
        outcome = gateway_of(workspace).perform(action, lambda: True)
        return outcome.summary if outcome is not None else ""
