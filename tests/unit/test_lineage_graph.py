"""The drawing of a lineage: whatever the graph, every name stands whole where it is said to be, and fits."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lineage_graphs import graphs

import lineage_sample as sample
from mltui.model.lineage.graph import Edge, Graph, Node, around
from mltui.present.channel import Wire, bundles
from mltui.present.layers import in_layers
from mltui.present.layout import width_of
from mltui.present.lineage_graph import MOST, draw, legend
from mltui.present.lineage_tree import Folds, Tree
from mltui.present.spots import highlighted
from mltui.present.text import ASCII, UNICODE, Symbols, plain

ROOM = (120, 30)


def drawn(root: str, room: tuple[int, int] = ROOM, symbols: Symbols = UNICODE, graph: Graph = sample.GRAPH) -> str:
    picture = draw(Tree(around(graph, root)).rows(Folds()), room, symbols)
    assert picture.why == ""
    return "\n".join(map(plain, picture.lines))


@given(graphs(most=24), st.integers(0, 99), st.sampled_from((UNICODE, ASCII)), st.sampled_from((80, 120, 200)))
def test_labels_never_overlap_and_nothing_is_wider_than_the_room(
    graph: Graph, at: int, symbols: Symbols, width: int
) -> None:
    rows = Tree(around(graph, list(graph.nodes)[at % len(graph.nodes)])).rows(Folds())
    picture = draw(rows, (width, 20), symbols)
    if picture.why:
        assert not picture.lines
        return
    text = [plain(each) for each in picture.lines]
    taken: set[tuple[int, int]] = set()
    for spot in picture.spots:
        own = {(x, spot.y) for x in range(spot.x, spot.x + spot.width)}
        assert not own & taken
        taken |= own
        assert text[spot.y][spot.x : spot.x + spot.width] == spot.label
        beside = text[spot.y][max(0, spot.x - 1) : spot.x] + text[spot.y][spot.x + spot.width :][:1]
        assert not beside.strip(), "a blank on both sides"
    shown = {row.key for row in rows if row.kind in ("root", "node", "more") and row.way != "tree"}
    assert {spot.row for spot in picture.spots} <= shown
    ids = {row.node.id for row in rows if row.node is not None and row.key in shown and row.kind != "more"}
    assert len(picture.spots) == len(ids) + sum(row.kind == "more" and row.key in shown for row in rows)
    assert all(width_of(each) <= width for each in picture.lines)
    assert symbols is UNICODE or all(each.isascii() for each in text)


@given(graphs(circles=False, most=24))
def test_layers_go_the_way_data_flows(graph: Graph) -> None:
    links = [(edge.source, edge.target) for edge in graph.edges]
    layers = in_layers(tuple(graph.nodes), links)
    place = {item: at for at, column in enumerate(layers.columns) for item in column}
    assert all(place[source] < place[target] for source, target in links)
    for column in layers.columns:
        rows = [layers.row[item] for item in column]
        assert all(after - before >= 2 for before, after in pairwise(rows))
    assert {link for *_, link in layers.pieces} == set(links)


@given(graphs(circles=False, most=24))
def test_staggered_layers_can_always_be_wired(graph: Graph) -> None:
    links = [(edge.source, edge.target) for edge in graph.edges]
    close = in_layers(tuple(graph.nodes), links, gap=1)
    layers = close.staggered(range(len(close.columns)))
    for at in range(len(layers.columns) - 1):
        wires = [Wire(layers.row[a], layers.row[b], "recorded") for n, a, b, _ in layers.pieces if n == at]
        assert bundles(wires) is not None


def test_a_circle_is_drawn_without_the_link_that_closes_it() -> None:
    graph = Graph.of(
        (Node("run", "run:1", "one"), Node("data", "data:2", "two")),
        (Edge("run:1", "data:2", "recorded", ""), Edge("data:2", "run:1", "recorded", "")),
    )
    assert drawn("run:1", graph=graph) in ("run one ────▸ two", "two ────▸ run one")


def test_the_sample() -> None:
    assert drawn(sample.OTHER).splitlines() == [
        "                       commit fffffff ┈?┈╮",
        "                                         ┊",
        "customers.csv v3 ────▸ clean.csv v2 ┈┈┈?┈┼┈┈▸ run calm-lynx ────▸ churn/5 ────▸ churn@challenger",
        "                                         ┊",
        "                       clean.csv v1 ┈┈┈?┈╯",
    ]


def test_links_of_several_kinds_join_in_a_plain_line_and_keep_their_own() -> None:
    text = drawn(sample.RUN)
    assert "clean.csv v2 ╌╌╌╌╌╌╌╌╌╌~╌┤" in text
    assert "worktree ┈┈┈┈┈┈┈┈┈┈┈┈┈┈?┈╯" in text
    assert "▸ run stormy-hare ────▸ churn/4" in text


def test_ascii_tells_the_kinds_apart_too() -> None:
    text = drawn(sample.RUN, symbols=ASCII)
    assert "clean.csv v2 ~~~~" in text
    assert "worktree ....." in text
    assert "?." in text
    assert plain(legend(ASCII)).split() == ["---", "recorded", "~~~", "inferred", ".?.", "unknown"]


def test_a_narrow_screen_cuts_names_and_keeps_versions() -> None:
    text = drawn(sample.RUN, (80, 20))
    assert "stormy-hare" in text
    assert "run stormy-hare" not in text
    assert "csv v2" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(("room", "why"), [((30, 20), "the tree shows them all"), ((60, 20), "60 columns")])
def test_where_it_does_not_fit_it_says_so(room: tuple[int, int], why: str) -> None:
    picture = draw(Tree(around(sample.GRAPH, sample.RUN)).rows(Folds()), room, UNICODE)
    assert why in picture.why
    assert not picture.lines


def test_what_a_fan_hides_is_one_thing_and_too_many_are_no_drawing() -> None:
    graph = sample.popular()
    assert "+3,992 runs" in drawn(sample.HOLIDAYS, graph=graph)
    tree = Tree(around(graph, sample.HOLIDAYS))
    more = next(row.key for row in tree.rows(Folds()) if row.kind == "more")
    picture = draw(tree.rows(Folds().page(more, 1)), (200, 200), UNICODE)
    assert f"{MOST}" not in picture.why
    assert "too many to draw" in picture.why


def test_a_low_screen_packs_the_lines() -> None:
    assert len(drawn(sample.HOLIDAYS, (120, 30), graph=sample.popular()).splitlines()) == 21
    assert len(drawn(sample.HOLIDAYS, (120, 15), graph=sample.popular()).splitlines()) == 11


def test_the_selected_thing_stands_out() -> None:
    rows = Tree(around(sample.GRAPH, sample.RUN)).rows(Folds())
    picture = draw(rows, ROOM, UNICODE)
    for spot in picture.spots:
        lines = highlighted(picture, spot.row)
        assert [span.text for each in lines for span in each if span.role == "front"] == [spot.label]
        assert list(map(plain, lines)) == list(map(plain, picture.lines))
    assert highlighted(picture, "nothing") == picture.lines


def test_a_file_that_only_a_hash_tells_is_drawn_by_its_name() -> None:
    """The end of a hash alone says nothing; of two contents of one file it is what differs."""
    run = Node("run", "run:r", "r")
    one, other = (Node("data", f"data:m/metrics.json@md5:{each * 32}", f"m/metrics.json {each * 8}") for each in "ab")
    raw = Node("data", f"data:raw/tumours.csv@md5:{'c' * 32}", "raw/tumours.csv v3")

    def small(*files: Node, columns: int = 21) -> str:
        edges = [Edge(each.id, run.id, "recorded", "") for each in files]
        return drawn(run.id, (columns, 20), graph=Graph.of((run, *files), edges))

    assert "metrics.json ──" in small(one)
    assert "metrics.j… ──" in small(one, columns=18)
    assert " v3 " in small(raw)
    assert "metrics" not in small(one, other)
