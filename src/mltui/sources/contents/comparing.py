"""Asks the child what differs between two versions of data files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mltui.errors import SourceError
from mltui.model.difference import Content, NotRead, TableChange
from mltui.sources.children import read_line
from mltui.sources.runner import Runner, kill_group

CHILD = Path(__file__).with_name("child.py")
#: All files of one difference together may take so long; those that are left are said to be so (s).
SECONDS = 60.0
#: What is read by rows.
SUFFIXES = (".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson", ".parquet", ".pq")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions of one file: where each is on this machine's disk, and what it is called."""

    path: str
    old: Path
    new: Path


def is_table(path: str) -> bool:
    """Whether files of that name are compared by rows."""
    return path.lower().endswith(SUFFIXES)


class Contents:
    """Compares files, each pair at most once as long as their content stands. One call at a time."""

    def __init__(self, runner: Runner, root: Path, seconds: float = SECONDS) -> None:
        self._runner, self._root, self._seconds = runner, root, seconds
        self._known: dict[object, Content] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def compare(self, pairs: Sequence[Pair], say: Callable[[str], None] = lambda _: None) -> dict[str, Content]:
        """What differs, by path. `say` is told what is being read. Never raises: what stands in the way is said."""
        found = {pair.path: self._known[key] for pair in pairs if (key := _key(pair)) in self._known}
        left = [pair for pair in pairs if pair.path not in found]
        if left:
            answers = self._ask(left, say)
            found |= answers
            keys = {pair.path: _key(pair) for pair in left}
            self._known |= {keys[path]: answer for path, answer in answers.items() if not isinstance(answer, NotRead)}
        return found

    def stop(self) -> None:
        """End the comparing, if there is any: nobody waits for it any more. From any thread."""
        process = self._process
        if process is not None and process.poll() is None:
            # the pipes are left to the thread that reads from them: it would not hear of their end otherwise
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def _ask(self, pairs: Sequence[Pair], say: Callable[[str], None]) -> dict[str, Content]:
        found: dict[str, Content] = {}
        deadline = time.monotonic() + self._seconds
        try:
            process = self._runner.start((sys.executable, "-I", str(CHILD)), cwd=self._root)
        except SourceError as error:
            return {pair.path: NotRead(error.summary) for pair in pairs}
        self._process = process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            for pair in pairs:
                say(pair.path)
                asked = {"old": str(pair.old), "new": str(pair.new), "name": pair.path}
                process.stdin.write(json.dumps(asked).encode() + b"\n")
                process.stdin.flush()
                found[pair.path] = _content(json.loads(read_line(process.stdout.fileno(), deadline)))
        except TimeoutError:
            found |= _left(pairs, found, f"comparing took longer than {self._seconds:g} s")
        except (OSError, ValueError):
            found |= _left(pairs, found, "the process that reads it ended")
        finally:
            self._process = None
            kill_group(process)
        return found


def _left(pairs: Sequence[Pair], found: Mapping[str, Content], why: str) -> dict[str, Content]:
    return {pair.path: NotRead(why) for pair in pairs if pair.path not in found}


def _content(answer: Mapping[str, Any]) -> Content:
    if "why" in answer:
        return NotRead(str(answer["why"]))
    return TableChange(
        rows=(int(answer["rows"][0]), int(answer["rows"][1])),
        added=int(answer["added"]),
        removed=int(answer["removed"]),
        columns_added=tuple(map(str, answer["columns_added"])),
        columns_removed=tuple(map(str, answer["columns_removed"])),
        columns_same=int(answer["columns_same"]),
        moved=bool(answer["moved"]),
        order=bool(answer["order"]),
        unit=str(answer["unit"]),
        edited=int(answer["edited"]),
    )


def _key(pair: Pair) -> object:
    """Changes with the content of either file."""

    def mark(path: Path) -> object:
        try:
            found = os.stat(path)  # noqa: PTH116 - one of many
        except OSError:
            return None
        return str(path), found.st_ino, found.st_mtime_ns, found.st_size

    return pair.path, mark(pair.old), mark(pair.new)
