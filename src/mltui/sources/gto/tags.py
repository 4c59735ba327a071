"""Annotated tags with who made them, when, and what they say: one call of git."""

from __future__ import annotations

import os

from mltui.model.gto import GitTag
from mltui.sources.git.command import git, understood
from mltui.sources.git.files import seconds_to_ms
from mltui.sources.places import Project
from mltui.sources.runner import Runner

#: The tag, what it points at, who made it and when, and its message without a signature. Git ends each record with a
#: line break of its own, which falls before the next one's name.
_FIELDS = (
    "refname",
    "*objecttype",
    "*objectname",
    "taggername",
    "taggerdate:unix",
    "contents:subject",
    "contents:body",
)
_FORMAT = "".join(f"%({field})%00" for field in _FIELDS)
_PREFIX = "refs/tags/"


def annotated_tags(project: Project, runner: Runner) -> tuple[GitTag, ...]:
    """Every annotated tag of a commit, by name. Raises `SourceError`."""
    return parse(git(project, runner, "for-each-ref", f"--format={_FORMAT}", _PREFIX))


@understood
def parse(raw: bytes) -> tuple[GitTag, ...]:
    """Tags of ``for-each-ref`` in the format above; lightweight ones and those of no commit are left out."""
    fields = [os.fsdecode(each) for each in raw.split(b"\0")[:-1]]
    found: list[GitTag] = []
    for at in range(0, len(fields) - len(_FIELDS) + 1, len(_FIELDS)):
        ref, kind, commit, tagger, date, subject, body = fields[at : at + len(_FIELDS)]
        if kind == "commit":
            message = "\n\n".join(part for part in (subject.strip(), body.strip()) if part)
            time = seconds_to_ms(date) if date.lstrip("-").isdecimal() else None
            found.append(GitTag(ref.strip("\n").removeprefix(_PREFIX), commit, time, tagger, message))
    return tuple(found)
