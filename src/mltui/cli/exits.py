"""Exit codes (CONTRACT, "Commands and exit codes")."""

from __future__ import annotations

from mltui.errors import MltuiError, Refused, UsageError
from mltui.sources.ending import held

OK = 0
ATTENTION = 1  #: with --exit-code: something needs attention
FAILED = 1  #: what was begun could not be finished, and it is known how far it came
USAGE = 2
NOTHING = 3  #: nothing could be read, not even git
REFUSED = 4
UNKNOWN = 5  #: an action's outcome is unknown
SIGNALLED = 128  #: a signal ended it; its number is added
INTERRUPTED = SIGNALLED + 2  #: by ctrl+c


class Acted:
    """What became of the action that this process performed: its exit code, None without one. It stands whatever
    becomes of the words about it: a script must not take what was done for nothing."""

    code: int | None = None

    def unless(self, code: int) -> int:
        """The action's own code, else `code`."""
        return code if self.code is None else self.code

    def after(self, code: int) -> int:
        """How it ends by an error, `code` without an action: that one was done is not all of it then."""
        return code if self.code is None else self.code or UNKNOWN


acted = Acted()


def code_of(error: MltuiError) -> int:
    """The exit code that an error of ours ends with when nobody handles it."""
    if isinstance(error, UsageError):
        return USAGE
    if isinstance(error, Refused):
        return REFUSED
    return NOTHING


def code_of_interrupt() -> int:
    """What a shell says of a process that the signal ended: `INTERRUPTED` of ctrl+c."""
    return SIGNALLED + held.last
