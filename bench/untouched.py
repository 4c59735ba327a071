"""Prove that no command of mltui changes a store: bytes, schema and migration version, in every project.

    python -m bench.untouched CORPUS [NAME...]

Runs every headless command and opens the app in each clone, walks all its places and quits. Prints one line a project;
exits 1 if anything but DVC's own .dvc/tmp changed.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.projects import MLTUI
from bench.terminal import Terminal

COMMANDS = (["status"], ["status", "--json"], ["runs", "--json", "--all"], ["runs", "--csv"], ["doctor"])
MAGIC = b"SQLite format 3\0"


def state(project: Path) -> dict[str, str]:
    """What every file of the worktree (and what git thinks of it) is like; databases with their schema and revision."""
    found: dict[str, str] = {}
    for directory, names, files in os.walk(project):
        names[:] = [name for name in names if name != ".git" and not directory.endswith("/.dvc")]
        for name in files:
            path = Path(directory) / name
            facts = path.lstat()
            found[str(path)] = f"{facts.st_mode} {facts.st_size} {facts.st_mtime_ns}"
            if path.is_file() and facts.st_size < 1 << 28 and path.open("rb").read(16) == MAGIC:
                found[str(path)] += schema(path) + hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def schema(path: Path) -> str:
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        dump = "".join(row[0] or "" for row in connection.execute("select sql from sqlite_master order by name"))
        revision = connection.execute("select version_num from alembic_version").fetchall()
    except sqlite3.Error as error:
        return str(error)
    finally:
        connection.close()
    return hashlib.sha256(dump.encode()).hexdigest() + str(revision)


def look(project: Path, env: dict[str, str]) -> list[str]:
    """Use everything once; what a command prints that looks like a crash."""
    wrong, full = [], {**os.environ, **env}
    for command in COMMANDS:
        done = subprocess.run([MLTUI, "-C", str(project), *command], capture_output=True, check=False, env=full)
        if done.returncode or b"Traceback" in done.stderr:
            wrong.append(f"{' '.join(command)}: exit {done.returncode} {done.stderr.decode()[-200:]}")
    with Terminal([MLTUI], project, env) as terminal:
        terminal.wait("1 Overview")
        terminal.settle(0.7, 20)
        for key in "2345671":
            terminal.press(key)
            terminal.settle(0.3, 5)
            terminal.press("\r")
            terminal.settle(0.2, 3)
            terminal.press("\x1b")
            terminal.settle(0.3, 3)  # a key right behind an escape would be read as alt+key
        terminal.press("q")
        end = time.monotonic() + 10
        while terminal.process.isalive() and time.monotonic() < end:
            terminal.pump(0.05)
        if terminal.process.isalive():
            wrong.append("the app did not quit")
        elif terminal.process.exitstatus:
            wrong.append(f"the app ended with {terminal.process.exitstatus}:\n{terminal.text()[-600:]}")
    return wrong


def main() -> int:
    corpus, names = Path(sys.argv[1]), sys.argv[2:]
    failed = False
    for project in sorted(corpus.iterdir()):
        if names and project.name not in names:
            continue
        with tempfile.TemporaryDirectory() as home:
            env = {"MLTUI_CACHE_DIR": f"{home}/cache", "XDG_STATE_HOME": f"{home}/state"}
            before = state(project)
            wrong = look(project, env)
            after = state(project)
        changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
        wrong += [f"changed: {path}" for path in changed[:10]]
        failed |= bool(wrong)
        print(f"{project.name}: {len(before)} files,", "NOT as before" if wrong else "as before", flush=True)
        for text in wrong:
            print("   ", text, flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
