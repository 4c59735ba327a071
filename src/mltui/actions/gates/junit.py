"""What pytest's JUnit XML says: how many passed, how many did not, and which was the first.

Whatever wrote the file, reading it is safe: no document type (so no entities, no bombs), nothing is fetched, nothing is
held but counts, and a file that is too long is none. Format: pytest's ``_pytest/junitxml.py``, families xunit1 and 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

#: Captured output makes it long; longer ones are not read (bytes).
MOST = 256 << 20
_PIECE = 1 << 20
#: Characters of a message that are shown.
_SHOWN = 200
_BAD = {"failure": "failed", "error": "errors", "skipped": "skipped"}


@dataclass(frozen=True, slots=True)
class Suite:
    """How many tests ended how. `first` names the first that failed, `message` is what it said, on one line."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    first: str = ""
    message: str = ""

    @property
    def figure(self) -> str:
        """``2 failed, 29 passed, 1 skipped``, as pytest puts it."""
        errors = "1 error" if self.errors == 1 else f"{self.errors:,} errors" if self.errors else ""
        counts = ((self.failed, "failed"), (self.passed, "passed"), (self.skipped, "skipped"))
        told = [f"{count:,} {word}" for count, word in counts if count]
        return ", ".join([*told, *([errors] if errors else [])]) or "no tests"


def read_junit(path: Path) -> Suite | None:
    """What the file says; None if there is none, or it is no such report."""
    counting = _Counting()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = counting.start, counting.end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refused
    try:
        if path.stat().st_size > MOST:
            return None
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (OSError, expat.ExpatError, ValueError, LookupError):  # LookupError: of an encoding that nobody knows
        return None
    return counting.told() if counting.is_report else None


def _refused(*_: object) -> None:
    raise ValueError("a document type")


class _Counting:
    def __init__(self) -> None:
        self.is_report = False
        self._counts = dict.fromkeys(("passed", *_BAD.values()), 0)
        self._name, self._how = "", ""
        self._first, self._message = "", ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("testsuites", "testsuite"):
            self.is_report = True
        elif tag == "testcase":
            place, name = attributes.get("classname", ""), attributes.get("name", "")
            self._name, self._how = (f"{place}::{name}" if place and name else name or place), "passed"
        elif tag in _BAD and self._how:
            if self._how not in ("failed", "errors"):
                self._how = _BAD[tag]
            if tag != "skipped" and not self._first:
                self._first = self._name
                self._message = " ".join(attributes.get("message", "").split())[:_SHOWN]

    def end(self, tag: str) -> None:
        if tag == "testcase" and self._how:
            self._counts[self._how] += 1
            self._how = ""

    def told(self) -> Suite:
        return Suite(**self._counts, first=self._first, message=self._message)
