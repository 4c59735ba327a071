"""What can go wrong, by meaning and not by which library noticed it.

::

    MltuiError                 everything mltui raises on purpose; carries summary and hint
    ├── UsageError             the caller asked for something that makes no sense      exit 2
    │   └── ConfigError        a configuration file or variable can't be used
    ├── SourceError            something could not be read                             (exit 3 if nothing could)
    │   ├── NotFound           it is not there: no repository, no store, no run
    │   ├── Unreadable         it is there and makes no sense: corrupt, unknown schema
    │   ├── Denied             it is there and we may not read it
    │   ├── Busy               a lock is held, the answer did not come in time
    │   └── Unreachable        a server or a child process does not answer
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


class Refused(MltuiError):
    """An action was refused; nothing changed."""


class ReadOnly(Refused):
    """An action was refused because mltui runs read-only."""
