"""mltui's pipeline status, asked through a dvc of another version, against that dvc's own answers."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dvc_project as dp
import test_dvc_status as changes
from tests.matrix import dvc_preview
from tests.matrix.environments import Environment, Made
from tests.matrix.finding import Finding

#: The change that needs a stage dvc learned only later.
LATER = "matrix item added"


def check(environment: Environment, made: Made, place: Path) -> Iterator[Finding]:
    """Every change the real-tool tests make, and what a retrain would do."""
    os.environ["DVC_SITE_CACHE_DIR"] = str(place / "site")
    declared = dp.FILES["dvc.yaml"]
    if not environment.modern:
        start, end = declared.index("  grid:"), declared.index("  named/deep:")
        declared = declared[:start] + declared[end:]
    template = dp.make(place / "template", made.python, declared)
    project = dp.copy(template, place / "project")
    reader = dp.source(project, python=str(made.python))
    known = [name for name in changes.CHANGES if environment.modern or name != LATER]
    wrong, by = [], ""
    try:
        for name in known:
            changes.restored(template, project)
            changes.CHANGES[name](project)
            pipeline = reader.load()
            ours, own, by = dp.entries(pipeline), _own(made.python, project, environment), pipeline.reader
            if ours != own:
                wrong.append(f"{name}: ours {ours} dvc {own}")
    finally:
        reader.close()
    yield Finding(f"pipeline status as `dvc status --json`, after {len(known)} changes", wrong)
    if not environment.modern:
        yield Finding(f"change {LATER!r}", skipped=f"dvc {made.version} has no matrix stages")
    elsewhere = made.version not in by and str(made.python) not in by
    yield Finding(f"read by {by}", [f"and not by {made.python}"] if elsewhere else ())
    yield from dvc_preview.check(environment, made, place)


def _own(python: Path, project: Path, environment: Environment) -> object:
    options = ["--no-updates"] if environment.modern else []
    argv = [str(python), "-m", "dvc", "status", "--json", *options]
    done = subprocess.run(argv, cwd=project, capture_output=True, text=True, check=False)
    return json.loads(done.stdout or "{}") if done.returncode == 0 else done.stderr.strip()[:200]
