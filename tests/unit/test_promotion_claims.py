"""Claims: of those who want to move an alias one wins, every other is told; with a fake at the writer's port."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from promotions import Clock
from registry_fake import FakeRegistry, FakeWriter

from mltui.actions.promotion.claims import Claiming
from mltui.actions.promotion.pointers import AliasPointer
from mltui.errors import Refused, Unanswered, Unreachable
from mltui.model.claim import Claim, claims_in
from mltui.sources.port import now_ms

KEY = "mltui.claim.champion." + "0" * 31


def registry() -> FakeRegistry:
    return FakeRegistry().with_model("churn", 6, champion="4")


def claiming(writer: FakeWriter, clock: Clock | None = None, who: str = "ada") -> Claiming:
    clock = clock or Clock()
    mine = Claim("", "champion", who, None, "5", "box1", 4711)
    pointer = AliasPointer(writer, "churn", "champion")
    return Claiming(writer, pointer, mine, lambda at: Refused(f"moved to {at}"), wait=clock.wait, clock=clock)


def other(at: int | None, hex: str = "a") -> tuple[str, str]:
    """Somebody else's claim, made at that time by their clock."""
    return KEY + hex, Claim("", "champion", "bob", at, "6", "box2", 1).text()


def put(registry: FakeRegistry, key: str, value: str) -> None:
    FakeWriter(registry).set_model_tag("churn", key, value)


def test_the_only_one_wins_and_leaves_nothing() -> None:
    writer = FakeWriter(registry())
    mine = claiming(writer)
    mine.take("4")
    (claim,) = claims_in(writer.registry.models["churn"].tags, "champion").values()
    assert (claim.who, claim.version, claim.host, claim.pid) == ("ada", "5", "box1", 4711)
    assert abs((claim.at or 0) - now_ms()) < 60_000
    assert json.loads(writer.registry.models["churn"].tags[claim.key]).keys() == {"who", "at", "version", "host", "pid"}
    assert mine.withdraw() == ""
    assert writer.registry.claims("churn") == []
    assert writer.calls[-2][0] == "model", "the alias is read again after the claim"


def test_another_live_claim_is_waited_for_and_told() -> None:
    writer, clock = FakeWriter(registry()), Clock()
    put(writer.registry, *other(now_ms()))
    with pytest.raises(Refused, match=r"somebody else is promoting to @champion: bob \(process 1 on box2\) claims it"):
        claiming(writer, clock).take("4")
    assert 10 < clock.at < 30, "bounded"
    assert writer.registry.claims("churn") == [KEY + "a"], "nothing of ours is left, and theirs stays"
    assert "set_model_tag" not in [call[0] for call in writer.calls], "what is claimed already is not claimed"


def test_who_withdraws_meanwhile_is_followed() -> None:
    writer, clock = FakeWriter(registry()), Clock()
    put(writer.registry, *other(now_ms()))

    def withdrawn(seconds: float) -> None:
        clock.at += seconds
        if clock.at > 3:
            FakeWriter(writer.registry).delete_model_tag("churn", KEY + "a")

    mine = claiming(writer, clock)
    mine._wait = withdrawn
    mine.take("4")
    assert len(writer.registry.claims("churn")) == 1


@pytest.mark.parametrize("age", [-3_600_000, 61_000, 3_600_000, None])
def test_a_dead_claim_is_ignored_and_tidied_away_by_the_winner(age: int | None) -> None:
    writer = FakeWriter(registry())
    put(writer.registry, *other(None if age is None else now_ms() - age))
    put(writer.registry, KEY + "b", "no JSON [")
    mine = claiming(writer)
    mine.take("4")
    assert len(writer.registry.claims("churn")) == 3
    mine.withdraw()
    mine.tidy()
    assert writer.registry.claims("churn") == []


@pytest.mark.parametrize("age", [-3_600_000, 0, 3_600_000])
def test_a_claim_that_comes_while_we_look_is_live_whatever_its_clock_says(age: int) -> None:
    writer, clock = FakeWriter(registry()), Clock()

    def comes(call: tuple[str, ...]) -> None:
        if call[0] == "set_model_tag":
            put(writer.registry, *other(now_ms() - age))

    writer.after = comes
    with pytest.raises(Refused, match="bob"):
        claiming(writer, clock).take("4")
    assert clock.waited, "it was not won at the next try, where it had been there before"
    assert writer.registry.claims("churn") == [KEY + "a"]


@pytest.mark.parametrize(("age", "stays"), [(-1_000, True), (1_000, False)])
def test_of_two_that_meet_the_first_stays_and_the_later_withdraws(age: int, stays: bool) -> None:
    """Else both would withdraw, meet again, and nobody would win where each request takes a second."""
    writer, clock = FakeWriter(registry()), Clock()

    def comes(call: tuple[str, ...]) -> None:
        if call[0] == "set_model_tag":
            put(writer.registry, *other(now_ms() - age))

    def withdrawn(seconds: float) -> None:
        clock.at += seconds
        FakeWriter(writer.registry).delete_model_tag("churn", KEY + "a")

    writer.after = comes
    mine = claiming(writer, clock)
    mine._wait = withdrawn
    if not stays:  # once they are gone, at its second try
        writer.after = lambda call: (
            comes(call) if [each[0] for each in writer.calls].count("set_model_tag") < 2 else None
        )
    mine.take("4")
    made = [call[0] for call in writer.calls].count("set_model_tag")
    assert made == (1 if stays else 2)
    assert len(writer.registry.claims("churn")) == 1


def test_claims_on_another_alias_are_in_nobodys_way() -> None:
    writer = FakeWriter(registry())
    put(writer.registry, f"mltui.claim.stage.champion.{'0' * 32}", other(now_ms())[1])
    put(writer.registry, f"mltui.claim.champion.x.{'0' * 32}", other(now_ms())[1])
    claiming(writer).take("4")


def test_moved_before_it_is_claimed() -> None:
    writer = FakeWriter(registry())
    with pytest.raises(Refused, match="moved to 4"):
        claiming(writer).take("3")
    assert [call[0] for call in writer.calls] == ["model"]


def test_moved_right_before_it_would_be_set() -> None:
    """The other one set it, and withdrew, between our two readings."""
    writer = FakeWriter(registry())

    def set_by_another(call: tuple[str, ...]) -> None:
        if call[0] == "set_model_tag":
            FakeWriter(writer.registry).set_alias("churn", "champion", "6")

    writer.after = set_by_another
    mine = claiming(writer)
    with pytest.raises(Refused, match="moved to 6"):
        mine.take("4")
    mine.withdraw()
    assert writer.registry.claims("churn") == []


def test_what_took_too_long_is_begun_anew() -> None:
    """Others would take the claim for dead before we set."""
    writer, clock = FakeWriter(registry()), Clock()
    slow = [25.0, 0.0]

    def sleeps(call: tuple[str, ...]) -> None:
        if call[0] == "set_model_tag":
            clock.at += slow.pop(0)

    writer.after = sleeps
    claiming(writer, clock).take("4")
    assert [call[0] for call in writer.calls].count("set_model_tag") == 2
    assert len(writer.registry.claims("churn")) == 1


def test_a_claim_that_somebody_tidied_away_is_made_anew() -> None:
    writer = FakeWriter(registry())
    taken = [1]

    def tidied(call: tuple[str, ...]) -> None:
        if call[0] == "set_model_tag" and taken:
            taken.pop()
            FakeWriter(writer.registry).delete_model_tag("churn", call[2])

    writer.after = tidied
    claiming(writer).take("4")
    assert len(writer.registry.claims("churn")) == 1


def test_a_claim_without_an_answer_is_withdrawn() -> None:
    writer = FakeWriter(registry())
    lost = [1]

    def silent(call: tuple[str, ...]) -> None:
        if call[0] == "set_model_tag" and lost:
            lost.pop()
            raise Unanswered("no answer")

    writer.after = silent
    mine = claiming(writer)
    with pytest.raises(Unanswered):
        mine.take("4")
    assert len(writer.registry.claims("churn")) == 1
    assert mine.withdraw() == ""
    assert writer.registry.claims("churn") == []


def test_what_cannot_be_withdrawn_is_told() -> None:
    writer = FakeWriter(registry())
    mine = claiming(writer)
    mine.take("4")
    writer.fail("delete_model_tag", Unreachable("the server is down"))
    assert mine.withdraw() == "the claim on @champion could not be withdrawn, it is dead in 60 s: the server is down"
    assert mine.withdraw() == ""


def run(several: list[Callable[[], object]]) -> list[object]:
    """All at once; what each gave, or raised."""
    results: list[object] = [None] * len(several)
    start = threading.Barrier(len(several))

    def one(at: int) -> None:
        start.wait()
        try:
            results[at] = several[at]()
        except Refused as error:
            results[at] = error

    threads = [threading.Thread(target=one, args=(at,)) for at in range(len(several))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return results


@pytest.mark.parametrize("several", [2, 5])
def test_of_several_at_once_one_wins(several: int) -> None:
    """Threads of one process, each with its own writer; tests/real has processes and a real MLflow."""
    for _ in range(20):
        shared = registry()

        def attempt(number: int, shared: FakeRegistry = shared) -> str:
            writer = FakeWriter(shared)
            mine = claiming(writer, who=f"u{number}")
            try:
                mine.take("4")
                writer.set_alias("churn", "champion", "5" if number else "6")
                return f"u{number}"
            finally:
                mine.withdraw()

        results = run([lambda number=number: attempt(number) for number in range(several)])  # type: ignore[misc]
        assert len([each for each in results if isinstance(each, str)]) == 1, results
        assert shared.claims("churn") == []


@given(st.text(), st.sampled_from(["champion", "stage.Production"]))
def test_no_tag_is_taken_for_a_claim_that_is_none(value: str, name: str) -> None:
    (claim,) = claims_in({f"mltui.claim.{name}.{'0' * 32}": value}).values()
    assert claim.name == name
    assert claims_in({"mltui.claim.champion.xyz": value, f"mltui.move.{'0' * 32}": value, value: value}) == {}


def test_when_a_claim_dies() -> None:
    assert Claim("", "champion").dies(0) == 0
    assert Claim("", "champion", at=1_000).dies(31_000) == 30
