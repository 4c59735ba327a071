"""What could come next on a command line: commands, options and their values by click, names by what is remembered."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import click
from click.shell_completion import CompletionItem, ShellComplete, split_arg_string

from mltui.cli.command_help import words_of
from mltui.cli.commands import mltui
from mltui.cli.completion_names import KINDS, names

#: What the name of a command's argument or option stands for, unless `_OF` says it of that command.
_BY_NAME: Final[Mapping[str, tuple[str, ...]]] = {
    "run": ("runs",),
    "runs": ("runs",),
    "baseline": ("runs",),
    "job": ("jobs",),
    "jobs": ("jobs",),
    "model": ("models",),
    "models": ("models",),
    "stage": ("stages",),
    "targets": ("stages",),
    "commit": ("refs",),
    "rev": ("refs",),
    "at": ("refs",),
    "metric": ("metrics",),
    "experiment": ("experiments",),
    "old": ("runs", "aliases", "refs"),
    "new": ("runs", "aliases", "refs"),
    "what": ("runs", "aliases", "refs"),
}
_OF: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("stop", "what"): ("jobs", "runs"),
    ("lineage", "what"): ("stages", "runs", "aliases", "refs"),
    ("why", "what"): ("aliases", "runs"),
    ("exp start", "jobs"): (),
}
_DIRECTORIES: Final = frozenset({("demo", "directory"), ("reproduce", "to"), ("open", "where")})
#: Shells split words at these without telling; what a word has before the last of them is not to be repeated.
_QUOTING: Final = frozenset("'\"\\$`")
#: Control characters would break the line; nothing is offered that has any.
_CLEAN: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def complete(environ: Mapping[str, str]) -> int:
    """Print what could come next after ``_MLTUI_LINE``, the command line up to the cursor. Never fails: where something
    is in doubt nothing is offered."""
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    line, shell = environ.get("_MLTUI_LINE", ""), environ.get("_MLTUI_COMPLETE", "")
    try:
        words = split_arg_string(line)
        begun = words.pop() if words and not line[-1:].isspace() else ""
        raw = re.split(r"\s", line)[-1]
        if _QUOTING & set(raw):
            return 0
        for item in candidates(words[1:], begun):
            if (told := _told(item, begun, shell, environ.get("_MLTUI_BREAKS", ""))) is not None:
                sys.stdout.write(told)
    except Exception:
        return 0
    return 0


def candidates(words: Sequence[str], begun: str) -> list[CompletionItem]:
    """What could stand where `begun` does, behind these words (without ``mltui``)."""
    _attach(mltui)
    found = ShellComplete(mltui, {}, "mltui", "").get_completions(list(words), begun)
    if not words and not begun.startswith("-"):
        found.append(CompletionItem(begun, type="dir"))  # a place
    return found


def _attach(command: click.Command) -> None:
    """Give each parameter that takes a name its completion."""
    for param in command.params:
        if not isinstance(param.type, click.Choice) and not getattr(param, "is_flag", False):
            param.shell_complete = _completion_of(param)  # type: ignore[method-assign]
    for each in getattr(command, "commands", {}).values():
        _attach(each)


def _completion_of(param: click.Parameter) -> Any:
    def values(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        if "-C" in param.opts or (words_of(ctx), param.name) in _DIRECTORIES:
            return [CompletionItem(incomplete, type="dir")]
        if "--store" in param.opts or (words_of(ctx), param.name) == ("data", "path"):
            return [CompletionItem(incomplete, type="file")]
        kinds = _OF.get((words_of(ctx), param.name or ""), _BY_NAME.get(param.name or "", ()))
        return [
            CompletionItem(name, help=KINDS[kind])
            for kind, name in names(_path(ctx), kinds)
            if name.startswith(incomplete)
        ]

    return values


def _path(ctx: click.Context) -> str:
    """The directory that -C names, of the command or before it."""
    contexts: Iterator[click.Context] = iter((ctx, *([ctx.parent] if ctx.parent else [])))
    return next((str(each.params["path"]) for each in contexts if each.params.get("path")), ".")


def _told(item: CompletionItem, begun: str, shell: str, breaks: str) -> str | None:
    """The line for a script; None if the word can't be offered."""
    word = str(item.value)
    if item.type == "plain":
        if not _CLEAN.fullmatch(word):
            return None
        before = begun[: begun.index("=") + 1] if begun.startswith("--") and "=" in begun else ""
        if shell == "bash":  # zsh and fish quote by themselves
            quoted = shlex.quote(word)
            at = max((begun.rfind(char) for char in "=:@" if char in breaks), default=-1)
            after = at + (begun[at : at + 1] != "@")  # readline has an @ in the word it replaces, the others before it
            if after and quoted != word:
                return None
            word = (before + quoted)[after:]
        else:
            word = before + word
    else:
        word = ""
    about = " ".join((item.help or "").split())
    return f"{item.type}\t{word}\t{about}\n"
