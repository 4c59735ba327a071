"""A Python that has imported what takes seconds, and forks for each script: a process of its own without the wait.

Run as ``warm_python.py MODULE…`` it reads lines of JSON, {"code", "cwd", "out"}: the file `out` gets what the script
prints, and its exit code is answered.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class WarmPython:
    def __init__(self, process: subprocess.Popen[str], place: Path) -> None:
        self._process, self._out = process, place / "warm-python.out"

    def run(self, code: str, cwd: Path) -> str:
        """What `code` printed, in a process of its own in `cwd`; fails the test if it fails."""
        assert self._process.stdin and self._process.stdout
        asked = {"code": code, "cwd": str(cwd), "out": str(self._out)}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        said = self._out.read_text()
        assert answer == "0", said
        return said


@contextmanager
def warm_python(place: Path, *modules: str) -> Iterator[WarmPython]:
    """One with `modules`; it ends with its input. `place` is for what scripts print."""
    argv = [sys.executable, __file__, *modules]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}  # a thread would not survive the fork
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, env={**os.environ, **quiet}) as process:
        yield WarmPython(process, place)


def main() -> None:
    for name in sys.argv[1:]:
        importlib.import_module(name)
    for line in sys.stdin:
        asked = json.loads(line)
        if not (child := os.fork()):
            break
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    else:
        return
    out = os.open(asked["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(asked["cwd"])
    exec(compile(asked["code"], "script", "exec"), {"__name__": "__main__"})  # it ends as any script does


if __name__ == "__main__":
    main()
