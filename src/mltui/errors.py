"""What can go wrong, by meaning and not by which library noticed it.

::

    MltuiError                 everything mltui raises on purpose; carries summary and hint
    ├── UsageError             the caller asked for something that makes no sense      exit 2
    │   ├── ConfigError        a configuration file or variable can't be used
    │   └── FilterError        a filter makes no sense; says at which letters
    ├── SourceError            something could not be read                             (exit 3 if nothing could)
    │   ├── NotFound           it is not there: no repository, no store, no run
    │   ├── Unreadable         it is there and makes no sense: corrupt, unknown schema
    │   ├── Denied             it is there and we may not read it
    │   ├── Busy               a lock is held, the answer did not come in time
    │   └── Unreachable        a server or a child process does not answer
    │       ├── Throttled      it answered, and asked to come again later: after `seconds`
    │       └── Unanswered     it was asked to do something, and may have done it
    └── Refused                an action was refused and nothing changed               exit 4
        └── ReadOnly           because mltui runs read-only

Errors of tools and libraries are translated into these at the door (in ``sources`` and ``actions``) and
handled by meaning everywhere else. A `Problem` (``model/part.py``) is what of it reaches a screen.
"""


class MltuiError(Exception):
    """Base of everything mltui raises on purpose.

    `summary` is one line for a person, without a full stop; `hint` says what to do about it ("" if nobody knows).
    """

    def __init__(self, summary: str, hint: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.hint = hint


class UsageError(MltuiError):
    """The caller asked for something that makes no sense."""


class ConfigError(UsageError):
    """A configuration file or variable can't be used."""


class FilterError(UsageError):
    """A filter makes no sense. `text` is all of it, the letters `start` to `end` are to blame.

    Where they are equal something lacks there. `unclosed` says that what begins there lacks its end.
    """

    def __init__(self, summary: str, hint: str, text: str, start: int, end: int, *, unclosed: bool = False) -> None:
        super().__init__(summary, hint)
        self.unclosed = unclosed
        self.text = text
        self.start = start
        self.end = end

    @property
    def unfinished(self) -> bool:
        """Whether more letters at the end may make it right: it is the end that lacks something, or the word there."""
        at_end = self.end >= len(self.text)
        return self.unclosed or (at_end and (self.start == self.end or not self.text.endswith(("'", '"', "`", ")"))))


class SourceError(MltuiError):
    """Something outside could not be read."""


class NotFound(SourceError):
    """It is not there: no repository, no store, no run of that id."""


class Unreadable(SourceError):
    """It is there and makes no sense: corrupt, half-written, of an unknown schema."""


class Denied(SourceError):
    """It is there and we may not read it: file permissions, HTTP 401 or 403."""


class Busy(SourceError):
    """A lock is held by somebody, or the answer did not come in time."""


class Unreachable(SourceError):
    """A server or a child process does not answer, or answers nonsense."""


class Throttled(Unreachable):
    """A server asked to come again after so many `seconds` (HTTP 429 or 503)."""

    def __init__(self, summary: str, hint: str = "", seconds: float = 0.0) -> None:
        super().__init__(summary, hint)
        self.seconds = seconds


class Unanswered(Unreachable):
    """Something was asked for, and no answer came: it may have been done."""


class Refused(MltuiError):
    """An action was refused; nothing changed."""


class ReadOnly(Refused):
    """An action was refused because mltui runs read-only."""
