"""The rows of a lineage's tree: nothing is lost, nothing is without how it is known, folding takes nothing away."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st
from lineage_graphs import graphs

import lineage_sample as sample
from churn_sample import NOW
from mltui.model.lineage.graph import Edge, Graph, Node, around
from mltui.present.lineage import lineage_lines, lineage_markdown, lineage_rows, lineage_title, row_detail, run_lineage
from mltui.present.lineage_tree import FAN, OPEN, PAGE, Folds, Tree, TreeRow
from mltui.present.lineage_words import counted, node_text
from mltui.present.text import ASCII, UNICODE, plain


def unfolded(tree: Tree) -> Folds:
    """Everything shown."""
    folds = Folds()
    while True:
        rows = tree.rows(folds)
        shut = [row for row in rows if row.folded]
        if not shut:
            return folds
        for row in shut:
            folds = folds.page(row.key, 10_000) if row.kind == "more" else folds.fold(row.key, False)


def lines(root: str, folds: Folds | None = None, graph: Graph = sample.GRAPH) -> list[str]:
    return [plain(each) for each in lineage_lines(Tree(around(graph, root)), folds or Folds(), NOW)]


@given(graphs(), st.integers(0, 99))
def test_every_node_and_every_edge_is_in_the_tree(graph: Graph, at: int) -> None:
    lineage = around(graph, list(graph.nodes)[at % len(graph.nodes)])
    tree = Tree(lineage)
    rows = tree.rows(unfolded(tree))
    assert {row.node.id for row in rows if row.node is not None} == {node.id for node in lineage.nodes}
    for way, edges in (("up", lineage.upstream), ("down", lineage.downstream)):
        shown = [row.edge for row in rows if row.way == way and row.edge is not None]
        assert set(shown) == set(edges)
        assert len(shown) == len(edges), "each once"


@given(graphs(), st.integers(0, 99))
def test_every_row_of_a_thing_says_how_it_is_known(graph: Graph, at: int) -> None:
    tree = Tree(around(graph, list(graph.nodes)[at % len(graph.nodes)]))
    for folds in (Folds(), unfolded(tree)):
        table = lineage_rows(tree, folds, NOW, UNICODE)
        for index in range(len(table)):
            row, cells = table.item(index), [plain(cell) for cell in table.cells(index)]
            if row.kind in ("node", "again", "more", "tracked"):
                known = row.edge.kind if row.edge is not None else "in tree"
                assert known in cells[1], row
                assert row.edge is None or row.kind == "more" or row.edge.how in cells[2], row
            assert row_detail(tree, row, NOW, UNICODE) or row.kind in ("heading", "none")


@given(graphs(), st.integers(0, 99), st.data())
def test_folding_takes_away_what_a_row_holds_and_unfolding_brings_it_back(graph: Graph, at: int, data) -> None:
    tree = Tree(around(graph, list(graph.nodes)[at % len(graph.nodes)]))
    folds = unfolded(tree)
    rows = tree.rows(folds)
    assert len({row.key for row in rows}) == len(rows), "keys are unique"
    holding = [row for row in rows if row.folded is False]
    if holding:
        one = data.draw(st.sampled_from(holding))
        fewer = tree.rows(folds.fold(one.key, True))
        assert {row.key for row in fewer} <= {row.key for row in rows}
        assert not [row for row in fewer if row.parent == one.key]
        assert tree.rows(folds.fold(one.key, True).fold(one.key, False)) == rows


@given(graphs(), st.integers(0, 99))
def test_what_is_met_again_names_a_row_that_is_above_and_whole(graph: Graph, at: int) -> None:
    tree = Tree(around(graph, list(graph.nodes)[at % len(graph.nodes)]))
    for folds in (Folds(), unfolded(tree)):
        seen: dict[str, TreeRow] = {}
        for row in tree.rows(folds):
            assert not row.parent or row.parent in seen
            if row.kind == "again":
                whole = seen[row.whole]
                assert whole.node == row.node
                assert whole.kind in ("node", "root")
            seen[row.key] = row


def test_the_sketch() -> None:
    rows = lineage_rows(Tree(around(sample.GRAPH, sample.MODEL)), Folds(), NOW, UNICODE)
    told = [" | ".join(plain(cell) for cell in rows.cells(at)[:3]).rstrip(" |") for at in range(len(rows))]
    assert told == [
        "churn/4",
        "▾ Came from",
        "  └─ run stormy-hare | ✓ recorded | model version's source run",
        "     ├─ commit 3f2a1c9 | ✓ recorded | mlflow.source.git.commit",
        f"     ├─ clean.csv v2 | ~ inferred | {sample.AFTER}",
        "     │  └─ customers.csv v3 | ✓ recorded | dvc.lock: stage prepare",
        "     ├─ params lr=0.1 depth=6 | ✓ recorded | the run's own",
        "     ├─ stage train | ~ inferred | the only stage whose command names src/train.py",
        "     └─ worktree | ? unknown | MLflow did not record whether it was dirty",
        "▾ Made with it",
        "  └─ churn@champion | ✓ recorded | alias in the registry",
        "▾ In the tree at 3f2a1c9 |  | tracked there; use not known",
        "  └─ holidays.csv v1 | · in tree",
        "? 1 unknown |  | mltui doctor says how to record what is missing",
    ]
    assert plain(rows.cells(4)[3]) == "8.0 MB, 3 d ago"


def test_what_was_only_in_the_tree_stands_apart_and_the_unknown_points_to_doctor() -> None:
    text = lines(sample.RUN)
    at = next(at for at, each in enumerate(text) if "In the tree at 3f2a1c9" in each)
    assert "use not known" in text[at]
    assert "holidays.csv v1" in text[at + 1]
    assert "in tree" in text[at + 1]
    assert "mltui doctor" in text[-1]
    assert text[-1].startswith("? 1 unknown")


def test_two_candidates_are_both_shown() -> None:
    text = lines(sample.OTHER)
    assert [each.split()[1] for each in text if "? unknown" in each and "csv" in each] == ["clean.csv", "clean.csv"]


def test_many_alike_are_counted_and_come_page_by_page() -> None:
    graph = sample.popular()
    tree = Tree(around(graph, sample.HOLIDAYS))
    rows = tree.rows(Folds())
    assert sum(row.kind == "node" for row in rows) == FAN + 2, "of each kind of link so many"
    more = next(row for row in rows if row.kind == "more")
    assert more.hidden == sample.READ_BY_ALL - FAN
    assert "3,992 more runs" in plain(lineage_rows(tree, Folds(), NOW, UNICODE).cells(rows.index(more))[0])
    paged = tree.rows(Folds().page(more.key, 1))
    assert sum(row.kind == "node" for row in paged) == FAN + PAGE + 2
    assert tree.rows(Folds().page(more.key, 1).page(more.key, -1)) == rows


def test_a_row_that_would_hide_one_thing_shows_it() -> None:
    def more(readers: int) -> int:
        tree = Tree(around(sample.popular(readers), sample.HOLIDAYS))
        return sum(row.kind == "more" for row in tree.rows(Folds()))

    assert (more(FAN + 1), more(FAN + 2)) == (0, 1)


def test_the_newest_runs_come_first() -> None:
    tree = Tree(around(sample.popular(), sample.HOLIDAYS))
    names = [row.node.label for row in tree.rows(Folds()) if row.kind == "node" and row.node is not None]
    assert names[:3] == ["run-0", "run-1", "run-2"]


def test_a_chain_longer_than_the_stack_is_no_trouble() -> None:
    length = 3 * sys.getrecursionlimit()
    nodes = [Node("data", f"data:{at}", f"v{at}") for at in range(length)]
    graph = Graph.of(nodes, [Edge(f"data:{at}", f"data:{at + 1}", "recorded", "") for at in range(length - 1)])
    tree = Tree(around(graph, "data:0"))
    rows = tree.rows(Folds())
    assert [row.folded for row in rows if row.kind == "node"] == [False] * OPEN + [True]
    for at in range(200):
        rows = tree.rows(Folds({row.key: False for row in rows if row.folded is not None}))
        assert sum(row.kind == "node" for row in rows) == OPEN + 2 + at


def test_nothing_before_and_nothing_after_is_said() -> None:
    text = "\n".join(lines(sample.RAW))
    assert "Came from" in text
    assert "nothing is known of that" in text
    assert "nothing so far" in "\n".join(lines(sample.CHAMPION))


def test_a_commit_without_links_names_who_knows_more() -> None:
    lone, run = Node("commit", "commit:" + "a" * 40, "aaaaaaa"), Node("run", "run:1", "hare")
    graph = Graph.of([lone, run], [])
    text = " ".join(" ".join(map(plain, lineage_lines(Tree(around(graph, lone.id)), Folds(), 0))).split())
    assert "nothing is known of that mltui data --at aaaaaaa lists its data" in text
    assert "mltui data" not in "\n".join(map(plain, lineage_lines(Tree(around(graph, run.id)), Folds(), 0)))
    linked = Graph.of([lone, run], [Edge(lone.id, run.id, "recorded", "")])
    assert "mltui data" not in "\n".join(map(plain, lineage_lines(Tree(around(linked, lone.id)), Folds(), 0)))


def test_a_stage_is_called_as_in_pipeline_and_by_dvc() -> None:
    nodes = (Node("stage", "stage:bx/dvc.yaml:train", "bx/dvc.yaml:train"), Node("stage", "stage:train", "train"))
    assert [node_text(node) for node in nodes] == ["stage bx/dvc.yaml:train", "stage train"]


def test_names_from_outside_are_shown_and_not_obeyed() -> None:
    node = Node("run", "run:1", "\x1b]0;pwned\x07[red]", "\x1b[2J")
    graph = Graph.of(
        (node, Node("data", "data:a\nb@md5:1", "a\nb v1")), (Edge("data:a\nb@md5:1", "run:1", "recorded", "\x9b"),)
    )
    text = lineage_markdown(Tree(around(graph, "run:1")), Folds(), NOW)
    assert not [char for char in text if not char.isprintable() and char != "\n"]
    assert "[red]" in text
    assert len(text.splitlines()) == 7


def test_ascii_has_no_other_character() -> None:
    for root in (sample.RUN, sample.OTHER, sample.MODEL):
        text = lineage_markdown(Tree(around(sample.GRAPH, root)), Folds(), NOW, ASCII)
        assert text.isascii()


def test_markdown_is_a_block_that_nothing_in_it_can_end() -> None:
    graph = Graph.of((Node("run", "run:1", "``` odd"),), ())
    text = lineage_markdown(Tree(around(graph, "run:1")), Folds(), NOW)
    assert text.splitlines()[0] == text.splitlines()[-1] == "````"


def test_a_title_counts_the_links() -> None:
    lineage = around(sample.GRAPH, sample.RUN)
    assert lineage_title(lineage) == "Lineage of run stormy-hare  8 links: 5 recorded, 2 inferred, 1 unknown"
    assert counted(()) == ""


def test_a_runs_detail_has_what_it_read_and_what_was_made_of_it() -> None:
    text = [plain(each) for each in run_lineage(sample.GRAPH, sample.RUN.partition(":")[2], UNICODE)]
    assert text[0].split("  ")[:2] == ["←", "commit 3f2a1c9"]
    assert text[0].endswith("✓ recorded  mlflow.source.git.commit")
    assert text[-1].startswith("→  churn/4")
    alone = Graph.of(sample.NODES, [each for each in sample.EDGES if each.source == sample.COMMIT])
    assert run_lineage(alone, sample.RUN.partition(":")[2], UNICODE) == [], "its commit stands above"
    assert run_lineage(sample.GRAPH, "nobody", UNICODE) == []


def _made_at_a_commit(*nodes: Node) -> Tree:
    commit = Node("commit", "commit:aa", "aa")
    edges = [Edge(commit.id, node.id, "recorded", "told") for node in nodes]
    return Tree(around(Graph.of((commit, *nodes), edges), commit.id))


def test_runs_of_one_name_are_told_apart_by_their_ids() -> None:
    names = {"11112222333": "mlops", "44445555666": "mlops", "7777888899": "other"}
    tree = _made_at_a_commit(*(Node("run", f"run:{id}", name) for id, name in names.items()))
    told = " ".join(plain(each) for each in lineage_lines(tree, Folds(), NOW))
    assert "run mlops 11112222 " in told
    assert "run mlops 44445555 " in told
    assert "7777" not in told


def test_of_a_long_path_its_end_stays_and_as_text_all_of_it() -> None:
    path = "a/directory/deeper/than/anybody/likes/interactions.parquet"
    tree = _made_at_a_commit(Node("data", f"data:{path}@md5:{'ab' * 16}", f"{path} v3"))
    table = lineage_rows(tree, Folds(), NOW, UNICODE)
    assert any("…/interactions.parquet v3" in plain(table.cells(at)[0]) for at in range(len(table)))
    assert any(f"{path} v3" in plain(each) for each in lineage_lines(tree, Folds(), NOW))


def test_on_a_narrow_terminal_names_leave_room_for_how_each_is_known() -> None:
    path = "a/directory/deeper/than/anybody/likes/interactions_of_everybody.parquet"
    tree = _made_at_a_commit(Node("data", f"data:{path}@md5:{'ab' * 16}", f"{path} v3"))
    narrow = [plain(each)[:80] for each in lineage_lines(tree, Folds(), NOW, UNICODE, 80)]
    assert any("recorded  told" in each for each in narrow)
