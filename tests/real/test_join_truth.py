"""Real git, dvc and mlflow: no edge of the join that is recorded or inferred may differ from what the script read.

MLTUI_WALKS=N walks N times, each longer (the figures in docs/lineage.md are of 8).
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from tests.real.join_walk import Walk

from mltui.actions.opening import open_workspace
from mltui.model.lineage.building import build
from mltui.model.lineage.graph import Graph
from mltui.model.lineage.joining import Joiner
from mltui.model.runs import Run
from mltui.sources.workspace import Workspace

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

WALKS = int(os.environ.get("MLTUI_WALKS", "1"))
LENGTH = 14 if WALKS == 1 else 24


def truth_of(run: Run) -> dict[str, str] | None:
    """What the script says it read, by path; None if it did not come so far."""
    if "truth" not in run.tags:
        return None
    clean, data = (half[::-1] for half in run.tags["truth"].split("|"))
    return {"clean.csv": clean, "data.csv": data}


def without_recorder(run: Run) -> Run:
    return replace(run, tags={key: value for key, value in run.tags.items() if not key.startswith("mltui.")})


def graph_of(workspace: Workspace, runs: list[Run]) -> Graph:
    past = workspace.lineage.past().past
    joiner = Joiner(past)
    for run in runs:
        joiner.add(run)
    return build(joiner.joined(), (), past)


def check(graph: Graph, runs: list[Run]) -> Counter[str]:
    """Compare each run's edges with the truth; how the data of each run is known."""
    shares: Counter[str] = Counter()
    for run in runs:
        truth = truth_of(run)
        if truth is None:
            continue
        edges = [edge for edge in graph.into.get(f"run:{run.run_id}", ()) if edge.source.startswith("data:clean.csv@")]
        known = [edge for edge in edges if edge.kind != "unknown"]
        for edge in known:
            assert edge.source.rpartition(":")[2] == truth["clean.csv"], (run.run_id, edge)
        # what the prepared data came from, through the stage that prepared it
        up = graph.upstream(f"run:{run.run_id}") if known else ()
        raw = {edge.source.rpartition(":")[2] for edge in up if edge.source.startswith("data:data.csv@")}
        assert len(raw) <= 1, "sort keeps data apart"
        shares[known[0].kind if known else "unknown"] += 1
    return shares


@pytest.mark.parametrize("seed", range(WALKS))
def test_no_edge_differs_from_the_truth(
    seed: int, tmp_path: Path, recorder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(recorder), prepend=os.pathsep)
    monkeypatch.setenv("MLTUI_RECORDER_SECONDS", "60")  # what is known is looked at here, not how soon
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    walk = Walk(tmp_path / "project", seed)
    walk.walk(LENGTH)
    workspace = open_workspace(str(walk.root), {})
    try:
        reader = workspace.reader()
        assert reader is not None
        runs = [run for page in reader.runs(deleted=True) for run in page]
        assert any("mltui.stage" in run.tags for run in runs)
        shares = {"with": check(graph_of(workspace, runs), runs)}
        shares["without"] = check(graph_of(workspace, list(map(without_recorder, runs))), runs)
    finally:
        workspace.close()
    assert len(runs) > 1, walk.steps
    with capsys.disabled():
        for name, share in shares.items():
            total = sum(share.values())
            words = ", ".join(f"{share[kind]} {kind}" for kind in ("recorded", "inferred", "unknown"))
            print(
                f"\n  walk {seed}, {name} the recorder: of {total} runs {words}: {share['unknown'] / total:.0%} unknown"
            )
