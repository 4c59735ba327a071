"""Hold mltui's DVC answers against DVC's own, in copies of real repositories: ``python -m bench.corpus DIRECTORY``.

For every repository in DIRECTORY with a DVC project: all addresses against ``dvc stage list --all``, all entries
against ``dvc status --json --no-updates`` (where that succeeds), and the files before and after mltui read them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mltui.config import Config
from mltui.model.dvc import Pipeline
from mltui.sources.dvc.pipeline import PipelineSource
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner

ENVIRONMENT = {"DVC_NO_ANALYTICS": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "none"}


def dvc(root: Path, *args: str) -> tuple[int, str, str]:
    """Run this environment's dvc in `root`."""
    argv = [str(Path(sys.executable).with_name("dvc")), *args]  # -m would import a dvc that lies in `root`
    done = subprocess.run(
        argv, cwd=root, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def entries(pipeline: Pipeline, root: str) -> dict[str, list[object]]:
    """All ``dvc`` entries of one DVC project together, as `dvc status` prints them."""
    prefix = f"{root}/" if root else ""
    others = [other for other in pipeline.roots if other != root and other.startswith(prefix)]
    found = {}
    for path, address, entry in [
        *((stage.path, stage.address, stage.dvc) for stage in pipeline.stages),
        *((f"{prefix}{one.address}", one.address, one.dvc) for one in pipeline.datasets),
    ]:
        inside = path.startswith(prefix) and not any(path.startswith(f"{other}/") for other in others)
        if inside and entry:
            found[address.removeprefix(f"{prefix}dvc.yaml:")] = list(entry)
    return found


def listing(top: Path) -> dict[str, tuple[int, int, int]]:
    """Every file and directory with mode, size and time, but for git's index and what opening a project makes."""
    found = {}
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name != ".git"]
        for name in [*files, *folders]:
            path = Path(folder, name)
            stat = path.lstat()
            found[str(path.relative_to(top))] = (stat.st_mode, stat.st_size if path.is_file() else 0, stat.st_mtime_ns)
    return found


def compare(top: Path) -> list[str]:
    """What differs in one repository, and a line about what was compared."""
    runner = ProcessRunner()
    before = listing(top)
    source = PipelineSource(open_project(top, runner), Config(), runner)
    start = time.perf_counter()
    try:
        pipeline = source.load()
        seconds = time.perf_counter() - start
        again = source.remembered()
    finally:
        source.close()
    wrong = [] if listing(top) == before else ["FILES CHANGED"]
    if again is None or not again.settled or (again.stages, again.datasets) != (pipeline.stages, pipeline.datasets):
        wrong.append("REMEMBERED DIFFERS")
    compared = 0
    for root in pipeline.roots:
        code, out, _ = dvc(top / root, "stage", "list", "--all", "--name-only")
        known = {stage.address for stage in pipeline.stages} | {one.address for one in pipeline.datasets}
        theirs = set(out.split("\n")) - {""}
        unreadable = {
            one.address
            for one in (*pipeline.stages, *pipeline.datasets)
            if any(reason.kind == "unreadable" for reason in one.reasons)
        }
        if code == 0 and len(pipeline.roots) == 1 and known - unreadable != theirs - unreadable:
            wrong.append(f"ADDRESSES {sorted(known ^ theirs)[:6]}")
        code, out, err = dvc(top / root, "status", "--json", "--no-updates")
        if code:
            wrong.append(f"(dvc status fails in {root or '.'}: {err.strip().splitlines()[0][:120]})")
            continue
        compared += 1
        ours, theirs_ = entries(pipeline, root), json.loads(out)
        different = [key for key in {**ours, **theirs_} if ours.get(key) != theirs_.get(key)]
        wrong += [f"STATUS {key}: ours {ours.get(key)} dvc {theirs_.get(key)}" for key in different[:3]]
    statuses = [one.status for one in (*pipeline.stages, *pipeline.datasets)]
    counts = ", ".join(f"{statuses.count(status)} {status}" for status in sorted(set(statuses)))
    problems = [f"(problem: {problem.summary[:140]})" for problem in pipeline.problems]
    line = (
        f"{len(pipeline.stages)} stages, {len(pipeline.datasets)} datasets: {counts or 'nothing'}; {compared} compared"
    )
    return [f"{line}; {seconds:.1f} s", *wrong, *problems]


def main() -> int:
    """Compare every repository of a directory; 1 if any differs."""
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["MLTUI_CACHE_DIR"] = str(Path(temporary, "cache"))
        os.environ["DVC_SITE_CACHE_DIR"] = str(Path(temporary, "site"))
        wanted = sys.argv[2:]
        for repository in sorted(Path(sys.argv[1]).iterdir()):
            if not (repository / ".git").exists() or (wanted and repository.name not in wanted):
                continue
            marks = ("dvc.yaml", "*.dvc", "Dvcfile")
            if not any(next(repository.rglob(mark), None) for mark in marks):
                continue
            copy = Path(temporary, repository.name)
            subprocess.run(["cp", "-a", "--reflink=auto", str(repository), str(copy)], check=True)
            first, *rest = compare(copy)
            print(f"{repository.name}: {first}", flush=True)
            for line in rest:
                print(f"    {line}", flush=True)
            failed += any(not line.startswith("(") for line in rest)
            shutil.rmtree(copy)
    print(f"{failed} repositories differ")
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
