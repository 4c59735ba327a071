"""Branches, remote branches and tags, and a stat-only answer to whether any of them moved.

Other namespaces (refs/pull, refs/exps, refs/stash, refs/notes) are never part of the history mltui shows.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mltui.model.git import Ref, RefKind
from mltui.sources.git.command import attempt, failure, understood
from mltui.sources.places import Project
from mltui.sources.runner import Runner

_KINDS: dict[str, RefKind] = {"refs/heads/": "branch", "refs/remotes/": "remote", "refs/tags/": "tag"}

#: refname, symref target, current branch mark, object and peeled object with their types
_FIELDS = ("refname", "symref", "HEAD", "objectname", "objecttype", "*objectname", "*objecttype")
_FORMAT = "%00".join(f"%({field})" for field in _FIELDS)
_UNOPENED = "%00".join((*(f"%({field})" for field in _FIELDS[:4]), "commit", "", ""))


@dataclass(frozen=True, slots=True)
class Head:
    """Where HEAD points: a full ref name ("refs/heads/main"), or None and a commit. Both are None if unknown."""

    ref: str | None
    sha: str | None


def read_refs(project: Project, runner: Runner) -> tuple[Ref, ...]:
    """All branches, remote branches and tags that point at a commit; HEAD first, if it does.

    The checked-out branch is the one of kind "head"; a detached HEAD is a "head" named "HEAD".
    """
    namespaces = ("refs/heads", "refs/remotes", "refs/tags")
    done = attempt(project, runner, "for-each-ref", f"--format={_FORMAT}", *namespaces)
    if done.code:  # a ref names an object that is not here: what needs no object is told of all
        done = attempt(project, runner, "for-each-ref", f"--format={_UNOPENED}", *namespaces)
    if done.code:
        raise failure(done)
    refs, nested = parse_refs(done.stdout)
    refs += tuple(_peeled(project, runner, nested))
    if not any(ref.kind == "head" for ref in refs):
        head = read_head(project, runner)
        if head.sha:
            refs = (Ref("head", "HEAD", head.sha), *refs)
    return tuple(sorted(refs, key=lambda ref: ref.kind != "head"))


@understood
def parse_refs(raw: bytes) -> tuple[tuple[Ref, ...], tuple[Ref, ...]]:
    """Refs of ``for-each-ref`` in the format above; and apart those tags of tags that are not peeled to their end."""
    refs: list[Ref] = []
    nested: list[Ref] = []
    for line in raw.split(b"\n"):
        fields = line.split(b"\0")
        if len(fields) != len(_FIELDS):
            continue
        name, symref, current, sha, kind, peeled, peeled_kind = (os.fsdecode(field) for field in fields)
        prefix = next((prefix for prefix in _KINDS if name.startswith(prefix)), None)
        if prefix is None or (symref and prefix == "refs/remotes/"):  # origin/HEAD says nothing origin/main doesn't
            continue
        ref_kind: RefKind = "head" if current == "*" else _KINDS[prefix]
        ref = Ref(ref_kind, name.removeprefix(prefix), peeled or sha)
        if "commit" in {kind, peeled_kind}:
            refs.append(ref)
        elif peeled_kind == "tag":
            nested.append(ref)
    return tuple(refs), tuple(nested)


def _peeled(project: Project, runner: Runner, nested: tuple[Ref, ...]) -> Iterator[Ref]:
    """Git before 2.45 peels a tag of a tag only once: ask for the rest."""
    for ref in nested:
        done = attempt(project, runner, "rev-parse", "--verify", "--quiet", f"{ref.sha}^{{commit}}")
        if done.code == 0:
            yield Ref(ref.kind, ref.name, done.stdout.decode().strip())


def read_head(project: Project, runner: Runner) -> Head:
    """HEAD, from its file; asked of git where refs are not files (reftable)."""
    assert project.git_dir is not None
    try:
        text = os.fsdecode((project.git_dir / "HEAD").read_bytes()).strip()
    except OSError:
        return Head(None, None)
    if not text.startswith("ref: "):
        return Head(None, text)
    if not text.endswith("/.invalid"):
        return Head(text.removeprefix("ref: "), None)
    symbolic = attempt(project, runner, "symbolic-ref", "--quiet", "HEAD")
    if symbolic.code == 0:
        return Head(os.fsdecode(symbolic.stdout).strip(), None)
    sha = attempt(project, runner, "rev-parse", "--verify", "--quiet", "HEAD")
    return Head(None, sha.stdout.decode().strip() or None)


def head_commit(project: Project) -> str | None:
    """HEAD's full sha from git's files, without asking git; None where they don't tell (no commit, reftable)."""
    if project.git_dir is None or project.common_dir is None:
        return None
    try:
        head = (project.git_dir / "HEAD").read_text(errors="surrogateescape").strip()
        if not head.startswith("ref: "):
            return head
        ref = head.removeprefix("ref: ")
        with suppress(FileNotFoundError):
            return (project.common_dir / ref).read_text().strip()
        packed = (project.common_dir / "packed-refs").read_text(errors="surrogateescape")
    except (OSError, ValueError):
        return None
    return next((line[: -len(ref) - 1] for line in packed.splitlines() if line.endswith(f" {ref}")), None)


def refs_fingerprint(project: Project, *namespaces: str) -> Hashable:
    """Changes whenever a ref of `namespaces` (by default heads, remotes and tags) or HEAD moves. Stats, and no more.

    A ref is written beside its place and renamed into it, so its inode moves with it even within one clock tick.
    """
    if project.git_dir is None or project.common_dir is None:
        return None
    names = namespaces or ("heads", "remotes", "tags")
    files = [project.git_dir / "HEAD"]
    files += [project.common_dir / name for name in ("packed-refs", "shallow", "config")]
    files += [
        directory / "reftable" / "tables.list" for directory in dict.fromkeys((project.git_dir, project.common_dir))
    ]
    marks = [_mark(file) for file in files]
    for name in names:
        marks += _tree(project.common_dir / "refs" / name)
    return tuple(marks)


Mark = tuple[str, int, int, int] | None


def _mark(path: Path) -> Mark:
    try:
        stat = path.stat()
    except OSError:
        return None
    return (str(path), stat.st_ino, stat.st_mtime_ns, stat.st_size)


def _tree(top: Path) -> Iterator[Mark]:
    """Every file below `top`."""
    pending = [os.fspath(top)]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                pending.append(entry.path)
            elif not entry.name.endswith(".lock"):
                yield _mark(Path(entry.path))
