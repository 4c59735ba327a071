"""Lineage of the sample project, the one of the sketch in SCREENS, with what is awkward to draw beside it."""

from __future__ import annotations

from churn_sample import DAY, HARE, HOUR, LYNX, NOW, SHA
from mltui.model.lineage.graph import Edge, Graph, InTree, Lineage, Node, around

RAW, CLEAN = "data:data/customers.csv@md5:" + "c3" * 16, "data:data/clean.csv@md5:" + "d4" * 16
OLD = "data:data/clean.csv@md5:" + "d3" * 16
HOLIDAYS = "data:data/holidays.csv@md5:" + "e5" * 16
RUN, OTHER = f"run:{HARE.run_id}", f"run:{LYNX.run_id}"
COMMIT, LOST = f"commit:{SHA[0]}", "commit:" + "f" * 40
MODEL, CHAMPION = "model:churn/4", "alias:churn@champion"
READ_BY_ALL = 4000

NODES = (
    Node("commit", COMMIT, SHA[0][:7], "Tune depth, Ada", NOW - 3 * DAY),
    Node("commit", LOST, "fffffff", "not in this clone"),
    Node("data", RAW, "customers.csv v3", "", NOW - 4 * DAY, 8_100_000),
    Node("data", CLEAN, "clean.csv v2", "", NOW - 3 * DAY, 8_000_000),
    Node("data", OLD, "clean.csv v1", "", NOW - 9 * DAY, 7_900_000),
    Node("data", HOLIDAYS, "holidays.csv v1", "", NOW - 40 * DAY, 2_000),
    Node("params", f"params:{HARE.run_id}", "lr=0.1 depth=6"),
    Node("stage", "stage:train", "train"),
    Node("worktree", f"worktree:{HARE.run_id}", "worktree"),
    Node("run", RUN, "stormy-hare", "auc 0.942", NOW - 2 * HOUR),
    Node("run", OTHER, "calm-lynx", "auc 0.947", NOW - HOUR),
    Node("model", MODEL, "churn/4", "", NOW - 2 * HOUR),
    Node("model", "model:churn/5", "churn/5", "", NOW - HOUR),
    Node("alias", CHAMPION, "churn@champion"),
    Node("alias", "alias:churn@challenger", "churn@challenger"),
)
AFTER = "dvc.lock at 9be1d20, committed after the run; params and auc equal"
EDGES = (
    Edge(RAW, CLEAN, "recorded", "dvc.lock: stage prepare"),
    Edge(COMMIT, RUN, "recorded", "mlflow.source.git.commit"),
    Edge(CLEAN, RUN, "inferred", AFTER),
    Edge(f"params:{HARE.run_id}", RUN, "recorded", "the run's own"),
    Edge("stage:train", RUN, "inferred", "the only stage whose command names src/train.py"),
    Edge(f"worktree:{HARE.run_id}", RUN, "unknown", "MLflow did not record whether it was dirty"),
    Edge(RUN, MODEL, "recorded", "model version's source run"),
    Edge(MODEL, CHAMPION, "recorded", "alias in the registry"),
    Edge(LOST, OTHER, "unknown", "the commit that the run recorded is not in this clone"),
    Edge(CLEAN, OTHER, "unknown", "one of 2 candidates that differ"),
    Edge(OLD, OTHER, "unknown", "one of 2 candidates that differ"),
    Edge(OTHER, "model:churn/5", "recorded", "model version's source run"),
    Edge("model:churn/5", "alias:churn@challenger", "recorded", "alias in the registry"),
)
GRAPH = Graph.of(NODES, EDGES, (InTree(RUN, COMMIT, (HOLIDAYS,)),))


def lineage(root: str, graph: Graph = GRAPH) -> Lineage:
    """The lineage of a node of the sample."""
    return around(graph, root)


def popular(readers: int = READ_BY_ALL) -> Graph:
    """The sample, with a dataset that thousands of runs read, and some of which nobody knows."""
    nodes = [Node("run", f"run:{at:032x}", f"run-{at}", "", NOW - at * HOUR) for at in range(readers + 2)]
    edges = [
        Edge(HOLIDAYS, each.id, "recorded" if at < readers else "unknown", "mltui.dep.data/holidays.csv")
        for at, each in enumerate(nodes)
    ]
    return Graph.of((*NODES, *nodes), (*EDGES, *edges))
