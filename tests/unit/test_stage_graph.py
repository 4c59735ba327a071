"""The drawing of a pipeline: every stage stands once where it is said to be, whatever the graph and the room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mltui.model.dvc import Stage
from mltui.model.stage_state import STATES, states_of
from mltui.present.implied import without_implied
from mltui.present.layout import cells
from mltui.present.spots import Drawing, highlighted, step
from mltui.present.stage_graph import StageGraph, counted, drawn, legend, placed
from mltui.present.stage_groups import GroupFolds, boxes, group_of
from mltui.present.text import ASCII, UNICODE, Symbols, plain

WIDE, TALL = (120, 40), (40, 200)
OPEN = GroupFolds()


def stage(name: str, *parents: str, status: str = "fresh", **more: object) -> Stage:
    return Stage(name, "dvc.yaml", name, status, parents=parents, **more)  # type: ignore[arg-type]


def graph(stages: list[Stage], room: tuple[int, int] = WIDE, symbols: Symbols = UNICODE) -> tuple[StageGraph, Drawing]:
    found = placed(stages, OPEN, room, symbols)
    return found, drawn(found, states_of(stages), symbols)


def text(stages: list[Stage], room: tuple[int, int] = WIDE, symbols: Symbols = UNICODE) -> list[str]:
    return [plain(line).rstrip() for line in graph(stages, room, symbols)[1].lines]


CHAIN = [stage("prepare"), stage("validate", "prepare"), stage("train", "validate", status="missing", locked=False)]
MATRIX = [
    stage("a"),
    *[stage(f"train@m{at}", "a", status="stale" if at % 3 else "fresh") for at in range(12)],
    stage("z", *[f"train@m{at}" for at in range(12)]),
]


def test_a_chain_goes_from_left_to_right_where_it_fits_and_down_where_not() -> None:
    assert text(CHAIN) == ["✓ prepare ──▸ ✓ validate ──▸ ◌ train"]
    assert text(CHAIN, TALL) == ["✓ prepare ──▸ ✓ validate ──▸ ◌ train"]
    assert text(CHAIN, (20, 20)) == [" ✓ prepare", "     ▾", "✓ validate", "     ▾", "  ◌ train"]
    assert text(CHAIN, (20, 20), ASCII) == [" v prepare", "     V", "v validate", "     V", "  . train"]


def test_lines_branch_and_meet_and_pass_by() -> None:
    stages = [stage("a"), stage("b", "a"), stage("c", "a"), stage("d", "b", "c", "a"), stage("alone")]
    assert text(stages) == [
        "     ╭──▸ ✓ b ─╮",
        "     │         │",
        "✓ a ─┼──▸ ✓ c ─┼──▸ ✓ d",
        "     │         │",
        "     ╰─────────╯",
        "",
        "✓ alone",
    ]


def test_stages_that_all_come_from_the_same_ones_share_their_lines() -> None:
    stages = [stage("a"), stage("b"), *[stage(f"t{at}", "a", "b") for at in range(3)]]
    lines = text(stages, (80, 20))
    assert max(map(len, lines)) <= len("✓ a ─┼──▸ ✓ t0")
    assert sum(line.count("▸") for line in lines) == 3


def test_of_one_stage_only_its_neighbours_are_drawn() -> None:
    stages = [*CHAIN, stage("aside", "prepare"), stage("end", "train")]

    def around(what: str) -> tuple[str, list[str]]:
        found = placed(stages, OPEN, WIDE, UNICODE, around=what)
        return found.around, [plain(line) for line in drawn(found, states_of(stages), UNICODE).lines]

    assert around("validate") == ("validate", ["✓ prepare ──▸ ✓ validate ──▸ ◌ train"])
    assert around("end") == ("end", ["◌ train ──▸ ✓ end"])
    assert placed(stages, OPEN, WIDE, UNICODE, around="end").notes == ["only the neighbours of end"]
    assert around("gone")[0] == "" and len(around("gone")[1]) > 1, "without such a stage it is all of them"
    group = group_of(MATRIX[1])
    for what in (group, "train@m7"):
        assert placed(MATRIX, OPEN, WIDE, UNICODE, around=what).around == group, "its stage stands for a folded group"


def test_a_large_group_is_one_box_with_counts_until_it_is_unfolded() -> None:
    assert text(MATRIX) == ["✓ a ──▸ + train@{m0,m1,…}  8 ≈ 4 ✓ ──────────▸ ✓ z"]
    group = group_of(MATRIX[1])
    found = placed(MATRIX, OPEN.fold(group, False), (120, 12), UNICODE)
    assert list(found.boxes) == ["a", *[f"train@m{at}" for at in range(12)], "z"]
    assert group in placed(MATRIX, OPEN.fold(group, False).fold(group, True), WIDE, UNICODE).boxes
    small = [each for each in MATRIX if each.name in ("a", "train@m0", "train@m1", "z")]
    assert len(boxes(small, OPEN)[0]) == 4, "a small one is not folded by itself"
    assert group_of(stage("plain")) == "" and group_of(Stage("a@b.dvc", "a@b.dvc", "a@b.dvc", "fresh")) == ""


def test_nothing_jumps_while_states_change() -> None:
    before, one = graph(MATRIX)
    changed = [replace(each, status="missing" if at % 2 else "running") for at, each in enumerate(MATRIX)]
    after = placed(changed, OPEN, WIDE, UNICODE, before)
    assert after.layout is before.layout
    other = drawn(after, states_of(changed), UNICODE)
    assert [(spot.x, spot.y, spot.row) for spot in one.spots] == [(spot.x, spot.y, spot.row) for spot in other.spots]
    assert placed(changed, OPEN, WIDE, UNICODE).layout.places == before.layout.places
    assert placed(changed, OPEN, TALL, UNICODE, before).layout is not before.layout


def test_a_circle_loses_a_line_and_says_so() -> None:
    found, picture = graph([stage("a", "c"), stage("b", "a"), stage("c", "b"), stage("d", "d")])
    assert found.layout.left_out == 1
    assert {spot.row for spot in picture.spots} == {"a", "b", "c", "d"}


def test_what_a_filter_lets_through_stands_out() -> None:
    found, _ = graph(CHAIN)
    line = drawn(found, states_of(CHAIN), UNICODE, {"train"}).lines[0]
    roles = {span.text.strip(): span.role for span in line}
    assert roles["train"] == "title" and roles["prepare"] == roles["validate"] == "note" and roles["──▸"] == "faint"


def test_the_selected_box_stands_out_and_arrows_go_to_the_nearest() -> None:
    _, picture = graph([stage("a"), stage("b", "a"), stage("c", "a"), stage("d", "b", "c")])
    at = {spot.row: spot for spot in picture.spots}
    assert step(picture, at["a"], 1, 0) in (at["b"], at["c"])
    assert step(picture, at["b"], 0, 1) is at["c"]
    assert step(picture, at["d"], 1, 0) is None
    front = [span.text for line in highlighted(picture, "c") for span in line if span.role == "front"]
    assert front == ["✓ c"]
    assert [plain(line) for line in highlighted(picture, "c")] == [plain(line) for line in picture.lines]
    assert highlighted(picture, "nowhere") == picture.lines


def test_arrows_in_a_drawing_from_top_to_bottom() -> None:
    stages = [stage("first"), stage("b", "first"), stage("c", "first"), stage("d", "b", "c"), stage("alone")]
    found, picture = graph(stages, (24, 12))
    at = {spot.row: spot for spot in picture.spots}
    assert found.layout.way == "down"
    assert step(picture, at["first"], 0, 1) in (at["b"], at["c"])
    assert step(picture, at["b"], 1, 0) is at["c"], "the same layer before a nearer column of another"
    assert step(picture, at["d"], 0, -1) in (at["b"], at["c"])


def test_states_are_counted_and_explained() -> None:
    assert plain(counted(["fresh", "stale", "fresh"], UNICODE)) == "  1 ~ 2 ✓"
    assert plain(counted(["fresh", "stale", "failed", "frozen"], UNICODE, 2)) == "  1 ✗ 1 ~ …"
    assert plain(legend({"fresh", "failed"}, UNICODE)) == "✗ failed  ✓ fresh"
    for symbols in (UNICODE, ASCII):
        marks = [plain(legend({state}, symbols)).split()[0] for state in STATES]
        assert len(set(marks)) == len(STATES), "no two states look alike"


def test_a_channel_that_is_only_entangled_when_close_is_drawn_too() -> None:
    parents = ("", "0", "0", "012", "0", "02", "345", "345")
    stages = [stage(str(at), *each) for at, each in enumerate(parents)]
    assert sum(line.count("▸") for line in text(stages)) == 7


@st.composite
def pipelines(draw: st.DrawFn) -> list[Stage]:
    names = [f"s{at}{'x' * draw(st.integers(0, 12))}" for at in range(draw(st.integers(0, 16)))]
    parents = [draw(st.sets(st.sampled_from(names[:at]), max_size=4)) if at else () for at in range(len(names))]
    return [stage(name, *sorted(each)) for name, each in zip(names, parents, strict=True)]


@settings(max_examples=60)
@given(pipelines(), st.sampled_from((UNICODE, ASCII)), st.sampled_from(((80, 20), (120, 40), (30, 300), (2, 1))))
def test_boxes_never_overlap_and_every_line_has_its_end(
    stages: list[Stage], symbols: Symbols, room: tuple[int, int]
) -> None:
    found, picture = graph(stages, room, symbols)
    lines = [plain(line) for line in picture.lines]
    assert {spot.row for spot in picture.spots} == {each.address for each in stages}
    taken: set[tuple[int, int]] = set()
    for spot in picture.spots:
        own = {(x, spot.y) for x in range(spot.x, spot.x + spot.width)}
        assert not own & taken
        taken |= own
        assert lines[spot.y][spot.x : spot.x + spot.width].endswith(spot.row)
        beside = lines[spot.y][max(0, spot.x - 1) : spot.x] + lines[spot.y][spot.x + spot.width :][:1]
        assert not beside.strip() or found.layout.way == "down", "a blank on both sides"
    heads = "▸▾" if symbols is UNICODE else ">V"
    assert sum(line.count(head) for line in lines for head in heads) == sum(bool(each.parents) for each in stages)
    assert all(cells(line) <= found.layout.width for line in lines) and len(lines) == found.layout.height
    assert symbols is UNICODE or all(line.isascii() for line in lines)


@pytest.mark.parametrize("span", [1, 8])
def test_three_hundred_stages(span: int) -> None:
    stages = [
        stage(f"s{at}", *{f"s{max(0, at - 1 - (at * 7) % span)}", f"s{at - 1}"} if at else ()) for at in range(300)
    ]
    found, picture = graph(stages, (90, 40))
    assert len(picture.spots) == 300 and found.layout.left_out == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40, unique=True))
def test_what_links_imply_is_reached_without_them(pairs: list[tuple[int, int]]) -> None:
    links = [(f"n{one}", f"n{other}") for one, other in pairs if one < other]
    few = without_implied(links)
    assert reached(few) == reached(links)
    assert all(reached([each for each in few if each != link]) != reached(few) for link in few), "none is left over"


def reached(links: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    found = set(links)
    while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found |= more
    return found


def test_a_circle_keeps_its_links() -> None:
    links = (("a", "b"), ("b", "a"), ("a", "c"))
    assert without_implied(links) == links


def test_one_link_that_is_not_drawn_is_one() -> None:
    circle, _ = graph([stage("a", "b"), stage("b", "a")])
    assert circle.notes == ["1 link closes a circle and is not drawn"]
    circles, _ = graph([stage("a", "b"), stage("b", "a"), stage("c", "d"), stage("d", "c")])
    assert circles.notes == ["2 links close a circle and are not drawn"]


def test_of_many_links_those_that_others_imply_are_not_drawn() -> None:
    """All stages depend on the first and on the one before them."""
    stages = [stage("s0"), *(stage(f"s{at}", *{"s0", f"s{at - 1}"}) for at in range(1, 30))]
    found, _ = graph(stages)
    assert found.implied == 28
    assert graph(stages[:10])[0].implied == 0
