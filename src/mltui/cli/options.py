"""What every command is told, and the quick reading of the two most frequent command lines: `mltui status` and `mltui`.

Imports nothing: each `mltui status` passes here before it knows whether there is anything to do.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Options:
    """The options of `mltui status`, and those that all commands share. `path` is -C's, "." if not given."""

    def __init__(self) -> None:
        self.path = "."
        self.store: str | None = None
        self.read_only = False
        self.json = False
        self.exit_code = False
        self.wait = True
        self.short = False


_FLAGS = {
    "--json": ("json", True),
    "--exit-code": ("exit_code", True),
    "--short": ("short", True),
    "--no-wait": ("wait", False),
    "--read-only": ("read_only", True),
}
_VALUES = {"-C": "path", "--store": "store"}

#: The words that are commands, so that none of them is taken for a directory (a test compares with click's).
COMMANDS = (
    "open",
    "status",
    "runs",
    "compare",
    "chart",
    "data",
    "models",
    "doctor",
    "keys",
    "demo",
    "lineage",
    "why",
    "reproduce",
    "diff",
    "trend",
    "journal",
    "exp",
    "retrain",
    "jobs",
    "log",
    "stop",
    "restore",
    "clean",
    "trust",
    "promote",
    "rollback",
    "run",
    "model",
    "undo",
    "completion",
    "history",
    "pipeline",
    "hash",
    "projects",
    "experiments",
)


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


def app_options(arguments: Sequence[str]) -> tuple[Options, str | None] | None:
    """The options and the place of a plain `mltui [-C PATH] [--store S] [--read-only] [PLACE]`; None if click must."""
    options = Options()
    where: str | None = None
    left = iter(arguments)
    for word in left:
        if word == "--read-only":
            options.read_only = True
        elif word in _VALUES:
            given = next(left, None)
            if given is None:
                return None
            setattr(options, _VALUES[word], given)
        elif where is None and word not in COMMANDS and _is_place(word):
            where = word
        else:
            return None
    return options, where


#: How every SQLite database begins (https://sqlite.org/fileformat.html, 1.3).
SQLITE = b"SQLite format 3\0"


def is_server(word: str) -> bool:
    """Whether a word of the command line is the address of a tracking server."""
    return word.startswith(("http://", "https://"))


def is_database(word: str) -> bool:
    """Whether it is a file that SQLite made: ``mltui mlflow.db``."""
    import os

    if not os.path.isfile(word):  # noqa: PTH113 - pathlib is 10 ms; nobody waits for a FIFO
        return False
    try:
        with open(word, "rb") as file:  # noqa: PTH123
            return file.read(len(SQLITE)) == SQLITE
    except OSError:
        return False


def _is_place(word: str) -> bool:
    if is_server(word):
        return True
    import os

    return not word.startswith("-") and (os.path.isdir(word) or is_database(word))  # noqa: PTH112 - pathlib is 10 ms
