"""The content of many blobs by ``git cat-file --batch``, in the order asked for.

Git would fetch what a partial clone lacks; forbidden to (``QUIET``), it dies at the first missing object instead
of answering *missing* (tried with 2.39). So the process is started again behind it, and when that happens too often
the objects that are here are listed once, and the others never asked for.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import IO

from mltui.errors import Unreadable
from mltui.sources.git.command import arguments, environment, git, understood
from mltui.sources.places import Project
from mltui.sources.runner import Runner, kill_group

#: Restarts cost 5 ms each; listing the objects of a large clone 0.3 s.
_RESTARTS = 20


class BlobReader:
    """Reads blobs of one project. Holds no process between two calls of `read`; not for two threads at a time."""

    def __init__(self, project: Project, runner: Runner) -> None:
        self._project = project
        self._runner = runner
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> BlobReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process of a `read` that was not read to its end."""
        if self._process is not None:
            kill_group(self._process)
            self._process = None

    def read(self, shas: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """Yield ``(sha, content)`` for each of `shas` (full object ids), in their order; None for what is not here.

        Raises `SourceError` if git can't be started at all.
        """
        rest = list(shas)
        restarts = 0
        while rest:
            if restarts == _RESTARTS:
                here = self._present()
                yield from self._known(rest, here)
                return
            answered = 0
            for sha, content in self._batch(rest):
                answered += 1
                yield sha, content
            if answered < len(rest):  # git died of this one
                yield rest[answered], None
                answered += 1
                restarts += 1
            rest = rest[answered:]

    def _known(self, shas: Sequence[str], here: frozenset[str]) -> Iterator[tuple[str, bytes | None]]:
        contents = self._batch([sha for sha in shas if sha in here])
        for sha in shas:
            if sha not in here:
                yield sha, None
                continue
            answer = next(contents, None)
            if answer is None:
                raise Unreadable(f"git could not read blob {sha}, which it lists", "run git fsck")
            yield answer

    def _present(self) -> frozenset[str]:
        """The ids of all objects that are here, without fetching any."""
        flags = ("--batch-all-objects", "--unordered", "--batch-check=%(objectname)")
        return frozenset(git(self._project, self._runner, "cat-file", *flags, timeout=120.0).decode().split())

    def _batch(self, shas: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """The answers of one process; fewer than asked for if it dies."""
        if not shas:
            return
        command = arguments("cat-file", "--batch", "--buffer")
        process = self._runner.start(command, cwd=self._project.root, env=environment(self._project))
        self._process = process
        assert process.stdin is not None
        assert process.stdout is not None
        # Questions are written beside the reading: done one after the other, both pipes could fill up.
        threading.Thread(target=_ask, args=(process.stdin, shas), daemon=True).start()
        try:
            for sha in shas:
                answer = read_answer(process.stdout)
                if answer is None:
                    return
                yield sha, answer[0]
        finally:
            self.close()


class BlobTalk:
    """Blobs one after another, of one process that waits for the next question: for who does not know them all before.

    For any thread. `close` ends the process; what is asked afterwards starts another.
    """

    def __init__(self, project: Project, runner: Runner) -> None:
        self._project, self._runner = project, runner
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, name: str) -> bytes | None:
        """What an object holds, by its id or as ``<commit>:<path>``; None for what is not here, or can't be asked for.

        Raises `SourceError` if git can't be started at all.
        """
        if "\n" in name:
            return None
        with self._lock:
            if self._process is None:
                command = arguments("cat-file", "--batch")
                self._process = self._runner.start(command, cwd=self._project.root, env=environment(self._project))
            answer = _told(self._process, name)
            if answer is None:  # a partial clone's git died of what it lacks
                self._end()
            return answer[0] if answer is not None else None

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._process is not None:
            kill_group(self._process)
            self._process = None


def _told(process: subprocess.Popen[bytes], name: str) -> tuple[bytes | None] | None:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(os.fsencode(f"{name}\n"))
        process.stdin.flush()
    except OSError:
        return None
    return read_answer(process.stdout)


def _ask(pipe: IO[bytes], shas: Sequence[str]) -> None:
    try:
        with pipe:
            pipe.write(os.fsencode("".join(f"{sha}\n" for sha in shas)))  # paths need not be UTF-8
    except (OSError, ValueError):
        return  # git died or was ended: the reader sees it


@understood
def read_answer(pipe: IO[bytes]) -> tuple[bytes | None] | None:
    """One answer of ``cat-file --batch`` in a tuple (its content None if git has no such object); None at the end.

    Format: git-cat-file(1), "BATCH OUTPUT": ``<id> <type> <size>\\n<content>\\n`` or ``<id> missing\\n``.
    """
    header = pipe.readline()
    if not header.endswith(b"\n"):
        return None
    words = header.split()
    if words[-1] in {b"missing", b"ambiguous"}:
        return (None,)
    size = int(words[-1])
    content = pipe.read(size + 1)
    if len(content) <= size:
        return None
    return (content[:-1],)
