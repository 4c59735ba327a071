"""Patterns in a real child: one that never ends is ended, the others match as Python's `re` does."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mltui.errors import FilterError, NotFound
from mltui.model.filters import Search
from mltui.sources.regexes import Searcher
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real

#: 2**40 ways to fail.
ENDLESS = "a" * 40 + "!"
SECONDS = 0.1


def search(pattern: str, *texts: str) -> Search:
    return Search(pattern, (7, 9 + len(pattern)), frozenset(texts))


def test_it_matches_as_re_does() -> None:
    texts = ("lr-0.1", "two\nlines", "é", "", "a\x00b", "\udcff", "lr" * 3000)
    patterns = (r"l+r", r"(?m)^lines$|é", r"^$|x", r".\x00b?", "\udcff+", r"(lr){3000}")
    found = Searcher(ProcessRunner()).search([search(pattern, *texts) for pattern in patterns], "")
    assert found == {pattern: {text for text in texts if re.search(pattern, text)} for pattern in patterns}
    assert all(found.values())


def test_an_endless_pattern_is_ended_and_says_where() -> None:
    runner = ProcessRunner()
    searcher = Searcher(runner, SECONDS)
    text = "name ~ '(a+)+$'"
    with pytest.raises(FilterError, match=r"this pattern takes more than 0\.1 s") as caught:
        searcher.search([search("(a+)+$", ENDLESS, "aa")], text)
    assert text[caught.value.start : caught.value.end] == "'(a+)+$'"
    begun = len(runner.log)
    with pytest.raises(FilterError):
        searcher.search([search("(a+)+$", ENDLESS)], text)
    assert len(runner.log) == begun, "it was tried again"
    assert searcher.search([search("b+", ENDLESS, "bb")], "") == {"b+": {"bb"}}


def test_only_new_texts_are_asked_of() -> None:
    runner = ProcessRunner()
    searcher = Searcher(runner)
    assert searcher.search([search("a+", "a", "b")], "") == {"a+": {"a"}}
    assert searcher.search([search("a+", "b", "a")], "") == {"a+": {"a"}}
    assert len(runner.log) == 1
    assert searcher.search([search("a+", "b", "ca")], "") == {"a+": {"a", "ca"}}
    assert len(runner.log) == 2


def test_what_nobody_waits_for_is_ended() -> None:
    started = []

    class Watched(ProcessRunner):
        def start(self, *args, **kwargs):  # type: ignore[no-untyped-def]
            started.append(super().start(*args, **kwargs))
            return started[-1]

    with pytest.raises(FilterError, match="nobody waits"):
        Searcher(Watched(), 60.0).search([search("(a+)+$", ENDLESS)], "", lambda: bool(started))
    assert started[0].returncode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(started[0].pid, 0)


def test_without_a_python_the_filter_is_refused() -> None:
    class Nowhere(ProcessRunner):  # a fake at the door: the interpreter was removed
        def start(self, argv, *, cwd: Path, env=None):  # type: ignore[no-untyped-def]
            raise NotFound(f"{argv[0]} is not installed or not on PATH")

    with pytest.raises(FilterError, match=r"could not be searched for: .*not installed"):
        Searcher(Nowhere()).search([search("a+", "a")], "")
