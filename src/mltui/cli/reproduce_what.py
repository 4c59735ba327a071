"""What the word behind `mltui reproduce` means: a run, a commit, a model version, an alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.cli.saying import say
from mltui.errors import UsageError
from mltui.sources.reproducing.wanted import KINDS, Wanted, wanted_of

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

_A = {"data": "data", "stage": "a stage", "entry": "an entry of a dvc.lock"}


def find_wanted(workspace: Workspace, word: str) -> Wanted:
    """What `word` names, as `LineageSource.find` understands it: the first of its meanings that can be worked on. What
    else it could mean is said on standard error.

    Raises `UsageError` if it names nothing, or a thing that is not worked on; `SourceError` where it can't be read.
    """
    found = workspace.lineage.found(word)
    meant = [each for each in (found.id, *found.others) if each.partition(":")[0] in KINDS]
    if not meant:
        kind, _, name = found.id.partition(":")
        hint = "it takes a run, a commit, a model version or an alias"
        raise UsageError(f"{name} is {_A.get(kind, kind)}, which is not worked on", hint)
    wanted = wanted_of(workspace, meant[0])
    if meant[1:]:
        others = " or ".join(each.replace(":", " ", 1) for each in meant[1:4])
        say(f"{word} is taken for {wanted.label}", f"it could also be {others}")
    return wanted
