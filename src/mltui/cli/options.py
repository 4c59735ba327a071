"""What every command is told, and the quick reading of the command line of `mltui status`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Options:
    """The options of `mltui status`, and those that all commands share. `path` is -C's, "." if not given."""

    path: str = "."
    store: str | None = None
    read_only: bool = False
    json: bool = False
    exit_code: bool = False
    wait: bool = True


@dataclass(frozen=True)
class RunsAsked:
    """The options of `mltui runs`. `experiments` are names, ids or globs; none means those in scope."""

    form: str = "table"  #: or "json", "csv"
    experiments: tuple[str, ...] = ()
    deleted: bool = False
    limit: int | None = None


_FLAGS = {
    "--json": ("json", True),
    "--exit-code": ("exit_code", True),
    "--no-wait": ("wait", False),
    "--read-only": ("read_only", True),
}
_VALUES = {"-C": "path", "--store": "store"}


def status_options(arguments: Sequence[str]) -> Options | None:
    """The options if this is a plain `mltui status`; None if click must look (another command, help, a mistake)."""
    if "status" not in arguments:
        return None
    options = Options()
    seen = False
    left = iter(arguments)
    for word in left:
        name, equals, value = word.partition("=")
        if word in _FLAGS:
            setattr(options, *_FLAGS[word])
        elif word in _VALUES or (equals and name in _VALUES and name != "-C"):
            given = value if equals else next(left, None)
            if given is None:
                return None
            setattr(options, _VALUES[name], given)
        elif word == "status" and not seen:
            seen = True
        else:
            return None
    return options if seen else None
