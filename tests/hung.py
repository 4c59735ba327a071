"""A test that hangs where no signal gets through ends its worker, with every thread's lines, and not all of CI.

pytest-timeout raises in the main thread, by SIGALRM: what sets an alarm of its own, swallows what is raised or waits
in C takes that away. This one is a thread of C (`faulthandler`), and `make test` ends with it: another worker would
hang in the same test again.
"""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

#: Seconds that setting up, running or tearing down one test may take: more than pytest-timeout gives it.
HUNG: Final = 1000
#: The standard error that nothing captures, once `look_out` was called.
_stderr: list[int] = []


def look_out() -> None:
    """Keep the standard error as it is now. To be called while nothing is captured."""
    _stderr.append(os.dup(2))


@contextmanager
def limited(seconds: float = HUNG) -> Iterator[None]:
    """End this process if the block takes longer."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=_stderr[-1])
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
