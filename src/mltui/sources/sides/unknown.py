"""What a run does not tell, as sentences; and what its tags do."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.lineage.graph import Edge
from mltui.model.runs import SOURCE_TAG, Run
from mltui.model.side import Side


def script(run: Run) -> str:
    """The file a run was started from, if it is one."""
    name = run.tags.get(SOURCE_TAG, "")
    return name.removeprefix("./") if name.endswith((".py", ".sh", ".R", ".ipynb")) and not name.startswith("/") else ""


def uncommitted(run: Run, name: str, side: Side) -> list[str]:
    """What is not known of changes that were not committed when it ran."""
    if not run.commit:
        return []
    if side.dirty is None:
        return [f"whether {run.commit[:7]} was dirty when {name} ran: nothing recorded it"]
    if side.dirty and not side.diff:
        return [f"what was not committed when {name} ran: {run.commit[:7]} was dirty, the changes were not recorded"]
    return []


def unread(name: str, side: Side, edges: Sequence[Edge], trouble: str) -> list[str]:
    """What of its data can't be told, and why."""
    if side.data is None:
        staged = any(edge.source.startswith("stage:") and edge.kind != "unknown" for edge in edges)
        stage = "" if staged else ", and which stage it ran in is not known"
        return [f"which data {name} read: {trouble or f'nothing recorded it{stage}'}"]
    unsure = (each for each in side.data.values() if each.basis == "unknown")
    return [f"which {each.path} {name} read: {each.how}" for each in unsure]


def never_recorded(name: str) -> str:
    """Of a run without a commit."""
    return f"the code of {name}: it recorded no commit"


def not_here(sha: str, name: str) -> str:
    """Of a commit that this clone lacks."""
    return f"the code of {name}: its commit {sha[:7]} is not in this clone"
