"""Which row of a table the cursor is on: it stays on its key whatever happens to the rows. Knows no screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mltui.present.rows import Rows


class TableCursor:
    """A place among rows, from 0."""

    def __init__(self) -> None:
        self.rows: Rows[Any] = Rows((), (), str)
        self.at = 0
        self._index: Mapping[str, int] = {}

    @property
    def key(self) -> str | None:
        """The key under the cursor; None without rows."""
        return self.rows.key(self.at) if self.at < len(self.rows) else None

    def take(self, rows: Rows[Any], index: Mapping[str, int]) -> None:
        """Have other rows, whose places by key are `index`: stay on the key, else at the place of the former one."""
        key = self.key
        self.rows, self._index = rows, index
        self.at = self._inside(index.get(key, self.at) if key is not None else 0)

    def put(self, at: int) -> bool:
        """Go to the row `at`, or to the nearest there is; whether that is another one."""
        before, self.at = self.at, self._inside(at)
        return before != self.at

    def place_of(self, key: str) -> int | None:
        """Where the row of `key` is; None if there is none."""
        return self._index.get(key)

    def find(self, text: str, by: int) -> int | None:
        """The next row (`by` 1) or the former one (-1) that holds the words of `text`, going round at the ends."""
        holding = set(self.rows.matching(text).keys())
        count = len(self.rows)
        steps = ((self.at + by * step) % count for step in range(1, count + 1))
        return next((at for at in steps if self.rows.key(at) in holding), None)

    def _inside(self, at: int) -> int:
        return max(0, min(at, len(self.rows) - 1))
