"""Every reader: what its tool writes, what was found once by `make fuzz`, and a handful of mutations.

The search itself is ``make fuzz``; here the same inputs come each time. Limits of time and memory are held there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz.harness import Harness, all_harnesses, leave
from tests.fuzz.mutating import mutated

FOUND = Path(__file__).parents[1] / "fuzz" / "found"
#: Those whose seeds take a minute to make are tried by `make fuzz` alone.
HARNESSES = {name: one for name, one in all_harnesses().items() if name != "SQLite, of every schema"}


@pytest.fixture(scope="module", autouse=True)
def _room() -> Iterator[None]:
    yield
    leave()


def folder_of(name: str) -> Path:
    return FOUND / re.sub(r"\W+", "-", name).strip("-")


@pytest.mark.parametrize("name", HARNESSES)
def test_what_its_tool_writes_and_what_was_found_once(name: str) -> None:
    harness = HARNESSES[name]
    found = sorted(folder_of(name).glob("*"))
    for data in [*harness.seeds(), *(path.read_bytes() for path in found)]:
        harness.try_(data)


def test_everything_that_was_found_belongs_to_a_reader() -> None:
    assert {path.name for path in FOUND.iterdir()} <= {folder_of(name).name for name in all_harnesses()}


@pytest.mark.parametrize("name", HARNESSES)
def test_a_handful_of_mutations(name: str) -> None:
    harness = HARNESSES[name]
    seeds = list(harness.seeds())

    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(st.integers(0, (1 << 64) - 1))
    def mutate(number: int) -> None:
        chance = random.Random(number)
        _try(harness, mutated(chance.choice(seeds), harness.kind, chance, harness.longest))

    mutate()


def _try(harness: Harness, data: bytes) -> None:
    try:
        harness.try_(data)
    except Exception as error:
        raise AssertionError(f"{harness.name} does not take {data[:500]!r}") from error
