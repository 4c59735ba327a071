"""``u`` in the Pipeline place: asking the default remote whether it has the outs of a stage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textual.reactive import reactive

from mltui.errors import SourceError
from mltui.model.dvc import Stage
from mltui.present.marks import count
from mltui.present.text import safe
from mltui.tui.asking import Asker
from mltui.tui.places.base import bound
from mltui.tui.places.master import MasterDetail
from mltui.tui.places.parts import PipelinePart, value
from mltui.tui.working import begin


class OutsAsked(MasterDetail[Stage]):
    """A place of stages that asks the remote for their outs when somebody says so, of one stage or group at a time."""

    pipeline: reactive[PipelinePart] = bound(None)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._remote_asker = Asker()
        self.asking = ""  #: what is being asked; "" for nothing

    def stages_looked_at(self) -> Sequence[Stage]:
        """The stage under the cursor, or those of the group; they are declared in one file."""
        raise NotImplementedError

    def root_of(self, stage: Stage) -> Path:
        """Its DVC project."""
        known = value(self.pipeline)
        return self.workspace.stored.root_of(stage.path, known.roots if known else ())

    def ask_remote(self) -> None:
        """Ask for the outs that DVC caches; while they are being asked for, stop that."""
        if self.asking:
            self.workspace.remote.stop()
            return
        stages = self.stages_looked_at()
        hashes = {out.hash for stage in stages for out in stage.outs if out.cached}
        wanted = sorted(each for each in hashes if each and each.startswith("md5:"))
        if not wanted:
            self._say("no out here that a remote could have", "warn")
            return
        self._heard("asking the remote")
        begin(self, self._ask, self.root_of(stages[0]), wanted, group="remote")

    async def _ask(self, root: Path, wanted: list[str]) -> None:
        source = self.workspace.remote
        try:
            found = await self._remote_asker.ask(
                lambda: source.ask(root, wanted, lambda word: self.call_later(self._overheard, word))
            )
        except SourceError as error:
            self._say(safe(f"{error.summary}{f' ({error.hint})' if error.hint else ''}"), "warn")
        else:
            there = sum(found.answers[each].there for each in wanted)
            self._say(f"{safe(found.name)} has {there:,} of {count(len(wanted), 'out')}", "good")
        finally:
            self._heard("")
        self._read_detail()

    def _overheard(self, word: str) -> None:
        """What the one who asks says, from its thread: it may come behind the answer."""
        if self.asking:
            self._heard(word)

    def _heard(self, word: str) -> None:
        self.asking = safe(word)
        self.entitle()
        self.post_message(self.KeysMoved())

    def _say(self, word: str, role: str) -> None:
        self.post_message(self.Said(word, role))
