"""Claims on an alias or a legacy stage, as tags of a registered model tell them (docs/promotion.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mltui.model.documents import LATEST, from_json

PREFIX: Final = "mltui.claim."
#: A claim older than this is dead: whoever made it would have withdrawn it (ms).
DEAD_MS: Final = 60_000

_KEY = re.compile(re.escape(PREFIX) + r"(?P<name>.+)\.[0-9a-f]{32}\Z")


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim. `key` is the tag, `name` what is claimed: an alias, or ``stage.<stage>``. `at` is epoch ms by its
    maker's clock; None where it makes no sense, and then the claim is dead."""

    key: str
    name: str
    who: str = ""
    at: int | None = None
    version: str = ""
    host: str = ""
    pid: int | None = None

    def alive(self, now: int) -> bool:
        """Whether it counts at `now` (epoch ms), by its age. One from the future has a wrong clock, and would stand in
        everybody's way for as long as that is ahead: it is dead too."""
        return self.at is not None and abs(now - self.at) <= DEAD_MS

    def dies(self, now: int) -> int:
        """In how many seconds from `now` it will be dead; 0 if it is."""
        return max(0, (self.at + DEAD_MS - now + 999) // 1000) if self.at is not None and self.alive(now) else 0

    @property
    def maker(self) -> str:
        """``ada (process 4711 on box1)``."""
        return f"{self.who or 'somebody'} (process {self.pid or '?'} on {self.host or '?'})"

    def text(self) -> str:
        """The tag's value."""
        told = {"who": self.who, "at": self.at, "version": self.version, "host": self.host, "pid": self.pid}
        return json.dumps(told, ensure_ascii=False)


def claims_in(tags: Mapping[str, str], name: str | None = None) -> dict[str, Claim]:
    """The claims among a registered model's tags, by their keys: on `name`, or all of them."""
    found: dict[str, Claim] = {}
    for key, value in tags.items():
        match = _KEY.match(key)
        if match and name in (None, match["name"]):
            found[key] = _read(key, match["name"], value)
    return found


def _read(key: str, name: str, value: str) -> Claim:
    try:
        told: Any = from_json(value)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return Claim(key, name)
    words = {word: told[word] for word in ("who", "version", "host") if isinstance(told.get(word), str)}
    numbers = {word: told[word] for word in ("at", "pid") if type(told.get(word)) is int and 0 <= told[word] < LATEST}
    return Claim(key, name, **words, **numbers)
