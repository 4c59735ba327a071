"""``--ask-remote``: the one way from the command line to a remote's own word, which costs the network and a login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.cli.saying import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mltui.sources.workspace import Workspace


def ask_remotes(workspace: Workspace, hashes: Mapping[Path, Iterable[str | None]], noun: str) -> None:
    """Ask the default remote of each DVC project for these contents, of which `noun` is one, and say how many it has.

    Raises `SourceError` of the first that does not answer: silence is no answer.
    """
    for root, found in hashes.items():
        wanted = sorted({each for each in found if each and each.startswith("md5:")})
        if not wanted:
            say(f"no {noun} here that a remote could have")
            continue
        answers = workspace.remote.ask(root, wanted)
        there = sum(answers.answers[each].there for each in wanted)
        say(f"{answers.name} has {there:,} of {len(wanted):,} {noun}s")
