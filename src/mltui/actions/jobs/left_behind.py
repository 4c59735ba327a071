"""What a job left different from before its start, and which of it can be put back without touching anybody's work.

It stands on ``before/`` of the job (docs/jobs.md): what git said before and right after it, with the content of each
file. Only what stages may write is put back, and only where it is still what the job left.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mltui.actions.jobs.runner_files import content
from mltui.actions.jobs.starting import write_json
from mltui.model.job import Job
from mltui.model.job_addresses import own
from mltui.sources.jobs.declared_outs import declared_outs
from mltui.sources.jobs.missing_outs import IN_WORKTREE, missing_outs
from mltui.sources.json_files import read_json

#: From the commit; from the job's copy (its index entry too, where that moved); taken away, there was none.
How = Literal["commit", "copy", "remove"]
#: What git says of a worktree is as long as it has changed files (bytes).
LARGEST = 256 << 20


@dataclass(frozen=True, slots=True)
class LeftFile:
    """A path that differs, relative to git's top. `how` it comes back; None if it is left alone, `why` says it then.

    `index` is (mode, blob) of its index entry before, None where that is as in the commit.
    """

    path: str
    how: How | None
    why: str = ""
    index: tuple[str, str] | None = None
    tracked: bool = True


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What git said before (`head`, `branch`: "" detached) and right after the job, and the files that differ.

    `exec_refs` are refs/exps/exec that it left, `exec_before` those that were there before, `stashed` the commit
    of a new entry of git's stash. `addresses` are stages it began, if outs are missing that DVC's cache may have;
    `missing` are those of `files` and of DVC that are not there now, by dvc.lock.
    """

    top: Path
    head: str
    branch: str
    head_after: str
    branch_after: str
    exec_refs: tuple[str, ...]
    exec_before: tuple[str, ...]
    stashed: str
    files: tuple[LeftFile, ...]
    addresses: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether HEAD was on another branch or commit right after it."""
        return (self.head, self.branch) != (self.head_after, self.branch_after)

    @property
    def restorable(self) -> tuple[LeftFile, ...]:
        return tuple(file for file in self.files if file.how is not None)


def left_behind(job: Job) -> LeftBehind | None:
    """What `job`, which has ended, left; None where that was not written down (another box, no git, a full disk)."""
    before = read_json(Path(job.directory) / "before" / "worktree.json", LARGEST)
    after = read_json(Path(job.directory) / "before" / "changed.json", LARGEST)
    if not before or not after or not isinstance(before.get("top"), str):
        return None
    top = Path(before["top"])
    addresses = [own(step.address, job.spec.inside) for step in job.steps]
    directories = frozenset(address.rpartition(":")[0].rpartition("/")[0] for address in addresses)
    ours = declared_outs(Path(job.spec.cwd), top, directories)
    if job.spec.mode == "workspace":  # dvc exp run writes overrides into the params files
        ours |= {"params.yaml", *(word.partition(":")[0] for word in job.spec.overrides if ":" in word)}
    files = [_file(top, path, entry, ours) for path, entry in sorted(after.get("files", {}).items())]
    left = tuple(file for file in files if file is not None)
    gone = any(
        not (top / out).exists() for out in ours - {".gitignore"} if not out.endswith(("/.gitignore", "dvc.lock"))
    )
    moved = any(file.how and file.path.endswith("dvc.lock") for file in left)
    began = [step.state not in ("waiting", "skipped") for step in job.steps]
    ran = [address for address, ran in zip(addresses, began, strict=True) if ran] if gone or moved else []
    ran = [address for address in ran if moved or _locked(Path(job.spec.cwd), address)]
    return LeftBehind(
        top,
        str(before.get("head") or ""),
        str(before.get("branch") or ""),
        str(after.get("head") or ""),
        str(after.get("branch") or ""),
        tuple(ref for ref in after.get("exec") or () if ref not in (before.get("exec") or ())),
        tuple(ref for ref in after.get("exec") or () if ref in (before.get("exec") or ())),
        str(after.get("stash") or "") if after.get("stash") != before.get("stash", after.get("stash")) else "",
        left,
        tuple(ran) if job.spec.mode in IN_WORKTREE else (),
        missing_outs(job, top),
    )


def _locked(cwd: Path, address: str) -> bool:
    """Whether dvc.lock has the stage: without an entry there never were outs of it that DVC's cache could have."""
    file, colon, name = address.rpartition(":")
    if not colon and name.endswith(".dvc"):
        return True
    try:
        text = (cwd / (file or "dvc.yaml")).with_name("dvc.lock").read_text("utf-8", "replace")
    except OSError:
        return False
    return re.search(rf"^\s+(['\"]?){re.escape(name)}\1:", text, re.MULTILINE) is not None


def _file(top: Path, path: str, entry: Mapping[str, Any], ours: frozenset[str]) -> LeftFile | None:
    """One path; None if it is again what it was."""
    before, after = entry.get("before"), entry.get("after") or {}
    now = content(str(top / path))
    tracked = after.get("status") != "?"
    same = before is not None and (before.get("size"), before.get("sha")) == (now["size"], now["sha"])
    if same and (now["sha"] is not None or now["size"] is None):
        return None
    if before is None and not tracked and now["size"] is None:
        return None  # a database's journal that is gone again
    if path.rstrip("/") not in ours:
        return LeftFile(path, None, "no stage writes it: it may be somebody's work", tracked=tracked)
    if (now["size"], now["sha"]) != (after.get("size"), after.get("sha")):
        return LeftFile(path, None, "it was changed since", tracked=tracked)
    if now["size"] is not None and now["sha"] is None:
        return LeftFile(path, None, "it is too large to compare, or a directory", tracked=tracked)
    if before is None:
        return LeftFile(path, "commit" if tracked and after.get("status", "")[:1] != "A" else "remove", tracked=tracked)
    index = (before["mode"], before["index"]) if before.get("index") else None
    if before.get("size") is None:
        return LeftFile(path, "remove", index=index, tracked=tracked)
    if before.get("kept"):
        return LeftFile(path, "copy", index=index, tracked=tracked)
    return LeftFile(path, None, "no copy of it was kept: it was too large", tracked=tracked)


def kept(job: Job, path: str) -> str:
    """Where the job's copy of `path` is."""
    return os.path.join(job.directory, "before", "files", path)  # noqa: PTH118 - shell text is made of it


def forget(job: Job, files: Sequence[LeftFile]) -> None:
    """These were put back: a second time there is nothing to do, whatever becomes of them."""
    path = Path(job.directory) / "before" / "changed.json"
    document, gone = read_json(path, LARGEST), {file.path for file in files}
    document["files"] = {name: entry for name, entry in document.get("files", {}).items() if name not in gone}
    state = read_json(Path(job.directory) / "state.json")
    state["changed"] = [name for name in state.get("changed") or () if name not in gone]
    with suppress(OSError):
        write_json(path, document)
        write_json(Path(job.directory) / "state.json", state)  # its runner has ended
