"""What a rollback goes back to, and what has to be told: over models that are made up, where `workspace.models` is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from promotions import workspace_at

from mltui.errors import NotFound, UsageError
from mltui.model.move_tags import tag_key, tag_text
from mltui.model.moves import Move
from mltui.model.promotion import Plan
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.sources.promotion.rolling_back import rollback_plan

CHAIN = (("@champion", None, "3"), ("@champion", "3", "4"), ("@champion", "4", "5"))


@dataclass
class Models:
    """The registry's models, as `Registries` gives them."""

    found: tuple[RegisteredModel, ...]

    def now(self) -> tuple[RegisteredModel, ...]:
        return self.found


def model(
    chain: Sequence[tuple[str, str | None, str]],
    aliases: dict[str, str],
    gone: Sequence[str] = (),
    failed: Sequence[str] = (),
    kinds: dict[int, str] | None = None,
) -> RegisteredModel:
    """churn of six versions with moves at 1, 2, … s, each on the version that it moved to."""
    tags: dict[str, dict[str, str]] = {}
    for at, (target, before, after) in enumerate(chain, start=1):
        kind = (kinds or {}).get(at, "promote")
        move = Move("churn", target, before, after, at * 1000, f"e{at}", kind, "ada")  # type: ignore[arg-type]
        tags.setdefault(after, {})[tag_key(move)] = tag_text(move)
    versions = tuple(
        ModelVersion(
            "churn",
            number,
            None,
            0,
            tags=tags.get(number, {}),
            status="FAILED_REGISTRATION" if number in failed else "",
        )
        for number in "654321"
        if number not in gone
    )
    return RegisteredModel("churn", "mlflow", versions, aliases)


def planned(root: Path, *models: RegisteredModel, alias: str | None = None, to: str | None = None) -> Plan:
    workspace = workspace_at(root / "churn")
    workspace.models = Models(models)  # type: ignore[assignment]
    return rollback_plan(workspace, "churn", alias, to)


def told(root: Path, *models: RegisteredModel, alias: str | None = None, to: str | None = None) -> tuple[str, str]:
    with pytest.raises((UsageError, NotFound)) as raised:
        planned(root, *models, alias=alias, to=to)
    return raised.value.summary, raised.value.hint


def test_it_goes_to_what_held_the_champion_before(tmp_path: Path) -> None:
    plan = planned(tmp_path, model(CHAIN, {"champion": "5", "shadow": "1"}))
    assert (plan.version.version, plan.target.word, plan.now, plan.kind) == ("4", "@champion", "5", "rollback")
    assert plan.report.advisory
    assert plan.since is not None
    assert (plan.since.before, plan.since.who) == ("4", "ada")
    assert plan.notes == ()


def test_after_a_move_outside_it_goes_to_what_that_took_it_from(tmp_path: Path) -> None:
    assert planned(tmp_path, model(CHAIN, {"champion": "6"})).version.version == "5"
    assert planned(tmp_path, model(CHAIN, {})).version.version == "5", "it was taken away"


def test_what_was_rolled_back_from_is_said(tmp_path: Path) -> None:
    back = (*CHAIN, ("@champion", "5", "4"))
    plan = planned(tmp_path, model(back, {"champion": "4"}, kinds={4: "rollback"}))
    assert plan.version.version == "5"
    assert plan.notes[0].startswith("churn/5 was rolled back from on ")
    assert plan.notes[0].endswith(": --to 3 goes further back")


def test_which_alias_is_told_or_the_only_one(tmp_path: Path) -> None:
    one = (("@shadow", None, "1"), ("@shadow", "1", "2"))
    assert planned(tmp_path, model(one, {"shadow": "2"})).target.word == "@shadow"
    two = (*one, ("stage:Production", None, "1"), ("stage:Production", "1", "3"))
    summary, hint = told(tmp_path, model(two, {"shadow": "2"}))
    assert summary == "which of @shadow, stage:Production of churn is to be rolled back?"
    assert hint == "--alias @shadow"
    assert planned(tmp_path, model(two, {"shadow": "2"}), alias="shadow").version.version == "1"
    assert told(tmp_path, model((), {}))[0] == "churn has no alias and no stage that could be rolled back"
    assert "a copy can't be rolled back" in told(tmp_path, model(CHAIN, {"champion": "5"}), alias="model:prod")[0]
    assert told(tmp_path, model(CHAIN, {"champion": "5"}), alias="other")[0].startswith("churn has no @other")


def test_one_that_is_gone_or_failed_is_not_passed_over(tmp_path: Path) -> None:
    assert told(tmp_path, model(CHAIN, {"champion": "5"}, gone=["4"])) == (
        "churn/4, which held @champion before, is gone",
        "--to 3",
    )
    assert told(tmp_path, model(CHAIN, {"champion": "5"}, failed=["4"])) == (
        "churn/4, which held @champion before, failed to be registered",
        "--to 3",
    )
    assert told(tmp_path, model(CHAIN[1:], {"champion": "5"}, gone=["4", "3"]))[1].startswith("--to VERSION")
    assert planned(tmp_path, model(CHAIN, {"champion": "5"}, gone=["4"]), to="3").version.version == "3"


def test_where_nobody_noted_anything_it_has_to_be_told(tmp_path: Path) -> None:
    assert told(tmp_path, model((), {"champion": "5"})) == (
        "what held @champion of churn before is not noted anywhere",
        "--to VERSION says which one is wanted",
    )
    plan = planned(tmp_path, model((), {"champion": "5"}), to="2")
    assert plan.version.version == "2"
    assert plan.notes == ("nobody noted that churn/2 ever held @champion",)
    assert told(tmp_path, model(CHAIN, {"champion": "5"}), to="9")[0] == "churn has no version 9"


def test_of_two_models_of_one_name_the_sign_tells(tmp_path: Path) -> None:
    gto = RegisteredModel("churn", "gto", (ModelVersion("churn", "v1.0.0", None, 1),), {"prod": "v1.0.0"})
    both = model(CHAIN, {"champion": "5"}), gto
    assert "--gto" in told(tmp_path, *both)[1]
    assert planned(tmp_path, *both, alias="@champion").version.version == "4"
    assert told(tmp_path, gto, alias="@champion")[0] == "churn is kept by GTO: it has stages, '@champion' is none"
    assert told(tmp_path, *both, alias="#prod")[0] == "what held #prod of churn before is not noted anywhere"
