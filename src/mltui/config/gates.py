"""What makes no sense in ``[promote]`` and ``[[gates]]`` of a file, with its line: told before it is committed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mltui.model.gate_reading import gate, promote_trouble

_GATES = re.compile(r"\s*\[\[\s*(?:tool\s*\.\s*mltui\s*\.\s*)?gates\s*\]\]")
_PROMOTE = re.compile(r"\s*\[\s*(?:tool\s*\.\s*mltui\s*\.\s*)?promote\s*\]")
FAILS = "it fails as long as it says so: docs/gates.md"


def troubles(
    text: str, promote: Mapping[str, Any], gates: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, str, int]]:
    """(what is wrong, what to do, line) of each."""
    lines = text.splitlines()
    if trouble := promote_trouble(promote):
        yield trouble, "nothing can be promoted as long as it says so: docs/gates.md", _at(lines, _PROMOTE, 0)
    for number, row in enumerate(gates):
        if trouble := gate(row).trouble:
            yield f"gate {number + 1} makes no sense: {trouble}", FAILS, _at(lines, _GATES, number)


def _at(lines: Sequence[str], header: re.Pattern[str], number: int) -> int:
    """The line of the header that comes after so many others like it; the first one where it is written otherwise."""
    found = [at for at, line in enumerate(lines, 1) if header.match(line)]
    return found[number] if number < len(found) else found[0] if found else 1
