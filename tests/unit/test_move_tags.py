"""Moves as tags of the registry and facts of the journal: written, read back, cut, and what is no move."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mltui.model.gates import Verdict
from mltui.model.journal import JournalEntry, Note, Who
from mltui.model.move_tags import (
    MOST,
    facts_of,
    forced_key,
    forced_text,
    move_of_entry,
    move_of_tag,
    tag_key,
    tag_text,
)
from mltui.model.moves import GateSaid, Move

VERDICTS: list[Verdict] = ["passed", "failed", "unknown", "not run"]
TEXT = st.text(max_size=300)
GATES = st.builds(GateSaid, st.text(min_size=1, max_size=200), st.sampled_from(VERDICTS), TEXT, TEXT)
MOVES = st.builds(
    Move,
    model=st.text(min_size=1, max_size=256),
    target=st.text("abcXYZ_-.09", min_size=1, max_size=256).map("@{}".format),
    before=st.none() | st.integers(1, 10**6).map(str),
    after=st.integers(1, 10**6).map(str),
    at=st.integers(0, 2**43),
    id=st.text("0123456789abcdef-", min_size=1, max_size=30),
    kind=st.sampled_from(["promote", "rollback", "undo"]),
    who=TEXT,
    reason=st.text(max_size=6000),
    forced=st.booleans(),
    gates=st.lists(GATES, max_size=30).map(tuple),
    run_id=st.text(max_size=50),
    commit=st.text(max_size=50),
    figures=st.dictionaries(st.text(max_size=40), st.floats(allow_nan=True, allow_infinity=True), max_size=80),
)
MOVE = Move(
    "churn",
    "@champion",
    "4",
    "5",
    1_795_000_000_000,
    "20261130-070000-4f2a91c3",
    who="ada",
    reason="better",
    gates=(GateSaid("metrics.auc >= 0.8", "passed", "0.947"), GateSaid("data pushed", "failed", "", "v4 is not there")),
    run_id="r1",
    commit="9be1d20",
    figures={"auc": 0.947},
)
WHO = Who("ada", "git e-mail", "ada", "box1")


def test_a_move_is_read_back_as_it_was_written() -> None:
    assert tag_key(MOVE) == "mltui.move.20261130-070000-4f2a91c3"
    read = move_of_tag("churn", tag_key(MOVE), tag_text(MOVE))
    assert read == replace(MOVE, told=("registry",))


def test_the_journal_says_the_same_as_the_tag() -> None:
    note = Note("churn@champion", "4", "5", "better", facts_of(MOVE))
    entry = JournalEntry(MOVE.id, 1, "promote", "…", WHO, json.loads(json.dumps(note.facts)) and note, state="done")
    assert move_of_entry(entry) == replace(MOVE, told=("journal",), host="box1")


def test_a_journal_entry_fills_in_what_its_facts_do_not_say() -> None:
    facts = {"kind": "promote", "model": "churn", "target": "@champion"}
    move = move_of_entry(JournalEntry("e1", 77, "promote", "…", WHO, Note("churn@champion", "", "5", "why", facts)))
    expected = Move("churn", "@champion", None, "5", 77, "e1", who="ada", reason="why", figures={}, told=("journal",))
    assert move == replace(expected, host="box1")


@given(MOVES)
def test_every_tag_fits_and_is_a_move(move: Move) -> None:
    text = tag_text(move)
    assert len(text) <= MOST
    assert text.isascii()
    read = move_of_tag(move.model, tag_key(move), text)
    assert read is not None
    assert (read.target, read.before, read.after, read.at) == (move.target, move.before, move.after, move.at)
    assert len(read.gates) + read.gates_cut == len(move.gates)
    if any(gate.verdict == "passed" for gate in read.gates):  # what did not pass is the last to go
        assert _blocking(read) == _blocking(move)


def _blocking(move: Move) -> int:
    return sum(gate.verdict != "passed" for gate in move.gates)


def test_a_long_reason_is_marked_as_cut() -> None:
    read = move_of_tag("churn", tag_key(MOVE), tag_text(replace(MOVE, reason="x" * 9000)))
    assert read is not None
    assert read.reason.endswith("x…")
    assert len(read.reason) == 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"schema":1,"kind":"promote","targ',
        "[]",
        "null",
        "3",
        "[" * 100_000,
        '{"kind":"dance","target":"@a","to":"1","at":1}',
        '{"kind":"promote","target":"","to":"1","at":1}',
        '{"kind":"promote","target":7,"to":"1","at":1}',
        '{"kind":"promote","target":"@a","at":1}',
        '{"kind":"promote","target":"@a","to":"1","at":"yesterday"}',
        '{"kind":"promote","target":"@a","to":"1","at":true}',
        '{"kind":"promote","target":"@a","to":"1","at":-4}',
        '{"kind":"promote","target":"@a","to":"1","at":1,"reason":"' + "x" * 100_000 + '"}',
    ],
)
def test_what_is_no_move_is_none(text: str) -> None:
    assert move_of_tag("churn", "mltui.move.e1", text) is None


def test_of_a_later_version_is_read_what_is_understood() -> None:
    text = json.dumps(
        {
            "schema": 9,
            "kind": "promote",
            "target": "@champion",
            "from": 4,
            "to": 5,
            "at": 1,
            "who": ["ada"],
            "forced": "yes",
            "gates": [{"gate": "a", "verdict": "perhaps"}, 7, {"verdict": "passed"}],
            "figures": {"auc": 0.9, "loss": "low", "big": 10**400, "ok": True},
            "colour": "blue",
        }
    )
    gates = (GateSaid("a", "unknown"),)
    expected = Move("churn", "@champion", "4", "5", 1, "e1", gates=gates, figures={"auc": 0.9}, told=("registry",))
    assert move_of_tag("churn", "mltui.move.e1", text) == expected


def test_another_tag_is_no_move() -> None:
    assert move_of_tag("churn", "mltui.moved.e1", tag_text(MOVE)) is None
    assert move_of_tag("churn", "mltui.move.", tag_text(MOVE)) is None


def test_force_is_told_in_words() -> None:
    forced = replace(MOVE, forced=True, gates=(*MOVE.gates, GateSaid("pytest", "unknown"), GateSaid("x", "not run")))
    assert forced_key(forced) == "mltui.forced.champion"
    assert forced_key(replace(forced, target="stage:Production")) == "mltui.forced.Production"
    assert (
        forced_text(forced, "2026-11-30")
        == "by ada on 2026-11-30: better; failed: data pushed, pytest (unknown), x (not run)"
    )
    assert forced_text(replace(MOVE, gates=()), "2026-11-30") == "by ada on 2026-11-30: better"
    assert len(forced_text(replace(MOVE, reason="x" * 9000), "2026-11-30")) < 2100
