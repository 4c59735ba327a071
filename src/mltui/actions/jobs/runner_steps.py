"""The stages of a job, told from what dvc prints, and dvc.lock as each of them left it.

A standard-library file for Python 3.8 and later that goes wherever `runner.py` goes.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from typing import Any, Callable
from urllib.parse import quote

if __package__:
    from . import runner_files as files
    from . import runner_reads as reads
    from . import runner_tree as tree
else:  # run by its path, here or on another box
    import runner_files as files  # type: ignore[import-not-found,no-redef]
    import runner_reads as reads  # type: ignore[import-not-found,no-redef]
    import runner_tree as tree  # type: ignore[import-not-found,no-redef]

#: Last lines that are kept of a stage, and letters of each.
SAID, WIDTH = 20, 500
#: The log is looked at ten times a second. Later than this (s) it is not known what ran in between: this process got no
#: time, on a busy box, or was stopped.
LATE = 0.25
#: dvc's own words (dvc 1 to 3): stage/run.py, stage/__init__.py, stage/cache.py, repo/reproduce.py, experiments.
WORDS = re.compile(
    rb"^(?:\x1b\[[0-9;]*m)*(?:Running stage '(?P<running>[^'\n]+)'[^\n]*:"
    rb"|Stage '(?P<skipped>[^'\n]+)' didn't change, skipping"
    rb"|Stage '(?P<cached>[^'\n]+)' is cached - skipping run"
    rb"|ERROR(?:\x1b\[[0-9;]*m)*: failed to reproduce(?: stages:)? (?P<failed>'[^\n]+)"
    rb"|Ran experiment\(s\): (?P<experiment>[^\s,]+))[^\n]*$",
    re.M,
)


class Steps:
    """Follows the log of a job in `folder` and keeps steps[], failed_stage and experiment of its `state`.

    `said` are the last lines of the stage that runs: of a log that grows nothing is written down. `begun` is
    called whenever dvc says that it came to a stage.
    """

    def __init__(self, folder: str, cwd: str, state: dict[str, Any], begun: Callable[[], None]) -> None:
        self.folder, self.cwd, self.state, self.begun = folder, cwd, state, begun
        self.log = os.path.join(folder, "log")
        self.offset = 0
        self.said: list[str] = []
        self.locks: dict[str, Any] = {}
        self.reads: Any = None  # of the stage that runs
        self.before = self.looked = time.time()  # when the log was read last, what stands there since began later; now
        self.last = 0  # when the stage began that was told of last

    def follow(self, over: bool = False) -> None:
        """Read what the command printed since, and tell its stages from it; a line that is not whole only if `over`."""
        self.read(over)
        step = next((each for each in self.state["steps"] if each["state"] == "running"), None)
        if step is not None and self.reads is not None:
            self.reads.look()
            step["edited"] = self.reads.edited or []

    def read(self, over: bool) -> None:
        with contextlib.suppress(OSError), open(self.log, "rb") as log:
            log.seek(self.offset)
            while True:  # each piece has a time of its own: this process may get none between two of them
                reading = time.time()
                piece = log.read(1 << 20)
                self.looked = time.time()
                cut = piece.rfind(b"\n") + 1 or (len(piece) if over or len(piece) == 1 << 20 else 0)
                if cut:
                    self.offset += cut
                    log.seek(self.offset)
                    self.told(piece[:cut])
                self.before = reading
                if not cut:
                    return

    def told(self, text: bytes) -> None:
        begin, every = 0, list(WORDS.finditer(text))
        count = sum(found.lastgroup == "running" for found in every)
        began, over = self.times(count) if count else (0, 0)
        for found in every:
            kind = str(found.lastgroup)
            name = found[kind].decode(errors="replace")
            if kind == "experiment":
                self.state["experiment"] = name
            elif kind == "failed":
                self.state["failed_stage"] = (re.findall("'([^']+)'", name) or [""])[0]
            else:
                before = int(self.before * 1000)
                self.step(name, kind, *((began, over) if kind == "running" else (before, before)))
                begin = found.end() + 1
        lines = text[begin:].rsplit(b"\n", SAID + 1)[-SAID - 1 :]
        said = [line.rstrip(b"\r").rpartition(b"\r")[2].decode(errors="replace")[:WIDTH] for line in lines if line]
        self.said = [*([] if begin else self.said), *said][-SAID:]

    def times(self, count: int) -> tuple[int, int]:
        """When the last of so many stages began that began since the log was read last, and when the one before these
        was over (epoch ms). A run that is logged in between is of one of them: where it is not known of which, it is of
        none."""
        before, looked, late = int(self.before * 1000), int(self.looked * 1000), self.looked - self.before > LATE
        found = self.process()
        if found is not None and found <= looked:  # then it ran while the log was read: it is of the last line there
            began = max(found, before)
            return began, before if late and count > 1 else began
        return (looked, before) if late else (before, before)

    def process(self) -> int | None:
        """When what dvc runs now began (epoch ms), None if it runs nothing or nobody can tell."""
        every = tree.members(os.path.basename(self.folder), os.getpid())
        dvc = {pid for pid, each in every.items() if tree.is_dvc(each)}
        times = [tree.began(each) for each in every.values() if each.parent in dvc and each.pid not in dvc]
        return min((int(each * 1000) for each in times if each is not None), default=None)

    def step(self, address: str, kind: str, began: int, over: int) -> None:
        """`address` began, or was skipped or cached: the one before it is done."""
        self.finish("done", over)
        step = next((each for each in self.state["steps"] if each["address"] == address), None)
        if step is None:
            step = new_step(address)
            self.state["steps"].append(step)
        self.last = max(began, self.last + 1)  # in the order in which dvc came to them
        step.update(state=kind, start=self.last, end=None if kind == "running" else self.last)
        job = os.path.basename(self.folder)
        self.reads = reads.Reads(job, self.before) if kind == "running" else None
        self.begun()

    def finish(self, state: str, at: int | None = None) -> None:
        """The stage that runs is over, since `at`; dvc wrote its entry of dvc.lock before it said anything more."""
        for each in self.state["steps"]:
            if each["state"] == "running":
                each.update(state=state, end=files.now() if at is None else max(at, each["start"]))
                self.keep_lock(each["address"])
                self.keep_reads(each)

    def keep_reads(self, step: dict[str, Any]) -> None:
        """What was done to the files that a stage read while it ran, as far as its start was seen."""
        watched, self.reads = self.reads, None
        if watched is None:
            return
        watched.look(over=True)
        if watched.edited is not None:
            step["edited"] = watched.edited
            reads.keep(self.folder, step["address"], watched.document(step["address"]))

    def close(self, state: str) -> None:
        """The job ended: so did the stage that ran, unless dvc names another one as failed."""
        failed, ran = self.state["failed_stage"], self.now_at()
        if state == "done" or (state == "failed" and failed and ran != failed):
            self.finish("done")
        else:
            self.state["failed_stage"] = ran if state == "failed" else ""
            self.finish(state)
        for each in self.state["steps"]:
            if state == "failed" and each["address"] == failed:
                each["state"] = "failed"

    def now_at(self) -> str:
        """The stage that runs, "" if none does."""
        return next((each["address"] for each in self.state["steps"] if each["state"] == "running"), "")

    def keep_lock(self, address: str, keep: bool = True) -> None:
        """Copy the dvc.lock that `address` is in, if it is another one than when it was last looked at."""
        folder = os.path.dirname(address.rpartition(":")[0])
        path = os.path.join(self.cwd, folder, "dvc.lock")
        with contextlib.suppress(OSError):
            status = os.stat(path)
            mark = (status.st_ino, status.st_size, status.st_mtime_ns)
            if self.locks.get(path) != mark and keep:
                name = f"{len(os.listdir(files.made(self.folder, 'locks'))) + 1:03}-{quote(address, safe='')}.lock"
                shutil.copyfile(path, os.path.join(files.made(self.folder, "locks"), name))
            self.locks[path] = mark


def new_step(address: str) -> dict[str, Any]:
    # `lock` is filled by who reads YAML: mltui, from locks/
    return {"address": address, "state": "waiting", "start": None, "end": None, "lock": None, "edited": []}
