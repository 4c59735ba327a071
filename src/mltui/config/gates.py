"""What makes no sense in ``[promote]`` and ``[[gates]]`` of this worktree, with its line: told before it is committed.

Not when the configuration is loaded, which every start waits for: reading gates takes some milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from mltui.config import Config
from mltui.model.part import Problem

_GATES = re.compile(r"\s*\[\[\s*(?:tool\s*\.\s*mltui\s*\.\s*)?gates\s*\]\]")
_PROMOTE = re.compile(r"\s*\[\s*(?:tool\s*\.\s*mltui\s*\.\s*)?promote\s*\]")


def gate_problems(config: Config) -> tuple[Problem, ...]:
    """One for each gate, and for ``[promote]``; nothing is read where there are none."""
    return tuple(_problems(config)) if config.gates or config.promote else ()


def _problems(config: Config) -> Iterator[Problem]:
    from mltui.model.gate_reading import gate, promote_trouble

    path = config.files[-1] if config.files else ""  # the project's, which is the stronger one
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []  # it was read a moment ago
    if trouble := promote_trouble(config.promote):
        hint = "nothing can be promoted once it is committed: docs/gates.md"
        yield Problem("config", trouble, hint, f"{path}:{_at(lines, _PROMOTE, 0)}")
    for number, row in enumerate(config.gates):
        if trouble := gate(row).trouble:
            where = f"{path}:{_at(lines, _GATES, number)}"
            summary = f"gate {number + 1} makes no sense: {trouble}"
            yield Problem("config", summary, "it fails once it is committed: docs/gates.md", where)


def _at(lines: Sequence[str], header: re.Pattern[str], number: int) -> int:
    """The line of the header that comes after so many others like it; the first one where it is written otherwise."""
    found = [at for at, line in enumerate(lines, 1) if header.match(line)]
    return found[number] if number < len(found) else found[0] if found else 1
