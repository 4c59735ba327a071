"""What is on screen as one snapshot, to be remembered for the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mltui.model.part import Part
from mltui.model.status import Snapshot

if TYPE_CHECKING:
    from mltui.model.metric import PrimaryMetric
    from mltui.sources.workspace import Workspace
    from mltui.tui.places.base import Parts

#: Parts that a snapshot has nothing of but what stood in their way: the header counts that.
UNTOLD = ("history", "journal", "lineage")
#: Newest runs of a snapshot.
NEWEST = 50


def snapshot_of(workspace: Workspace, parts: Parts, primary: PrimaryMetric | None) -> Snapshot:
    """The parts as a `Snapshot`; those that are not there yet are empty."""

    def part(name: str) -> Part[Any]:
        return parts.get(name) or Part(name)

    runs, noted = part("runs"), part("journal").value
    journal = noted.problems if noted else ()
    newest = runs.value.runs[:NEWEST] if runs.value else None
    project = workspace.project
    unread = (part(name).problem for name in UNTOLD)
    return Snapshot(
        project=project.server or str(project.root),
        git=part("git"),
        pipeline=part("pipeline"),
        stores=part("stores"),
        models=part("models"),
        newest=Part("newest", newest, runs.problem, runs.read_at),
        experiments=part("experiments"),
        primary=primary,
        jobs=part("jobs"),
        problems=(
            *workspace.config.problems,
            *(runs.value.problems if runs.value else ()),
            *journal,
            *(problem for problem in unread if problem),
        ),
    )
