"""Compare `mltui runs --json` with what an independent scanner read from the same stores; prove them untouched.

    python -m bench.truth CORPUS TRUTH

CORPUS holds a clone per name, TRUTH a <name>.json each. Prints one line a repository; exits 1 on any difference.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.projects import MLTUI

STATUS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}


def digest(path: Path) -> str:
    """One hash over names, bytes and modes of a file or tree (for a database: and of what lies beside it)."""
    files = sorted(path.rglob("*")) if path.is_dir() else sorted(path.parent.glob(path.name + "*"))
    total = hashlib.sha256()
    for file in files:
        total.update(f"{file} {file.lstat().st_mode}\n".encode())
        if file.is_file():
            total.update(file.read_bytes())
    return total.hexdigest()


def runs(project: Path, store: str) -> dict[str, dict[str, Any]]:
    command = [MLTUI, "-C", str(project), "runs", "--json", "--all", "--store", store]
    done = subprocess.run(command, check=True, capture_output=True)
    return {run["run_id"]: run for run in json.loads(done.stdout)["runs"] if run["kind"] == "run"}


def differences(true: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """What of one run differs. Truth files of file stores count, those of databases name the values."""
    status = true["status"]
    expected: dict[str, tuple[Any, Any]] = {
        "status": (STATUS.get(status, status), ours["status"]),
        "lifecycle": (true["lifecycle"], ours["lifecycle"]),
        "end": (true["end"], ours["end"]),
        "commit": (true["commit"], ours["commit"]),
    }
    if "metric_keys" in true:
        expected["metric keys"] = (true["metric_keys"], len(ours["metrics"]))
        expected["params"] = (true["params"], len(ours["params"]))
    else:
        # The scanner read the column; MLflow itself falls back to the tag where an old schema left the column empty.
        expected["name"] = (true["name"] or ours["tags"].get("mlflow.runName", ""), ours["name"])
        expected["start"] = (true["start"], ours["start"])
        expected["experiment"] = (true["experiment"], ours["experiment"])
        expected["metrics"] = (sorted(true["metrics"]), sorted(ours["metrics"]))
        for key, value in true["metrics"].items():
            if key in ours["metrics"] and not math.isclose(value, float(ours["metrics"][key]), rel_tol=1e-12):
                expected[key] = (value, ours["metrics"][key])
    return [f"{name}: {a!r} != {b!r}" for name, (a, b) in expected.items() if a != b]


def compare(project: Path, truth: dict[str, Any]) -> list[str]:
    store = project / truth["store"]
    before = digest(store)
    ours = runs(project, truth["store"])
    wrong = [] if digest(store) == before else ["the store changed"]
    theirs = {run["run_id"]: run for run in truth["runs"]}
    wrong += [f"{run_id}: not in ours" for run_id in theirs.keys() - ours.keys()]
    wrong += [f"{run_id}: only in ours" for run_id in ours.keys() - theirs.keys()]
    for run_id in theirs.keys() & ours.keys():
        wrong += [f"{run_id}: {text}" for text in differences(theirs[run_id], ours[run_id])]
    return wrong


def main() -> int:
    corpus, truths = Path(sys.argv[1]), Path(sys.argv[2])
    failed = False
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"MLTUI_CACHE_DIR": f"{home}/cache", "XDG_STATE_HOME": f"{home}/state"}
        for path in sorted(truths.glob("*.json")):
            truth = json.loads(path.read_text())
            wrong = compare(corpus / path.stem, truth)
            failed |= bool(wrong)
            print(f"{path.stem}: {len(truth['runs'])} runs, " + (f"{len(wrong)} differences" if wrong else "equal"))
            for text in wrong[:10]:
                print("   ", text)
    return failed


if __name__ == "__main__":
    sys.exit(main())
