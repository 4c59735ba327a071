"""What has a name outside mltui that ``o`` can open or copy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outside:
    """A path on this machine or the address of a page. `opens`: a desktop's own program can show it."""

    address: str
    opens: bool
