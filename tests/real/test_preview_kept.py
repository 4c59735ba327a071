"""What one DVC child parsed the next one knows, and its previews are what ``dvc repro`` then does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import zlib
from pathlib import Path

import dvc_project as dp
import pytest

from mltui.actions.opening import open_workspace
from mltui.model.retrain import Asked, RetrainPlan
from mltui.sources.dvc.child.parsing import WORTH
from mltui.sources.places import cache_dir
from mltui.sources.retrain.planner import Planner

pytestmark = pytest.mark.real
STAGES = 60


def dvc_yaml() -> str:
    lines = ["stages:"]
    for at in range(STAGES):
        deps = ["raw.txt", *([f"out_{at - 1}.txt"] if at % 5 else [])]
        read = " ".join([*deps, *(["params.yaml"] if at == 7 else [])])
        lines += [f"  stage_{at}:", f"    cmd: cat {read} > out_{at}.txt", f"    deps: [{', '.join(deps)}]"]
        lines += ["    params: [n]"] if at == 7 else []
        lines += [f"    outs: [out_{at}.txt]"]
    return "\n".join(lines) + "\n"


@pytest.fixture
def project(own_environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)
    root = dp.empty(tmp_path / "project")
    dp.write(root, {"dvc.yaml": dvc_yaml(), "params.yaml": "n: 1\n", "raw.txt": "raw\n"})
    dp.dvc(root, "repro", "-q")
    dp.run(root, "git", "add", "-A")
    dp.run(root, "git", "commit", "-qm", "all")
    return root


def kept(root: Path) -> list[Path]:
    workspace = open_workspace(root)
    workspace.close()
    return sorted((cache_dir(workspace.project) / "dvc" / "parsed").glob("*"))


def plan(root: Path, *targets: str) -> RetrainPlan:
    """Of a child that was never asked before."""
    workspace = open_workspace(root)
    try:
        return Planner(workspace, lambda: ()).plan(Asked(targets))
    finally:
        workspace.close()


def names(found: RetrainPlan) -> list[str]:
    assert not found.obstacles
    return [stage.address for stage in found.stages]


def carry_out(found: RetrainPlan) -> list[str]:
    env = {**os.environ, **{key: value for key, value in found.env.items() if value is not None}}
    ended = subprocess.run(found.command, cwd=found.cwd, env=env, capture_output=True, text=True, check=True)
    return re.findall(r"(?:Running stage|Stage) '([^']+)'(?::| is cached)", ended.stdout)


def test_previews_of_new_children_are_what_dvc_then_does(project: Path) -> None:
    assert names(plan(project)) == []
    assert len(kept(project)) == 2, "dvc.yaml and dvc.lock"
    assert all(path.stat().st_size > WORTH for path in kept(project))
    text = dvc_yaml()
    for step, (name, content) in enumerate(
        {
            "params.yaml": "n: 2\n",
            "dvc.yaml": text.replace("cat raw.txt > out_10.txt", "cat raw.txt raw.txt > out_10.txt"),
            "dvc.yaml ": text.replace("  stage_59:", "  stage_x:"),
            "dvc.yaml  ": text,
        }.items()
    ):
        (project / name.strip()).write_text(content)
        found = plan(project)
        assert names(plan(project)) == names(found), "the first child parsed it, the second knew it"
        assert carry_out(found) == names(found), step
        assert bool(names(found)) == (step < 3), "of the last name dvc.lock still has the entry"
    assert names(plan(project, "stage_3")) == [], "a single stage, too"


def test_the_next_child_takes_what_is_kept_and_a_damaged_file_is_none(project: Path) -> None:
    plan(project)
    for path in kept(project):
        said = json.loads(path.read_bytes().partition(b"\n")[2])  # below its checksum
        if "stage_3" in said["data"]["stages"] and "outs" in path.read_text():
            said["data"]["stages"]["stage_3"]["cmd"] = "echo other"
            whole = json.dumps(said).encode()
            path.write_bytes(b"%08x\n" % zlib.crc32(whole) + whole)
    assert names(plan(project)) == [], "both files say so now"
    for path in kept(project):
        if '"schema"' in path.read_text():
            path.write_text("{")
    assert names(plan(project)) == ["stage_3", "stage_4"], "dvc.lock's was damaged: it was parsed again"
    for path in kept(project):
        path.write_bytes(path.read_bytes().replace(b"echo", b"ecco"))
    assert names(plan(project)) == [], "what still parses and is not what was written is none either"
    for path in kept(project):
        path.write_bytes(b"\xff")
    assert names(plan(project)) == []


def test_a_status_that_nobody_waits_for_stands_on_no_file_of_our_own_and_a_preview_follows(project: Path) -> None:
    workspace = open_workspace(project)
    try:
        workspace.pipeline.load()
        own = str(cache_dir(workspace.project))
        stood_on = [path for kind, path in workspace.pipeline.witnesses() if kind == "f"]
        assert str(project / "dvc.yaml") in stood_on and not [path for path in stood_on if path.startswith(own)]
        for value, stale in ((2, ["stage_7", "stage_8", "stage_9"]), (1, [])):  # each is answered by another thread
            dp.write(project, {"params.yaml": f"n: {value}\n"})
            states = {stage.address: stage.status for stage in workspace.pipeline.load().stages}
            assert [address for address, status in states.items() if status != "fresh"] == stale
            assert names(Planner(workspace, lambda: ()).plan(Asked())) == stale
    finally:
        workspace.close()
