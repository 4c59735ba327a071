"""A legacy stage takes several writes: what stands when they come halfway is told; a fake at the writer's port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from promotions import plan, promote, workspace_at
from registry_fake import FakeRegistry, FakeWriter

from mltui.actions.gateway import gateway_of
from mltui.actions.promotion.promote import Promote
from mltui.errors import Denied, MltuiError, Unanswered, Unreachable
from mltui.model.journal import JournalEntry, Note, Who
from mltui.model.move_tags import facts_of
from mltui.model.moves import Move
from mltui.model.outcome import Outcome
from mltui.model.promotion import Plan, Target
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.sources.journal.finding_moves import of_move

PRODUCTION = Target("stage", "Production")
HALFWAY = "3 is in stage Production too, and the newer one counts: the same again"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> FakeRegistry:
    monkeypatch.setenv("MLTUI_USER", "ada")
    return FakeRegistry().with_model("churn", 6)


def staged(registry: FakeRegistry, *inside: str) -> Plan:
    """churn/3 to Production, where `inside` are, the newest first."""
    for number in inside:
        FakeWriter(registry).set_stage("churn", number, "Production")
    what = plan("3", PRODUCTION, inside[0])
    versions = (replace(each, stage="Production") if each.version in inside else each for each in what.model.versions)
    return replace(what, model=replace(what.model, versions=tuple(versions)))


def perform(root: Path, action: Promote) -> Outcome:
    outcome = gateway_of(workspace_at(root)).perform(action, lambda: True)
    assert outcome is not None
    return outcome


def stages(registry: FakeRegistry) -> dict[str, str]:
    return {number: each.stage for (_, number), each in registry.versions.items() if each.stage}


def at_archiving(writer: FakeWriter, error: BaseException) -> Callable[[tuple[str, ...]], None]:
    def fails(call: tuple[str, ...]) -> None:
        if call[0] == "set_stage" and call[3] == "Archived":
            writer.before = lambda _call: None
            raise error

    return fails


def test_every_newer_one_leaves_the_stage(tmp_path: Path, registry: FakeRegistry) -> None:
    what = staged(registry, "5", "4", "2")
    action = promote(tmp_path / "churn", FakeWriter(registry), what)
    assert [call.rpartition(" ")[0][-5:-1] for call in action.commands()[1:]] == [" '3'", " '5'", " '4'"]
    outcome = perform(tmp_path / "churn", action)
    assert (outcome.state, outcome.summary) == ("done", "churn stage Production is 3, was 5")
    assert stages(registry) == {"3": "Production", "5": "Archived", "4": "Archived", "2": "Production"}


def test_what_left_the_stage_by_itself_stays_where_it_is(tmp_path: Path, registry: FakeRegistry) -> None:
    what = staged(registry, "5", "4")
    FakeWriter(registry).set_stage("churn", "4", "Staging")
    assert perform(tmp_path / "churn", promote(tmp_path / "churn", FakeWriter(registry), what)).state == "done"
    assert stages(registry) == {"3": "Production", "5": "Archived", "4": "Staging"}


@pytest.mark.parametrize(
    ("error", "state"),
    [(Denied("403"), "failed"), (Unreachable("it is down"), "failed"), (Unanswered("no answer"), "failed"),
     (KeyboardInterrupt(), "interrupted")],
)  # fmt: skip
def test_halfway_is_told_and_the_same_again_ends_it(
    tmp_path: Path, registry: FakeRegistry, error: BaseException, state: str
) -> None:
    what, writer, root = staged(registry, "5"), FakeWriter(registry), tmp_path / "churn"
    writer.before = at_archiving(writer, error)
    outcome = perform(root, promote(root, writer, what))
    assert outcome.state == state
    assert HALFWAY in outcome.left
    assert not [each for each in outcome.left if "nothing was changed" in each]
    assert (stages(registry), registry.claims("churn")) == ({"3": "Production", "5": "Production"}, [])
    assert perform(root, promote(root, writer, what)).state == "done"


@pytest.mark.parametrize("error", [Denied("403"), Unreachable("it is down")])
def test_a_stage_that_was_not_set_at_all_is_as_it_was(
    tmp_path: Path, registry: FakeRegistry, error: MltuiError
) -> None:
    what, writer = staged(registry, "5"), FakeWriter(registry)
    writer.fail("set_stage", error)
    outcome = perform(tmp_path / "churn", promote(tmp_path / "churn", writer, what))
    assert (outcome.state, outcome.left) == ("failed", ("nothing was changed",))


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        (
            ("3", "5"),
            "churn stage Production is still at 5, and 3 is in it too: it came halfway, the same again ends it",
        ),
        (("3",), "churn stage Production is at 3: it was set"),
        (("5",), "churn stage Production is still at 5: it was not set"),
        (("3", "6"), "churn stage Production is at 6: it was moved since; whether to 3 before is not known"),
    ],
)
def test_killed_halfway_the_next_start_tells_it(inside: tuple[str, ...], told: str) -> None:
    facts = facts_of(Move("churn", "stage:Production", "5", "3", 1, who="ada"))
    entry = JournalEntry("id1", 1, "rollback", "", Who("ada", "", "ada", "box1"), Note("", "5", "3", "", facts), pid=1)
    versions = (ModelVersion("churn", each, None, 1, stage="Production" * (each in inside)) for each in "654321")
    assert of_move((RegisteredModel("churn", "mlflow", tuple(versions), {}),), entry)[0] == told
