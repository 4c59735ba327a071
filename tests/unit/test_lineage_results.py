"""Where results were committed, kept beside the graph: of another state it is known, and said to be of that."""

from __future__ import annotations

from pathlib import Path

import pytest

from mltui.model.lineage.graph import Edge, Graph, Node
from mltui.model.lineage.results import COMMITTED_HERE, committed_in
from mltui.sources.dvc.history.brief import place
from mltui.sources.lineage.results import NAME, Results, ResultsIndex
from mltui.sources.places import Project, cache_dir

NODES = [Node("run", "run:a", "a"), Node("commit", "commit:c1", "c1"), Node("commit", "commit:c2", "c2")]
GRAPH = Graph.of(
    NODES,
    [
        Edge("commit:c1", "run:a", "recorded", "mlflow.source.git.commit"),
        Edge("run:a", "commit:c2", "inferred", f"{COMMITTED_HERE}: params equal (likely)"),
    ],
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path / "cache"))
    found = Project(tmp_path, tmp_path, git_dir=tmp_path, common_dir=tmp_path)
    cache_dir(found)
    return found


def test_only_the_edge_to_the_commit_of_the_results_counts() -> None:
    assert committed_in(GRAPH) == {"a": "c2"}
    assert committed_in(Graph.of(NODES, GRAPH.edges[:1])) == {}


def test_what_was_kept_is_there_at_the_next_start_and_stands_for_the_same_mark_only(project: Project) -> None:
    ResultsIndex(project).take(("m", 1), GRAPH, keep=True)
    again = ResultsIndex(project)
    assert again.of(("m", 1)) == Results({"a": "c2"}, True)
    assert again.of(("m", 2)) == Results({"a": "c2"}, False)
    moves = again.moves()
    again.take(("m", 2), GRAPH, keep=False)
    assert again.of(("m", 2)).stands
    assert again.moves() != moves
    assert ResultsIndex(project).of(("m", 1)).stands, "it was not to be kept"
    again.take(("m", 2), Graph.of(NODES, GRAPH.edges[:1]), keep=False)
    assert again.of(("m", 2)) == Results({}, True), "a later join knows better, of the same refs too"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"key": 1, "commits": []}'])
def test_a_file_that_is_none_is_as_if_there_was_none(project: Project, content: str) -> None:
    place(project, NAME).write_text(content)
    index = ResultsIndex(project)
    assert index.of(1) == Results()
    assert index.moves() is None
