"""One line on a terminal's standard error while something takes long; nothing anywhere else."""

from __future__ import annotations

import sys
import time
from types import TracebackType

#: What is done before that is not worth a line; then it is painted so often.
_PATIENCE_S = 0.3
_PAUSE_S = 0.1


class Counted:
    """``reading DVC's files of all commits: 412 of 1,404``, taken away again at the end. `what` may be told later."""

    def __init__(self, what: str = "") -> None:
        self._what = what
        self._shown = False
        self._next = time.monotonic() + _PATIENCE_S
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> Counted:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def tell(self, done: int, of: int) -> None:
        """So much is done; of how much is not known where `of` is 0."""
        now = time.monotonic()
        if self._terminal and now >= self._next:
            self._next, self._shown = now + _PAUSE_S, True
            whole = f" of {of:,}" if of else ""
            sys.stderr.write(f"\r{self._what}: {done:,}{whole}\x1b[K")
            sys.stderr.flush()

    def tell_what(self, what: str, done: int, of: int) -> None:
        """Of `what` so much is done."""
        self._what = what
        self.tell(done, of)
