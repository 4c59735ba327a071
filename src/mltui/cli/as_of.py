"""`--at DATE-OR-REV`: the workspace as of then, and how that is said."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

from mltui.cli.saying import say

if TYPE_CHECKING:
    from mltui.model.as_of import AsOf
    from mltui.model.part import Problem
    from mltui.sources.as_of import WorkspaceThen
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace


def opened_then(workspace: Workspace, word: str | None) -> Workspace:
    """`workspace`, as of what `word` names; itself where nothing was. Which moment that is is said on standard error.

    Raises `UsageError` for a word that names none.
    """
    if word is None:
        return workspace
    from mltui.present.as_of import as_of_words
    from mltui.sources.as_of import resolve, then

    found = resolve(word, workspace)
    sys.stdout.flush()
    say(f"as of {as_of_words(found)}", found.note)
    return then(workspace, found)


def as_seen(workspace: Workspace, reader: StoreReader | None) -> StoreReader | None:
    """A reader of the workspace's stores, as of the time that is looked at."""
    return cast("WorkspaceThen", workspace).of(reader) if workspace.as_of else reader


def unknown_then(workspace: Workspace) -> tuple[Problem, ...]:
    """What can't be told of then, of what was read."""
    return cast("WorkspaceThen", workspace).problems() if workspace.as_of else ()


def at_document(as_of: AsOf | None) -> dict[str, Any] | None:
    """`at` of a document: what was typed, the commit of then, and then as epoch ms."""
    if as_of is None:
        return None
    return {"said": as_of.said, "commit": as_of.commit, "date": as_of.at}
