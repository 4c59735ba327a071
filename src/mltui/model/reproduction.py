"""How a run, a commit or a model version comes to stand on disk again: shell commands, and what they can't restore."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal

from mltui.model.letters import seen
from mltui.model.shell import printed, quote

StepKind = Literal["worktree", "cache", "data", "code", "params"]

#: Characters of a run's name that stay as they are in the name of a directory.
_PLAIN = re.compile(r"[^A-Za-z0-9._+-]+")
#: What begins a text that a command reads (`fed`).
_READS = re.compile(r" <<'(\w+)'$")
#: A directory's name holds so much of a run's.
NAME = 40


@dataclass(frozen=True, slots=True)
class Step:
    """One shell command, run by ``sh`` in the new worktree (the first one: in the project), and what it does."""

    kind: StepKind
    command: str
    does: str


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that can't be restored: `what` it is, and `why`; `hint` what would help ("" if nobody knows)."""

    what: str
    why: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class DataRead:
    """What a run read: `hash` as ``md5:<hex>[.dir]``, `kind` and `how` those of the lineage edge."""

    path: str
    hash: str
    kind: Literal["recorded", "inferred"]
    how: str


@dataclass(frozen=True, slots=True)
class Reproduction:
    """The plan. `label` is what is restored ("run stormy-hare"), `root` the project, `directory` the new worktree.

    `commit` is None where there is none to stand on: then nothing can be done, and `lacks` says why. `steps` are those
    behind the first, which makes the worktree. `then` is what runs in it afterwards, by whom wants to ("" if that is
    not known).
    """

    label: str
    root: str
    directory: str
    commit: str | None
    steps: tuple[Step, ...] = ()
    lacks: tuple[Lack, ...] = ()
    then: str = ""

    def standing_on(
        self, commit: str | None, steps: tuple[Step, ...], lacks: tuple[Lack, ...], then: str = ""
    ) -> Reproduction:
        """The same with what was found out."""
        return replace(self, commit=commit, steps=steps, lacks=lacks, then=then)

    def to(self, directory: str) -> Reproduction:
        """The same in another directory."""
        return replace(self, directory=directory)

    @property
    def whole(self) -> tuple[Step, ...]:
        """All steps, the worktree's first; () where there is nothing to stand on."""
        if self.commit is None:
            return ()
        add = f"git -c core.hooksPath=/dev/null worktree add --detach {quote(self.directory)} {self.commit}"
        return (Step("worktree", add, f"a worktree at {self.commit[:7]}, on no branch; no hook is run"), *self.steps)

    @property
    def entering(self) -> str:
        """The command that goes there, and runs again what ran."""
        return f"cd {quote(self.directory)}{f' && {self.then}' if self.then else ''}"

    @property
    def removal(self) -> str:
        """The command that takes the worktree away again, with everything in it."""
        return f"git worktree remove --force {quote(self.directory)}"


def fed(command: str, text: str, end: str) -> str:
    """A shell command that is given `text` to read, whatever stands in it: no line of it ends what is read, and none
    is obeyed by a terminal."""
    if not seen(text.replace("\n", "")):
        return f"{printed(text.removesuffix(chr(10)) + chr(10))} | {{ {command}; }} || exit 1"
    while end in text.split("\n"):
        end += "_"
    return f"{command} <<'{end}'\n{text.removesuffix(chr(10))}\n{end}"


def script(plan: Reproduction) -> Iterator[str]:
    """The plan as lines for a shell, with what can't be restored as comments: pasted, it does what mltui would do."""
    yield f"# {_comment(plan.label)}"
    for lack in plan.lacks:
        yield f"# not restored: {_comment(lack.what)}: {_comment(lack.why)}"
        if lack.hint:
            yield f"#   {_comment(lack.hint)}"
    first, *rest = plan.whole or (None,)
    if first is None:
        return
    yield "set -e"
    yield f"cd {quote(plan.root)}"
    yield f"# {_comment(first.does)}"
    yield first.command
    yield f"cd {quote(plan.directory)}"
    for step in rest:
        yield f"# {_comment(step.does)}"
        yield from _rows(step.command)
    if plan.then:
        yield f"# and then, to run it again: {_comment(plan.then)}"


def _rows(command: str) -> Iterator[str]:
    """The lines of a command; what it is given to read stays as it is."""
    end = ""
    for row in command.split("\n"):
        # "set -e" does not end at what fails before an "&&"
        yield f"{row} || exit 1" if " && " in row and not end else row
        begun = _READS.search(row)
        end = (begun[1] if begun else "") if not end else "" if row == end else end


def _comment(text: str) -> str:
    """One line: a name with a line break in it would end the comment."""
    return "".join(char if seen(char) else "?" for char in text.replace("→", "->"))


def directory_name(project: str, name: str) -> str:
    """``churn-stormy-hare``: beside the project, safe for every file system and shell."""
    plain = _PLAIN.sub("-", name).strip("-.")[:NAME].strip("-.")
    return f"{project}-{plain or 'worktree'}"


def free(parent: PurePath, name: str, taken: Sequence[str]) -> str:
    """`name` below `parent`, with a number behind it where one of that name is `taken`."""
    number = 1
    while (tried := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return str(parent / tried)


def some(names: Sequence[str], most: int = 6) -> str:
    """The first names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
