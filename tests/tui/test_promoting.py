"""`P`: where to, what it would change, and the move: nothing but ctrl+s does it, and what stands in the way says so."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from promotion_sample import BLOCKED, POLICY, PROTECTED, Project, project

from mltui.config import Config
from mltui.errors import Denied, Refused, Unanswered, Unreachable
from mltui.model.promotion import Target
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.tui.app import MltuiApp
from mltui.tui.promotable import Promotable
from mltui.tui.screens.main import MainScreen
from mltui.tui.screens.promoting import PromoteDialog
from mltui.tui.screens.promoting_to import choose_target
from mltui.tui.screens.typing_to_confirm import TypeToConfirm
from mltui.tui.widgets.cancel import Cancel

#: To churn/5 in Models, and on to its dialog for @champion.
TO_FIVE = ("6", "j")


def text(app: MltuiApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def last_line(app: MltuiApp) -> str:
    return " ".join(app.screen._compositor.render_strips()[-1].text.split())


async def pressed(pilot: Any, settle: Any, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


async def previewed(pilot: Any, settle: Any, *more: str) -> PromoteDialog:
    """The dialog of churn/5 to @champion, the first of the list, or what `more` keys choose there."""
    await settle(pilot)
    await pressed(pilot, settle, *TO_FIVE, "P", *more, "enter")
    dialog = pilot.app.screen
    assert isinstance(dialog, PromoteDialog)
    return dialog


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    return project(tmp_path, monkeypatch)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_it_is_shown_confirmed_done_and_watched(sample: Project, settle: Any, size: Any) -> None:
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=size) as pilot:
        await previewed(pilot, settle)
        shown = text(app)
        assert "churn/5 → @champion" in shown
        assert "now      churn/4" in shown
        assert "✓ metrics.auc >= 0.8" in shown and "0.947" in shown
        assert isinstance(app.focused, Cancel)
        assert last_line(app).startswith("ctrl+s promote it esc leave e reason d why different y copy")
        assert sample.registry.alias("churn", "champion") == "4"
        await pressed(pilot, settle, "ctrl+s")
        assert sample.registry.alias("churn", "champion") == "5"
        assert "churn @champion is 5, was 4" in text(app)
        assert "watched @champion for 10 s: nobody moved it" in text(app)
        assert sample.registry.claims("churn") == []
        await pressed(pilot, settle, "escape")
        assert isinstance(app.screen, MainScreen)
        assert "@champion @challenger" in text(app) or "@challenger @champion" in text(app), "it was read again"
        assert sample.writer.closed


@pytest.mark.parametrize("keys", [("enter",), ("space",), ("escape",), ("tab", "enter", "escape"), ("g", "enter")])
async def test_no_key_but_one_does_it(sample: Project, settle: Any, keys: tuple[str, ...]) -> None:
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await previewed(pilot, settle)
        await pressed(pilot, settle, *keys)
        assert isinstance(app.screen, MainScreen)
        assert sample.registry.alias("churn", "champion") == "4"
        assert sample.writer.closed


async def test_keys_typed_before_it_was_seen_are_of_no_account(
    sample: Project, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mltui.sources.promotion import planning

    go, policy = threading.Event(), planning.policy

    def slow(workspace: Any) -> Any:
        assert go.wait(120)
        return policy(workspace)

    monkeypatch.setattr(planning, "policy", slow)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pressed(pilot, settle, *TO_FIVE, "P")
        await pilot.press("enter", "ctrl+s", "ctrl+s")
        while "being looked at" not in text(app):
            await pilot.pause()
        go.set()
        await settle(pilot)
        assert isinstance(app.screen, PromoteDialog) and "ctrl+s promote it" in last_line(app)
        assert sample.registry.alias("churn", "champion") == "4"


async def test_a_gate_that_fails_blocks_and_force_takes_a_reason(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = project(tmp_path, monkeypatch, BLOCKED)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await previewed(pilot, settle)
        assert "✗ metrics.auc >= 0.99" in text(app)
        assert "blocked by 1 gate. f goes past, with a reason" in text(app)
        assert "ctrl+s" not in last_line(app)
        await pressed(pilot, settle, "ctrl+s")
        assert sample.registry.alias("churn", "champion") == "4"
        await pressed(pilot, settle, "f", "enter", "escape", "ctrl+s")
        assert sample.registry.alias("churn", "champion") == "4", "no force without a reason"
        await pressed(pilot, settle, "f")
        assert "Past 1 gate: why?" in text(app)
        await pressed(pilot, settle, *"demo", "enter")
        assert "demo  past the gates, for all to see" in text(app)
        assert "--reason demo --force" in text(app)
        assert "f don't force" in last_line(app)
        assert str(app.screen.query_one(".confirming").border_title).endswith(" past its gates")
        await pressed(pilot, settle, "f")
        assert not str(app.screen.query_one(".confirming").border_title).endswith(" past its gates")
        assert "blocked by 1 gate" in text(app) and "--force " not in text(app)
        await pressed(pilot, settle, "f", "enter", "ctrl+s")
        assert sample.registry.alias("churn", "champion") == "5"
        tags = sample.registry.versions["churn", "5"].tags
        assert "demo" in tags["mltui.forced.champion"]


async def test_of_what_is_protected_the_version_is_typed_exactly(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = project(tmp_path, monkeypatch, PROTECTED)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await previewed(pilot, settle)
        await pressed(pilot, settle, "ctrl+s")
        assert isinstance(app.screen, TypeToConfirm)
        assert "@champion is protected" in text(app) and "type churn/5" in text(app)
        await pressed(pilot, settle, *"churn", "slash", "4", "ctrl+s")
        assert "type churn/5 first, exactly" in text(app)
        await pressed(pilot, settle, "backspace", "5", "enter")
        assert isinstance(app.screen, TypeToConfirm) and "enter never confirms" in text(app)
        assert sample.registry.alias("churn", "champion") == "4"
        await pressed(pilot, settle, "escape")
        assert app.screen is dialog
        await pressed(pilot, settle, "ctrl+s", *"churn", "slash", "5", "ctrl+s")
        assert sample.registry.alias("churn", "champion") == "5"


async def test_past_the_gates_of_what_is_protected_goes_only_the_command_line(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = project(tmp_path, monkeypatch, PROTECTED.replace("0.8", "0.99"))
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await previewed(pilot, settle)
        assert "blocked by 1 gate. --force on the command line, with a reason" in text(app)
        assert "f force" not in last_line(app)
        await pressed(pilot, settle, "f", "ctrl+s")
        assert "@champion is protected: --force on the command line, with a reason" in text(app)
        assert app.screen is dialog and sample.registry.alias("churn", "champion") == "4"


async def test_a_reason_is_typed_and_kept(sample: Project, settle: Any) -> None:
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await previewed(pilot, settle)
        await pressed(pilot, settle, "e", *"better", "enter")
        assert "reason   better" in text(app) and "--reason better" in text(app)
        await pressed(pilot, settle, "e", "escape")
        assert "reason   better" in text(app)
        await pressed(pilot, settle, "ctrl+s")
        told = [value for key, value in sample.registry.versions["churn", "5"].tags.items() if ".move." in key]
        assert len(told) == 1 and '"better"' in told[0]


async def test_a_race_that_was_lost_is_told_and_can_be_looked_at_again(sample: Project, settle: Any) -> None:
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await previewed(pilot, settle)
        sample.writer.set_alias("churn", "champion", "3")
        await pressed(pilot, settle, "ctrl+s")
        assert "@champion moved meanwhile: it is at churn/3" in text(app)
        assert sample.registry.alias("churn", "champion") == "3"
        assert last_line(app).startswith("r look again")
        await pressed(pilot, settle, "r")
        assert "churn/3" in text(app) and "ctrl+s promote it" in last_line(app)
        await pressed(pilot, settle, "ctrl+s")
        assert sample.registry.alias("churn", "champion") == "5"


async def test_an_outcome_that_nobody_knows_is_told_as_that(
    sample: Project, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mltui.actions.promotion.setting.WAITED_FOR", 0.0)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await previewed(pilot, settle)
        gone = Unreachable("the server is gone")

        def dies(call: tuple[str, ...]) -> None:
            if call[0] == "set_alias":
                sample.writer.fail("model", *[gone] * 9)
                raise Unanswered("no answer came")

        sample.writer.before = dies
        await pressed(pilot, settle, "ctrl+s")
        assert "? churn @champion: whether it was set is not known" in text(app)
        assert last_line(app).startswith("r look again")


async def test_somebody_who_moves_it_afterwards_is_told(
    sample: Project, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await previewed(pilot, settle)

        def moves(call: tuple[str, ...]) -> None:
            if call[0] == "delete_model_tag":  # the claim is withdrawn: all is done
                sample.writer.after = lambda call: None
                sample.writer.set_alias("churn", "champion", "2")

        sample.writer.after = moves
        await pressed(pilot, settle, "ctrl+s")
        assert "churn @champion is 5, was 4" in text(app)
        assert "@champion was moved by somebody else: it is at churn/2" in " ".join(text(app).split())


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        (Refused("the store is at acf3f17fdcc7, this client would migrate it", "set python ="), "set python ="),
        (Refused("403: nobody may write here", ""), "403: nobody may write here"),
    ],
)
async def test_what_the_writer_refuses_is_said_as_soon_as_it_is_known(
    sample: Project, settle: Any, refused: Refused, said: str
) -> None:
    sample.writer.refused = refused
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await previewed(pilot, settle)
        assert said in text(app) and "✓ metrics.auc >= 0.8" in text(app)
        assert "ctrl+s" not in last_line(app)
        await pressed(pilot, settle, "ctrl+s")
        assert sample.registry.alias("churn", "champion") == "4"


async def test_where_there_is_no_registry_to_write_to_that_is_said(
    sample: Project, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(workspace: Any) -> None:
        raise Denied("the login is for somebody else", "say whose it is")

    monkeypatch.setattr("mltui.actions.mlflow.door.open_writer", nobody)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await previewed(pilot, settle)
        assert "the login is for somebody else" in text(app) and "say whose it is" in text(app)
        await pressed(pilot, settle, "ctrl+s", "enter")
        assert isinstance(app.screen, MainScreen)


async def test_a_version_that_is_gone_when_it_is_confirmed_changes_nothing(sample: Project, settle: Any) -> None:
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await previewed(pilot, settle)
        del sample.registry.versions["churn", "5"]
        await pressed(pilot, settle, "ctrl+s")
        assert "it is not there any more: churn has no version 5" in text(app)
        assert sample.registry.alias("churn", "champion") == "4"


# Where to


async def test_of_a_model_the_challenger_is_promoted_not_the_champion_once_more(sample: Project, settle: Any) -> None:
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pressed(pilot, settle, "6", "P")
        assert "Promote churn/5 to" in text(app)


async def test_what_it_can_be_promoted_to_is_listed_with_who_holds_it(sample: Project, settle: Any) -> None:
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pressed(pilot, settle, *TO_FIVE, "P")
        shown = " ".join(text(app).split())
        assert shown.index("now churn/4") < shown.index("this very version") < shown.index("copy to another")
        assert "Staging, Production, Archived" in shown


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("latest", "a word of MLflow's own"),
        ("v1", "it reads like a version"),
        ("a/b", "letters, digits, _ and - only"),
    ],
)
async def test_an_alias_that_mlflow_refuses_says_why(sample: Project, settle: Any, typed: str, said: str) -> None:
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        keys = [{"/": "slash"}.get(each, each) for each in typed]
        await pressed(pilot, settle, *TO_FIVE, "P", *keys, "enter")
        assert said in " ".join(text(app).split())
        await pressed(pilot, settle, "enter")
        assert not isinstance(app.screen, PromoteDialog)
        await pressed(pilot, settle, *["backspace"] * len(typed), *"shadow", "enter")
        assert isinstance(app.screen, PromoteDialog) and "churn/5 → @shadow" in text(app)
        assert "nobody: the alias is new" in text(app)
        await pressed(pilot, settle, "ctrl+s")
        assert sample.registry.alias("churn", "shadow") == "5"


async def test_a_copy_goes_into_another_model_with_an_alias_or_without(sample: Project, settle: Any) -> None:
    sample.registry.with_model("prod", 2, champion="1")
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pressed(pilot, settle, *TO_FIVE, "P", *"copy", "enter")
        assert "prod" in text(app) and "2 versions  @champion 1" in text(app)
        await pressed(pilot, settle, "enter")
        assert "now prod/1" in text(app)
        await pressed(pilot, settle, "down", "enter")
        assert "churn/5 → model prod @champion" in text(app)
        assert "prod/1 holds @champion there" in text(app)
        await pressed(pilot, settle, "ctrl+s")
        assert sample.registry.alias("prod", "champion") == "3"
        assert "prod/3 is a copy of churn/5" in text(app)


async def test_a_legacy_stage_is_behind_a_row_of_its_own_unless_the_model_uses_any(
    sample: Project, settle: Any
) -> None:
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pressed(pilot, settle, *TO_FIVE, "P", *"legacy", "enter", *"Prod", "enter")
        assert "churn/5 → stage Production" in text(app)
        await pressed(pilot, settle, "ctrl+s")
        assert sample.registry.versions["churn", "5"].stage == "Production"
        await pressed(pilot, settle, "escape", "P")
        assert "stage Staging" in text(app) and "a legacy stage" not in text(app)


# Where the keys act


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (("2", "P"), "the cursor is on no model version"),
        (("5", "G", "P"), "nothing was registered of this run"),
        (("5", "P"), ""),
        (("6", "j", "P"), ""),
        (("2", "B"), "the cursor is on no model version"),
        (("6", "j", "j", "j", "B"), "churn/3 holds no alias"),
    ],
)
async def test_a_key_that_cannot_act_says_why(sample: Project, settle: Any, keys: tuple[str, ...], why: str) -> None:
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(120, 30)) as pilot:
        screen = await settle(pilot)
        await pressed(pilot, settle, *keys)
        if why:
            assert app.screen is screen and why in last_line(app)
        else:
            assert app.screen is not screen and "Promote churn/5 to" in text(app)


@pytest.mark.parametrize("key", ["P", "B"])
async def test_read_only_promotes_and_rolls_back_nothing(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    app = MltuiApp(project(tmp_path, monkeypatch, POLICY, Config(read_only=True)).workspace)
    async with app.run_test(size=(120, 30)) as pilot:
        screen = await settle(pilot)
        await pressed(pilot, settle, *TO_FIVE, key)
        assert app.screen is screen and "read-only: refused to" in last_line(app)


async def test_of_an_artifact_without_any_stage_its_name_is_typed(sample: Project, settle: Any) -> None:
    version = ModelVersion("screen", "v1.0.0", None, None)
    found = Promotable(RegisteredModel("screen", "gto", (version,), {}), version)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
        taken: list[Target] = []
        choose_target(app.screen, found, taken.append)
        await settle(pilot)
        assert "Promote screen/v1.0.0 to" in text(app) and "the name of a stage, like prod" in text(app)
        await pressed(pilot, settle, *"#prod", "enter")
    assert taken == [Target("gto", "prod")]
