"""A pipeline that was read at another commit than HEAD's is being read again."""

from __future__ import annotations

import pytest

from mltui.errors import Unreadable
from mltui.model.dvc import Pipeline
from mltui.model.git import GitState
from mltui.model.part import Part, Problem
from mltui.tui.at_head import at_head

OLD, NEW = "1" * 40, "2" * 40


def git(commit: str | None, problem: Problem | None = None) -> Part[GitState]:
    return Part("git", GitState("/p", "main", commit, False, 0, None, None), problem)


def test_another_head_unsettles_what_was_read_before_it() -> None:
    part = Part("pipeline", Pipeline(commit=OLD))
    shown = at_head(part, git(NEW))
    assert shown is not None
    assert shown.value is not None
    assert not shown.value.settled


@pytest.mark.parametrize(
    ("commit", "state"),
    [
        (OLD, git(OLD)),
        (None, git(NEW)),  # refs that are no files
        (OLD, git(None)),  # no commit yet
        (OLD, git(NEW, Problem("git", Unreadable("broken").summary))),  # nobody knows what HEAD is now
        (OLD, None),
    ],
)
def test_nothing_else_does(commit: str | None, state: Part[GitState] | None) -> None:
    part = Part("pipeline", Pipeline(commit=commit))
    assert at_head(part, state) is part
