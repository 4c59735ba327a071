"""Every headless command in every real repository: exit 0, no traceback, documents that fit their schemas.

    python -m bench.corpus_cli [DIRECTORY] [NAME ...]

DIRECTORY holds the clones (default: $MLTUI_CORPUS). Nothing is written there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema

COMMANDS = (
    ("status",),
    ("status", "--json"),
    ("runs",),
    ("runs", "--json"),
    ("runs", "--csv", "--all"),
    ("doctor", "--json"),
)


def main(arguments: list[str]) -> int:
    """Check the clones and print a line for each. Returns how many failed."""
    corpus = Path(arguments[0] if arguments else os.environ["MLTUI_CORPUS"])
    names = arguments[1:] or sorted(path.name for path in corpus.iterdir() if path.is_dir())
    failed = 0
    with tempfile.TemporaryDirectory(prefix="mltui-corpus-") as places:
        env = {**os.environ, "MLTUI_CACHE_DIR": f"{places}/cache", "XDG_STATE_HOME": f"{places}/state"}
        for name in names:
            wrong = check(corpus / name, env)
            failed += bool(wrong)
            print(f"{'FAIL' if wrong else 'ok':4} {name}", *wrong, sep="\n     " if wrong else " ", flush=True)
    print(f"{len(names) - failed} of {len(names)} repositories are well")
    return failed


def check(repository: Path, env: dict[str, str]) -> list[str]:
    """What is wrong in one clone, in lines."""
    before = _worktree(repository)
    wrong: list[str] = []
    for command in COMMANDS:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "mltui", *command, "-C", str(repository)],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        seconds = time.perf_counter() - start
        if done.returncode or "Traceback" in done.stderr:
            wrong.append(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()[-300:]}")
        elif "--json" in command:
            wrong += [f"{' '.join(command)}: {said}" for said in _document(command[0], done.stdout)]
        if seconds > 60:
            wrong.append(f"{' '.join(command)}: took {seconds:.0f} s")
    if _worktree(repository) != before:
        wrong.append("git status differs afterwards")
    return wrong


def _document(command: str, text: str) -> list[str]:
    try:
        document: Any = json.loads(text)
    except ValueError as error:
        return [f"no JSON: {error}"]
    if command == "doctor":
        return []
    schema = json.loads(resources.files("mltui.schema").joinpath(f"{command}.schema.json").read_text("utf-8"))
    return [error.message[:200] for error in jsonschema.Draft202012Validator(schema).iter_errors(document)][:5]


def _worktree(repository: Path) -> bytes:
    argv = ["git", "--no-optional-locks", "status", "--porcelain", "--ignored", "-z"]
    return subprocess.run(argv, cwd=repository, capture_output=True, check=False).stdout


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))
