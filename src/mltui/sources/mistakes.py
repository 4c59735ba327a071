"""A mistake of mltui's own, an exception that nobody expected, as a file that somebody can send.

It lies in the cache, which is disposable and can be written where nothing else can. One mistake, met again with every
refresh, is one file.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Final

from mltui.model.part import Problem
from mltui.sources.cachedir import cache_root, create, put

#: Reports that are kept.
MOST: Final = 20
#: Of a longer traceback the beginning and the end (characters).
LONGEST: Final = 60_000
#: Distributions whose versions matter to who reads it.
TOOLS: Final = ("textual", "rich", "click", "dvc", "mlflow", "GitPython", "plotext", "watchfiles")
#: Variables of the terminal; none holds anything secret.
TERMINAL: Final = ("TERM", "COLORTERM", "LANG", "LC_ALL", "NO_COLOR", "COLUMNS", "LINES")
#: Who stands between mltui and the terminal, by the variable that says so.
BETWEEN: Final = {"TMUX": "tmux", "STY": "screen", "SSH_CONNECTION": "ssh", "SLURM_JOB_ID": "slurm"}

_HEAD = "mltui crash report. Passwords and tokens were taken out; names of yours may stand in it: read it first."


def problem_of(name: str, error: Exception) -> Problem:
    """What a screen says of a mistake in reading `name`: with a file to send."""
    return Problem(name, f"mltui made a mistake reading {name}: {in_one_line(error)}", hint_of(note(error, name)))


def in_one_line(error: BaseException) -> str:
    """The exception as one line, without secrets."""
    from mltui.sources.secrets import without_secrets

    text = " ".join(str(error).split())
    return without_secrets(f"{type(error).__name__}: {text}" if text else type(error).__name__)[:300]


def hint_of(report: str) -> str:
    """What to do about a mistake whose `report` is a path, or "" where none could be written."""
    return f"please send {report}" if report else "MLTUI_DEBUG=1 shows where; please report it"


def note(error: BaseException, doing: str = "") -> str:
    """Write the report of `error`; `doing` says what was being done. Its path, with ``~`` for the home directory; ""
    where it can't be written: the cache is full, or not ours."""
    from hashlib import blake2s

    trace = traceback_of(error)
    digest = blake2s(trace.encode(errors="replace"), digest_size=4).hexdigest()
    directory = os.path.join(cache_root(), "crashes")  # noqa: PTH118 - as in cachedir
    path = os.path.join(directory, f"crash-{digest}.txt")  # noqa: PTH118
    try:
        create(directory)
        put(path, report(trace, doing).encode(errors="replace"))
        _keep_newest(directory)
    except OSError:
        return ""
    return _at_home(path)


def report(trace: str, doing: str = "") -> str:
    """The whole text: what ran where, and the traceback."""
    import platform
    import shlex

    from mltui import __version__

    facts = {
        "mltui": f"{__version__}, Python {platform.python_version()}, {platform.platform()}",
        "with": ", ".join(_versions()),
        "command": _without_secrets(shlex.join(["mltui", *sys.argv[1:]])),
        "doing": doing or "?",
        "terminal": " ".join(_terminal()),
        "when": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }
    return "\n".join([_HEAD, "", *(f"{name:<9} {said}" for name, said in facts.items()), "", trace])


def traceback_of(error: BaseException) -> str:
    """Where it happened, with causes and without the values of variables; without secrets and control characters."""
    import traceback

    lines = "".join(traceback.TracebackException.from_exception(error, compact=True).format())
    text = "".join(char if char == "\n" or char.isprintable() else repr(char)[1:-1] for char in lines)
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]}\n…\n{text[-LONGEST // 2 :]}"
    return _without_secrets(_at_home(text))


def _without_secrets(text: str) -> str:
    from mltui.sources.secrets import without_secrets

    return "\n".join(map(without_secrets, _at_home(text).split("\n")))


def _at_home(text: str) -> str:
    """Who somebody is stands in the path of his home."""
    home = os.environ.get("HOME", "").rstrip("/")
    return text.replace(f"{home}/", "~/") if len(home) > 1 else text


def _versions() -> list[str]:
    from importlib.metadata import PackageNotFoundError, version

    told = []
    for name in TOOLS:
        try:
            told.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            told.append(f"no {name}")
    return told


def _terminal() -> list[str]:
    told = [f"{name}={os.environ[name]!r}" for name in TERMINAL if name in os.environ]
    try:
        size = os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
        told.append(f"{size.columns}x{size.lines}")
    except (OSError, ValueError):
        told.append("no terminal")
    return [*told, *(name for variable, name in BETWEEN.items() if os.environ.get(variable))]


def _keep_newest(directory: str) -> None:
    with os.scandir(directory) as found:
        reports = sorted((entry.stat().st_mtime, entry.path) for entry in found if entry.name.startswith("crash-"))
    for _, path in reports[:-MOST]:
        os.unlink(path)  # noqa: PTH108
