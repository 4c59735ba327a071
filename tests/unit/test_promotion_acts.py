"""A promotion acts: refused before anything changed, or done, or told; with a fake at the writer's port."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from promotions import Clock, plan, promote, report, workspace_at
from registry_fake import FakeRegistry, FakeWriter

from mltui.actions.gateway import gateway_of
from mltui.actions.promotion.promote import Promote
from mltui.actions.promotion.watching import watch
from mltui.actions.undo_move import TakeAlias
from mltui.errors import Denied, MltuiError, Refused, Unanswered, Unreachable
from mltui.model.gates import GateReport, Policy
from mltui.model.move_tags import move_of_tag
from mltui.model.outcome import Outcome
from mltui.model.promotion import Target

PRODUCTION = Target("stage", "Production")


@pytest.fixture
def registry() -> FakeRegistry:
    return FakeRegistry().with_model("churn", 6, champion="4")


@pytest.fixture
def writer(registry: FakeRegistry) -> FakeWriter:
    return FakeWriter(registry)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLTUI_USER", "ada")
    return tmp_path / "churn"


def perform(root: Path, action: Promote) -> Outcome:
    outcome = gateway_of(workspace_at(root)).perform(action, lambda: True)
    assert outcome is not None
    return outcome


def tags(registry: FakeRegistry, version: str, start: str = "mltui.", model: str = "churn") -> dict[str, str]:
    found = registry.versions[model, version].tags
    return {key: value for key, value in found.items() if key.startswith(start)}


def test_it_is_set_and_both_journal_and_registry_have_it(
    root: Path, writer: FakeWriter, registry: FakeRegistry
) -> None:
    what = plan(report=report("passed"), figures={"auc": 0.947}, registry="sqlite:///mlflow.db")
    outcome = perform(root, promote(root, writer, what, "better\n auc"))
    assert (outcome.state, outcome.summary, outcome.left) == ("done", "churn @champion is 5, was 4", ())
    assert registry.alias("churn", "champion") == "5"
    assert registry.claims("churn") == []
    (entry,) = workspace_at(root).journal.load().entries
    assert (entry.action, entry.title, entry.state) == ("promote", "promote churn/5 to @champion", "done")
    assert (entry.note.what, entry.note.before, entry.note.after, entry.note.reason) == (
        "churn@champion",
        "4",
        "5",
        "better auc",
    )
    ((key, value),) = tags(registry, "5").items()
    assert key == f"mltui.move.{entry.id}"
    assert json.loads(value) | {"registry": "sqlite:///mlflow.db"} == entry.note.facts, "both say the same"
    assert (entry.note.facts["who"], entry.note.facts["figures"]) == ("ada", {"auc": 0.947})
    assert entry.note.facts["gates"] == [
        {"gate": "metrics.m0 >= 0.8", "verdict": "passed", "figure": "0.7", "why": "it is less"}
    ]


def test_the_registry_gets_no_secret(root: Path, writer: FakeWriter, registry: FakeRegistry) -> None:
    said = replace(report("failed").results[0], why="curl https://ada:geheim3@box/y failed")
    what = plan(report=GateReport(Policy(), (said,), advisory=True))
    perform(root, promote(root, writer, what, "see https://ada:geheim1@box/x, MLFLOW_TRACKING_TOKEN=geheim2"))
    assert "geheim" not in str(registry.versions)
    assert "see https://" in str(registry.versions)
    assert "curl https://" in str(registry.versions)


def test_its_command_does_exactly_this(root: Path, writer: FakeWriter) -> None:
    first, *calls = promote(root, writer, plan(), "it's better").commands()
    assert shlex.split(first) == ["mltui", "promote", "churn", "5", "--to", "@champion", "--reason", "it's better"]
    assert calls == ["# MlflowClient().set_registered_model_alias('churn', 'champion', '5')"]
    forced = promote(root, writer, plan(report=report("failed")), "urgent", True, command_line=True)
    assert forced.commands()[0].endswith(" --force")
    back = promote(root, writer, plan("3", kind="rollback"))
    assert back.commands()[0] == "mltui rollback churn --alias champion --to 3"
    assert (back.name, back.title) == ("rollback", "roll back to churn/3 at @champion")


def refusal(action: Promote) -> str:
    refused = action.refusal()
    assert refused is not None
    return refused.summary


@pytest.mark.parametrize(
    ("alias", "why"),
    [("latest", "always means the newest"), ("LATEST", "newest"), ("v1", "reads like a version"), ("a/b", "letters"),
     ("a b", "letters"), ("", "needs a name"), ("x" * 256, "more than 255"), ("x" * 206, "can't be claimed"),
     ("a\n", "letters")],
)  # fmt: skip
def test_an_alias_that_mlflow_refuses(root: Path, writer: FakeWriter, alias: str, why: str) -> None:
    assert why in refusal(promote(root, writer, plan(target=Target("alias", alias), now=None)))
    if alias:
        copy = Target("copy", "prod.churn", alias)
        assert why in refusal(promote(root, writer, plan(target=copy, now=None)))
    assert writer.calls == []


@pytest.mark.parametrize("verdict", ["failed", "unknown", "not run"])
def test_a_gate_blocks(root: Path, writer: FakeWriter, registry: FakeRegistry, verdict: str) -> None:
    action = promote(root, writer, plan(report=report("passed", verdict)))
    assert refusal(action) == "blocked by metrics.m1 >= 0.8"
    with pytest.raises(Refused):
        perform(root, action)
    assert registry.alias("churn", "champion") == "4"
    assert promote(root, writer, plan(report=report(verdict, advisory=True))).refusal() is None


def test_force_needs_a_reason_and_is_marked_for_all_to_see(
    root: Path, writer: FakeWriter, registry: FakeRegistry
) -> None:
    what = plan(report=report("passed", "failed"))
    assert "needs a reason" in refusal(promote(root, writer, what, " \n", True))
    outcome = perform(root, promote(root, writer, what, "customers wait", True))
    assert outcome.state == "done"
    forced = tags(registry, "5", "mltui.forced.")
    (text,) = forced.values()
    assert list(forced) == ["mltui.forced.champion"]
    assert text.startswith("by ada on 20")
    assert text.endswith(": customers wait; failed: metrics.m1 >= 0.8")
    (entry,) = workspace_at(root).journal.load().entries
    assert (entry.note.facts["forced"], entry.title) == (True, "promote churn/5 to @champion past its gates")


def test_force_where_nothing_is_in_the_way_forces_nothing(
    root: Path, writer: FakeWriter, registry: FakeRegistry
) -> None:
    perform(root, promote(root, writer, plan(report=report("passed")), "", True))
    assert tags(registry, "5", "mltui.forced.") == {}


def test_what_is_protected_is_forced_on_the_command_line_only(root: Path, writer: FakeWriter) -> None:
    what = plan(report=report("failed", protected=("champion",)))
    assert "force is for the command line" in refusal(promote(root, writer, what, "urgent", True))
    assert promote(root, writer, what, "urgent", True, command_line=True).refusal() is None


def test_a_policy_that_cannot_be_read_blocks_unless_it_is_forced_or_advisory(root: Path, writer: FakeWriter) -> None:
    what = plan(report=report(trouble="mltui.toml: line 3"))
    assert "the policy can't be read: mltui.toml: line 3" in refusal(promote(root, writer, what))
    assert promote(root, writer, what, "urgent", True).refusal() is None
    assert promote(root, writer, plan(report=report(trouble="line 3", advisory=True))).refusal() is None


@pytest.mark.parametrize("status", ["PENDING_REGISTRATION", "FAILED_REGISTRATION"])
def test_a_version_that_is_not_ready(root: Path, writer: FakeWriter, registry: FakeRegistry, status: str) -> None:
    registry.versions["churn", "5"] = replace(registry.versions["churn", "5"], status=status, status_message="no disk")
    assert "no disk" in refusal(promote(root, writer, plan()))


def _delete_model(registry: FakeRegistry) -> None:
    registry.models.clear()


def _delete_version(registry: FakeRegistry) -> None:
    del registry.versions["churn", "5"]


def _made_anew(registry: FakeRegistry) -> None:
    registry.versions["churn", "5"] = replace(registry.versions["churn", "5"], run_id="another")


def _moved(registry: FakeRegistry) -> None:
    FakeWriter(registry).set_alias("churn", "champion", "6")


def _there(registry: FakeRegistry) -> None:
    FakeWriter(registry).set_alias("churn", "champion", "5")


@pytest.mark.parametrize(
    ("happens", "why"),
    [(_delete_model, "not there any more"), (_delete_version, "not there any more"), (_made_anew, "made anew"),
     (_moved, "moved meanwhile: it is at churn/6"), (_there, "moved meanwhile: it is at churn/5")],
)  # fmt: skip
def test_what_happens_while_the_dialog_is_open(
    root: Path, writer: FakeWriter, registry: FakeRegistry, happens: Callable[[FakeRegistry], None], why: str
) -> None:
    action = promote(root, writer, plan())
    assert action.refusal() is None

    def confirmed() -> bool:
        happens(registry)
        return True

    with pytest.raises(Refused, match=why):
        gateway_of(workspace_at(root)).perform(action, confirmed)
    assert not {call[0] for call in writer.calls} & {"set_alias", "set_model_tag"}
    assert workspace_at(root).journal.load().entries == ()


def test_what_is_there_already_is_nothing_to_do(root: Path, writer: FakeWriter) -> None:
    assert "nothing to do" in refusal(promote(root, writer, plan("4")))


def test_what_the_writer_refuses(root: Path, writer: FakeWriter) -> None:
    writer.refused = Refused("store is at acf3f17fdcc7, this client would migrate it")
    assert "would migrate" in refusal(promote(root, writer, plan()))
    writer.refused = None
    writer.fail("version", Denied("403: ada may not read churn"))
    assert "403" in refusal(promote(root, writer, plan()))


def lost(root: Path, writer: FakeWriter, registry: FakeRegistry, by: FakeWriter) -> str:
    """Another mltui moves it between our two readings; what the loser is told."""

    def meanwhile(call: tuple[str, ...]) -> None:
        if call[0] == "set_model_tag":
            writer.after = lambda _call: None
            assert perform(root, promote(root, by, plan("6"), "faster")).state == "done"

    writer.before = lambda call: meanwhile(call) if call[0] == "set_model_tag" else None
    with pytest.raises(Refused) as told:
        perform(root, promote(root, writer, plan()))
    assert registry.claims("churn") == []
    return told.value.summary


def test_who_lost_is_told_who_won(root: Path, writer: FakeWriter, registry: FakeRegistry) -> None:
    said = lost(root, writer, registry, FakeWriter(registry))
    assert said.startswith("@champion moved meanwhile: it is at churn/6, by ada at 20")
    assert said.endswith(": faster")
    assert registry.alias("churn", "champion") == "6"
    assert tags(registry, "5") == {}
    states = {entry.note.after: entry.state for entry in workspace_at(root).journal.load().entries}
    assert states == {"5": "failed", "6": "done"}


def test_somebody_without_claims_moves_it_as_we_set_it(root: Path, writer: FakeWriter, registry: FakeRegistry) -> None:
    def meanwhile(call: tuple[str, ...]) -> None:
        if call[0] == "set_alias":
            FakeWriter(registry).set_alias("churn", "champion", "2")

    writer.after = meanwhile
    outcome = perform(root, promote(root, writer, plan()))
    assert (outcome.state, outcome.summary) == (
        "failed",
        "churn @champion was moved by somebody else at the same moment",
    )
    assert outcome.left == ("it is at 2, and not at 5: look at it again",)
    assert (tags(registry, "5"), registry.claims("churn")) == ({}, [])


@pytest.mark.parametrize(("arrived", "state"), [(True, "done"), (False, "failed")])
def test_a_server_that_dies_between_the_write_and_its_answer(
    root: Path, writer: FakeWriter, registry: FakeRegistry, arrived: bool, state: str
) -> None:
    """It is down for a while, then it tells what became of it."""
    if arrived:
        writer.after = lambda call: _raise(Unanswered("no answer")) if call[0] == "set_alias" else None
    else:
        writer.fail("set_alias", Unanswered("no answer"))
    action = promote(root, writer, plan())
    seen = [len(registry.claims("churn"))]

    def down(call: tuple[str, ...]) -> None:
        if call[0] == "set_alias":
            writer.fail("model", *[Unreachable("it is down")] * 3)
            seen.append(len(registry.claims("churn")))

    writer.before = down
    outcome = perform(root, action)
    assert (outcome.state, seen) == (state, [0, 1])
    assert registry.alias("churn", "champion") == ("5" if arrived else "4")
    if arrived:
        assert len(tags(registry, "5")) == 1
    else:
        assert outcome.left == ("it is still at 4: try again",)
        assert "was not set: no answer" in outcome.summary
    assert registry.claims("churn") == []


def test_what_a_server_does_late_is_waited_for(root: Path, writer: FakeWriter, registry: FakeRegistry) -> None:
    writer.fail("set_alias", Unanswered("no answer"))
    clock = Clock()

    def late(call: tuple[str, ...]) -> None:
        if clock.at > 2:
            registry.models["churn"] = replace(registry.models["churn"], aliases={"champion": "5"})

    writer.before = late
    assert perform(root, promote(root, writer, plan(), clock=clock)).state == "done"


def test_what_nobody_answers_is_unknown(root: Path, writer: FakeWriter) -> None:
    down = Unreachable("it is down")

    def dies(call: tuple[str, ...]) -> None:
        if call[0] == "set_alias":
            writer.before = lambda _call: _raise(down)
            raise Unanswered("no answer")

    writer.before = dies
    clock = Clock()
    outcome = perform(root, promote(root, writer, plan(), clock=clock))
    assert (outcome.state, outcome.summary) == (
        "unknown",
        "churn @champion: whether it was set is not known: it is down",
    )
    assert "could not be withdrawn" in outcome.left[-1]
    assert 15 < clock.at < 30, "bounded"
    (entry,) = workspace_at(root).journal.load().entries
    assert entry.unknown


@pytest.mark.parametrize("step", ["set_model_tag", "set_alias"])
@pytest.mark.parametrize("error", [Denied("403"), Unreachable("it is down")])
def test_a_write_that_fails_changes_nothing_and_leaves_no_claim(
    root: Path, writer: FakeWriter, registry: FakeRegistry, step: str, error: MltuiError
) -> None:
    writer.fail(step, error)
    outcome = perform(root, promote(root, writer, plan()))
    assert (outcome.state, outcome.left) == ("failed", ("nothing was changed",))
    assert error.summary in outcome.summary
    assert (registry.alias("churn", "champion"), registry.claims("churn")) == ("4", [])


def test_tags_that_cannot_be_written_are_said(root: Path, writer: FakeWriter, registry: FakeRegistry) -> None:
    writer.fail("set_version_tag", Denied("403: no tags for ada"))
    outcome = perform(root, promote(root, writer, plan()))
    assert outcome.state == "done"
    assert outcome.left[0] == "NOT WRITTEN in the registry, who moved it and why: 403: no tags for ada"
    assert registry.alias("churn", "champion") == "5"


@pytest.mark.parametrize(("step", "at"), [("set_model_tag", "4"), ("set_alias", "5"), ("set_version_tag", "5")])
def test_interrupted_it_tells_where_it_is(
    root: Path, writer: FakeWriter, registry: FakeRegistry, step: str, at: str
) -> None:
    def interrupts(call: tuple[str, ...]) -> None:
        if call[0] == step:
            writer.after = lambda _call: None
            raise KeyboardInterrupt

    writer.after = interrupts
    outcome = perform(root, promote(root, writer, plan()))
    assert outcome.state == "interrupted"
    assert outcome.left == (("nothing was changed",) if at == "4" else ("@champion is at 5",))
    assert (registry.alias("churn", "champion"), registry.claims("churn")) == (at, [])


def test_the_first_alias_ever(root: Path, writer: FakeWriter, registry: FakeRegistry) -> None:
    what = plan("2", Target("alias", "shadow"), None)
    assert perform(root, promote(root, writer, what)).summary == "churn @shadow is 2, was nobody"
    assert registry.alias("churn", "shadow") == "2"


def take(root: Path, writer: FakeWriter, version: str = "4") -> TakeAlias:
    return TakeAlias(workspace_at(root), plan(version, None, "4", kind="undo"), writer, "entry1")


def test_an_alias_that_nobody_held_before_is_taken_away(root: Path, writer: FakeWriter, registry: FakeRegistry) -> None:
    action = take(root, writer)
    assert (action.title, action.note.before, action.note.after) == ("take @champion from churn/4", "4", "")
    assert action.commands()[0] == "mltui undo entry1"
    outcome = perform(root, action)
    assert (outcome.state, outcome.summary, outcome.left) == ("done", "churn @champion is nobody, was 4", ())
    assert (registry.alias("churn", "champion"), registry.claims("churn")) == (None, [])
    ((key, text),) = tags(registry, "4").items()
    move = move_of_tag("churn", key, text)
    assert move is not None and (move.before, move.after, move.kind) == ("4", None, "undo")
    entry = workspace_at(root).journal.load().entries[-1]
    assert entry.note.facts == {**json.loads(text), "registry": "", "undo": "entry1"}


def test_what_moved_meanwhile_is_not_taken_away(root: Path, writer: FakeWriter, registry: FakeRegistry) -> None:
    """Right before it is deleted, after the claim."""

    def moves(call: tuple[str, ...]) -> None:
        if call[0] == "set_model_tag":
            FakeWriter(registry).set_alias("churn", "champion", "6")

    writer.after = moves
    with pytest.raises(Refused, match=r"@champion moved meanwhile: it is at churn/6"):
        perform(root, take(root, writer))
    assert (registry.alias("churn", "champion"), registry.claims("churn")) == ("6", [])


def _staged(registry: FakeRegistry, **stages: str) -> None:
    for version, stage in stages.items():
        FakeWriter(registry).set_stage("churn", version.removeprefix("v"), stage)


def test_a_stage_is_claimed_too_and_others_stay_in_it(root: Path, writer: FakeWriter, registry: FakeRegistry) -> None:
    _staged(registry, v4="Production")
    claimed = []
    writer.before = lambda call: claimed.append(call[2]) if call[0] == "set_model_tag" else None
    outcome = perform(root, promote(root, writer, plan(target=PRODUCTION)))
    assert outcome.summary == "churn stage Production is 5, was 4"
    assert claimed[0].startswith("mltui.claim.stage.Production.")
    assert [registry.versions["churn", each].stage for each in "45"] == ["Production", "Production"]
    ((_, value),) = tags(registry, "5", "mltui.move.").items()
    assert json.loads(value)["target"] == "stage:Production"


def test_back_to_an_older_version_a_stage_has_to_be_left_by_the_newer(
    root: Path, writer: FakeWriter, registry: FakeRegistry
) -> None:
    """MLflow hands out the newest of a stage: nothing would be rolled back otherwise."""
    _staged(registry, v4="Production")
    action = promote(root, writer, plan("3", PRODUCTION, kind="rollback"))
    assert action.commands()[1:] == [
        "# MlflowClient().transition_model_version_stage('churn', '3', 'Production')",
        "# MlflowClient().transition_model_version_stage('churn', '4', 'Archived')",
    ]
    assert perform(root, action).state == "done"
    assert [registry.versions["churn", each].stage for each in "34"] == ["Production", "Archived"]


def test_to_archive_is_no_race(root: Path, writer: FakeWriter, registry: FakeRegistry) -> None:
    _staged(registry, v6="Archived")
    assert perform(root, promote(root, writer, plan("2", Target("stage", "Archived"), None))).state == "done"
    assert [registry.versions["churn", each].stage for each in "26"] == ["Archived", "Archived"]


def test_a_copy_and_its_alias(root: Path, writer: FakeWriter, registry: FakeRegistry) -> None:
    what = plan(target=Target("copy", "prod.churn", "champion"), now=None)
    outcome = perform(root, promote(root, writer, what, "release"))
    assert outcome.summary == "prod.churn/1 is a copy of churn/5, prod.churn @champion is 1, was nobody"
    assert registry.alias("prod.churn", "champion") == "1"
    ((key, value),) = tags(registry, "1", model="prod.churn").items()
    move = move_of_tag("prod.churn", key, value)
    assert move is not None
    assert (move.model, move.target, move.before, move.after, move.reason) == (
        "prod.churn",
        "@champion",
        None,
        "1",
        "release",
    )
    (entry,) = workspace_at(root).journal.load().entries
    assert (entry.note.what, entry.note.facts["copied"]) == ("prod.churn@champion", "churn/5")
    assert key == f"mltui.move.{entry.id}"


def test_a_copy_without_an_alias_and_one_into_itself(root: Path, writer: FakeWriter) -> None:
    outcome = perform(root, promote(root, writer, plan(target=Target("copy", "prod.churn"), now=None)))
    assert (outcome.state, outcome.summary) == ("done", "prod.churn/1 is a copy of churn/5")
    assert "into itself" in refusal(promote(root, writer, plan(target=Target("copy", "churn"), now=None)))


def test_a_copy_stands_whatever_comes_of_its_alias(root: Path, writer: FakeWriter, registry: FakeRegistry) -> None:
    registry.with_model("prod.churn", 2, champion="1")

    def meanwhile(call: tuple[str, ...]) -> None:
        if call[0] == "copy_version":
            FakeWriter(registry).set_alias("prod.churn", "champion", "2")

    writer.after = meanwhile
    outcome = perform(root, promote(root, writer, plan(target=Target("copy", "prod.churn", "champion"), now="1")))
    assert outcome.state == "failed"
    assert "moved meanwhile: it is at prod.churn/2" in outcome.summary
    assert outcome.left[0] == "the copy prod.churn/3 of churn/5 stands"
    writer.fail("copy_version", Unanswered("no answer"))
    again = perform(root, promote(root, writer, plan(target=Target("copy", "prod.churn", "champion"), now="2")))
    assert again.state == "unknown"


def test_watched_it_stays(root: Path, writer: FakeWriter, registry: FakeRegistry) -> None:
    perform(root, promote(root, writer, plan()))
    assert watch(writer, plan(), 0.0).moved is False
    FakeWriter(registry).set_alias("churn", "champion", "2")
    seen = watch(writer, plan(), 10.0)
    assert (seen.moved, seen.holder) == (True, "2")
    assert seen.said.startswith("@champion was moved by somebody else: it is at churn/2, moved outside mltui")
    writer.fail("model", Unreachable("it is down"))
    assert watch(writer, plan(), 0.0).said == "@champion could not be watched: it is down"


def _raise(error: Exception) -> None:
    raise error
