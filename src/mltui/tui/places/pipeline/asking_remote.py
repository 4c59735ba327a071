"""``u`` in the Pipeline place: asking the default remote whether it has the outs of a stage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.reactive import reactive

from mltui.model.dvc import Stage
from mltui.tui.places.base import bound
from mltui.tui.places.parts import PipelinePart, value
from mltui.tui.places.remote_asked import RemoteAsked


class OutsAsked(RemoteAsked[Stage]):
    """A place of stages that asks the remote for their outs when somebody says so, of one stage or group at a time."""

    pipeline: reactive[PipelinePart] = bound(None)

    def stages_looked_at(self) -> Sequence[Stage]:
        """The stage under the cursor, or those of the group; they are declared in one file."""
        raise NotImplementedError

    def root_of(self, stage: Stage) -> Path:
        """Its DVC project."""
        known = value(self.pipeline)
        return self.workspace.stored.root_of(stage.path, known.roots if known else ())

    def ask_remote(self) -> None:
        """Ask for the outs that DVC caches."""
        if self.stops_asking():
            return
        stages = self.stages_looked_at()
        root = self.root_of(stages[0]) if stages else self.workspace.project.root
        hashes = (out.hash for stage in stages for out in stage.outs if out.cached)
        self.ask_about(root, hashes, "out", "no out here that a remote could have")
