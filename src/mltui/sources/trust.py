"""Whether the user lets what a repository brings run: its commands, and an interpreter of its own (docs/gates.md).

A repository is somebody else's. What it names runs only after the user saw it and said so (`mltui trust`), and what was
said is kept outside the repository, in ``trust.json`` of the user's state. Read only here; `actions.trusting` writes.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mltui.errors import Refused, Unreadable
from mltui.model.documents import from_json
from mltui.sources.places import Project, user_state_dir

if TYPE_CHECKING:
    from mltui.model.gates import Policy

FILE = "trust.json"
#: A command as words.
Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """What was trusted of a project. `digest` is that of the `commands` ("" if none ever were), `origin` whose word
    they were, `pythons` the digests of interpreters by their path from the top, `at` epoch ms. `trouble` says why
    nothing of it counts ("" if it does)."""

    digest: str = ""
    commands: tuple[Command, ...] = ()
    origin: str = ""
    pythons: Mapping[str, str] = field(default_factory=dict)
    at: int | None = None
    trouble: str = ""


def digest(commands: Iterable[Command]) -> str:
    """The SHA-256 of the set of `commands`: neither order nor how often one stands there matters."""
    every = sorted(set(commands))
    return hashlib.sha256(json.dumps(every, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def commands_of(policy: Policy) -> tuple[Command, ...]:
    """What there is to trust: gates that make no sense have no command."""
    return tuple(filter(None, policy.commands))


def trusted(project: Project, policy: Policy) -> bool:
    """Whether the commands of `policy`, as they are now, may run. True where there are none."""
    commands = commands_of(policy)
    return not commands or trust_of(project).digest == digest(commands)


def untrusted(project: Project, policy: Policy) -> Refused | None:
    """Why the commands of `policy` may not run; None if they may."""
    if trusted(project, policy):
        return None
    trust, whose = trust_of(project), f" of {policy.origin}" if policy.origin else ""
    if trust.trouble:
        return Refused(f"commands{whose} don't run: {trust.trouble}", "correct or delete that file, then: mltui trust")
    if trust.digest:
        summary = f"the commands{whose} are not those that you trusted, and don't run"
        return Refused(summary, "mltui trust shows what changed, and asks")
    several = "command" if len(set(commands_of(policy))) == 1 else "commands"
    summary = f"you have not trusted the {several}{whose}: a repository's commands don't run unasked"
    return Refused(summary, "mltui trust shows them, and asks")


def trust_of(project: Project) -> Trust:
    """What the user trusted of `project`; nothing if the file can't be read, or others can write it."""
    path = user_state_dir() / FILE
    try:
        entry = stored().get(project.key)
    except FileNotFoundError:
        return Trust()
    except OSError as error:
        return Trust(trouble=f"{path} can't be read: {error.strerror}")
    except ValueError as error:
        return Trust(trouble=f"{path} {error}")
    return _read(entry) if isinstance(entry, dict) else Trust()


def stored() -> dict[str, Any]:
    """The file, by the keys of projects. Raises `OSError`, and `ValueError` of one that does not count: that makes no
    sense, or that somebody else could have written."""
    handle = os.open(user_state_dir() / FILE, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o022 or not stat.S_ISREG(status.st_mode):
            raise ValueError("could have been written by somebody else")
        try:
            document = from_json(file.read())
        except ValueError:
            document = None
    if isinstance(document, dict):
        return document
    raise ValueError("makes no sense")


def _read(entry: Mapping[str, Any]) -> Trust:
    said, listed, pythons, at = (entry.get(name) for name in ("digest", "commands", "pythons", "at"))
    commands = (tuple(map(str, each)) for each in listed if isinstance(each, list)) if isinstance(listed, list) else ()
    return Trust(
        digest=said if isinstance(said, str) else "",
        commands=tuple(commands),
        origin=str(entry.get("origin", "")),
        pythons={str(k): str(v) for k, v in pythons.items()} if isinstance(pythons, dict) else {},
        at=at if isinstance(at, int) else None,
    )


# Interpreters


def brought(project: Project, python: Path) -> tuple[str, str] | None:
    """The path (from the top) and the digest of the interpreter `python`, if the repository brings it or something of
    its environment: git has a file of it. None if it does not.

    The digest is of what git's index has of it, so that whatever a pull brings counts. No process is started.
    """
    if project.git_dir is None:
        return None
    top = os.path.realpath(project.root)
    named = os.path.normpath(project.root / python)
    lies = os.path.join(os.path.realpath(os.path.dirname(named)), os.path.basename(named))  # noqa: PTH118, PTH119, PTH120
    paths = [relative for one in (named, lies, os.path.realpath(lies)) if (relative := _below(one, top))]
    paths += [relative for one in (named, lies) if (relative := _below(one, str(project.root)))]
    if not paths:
        return None
    bins = {os.path.dirname(each) for each in paths if os.path.basename(os.path.dirname(each)) in ("bin", "Scripts")}  # noqa: PTH119, PTH120
    wanted = sorted({*paths, *filter(None, map(os.path.dirname, bins))})
    return _by_git(project.git_dir / "index", paths[0], tuple(each.replace(os.sep, "/") for each in wanted), Path(lies))


def trusted_python(project: Project, python: Path) -> bool:
    """Whether `python` may be run: the repository does not bring it, or the user trusted it as it is."""
    found = brought(project, python)
    return found is None or trust_of(project).pythons.get(found[0]) == found[1]


def _by_git(index: Path, name: str, wanted: tuple[str, ...], file: Path) -> tuple[str, str] | None:
    from mltui.sources.git.index import entries

    hashed = hashlib.sha256()
    try:
        found = entries(index, *map(os.fsencode, wanted))
    except Unreadable:  # nobody knows: then it is the repository's, as its file is
        try:
            return name, hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError:
            return name, ""
    for each in found:
        hashed.update(b"%o %s %s\0" % (each.mode, each.oid.hex().encode(), each.path))
    return (name, hashed.hexdigest()) if found else None


def _below(path: str, top: str) -> str:
    """`path` from `top`; "" if it does not lie below it."""
    return os.path.relpath(path, top) if path.startswith(top + os.sep) else ""
