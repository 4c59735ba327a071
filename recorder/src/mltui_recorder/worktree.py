"""Whether tracked files differ from HEAD, and the digest of that difference: one `git diff HEAD`, without a lock.

DVC removes the outs of a stage before it runs its command. Where git tracks them (metrics), they are missing when the
run starts: that is no change of anybody's, and is left out of the difference.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress

from mltui_recorder.budget import Deadline
from mltui_recorder.running import git_top

#: Whatever prefixes the user has configured: of a file that is gone the path is read from its heading.
_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", "HEAD", "--")
_HEADING = re.compile(rb"^diff --git ", re.M)
_GONE = re.compile(rb'diff --git (?:a/(?P<path>.+) b/(?P=path)|"a/(?P<quoted>.+)" "b/(?P=quoted)")\ndeleted file mode ')
#: What stands behind a backslash, if it is no number (git's quote.c).
_LETTERS = {
    b"a": b"\a",
    b"b": b"\b",
    b"t": b"\t",
    b"n": b"\n",
    b"v": b"\v",
    b"f": b"\f",
    b"r": b"\r",
    b'"': b'"',
    b"\\": b"\\",
}
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "none"}


class Difference:
    """A `git diff HEAD` that runs while something else is done. No git, or no repository: there are no tags."""

    def __init__(self, top: str | None) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._top = top
        if top is None:
            return
        try:
            self._process = subprocess.Popen(
                ("git", "-c", "core.fsmonitor=false", *_DIFF),
                cwd=top,
                env={**os.environ, **_QUIET},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            self._process = None

    def tags(self, deadline: Deadline, removed: Iterable[str] = ()) -> tuple[dict[str, str], str]:
        """The tags, and what stood in their way ("" if nothing did). The process has ended afterwards.

        `removed` are absolute paths that DVC has removed for the stage that runs, the files in them too.
        """
        if self._process is None:
            return {}, ""
        try:
            diff, _ = self._process.communicate(timeout=deadline.left())
        except subprocess.TimeoutExpired:
            return {}, "git took too long"
        finally:
            self.end()
        if self._process.returncode:
            return {}, f"git diff HEAD ended with {self._process.returncode}"
        diff = without(diff, {os.path.relpath(path, self._top).replace(os.sep, "/") for path in removed})
        tags = {"mltui.dirty": "true" if diff else "false"}
        if diff:
            tags["mltui.diff_sha1"] = hashlib.sha1(diff, usedforsecurity=False).hexdigest()
        return tags, ""

    def end(self) -> None:
        """Kill it if it still runs."""
        process = self._process
        if process is not None and process.poll() is None:
            process.kill()
            if process.stdout:
                process.stdout.close()
            with suppress(subprocess.TimeoutExpired):  # stuck in the kernel: nobody waits for it
                process.wait(timeout=0.02)


def without(diff: bytes, removed: set[str]) -> bytes:
    """A difference without the deletions of these paths, relative to its top, and of what lies in them."""
    if not removed or b"\ndeleted file mode " not in diff:
        return diff
    at = [found.start() for found in _HEADING.finditer(diff)]
    files = [diff[begin:end] for begin, end in zip(at, [*at[1:], len(diff)])]
    return b"".join(file for file in files if not _is_of(file, removed))


def _is_of(file: bytes, removed: set[str]) -> bool:
    """Whether the part of a difference that is about one file is the deletion of one of these."""
    found = _GONE.match(file)
    if found is None:
        return False
    path = os.fsdecode(found["path"] or _unquoted(found["quoted"]))
    return any(above in removed for above in (path, *(path[:at] for at, char in enumerate(path) if char == "/")))


def _unquoted(text: bytes) -> bytes:
    """A path as it is, which git wrote like a string of C (with ``core.quotePath=false`` its letters as they are)."""
    return re.sub(rb"\\([0-7]{3}|.)", lambda found: _LETTERS.get(found[1]) or bytes((int(found[1], 8),)), text)


def repository(in_stage: bool) -> str | None:
    """The git repository of the code that runs: of the script, as MLflow has it for its commit, else of the cwd.

    In a stage of DVC the cwd comes first: that of an experiment is a clone, whose code an installed script may be.
    """
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    places = [os.path.dirname(os.path.realpath(script))] if script else []
    with suppress(OSError):
        places.insert(0 if in_stage else len(places), os.getcwd())
    return next(filter(None, map(git_top, places)), None)
