"""The join on real projects: what it must say of two of them (shared/corpus), and that every edge has its ends.

    python -m bench.join_truth CORPUS

CORPUS holds a clone per name. Prints one line a project; exits 1 if anything is wrong.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from mltui.actions.opening import open_workspace
from mltui.model.lineage.graph import Graph


def read(graph: Graph, path: str) -> Counter[tuple[str, str]]:
    """(kind, how) of the edges from versions of a path to runs, counted."""
    return Counter(
        (edge.kind, edge.how)
        for edge in graph.edges
        if edge.source.startswith(f"data:{path}@") and edge.target.startswith("run:")
    )


def visaland(graph: Graph) -> str:
    """Seven runs name all-dev.pkl by its hash in a param, six name nothing."""
    edges = read(graph, "raw-dataset/all-dev.pkl")
    runs = sum(node.kind == "run" for node in graph.nodes.values())
    right = edges == {("recorded", "param EDA_data_url"): 7} and runs == 13
    return "" if right else f"{edges}, {runs} runs"


def wineq(graph: Graph) -> str:
    """Four runs join to the lock of bbbea5b, and the fifth, whose source two stages name by then, to none."""
    edges = read(graph, "data/processed/train_winequality.csv")
    how = "dvc.lock at bbbea5b, committed after the run, params equal (likely)"
    return "" if edges == {("inferred", how): 4} else str(edges)


CHECKS: dict[str, Callable[[Graph], str]] = {"visaland": visaland, "wineq_dvc": wineq}


def main(corpus: Path) -> int:
    """Every clone in turn; the number of those that are wrong."""
    wrong = 0
    for project in sorted(path for path in corpus.iterdir() if (path / ".git").exists()):
        workspace = open_workspace(str(project), {})
        try:
            graph = workspace.lineage.load()
            fault = CHECKS.get(project.name, lambda graph: "")(graph)
            print(f"{project.name:<32} {'WRONG ' + fault if fault else 'ok'}  {workspace.lineage.coverage()}")
            wrong += bool(fault)
        finally:
            workspace.close()
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
