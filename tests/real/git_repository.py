"""Real repositories for tests, made by git itself."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def git(cwd: Path, *args: str | bytes, stdin: bytes = b"", **env: str) -> str:
    """What ``git <args>`` printed, without the last newline; fails the test if git fails."""
    merged = {**os.environ, **env}
    done = subprocess.run(["git", *args], cwd=cwd, input=stdin, capture_output=True, env=merged, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode(errors="replace").strip("\n")


def make(path: Path, *args: str) -> Path:
    """An empty repository."""
    path.mkdir(parents=True, exist_ok=True)
    git(path, "init", "-q", *args)
    return path


def commit(path: Path, message: str | bytes = "change", when: str = "1700000000 +0000", **files: str | bytes) -> str:
    """Write `files` (``data_txt="x"`` is data.txt), commit everything, and return the commit's id."""
    for name, content in files.items():
        file = path / name.replace("_", ".")
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    git(path, "add", "-A")
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    git(path, "commit", "-q", "--allow-empty", "--allow-empty-message", "--no-verify", "-m", message, **dates)
    return git(path, "rev-parse", "HEAD")


def raw_commit(
    path: Path, author: bytes, message: bytes, *parents: str, committer: bytes | None = None, tree: str = ""
) -> str:
    """A commit object byte by byte, for what ``git commit`` would not make."""
    tree = tree or git(path, "mktree")
    lines = [b"tree " + tree.encode(), *(b"parent " + parent.encode() for parent in parents)]
    lines += [b"author " + author, b"committer " + (committer or author), b"", message]
    return git(path, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=b"\n".join(lines))
