"""Which model and version a word names; and what a registry says of a promotion that nobody noted the end of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mltui.errors import MltuiError, NotFound, UsageError
from mltui.model.claim import Claim
from mltui.model.journal import JournalEntry, Note, Who
from mltui.model.move_tags import facts_of
from mltui.model.moves import Move
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.sources.journal.finding import is_final
from mltui.sources.journal.finding_moves import of_move
from mltui.sources.port import now_ms
from mltui.sources.promotion.naming import model_named, version_named

ADA = Who("ada", "MLTUI_USER", "ada", "box1")


def churn(champion: str | None = "4", tagged: str = "", **tags: str) -> RegisteredModel:
    """Six versions; of `tagged` the registry has the record."""
    versions = tuple(
        ModelVersion("churn", each, None, 1, tags={"mltui.move.id1": "{}"} if each == tagged else {})
        for each in "654321"
    )
    return RegisteredModel("churn", "mlflow", versions, {"champion": champion} if champion else {}, tags=tags)


def entry(target: str = "@champion", before: str | None = "4", after: str = "5", at: int = 1) -> JournalEntry:
    facts = facts_of(Move("churn", target, before, after, at, who="ada"))
    note = Note(f"churn{target}", before or "", after, "", facts)
    return JournalEntry("id1", at, "promote", "promote churn/5 to @champion", ADA, note, pid=4711)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (churn("5", "5"), ["is at 5: it was set", "the registry has the record"]),
        (churn("5"), ["is at 5: it was set", "the registry has no record"]),
        (churn("4"), ["is still at 4: it was not set"]),
        (churn("4", "5"), ["is at 4: it was set to 5, and moved since", "the registry has the record"]),
        (churn("6"), ["is at 6: it was moved since; whether to 5 before is not known"]),
        (churn(None), ["is at nobody: it was moved since"]),
    ],
)
def test_where_it_is(model: RegisteredModel, told: list[str]) -> None:
    found = of_move((model,), entry())
    assert len(found) == len(told)
    for line, part in zip(found, told, strict=True):
        assert part in line
    assert found[0].startswith("churn @champion is ")


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (churn(None, "4"), ["is at nobody: it was set", "the registry has the record"]),
        (churn("4"), ["is still at 4: it was not set"]),
        (churn("5", "4"), ["is at 5: it was set to nobody, and moved since", "the registry has the record"]),
    ],
)
def test_whether_it_was_taken_away(model: RegisteredModel, told: list[str]) -> None:
    taken = facts_of(Move("churn", "@champion", "4", None, 1, kind="undo"))
    found = of_move((model,), replace(entry(), note=Note("churn@champion", "4", "", "", taken)))
    assert [part in line for line, part in zip(found, told, strict=True)] == [True] * len(told), found


def test_its_claim_and_nobody_elses() -> None:
    mine = Claim("", "champion", "ada", now_ms(), "5", "box1", 4711)
    key = f"mltui.claim.champion.{'0' * 32}"
    assert "in others' way for" in of_move((churn(**{key: mine.text()}),), entry())[1]
    assert "and dead" in of_move((churn(**{key: replace(mine, at=1).text()}),), entry())[1]
    assert len(of_move((churn(**{key: replace(mine, host="box2").text()}),), entry())) == 1


def test_a_stage_a_copy_and_a_model_that_is_gone() -> None:
    inside = replace(churn(), versions=tuple(replace(each, stage="Production") for each in churn().versions[1:2]))
    assert of_move((inside,), entry("stage:Production"))[0] == "churn stage Production is at 5: it was set"
    assert of_move((), entry()) == ("there is no model churn any more",)
    copy = replace(entry(), note=Note("prod.churn@champion", "1", "5", "", {"copied": "churn/5"}))
    made = ModelVersion("prod.churn", "2", None, 2, source="models:/churn/5")
    there = RegisteredModel("prod.churn", "mlflow", (made,), {"champion": "1"})
    assert of_move((there,), copy) == (
        "prod.churn/2 is a copy of churn/5, as it seems this one",
        "@champion of prod.churn is at 1, before it was at 1",
    )
    assert "was not copied" in of_move((replace(there, versions=()),), copy)[0]


def test_what_may_still_change_is_not_noted() -> None:
    assert is_final(entry())
    assert not is_final(entry(at=now_ms()))
    assert is_final(replace(entry(at=now_ms()), action="reproduce"))


def test_a_model_by_its_name() -> None:
    gto = RegisteredModel("churn", "gto", (), {})
    assert model_named((churn(),), "churn").source == "mlflow"
    assert model_named((churn(), gto), "churn", True) is gto
    with pytest.raises(UsageError, match="both have a model churn"):
        model_named((churn(), gto), "churn")
    with pytest.raises(NotFound) as told:
        model_named((churn(),), "chrun")
    assert told.value.hint == "did you mean churn?"
    with pytest.raises(NotFound, match="kept by MLflow only"):
        model_named((churn(),), "churn", True)


@pytest.mark.parametrize(("word", "version"), [("5", "5"), ("@champion", "4"), ("05", "5")])
def test_a_version_by_its_word(word: str, version: str) -> None:
    assert version_named(churn(), word).version == version


@pytest.mark.parametrize("word", ["9", "@shadow", "v5", "latest", "", "5.0", "٥"])
def test_what_is_no_version(word: str) -> None:
    with pytest.raises(MltuiError):
        version_named(churn(), word)
