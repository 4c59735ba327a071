"""What a check came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `wrong` is empty if all was well, `skipped` says why it was not looked at."""

    what: str
    wrong: Sequence[str] = ()
    skipped: str = ""

    def __str__(self) -> str:
        if self.skipped:
            return f"skipped  {self.what}: {self.skipped}"
        return "\n".join(
            [f"{'DIFFERS' if self.wrong else 'agrees '}  {self.what}", *(f"    {one}" for one in self.wrong)]
        )
