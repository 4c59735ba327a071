"""Whether tracked files differ from HEAD, and the digest of that difference: one `git diff HEAD`, without a lock."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from contextlib import suppress

from mltui_recorder.budget import Deadline
from mltui_recorder.running import git_top

_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "HEAD", "--")
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "none"}


class Difference:
    """A `git diff HEAD` that runs while something else is done. No git, or no repository: there are no tags."""

    def __init__(self, top: str | None) -> None:
        self._process: subprocess.Popen[bytes] | None = None
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

    def tags(self, deadline: Deadline) -> tuple[dict[str, str], str]:
        """The tags, and what stood in their way ("" if nothing did). The process has ended afterwards."""
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


def repository(in_stage: bool) -> str | None:
    """The git repository of the code that runs: of the script, as MLflow has it for its commit, else of the cwd.

    In a stage of DVC the cwd comes first: that of an experiment is a clone, whose code an installed script may be.
    """
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    places = [os.path.dirname(os.path.realpath(script))] if script else []
    with suppress(OSError):
        places.insert(0 if in_stage else len(places), os.getcwd())
    return next(filter(None, map(git_top, places)), None)
