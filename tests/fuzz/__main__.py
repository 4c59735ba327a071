"""Runs every harness, one after the other, and prints the table of docs/hardening.md.

``python -m tests.fuzz [--seconds N] [NAME …]``. Findings lie below ``tests/fuzz/.work/findings``, each with what it
raised; one that is mended goes to ``tests/fuzz/found/<harness>/``, where a test keeps it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzz.harness import all_harnesses
from tests.fuzz.seeding import WORK

ROOT = Path(__file__).parents[2]
#: A process that takes so much longer than it was given hangs.
PATIENCE = 120.0
#: Files of a moment are put into memory, where there is such.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
_EDGES = re.compile(r"cov: (\d+)")


@dataclass
class Row:
    name: str
    inputs: int = 0
    slowest: float = 0.0
    grown: int = 0
    edges: int = 0
    findings: list[str] = field(default_factory=list)

    def line(self) -> str:
        cells = (
            self.name,
            f"{self.inputs:,}",
            f"{self.edges:,}" if self.edges else "by chance",
            f"{self.slowest:.2f} s",
        )
        return " | ".join(("", *cells, f"{self.grown >> 20} MB", str(len(self.findings)), "")).strip()


def run(name: str, module: str, seconds: float) -> Row:
    """One harness of `module`. If its process dies it is begun anew for the time that is left, at most ten times."""
    row, left = Row(name), seconds
    folder = WORK / "findings" / re.sub(r"\W+", "-", name).strip("-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for attempt in range(10):
        command = [sys.executable, "-m", "tests.fuzz.worker", module, name, str(left), str(folder)]
        environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        environ |= {"FUZZ_PLACE": tempfile.mkdtemp(prefix="mltui-fuzz-", dir=MEMORY)}
        began = time.monotonic()
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=environ, capture_output=True, timeout=left + PATIENCE, check=False
            )
            died, words = done.returncode != 0, done.stderr.decode("utf-8", "replace")
        except subprocess.TimeoutExpired as error:
            died, words = True, f"hangs\n{(error.stderr or b'').decode('utf-8', 'replace')}"
        finally:
            shutil.rmtree(environ["FUZZ_PLACE"], ignore_errors=True)
        (folder / "stderr").write_text(words)
        said: dict[str, Any] = (
            json.loads((folder / "said.json").read_bytes()) if (folder / "said.json").exists() else {}
        )
        row.inputs += said.get("inputs", 0)
        row.slowest, row.grown = max(row.slowest, said.get("slowest", 0)), max(row.grown, said.get("grown", 0))
        row.findings += said.get("findings", [])
        row.edges = max([row.edges, *map(int, _EDGES.findall(words))])
        left -= time.monotonic() - began
        if died:
            data = (folder / "input").read_bytes() if (folder / "input").exists() else b"\0" * 8
            (folder / f"died-{attempt}.bin").write_bytes(data[8 : 8 + int.from_bytes(data[:8], "big")])
            (folder / f"died-{attempt}.txt").write_text(words[-20_000:])
            row.findings.append(f"died: {words.strip().splitlines()[-1] if words.strip() else '?'}")
        if not died or left < 2:
            break
    row.findings = sorted(set(row.findings))
    return row


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("FUZZ_SECONDS") or 60))
    asked = parser.parse_args()
    rows = []
    print(
        "| reader | inputs | edges | slowest | grown by | findings |\n| --- | --- | --- | --- | --- | --- |", flush=True
    )
    known = all_harnesses()
    for name in asked.names or known:
        row = run(name, known[name].read.__module__, asked.seconds)
        rows.append(row)
        print(row.line(), flush=True)
        for finding in row.findings:
            print(f"  {finding}", file=sys.stderr, flush=True)
    inputs, findings = sum(row.inputs for row in rows), sum(len(row.findings) for row in rows)
    print(f"\n{len(rows)} readers, {inputs:,} inputs, {findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
