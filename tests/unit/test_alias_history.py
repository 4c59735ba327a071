"""Who held an alias, out of what was noted and what must have happened: against histories that are made up, where it is
known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mltui.model.alias_history import held_at, held_before, moves_of
from mltui.model.claim import Claim
from mltui.model.gto import GitTag
from mltui.model.journal import JournalEntry, Note, Who
from mltui.model.move_order import End, in_order
from mltui.model.move_tags import facts_of, tag_key, tag_text
from mltui.model.moves import Move
from mltui.model.outcome import State
from mltui.model.registry import ModelVersion, RegisteredModel

WHO = Who("ada", "git e-mail", "ada", "box1")
DAY = 86_400_000


def version(
    number: str, *moves: Move, made: int = 0, source: str = "", model: str = "churn", stage: str = ""
) -> ModelVersion:
    tags = {tag_key(move): tag_text(move) for move in moves}
    return ModelVersion(model, number, None, made, tags=tags, source=source, stage=stage)


def model(*versions: ModelVersion, name: str = "churn", created: int | None = 0, **aliases: str) -> RegisteredModel:
    return RegisteredModel(name, "mlflow", versions, aliases, created=created)


def move(
    before: str | None, after: str | None, at: int, id: str = "", target: str = "@champion", host: str = "box1"
) -> Move:
    return Move("churn", target, before, after, at, id or f"m{at}", who="ada", host=host)


def entry(of: Move, state: State | None = "done", *, acting: bool = False, ended: int | None = None) -> JournalEntry:
    note = Note(f"churn{of.target}", of.before or "", of.after or "", of.reason, facts_of(of))
    return JournalEntry(of.id, of.at or 0, "promote", "…", WHO, note, state=state, acting=acting, ended=ended)


def said(moves: Iterable[Move]) -> list[tuple[str | None, str | None, bool]]:
    return [(each.before, each.after, each.outside) for each in moves]


# One by one


def test_journal_and_tag_are_one_move() -> None:
    one = move("4", "5", 10)
    (found,) = moves_of([model(version("4"), version("5", one), champion="5")], [entry(one)])[1:]
    assert found == replace(one, figures={}, told=("journal", "registry"))


def test_what_a_colleague_did_is_told_by_the_registry() -> None:
    first, second = move(None, "4", 5), move("4", "5", 10)
    found = moves_of([model(version("4", first), version("5", second), champion="5")], [])
    assert [(each.id, each.told) for each in found] == [("m5", ("registry",)), ("m10", ("registry",))]


def test_a_move_outside_is_where_it_must_have_been() -> None:
    first, second = move(None, "4", 5), move("7", "5", 10)
    found = moves_of([model(version("4", first), version("5", second), version("7", made=7), champion="9")], [])
    assert said(found) == [(None, "4", False), ("4", "7", True), ("7", "5", False), ("5", "9", True)]
    assert (found[1].since, found[1].until) == (7, 10)
    assert (found[3].since, found[3].until) == (10, None)
    assert "version 9 is gone" in found[3].reason


def test_who_set_it_before_mltui_came_is_outside() -> None:
    assert said(moves_of([model(version("4", made=3), champion="4")], [])) == [(None, "4", True)]
    found = moves_of([model(version("4", made=3), version("5", move("4", "5", 10)), champion="5")], [])
    assert said(found) == [(None, "4", True), ("4", "5", False)]
    assert (found[0].since, found[0].until) == (3, 10)


def test_whoever_was_killed_before_it_was_written_down_is_known_by_the_claim() -> None:
    here = model(version("4", move(None, "4", 5)), version("5"), version("6"), champion="5")
    claim = Claim(f"mltui.claim.champion.{'0' * 32}", "champion", "grace", 20, "5", "box2", 1)
    (killed,) = moves_of([replace(here, tags={claim.key: claim.text()})], [])[1:]
    assert (killed.before, killed.after, killed.at, killed.who, killed.outside) == ("4", "5", 20, "grace", False)
    for other in (replace(claim, version="6"), replace(claim, at=4), replace(claim, at=None)):
        assert moves_of([replace(here, tags={claim.key: other.text()})], [])[1].outside
    elsewhere = replace(here, tags={claim.key.replace("champion", "shadow"): claim.text()})
    assert moves_of([elsewhere], [])[1].outside


def test_an_alias_that_was_taken_away_outside() -> None:
    found = moves_of([model(version("4", move(None, "4", 5)))], [])
    assert said(found) == [(None, "4", False), ("4", None, True)]


def test_an_outcome_that_nobody_knows_counts_if_the_registry_shows_it() -> None:
    first, second = move(None, "4", 5), move("4", "5", 10)
    shown = model(version("4", first), version("5"), champion="5")
    not_shown = replace(shown, aliases={"champion": "4"})
    for state in ("unknown", "interrupted", None):
        assert said(moves_of([shown], [entry(second, state)])) == [(None, "4", False), ("4", "5", False)]
        assert said(moves_of([not_shown], [entry(second, state)])) == [(None, "4", False)]


def test_what_failed_counts_only_by_its_own_tag() -> None:
    first, second = move(None, "4", 5), move("4", "5", 10)
    untagged = model(version("4", first), version("5"), champion="5")
    assert said(moves_of([untagged], [entry(second, "failed")]))[1:] == [("4", "5", True)]
    tagged = model(version("4", first), version("5", second), champion="5")
    assert said(moves_of([tagged], [entry(second, "failed")]))[1:] == [("4", "5", False)]


def test_an_outcome_that_nobody_knows_explains_nothing_where_nothing_is_to_be_explained() -> None:
    here = model(version("5", move(None, "5", 5)), champion="5")
    assert said(moves_of([here], [entry(move("3", "5", 7), "unknown")])) == [(None, "5", False)]


def test_an_unknown_one_in_the_middle_fills_its_gap() -> None:
    first, lost, last = move(None, "4", 5), move("4", "6", 7), move("6", "5", 10)
    here = model(version("4", first), version("6"), version("5", last), champion="5")
    assert said(moves_of([here], [entry(lost, "unknown")])) == [
        (None, "4", False),
        ("4", "6", False),
        ("6", "5", False),
    ]


def test_a_copy_takes_tags_along_that_tell_nothing_of_it() -> None:
    one = move(None, "5", 5)
    source = model(version("5", one), champion="5")
    copied = version("5", one, made=50, source="models:/churn/5", model="prod.churn")
    found = moves_of([source, model(copied, name="prod.churn", champion="5")], [])
    assert [(each.model, each.outside) for each in found] == [("churn", False), ("prod.churn", True)]


def test_a_copy_whose_original_is_gone_has_no_move_of_it() -> None:
    copied = version("5", move(None, "5", 5), made=50, source="models:/churn/5", model="prod.churn")
    assert said(moves_of([model(copied, name="prod.churn", champion="5")], [])) == [(None, "5", True)]


def test_a_tag_on_a_version_that_it_does_not_name_tells_nothing() -> None:
    assert moves_of([model(version("1", move(None, "5", 5)))], []) == ()


def test_of_two_that_have_it_the_one_that_it_names_tells_it() -> None:
    one = move(None, "5", 5)
    copied = model(version("5", one, model="prod.churn"), name="prod.churn")  # it does not say that it is a copy
    found = moves_of([copied, model(version("5", one, made=3), champion="5")], [])
    assert [(each.model, each.outside) for each in found] == [("churn", False)]


def test_a_model_that_was_renamed_keeps_its_moves() -> None:
    first, second, lost = move(None, "4", 5), move("4", "5", 10), move("5", "6", 15)
    here = model(
        version("4", first, model="leaving"),
        version("5", second, model="leaving"),
        version("6", model="leaving"),
        name="leaving",
        champion="6",
    )
    found = moves_of([here], [entry(each) for each in (first, second, lost)])
    assert said(found) == [(None, "4", False), ("4", "5", False), ("5", "6", False)]
    assert {each.model for each in found} == {"leaving"}


def test_the_journal_of_a_model_that_was_deleted_is_not_that_of_its_namesake() -> None:
    old = move(None, "4", 5)
    assert said(moves_of([model(version("1"), created=DAY, champion="1")], [entry(old)])) == [(None, "1", True)]
    assert said(moves_of([], [entry(old)])) == [(None, "4", False)]


def test_several_versions_in_one_stage_are_no_move_outside() -> None:
    first, second = move(None, "5", 5, target="stage:Production"), move("5", "3", 10, target="stage:Production")
    here = model(version("5", first, stage="Production"), version("3", second, stage="Production"))
    assert said(moves_of([here], [])) == [(None, "5", False), ("5", "3", False)]


def test_a_newer_version_in_a_stage_that_nobody_noted_is_handed_out_and_was_moved_outside() -> None:
    one = move(None, "3", 5, target="stage:Production")
    here = model(version("7", made=9, stage="Production"), version("3", one, stage="Production"))
    assert said(moves_of([here], [])) == [(None, "3", False), ("3", "7", True)]


def test_a_version_that_went_on_to_another_stage_left_the_first() -> None:
    first, second = move(None, "5", 5, target="stage:Staging"), move(None, "5", 10, target="stage:Production")
    here = model(version("5", first, second, stage="Production"))
    assert [(each.target, each.outside) for each in moves_of([here], [])] == [
        ("stage:Staging", False),
        ("stage:Production", False),
    ]


def test_copies_into_a_model_are_moves_that_point_at_nothing() -> None:
    one, two = (move(None, number, int(number), target="model:churn") for number in "12")
    found = moves_of([model(version("1", one), version("2", two))], [])
    assert said(found) == [(None, "1", False), (None, "2", False)]


def test_a_model_that_could_not_be_read_was_not_moved_outside() -> None:
    one = move(None, "4", 5)
    assert said(moves_of([replace(model(), problem="?")], [entry(one)])) == [(None, "4", False)]


# Who held it


CHAIN = moves_of(
    [
        model(
            version("4", move(None, "4", 5)),
            version("5", move("4", "5", 10)),
            version("7", made=15),
            version("6", move("7", "6", 20)),
            champion="6",
        )
    ],
    [],
)


def test_who_held_it_at_a_time() -> None:
    known = {at: held_at(CHAIN, "churn", "@champion", at) for at in (4, 5, 9, 10, 14, 15, 19, 20, 99)}
    assert {at: held.version for at, held in known.items() if held.known} == {
        5: "4",
        9: "4",
        10: "5",
        14: "5",
        20: "6",
        99: "6",
    }
    assert "before the first move" in known[4].why
    assert known[15].why == "it was moved to 7 outside mltui, nobody knows when"
    assert held_at(CHAIN, "churn", "@shadow", 9).why == "no move of it was noted"


def test_what_held_it_before() -> None:
    assert held_before(CHAIN, "churn", "@champion") == ("7", "5", "4")
    assert held_before(CHAIN, "churn", "@shadow") == ()
    back = moves_of([model(version("4", move(None, "4", 5), move("5", "4", 15)), version("5", move("4", "5", 10)))], [])
    assert held_before(back[:3], "churn", "@champion")[0] == "5"


# Clocks


def test_clocks_that_disagree_make_no_move_outside() -> None:
    moves = [
        move(None, "4", 30_000, host="fast"),
        move("4", "5", 20_000),
        move("5", "6", 10_000, host="slow"),
        move("6", "7", 45_000, host="fast"),
    ]
    here = model(*(version(str(each.after), each) for each in moves), champion="7")
    assert said(moves_of([here], [])) == [(each.before, each.after, False) for each in moves]


def test_by_one_clock_it_was_as_the_times_say() -> None:
    moves = [move("5", "6", 10), move("4", "5", 20)]
    for host in ("box1", ""):
        its = [replace(each, host=host) for each in moves]
        found = moves_of([model(version("4"), *(version(str(each.after), each) for each in its), champion="6")], [])
        assert said(found)[1:] == [("5", "6", False), ("6", "4", True), ("4", "5", False), ("5", "6", True)]


def test_by_two_clocks_each_keeps_its_own_order() -> None:
    for host in ("box1", ""):
        moves = [move("5", "6", 10, host=host), move("4", "5", 20, host=host), move("6", "7", 30, host="box2")]
        assert in_order(moves, End("7", known=True)) == moves


def test_clocks_do_not_differ_by_more_for_others_in_between() -> None:
    minute = 60_000
    first, last = move("5", "6", 0, host="ant"), move("4", "5", 18 * minute, host="cow")
    moves = [first, move("8", "9", 9 * minute, host="bee"), last]
    assert in_order(moves) == moves
    assert in_order([first, replace(last, at=9 * minute)]) == [replace(last, at=9 * minute), first]


def test_what_is_hours_apart_was_not_the_other_way_round() -> None:
    moves = [move("5", "6", 0, host="slow"), move("4", "5", DAY)]
    here = model(version("4"), *(version(str(each.after), each) for each in moves), champion="6")
    assert [each.outside for each in moves_of([here], [])] == [True, False, True, False, True]


def test_of_very_many_at_once_the_times_count() -> None:
    versions = [str(at % 7) for at in range(500)]
    moves = [move(was, now, at, f"{at:03}", host=f"box{at % 3}") for at, (was, now) in enumerate(pairwise(versions))]
    del moves[250]
    found = in_order(moves, End("9", known=True))
    assert found == moves


# Made up


@dataclass
class Past:
    """What happened to an alias, and what is left of it."""

    truth: list[tuple[int, str | None]] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    entries: list[JournalEntry] = field(default_factory=list)
    tagged: list[Move] = field(default_factory=list)

    def registry(self) -> RegisteredModel:
        present = self.held(10**9)
        versions = [version(str(n), *(each for each in self.tagged if each.after == str(n))) for n in range(1, 7)]
        return model(*versions, **({"champion": present} if present else {}))

    def held(self, at: int) -> str | None:
        return next((who for time, who in reversed(self.truth) if time <= at), None)

    def note(self, told: Move, how: str, end: State | None) -> None:
        if how in ("both", "journal", "killed", "refused"):
            self.entries.append(entry(told, {"killed": end, "refused": "failed"}.get(how, "done")))
        if how in ("both", "registry"):
            self.tagged.append(told)
        if how in ("both", "journal", "registry"):
            self.moves.append(told)


START = 1_000_000
HOW = ("both", "journal", "registry", "killed", "refused", "outside")
ENDS: tuple[State | None, ...] = ("unknown", None, "interrupted")


@st.composite
def pasts(draw: st.DrawFn, hows: Sequence[str] = HOW, skew: int = 0) -> Past:
    """One of up to 12 moves, seconds apart. The clock of each host is off by up to `skew` (ms)."""
    past, now, at, outside = Past(), None, START, False
    clocks = {host: draw(st.integers(-skew, skew)) if skew else 0 for host in ("ant", "bee", "cow")}
    for number in range(draw(st.integers(0, 12))):
        at += draw(st.integers(1, 5)) * 1_000
        how = draw(st.sampled_from(hows))
        if how in ("outside", "killed") and outside:
            continue  # two of them, one behind the other, leave the trace of one, or none
        others: list[str | None] = [str(n) for n in range(1, 7) if str(n) != now]
        to = draw(st.sampled_from([*others, None] if how == "outside" and now is not None else others))
        host = draw(st.sampled_from(list(clocks))) if skew else "ant"
        id = f"{draw(st.integers(0, 9))}-{number}"
        past.note(move(now, to, at + clocks[host], id, host=host), how, draw(st.sampled_from(ENDS)))
        if how != "refused":
            past.truth.append((at, to))
            now, outside = to, how in ("outside", "killed")
    return past


def _unbroken(moves: Sequence[Move], present: str | None) -> None:
    for earlier, later in pairwise(moves):
        assert earlier.after == later.before
    assert (moves[-1].after if moves else None) == present


@given(pasts())
def test_a_past_is_told_without_a_break_and_without_a_lie(past: Past) -> None:
    registry = past.registry()
    found = moves_of([registry], past.entries)
    _unbroken(found, registry.aliases.get("champion"))
    ids = [each.id for each in found if not each.outside]
    assert len(ids) == len(set(ids))
    assert {each.id for each in past.moves} <= set(ids)
    for at in range(START - 500, START + 70_000, 500):
        held = held_at(found, "churn", "@champion", at)
        assert held.version == past.held(at) if held.known else held.why, at


@given(pasts(("both", "journal", "registry"), skew=60_000))
def test_however_clocks_differ_nothing_is_outside_where_nothing_was(past: Past) -> None:
    registry = past.registry()
    found = moves_of([registry], past.entries)
    _unbroken(found, registry.aliases.get("champion"))
    assert {each.id for each in past.moves} == {each.id for each in found}


# GTO


def tag(name: str, at: int, commit: str) -> GitTag:
    return GitTag(name, commit, at, "ada")


def test_gto_tells_by_its_tags_and_the_journal_adds_why() -> None:
    tags = [
        tag("churn@v1.0.0", 1_000, "a" * 40),
        tag("churn#prod#1", 2_000, "a" * 40),
        tag("churn@v1.1.0", 3_000, "b" * 40),
        tag("churn#prod#2", 5_000, "b" * 40),
        tag("churn#prod!#3", 9_000, "b" * 40),
    ]
    ours = Move("churn", "#prod", "v1.0.0", "v1.1.0", 4_500, "e1", who="ada", reason="better")
    lost = Move("churn", "#prod", "v1.1.0", "v9.0.0", 7_000, "e2")
    found = moves_of([], [entry(ours, ended=5_200), entry(lost, "failed")], tags)
    assert said(found) == [(None, "v1.0.0", False), ("v1.0.0", "v1.1.0", False), ("v1.1.0", "v1.0.0", False)]
    assert [(each.at, each.reason, each.told) for each in found] == [
        (2_000, "", ("registry",)),
        (5_000, "better", ("journal", "registry")),
        (9_000, "", ("registry",)),
    ]
    assert held_at(found, "churn", "#prod", 4_000).version == "v1.0.0"


def test_a_tag_that_was_taken_away_is_the_journals_alone() -> None:
    ours = Move("churn", "#prod", None, "v1.0.0", 4_500, "e1")
    assert moves_of([], [entry(ours)], [])[0].told == ("journal",)
