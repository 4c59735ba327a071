"""Run measures one after another, each in its own process and within a limit: a hang is told and ends nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench.results.kept import Measured, from_plain
from bench.results.machine import versions

ROOT = Path(__file__).parents[1]
#: Seconds a measure may take, making its project with it: several times what it takes on two busy cores.
LIMIT = 600.0


def measured(name: str, limit: float = LIMIT) -> Measured:
    """What the measure of this name gives; failed, with the reason, if it raises, dies or outlasts its limit."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as directory:
        out = Path(directory) / "measured.json"
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.one", name, str(out)], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sys.stderr
        )
        try:
            code = process.wait(limit)
            why = f"ended with {code} and said nothing"
        except subprocess.TimeoutExpired:
            why = f"not done within {limit:.0f} s"
        finally:
            end_tree(process)
        if out.exists():
            return from_plain(json.loads(out.read_text()))
    when = time.strftime("%Y-%m-%d")
    return Measured(name, when, versions()["mltui"], time.perf_counter() - begun, failed=why)


def end_tree(process: subprocess.Popen[bytes]) -> None:
    """The process and all below it, whatever their session: the programs it looks at have terminals of their own."""
    try:
        root = psutil.Process(process.pid)
        tree = [*root.children(recursive=True), root]
    except psutil.NoSuchProcess:
        return
    for each in tree:
        try:
            each.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait()
