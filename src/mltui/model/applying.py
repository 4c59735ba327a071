"""What applying a DVC experiment does to the worktree."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Applying:
    """`changes` are the tracked files that applying changes from HEAD's, `overwritten` those with changes that are in
    no commit and that the experiment has otherwise; `kept` changes that stay. `untracked` is the bytes of untracked
    files, which git would copy. Of `unspoken`, which DVC would bring back from its stash, it can't say the names: it
    would wait for the first of them for ever. Paths are relative to the top of the repository."""

    changes: tuple[str, ...]
    overwritten: tuple[str, ...]
    kept: tuple[str, ...]
    untracked: int = 0
    unspoken: tuple[str, ...] = ()
