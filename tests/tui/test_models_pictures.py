"""Models and the Overview's panel in still air, with moves; keys that fold, unfold and lead to a version.

`pytest --snapshot-update tests/tui/test_models_pictures.py` takes new pictures.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sample_workspace import SampleWorkspace

from churn_sample import HOUR, MODELS, NOW, WHOLE
from mltui.config import Config
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.present.text import plain
from mltui.tui.app import MltuiApp

SIZES = {"small": (80, 24), "wide": (120, 40), "large": (160, 45)}
DAY = 24 * HOUR


def move(to: str, before: str, at: int, who: str, reason: str, forced: bool = False) -> dict[str, str]:
    said = {"schema": 1, "kind": "promote", "target": "@champion", "from": before, "to": to, "at": at, "who": who}
    gates = [
        {"gate": "metrics.auc >= 0.8", "verdict": "passed", "figure": "0.942", "why": ""},
        {"gate": "data pushed", "verdict": "failed" if forced else "passed", "figure": "", "why": ""},
    ]
    text = json.dumps({**said, "reason": reason, "forced": forced, "gates": gates})
    return {f"mltui.move.20260301-10150{to}-0000000{to}": text}


def promoted() -> tuple[RegisteredModel, ...]:
    """The sample, promoted twice, beside a model of GTO's that is only declared and a version that failed."""
    tags = {
        "3": move("3", "2", NOW - 9 * DAY, "grace@example.org", "the first that beat the rules", forced=True),
        "4": move("4", "3", NOW - 3 * DAY, "ada@example.org", "better on the holdout"),
    }
    churn = replace(
        MODELS[0], versions=tuple(replace(each, tags=tags.get(each.version, {})) for each in MODELS[0].versions)
    )
    failed = ModelVersion(
        "fraud", "1", None, NOW - DAY, status="FAILED_REGISTRATION", status_message="no space left on device"
    )
    return (
        churn,
        RegisteredModel("fraud", "mlflow", (failed,), {}),
        RegisteredModel("segments", "gto", (), {}, tags={"path": "models/segments.pkl", "type": "model"}),
    )


def many() -> tuple[RegisteredModel, ...]:
    def made(name: str) -> RegisteredModel:
        versions = tuple(ModelVersion(name, str(at), None, NOW - (20 - at) * DAY) for at in range(12, 0, -1))
        return RegisteredModel(name, "mlflow", versions, {"champion": "10", "challenger": "12"})

    return tuple(made(f"team.model_{at:02}") for at in range(12))


def odd() -> tuple[RegisteredModel, ...]:
    """The champion moved outside mltui after a move by it, a version that is pending, a model of GTO's with tags."""
    tags = {"3": move("3", "2", NOW - 9 * DAY, "grace@example.org", "the first that beat the rules")}
    churn = replace(
        MODELS[0], versions=tuple(replace(each, tags=tags.get(each.version, {})) for each in MODELS[0].versions)
    )
    message = "waiting for the files"
    pending = ModelVersion("fraud", "2", None, NOW - DAY, status="PENDING_REGISTRATION", status_message=message)
    versions = tuple(
        ModelVersion("segments", f"v1.{at}.0", None, NOW - (9 - at) * DAY, commit=f"{at}" * 40) for at in (2, 1)
    )
    gto = RegisteredModel("segments", "gto", versions, {"prod": "v1.1.0", "dev": "v1.2.0"}, "Who is alike?")
    return churn, RegisteredModel("fraud", "mlflow", (pending,), {}), gto


@pytest.mark.parametrize(
    ("size", "keys"),
    [
        ("wide", ("6",)),
        ("large", ("6",)),
        ("small", ("6",)),
        ("small", ("6", "enter")),
        ("wide", ("6", "down", "down")),
        ("wide", ("1",)),
    ],
    ids=["wide", "large", "small", "small-model", "wide-champion", "overview"],
)
def test_models(tmp_path: Path, settle, snap_compare, size, keys) -> None:
    values = {**WHOLE, "models": promoted()}
    app = MltuiApp(SampleWorkspace(tmp_path / "churn-model", Config(theme="dark", goals={"auc": "max"}), **values))

    async def wait(pilot) -> None:
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=wait)


@pytest.mark.parametrize(
    ("size", "downs"),
    [("wide", 2), ("wide", 5), ("large", 7), ("small", 5)],
    ids=["outside", "pending", "gto", "small-pending"],
)
def test_models_that_are_odd(tmp_path: Path, settle, snap_compare, size, downs) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path / "churn-model", Config(theme="dark"), **{**WHOLE, "models": odd()}))

    async def wait(pilot) -> None:
        await settle(pilot)
        await pilot.press("6", *["down"] * downs, *(["enter"] if size == "small" else []))
        await settle(pilot)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=wait)


def test_no_models(tmp_path: Path, settle, snap_compare) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path / "churn-model", Config(theme="dark"), **{**WHOLE, "models": ()}))

    async def wait(pilot) -> None:
        await settle(pilot)
        await pilot.press("6")
        await settle(pilot)

    assert snap_compare(app, terminal_size=SIZES["small"], run_before=wait)


def test_models_in_ascii_without_colour(tmp_path: Path, settle, snap_compare) -> None:
    config = Config(theme="dark", ascii=True)
    app = MltuiApp(SampleWorkspace(tmp_path / "churn-model", config, **{**WHOLE, "models": promoted()}))

    async def wait(pilot) -> None:
        await settle(pilot)
        await pilot.press("6")
        await settle(pilot)
        for row in app.screen.place.master.rows.items:
            text = "".join(plain(each) for each in app.screen.place.detail(row)[1])
            assert text.isascii(), text

    assert snap_compare(app, terminal_size=SIZES["wide"], run_before=wait)


def shown(app: MltuiApp) -> list[str]:
    rows = app.screen.place.master.rows
    return [plain(rows.row(at).cells[0]) for at in range(len(rows))]


async def test_enter_unfolds_left_folds_minus_does_so_with_all(tmp_path: Path, settle) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **{**WHOLE, "models": many()}))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("6")
        await settle(pilot)
        assert shown(app) == [f"▸ team.model_{at:02}  12 versions" for at in range(12)]
        assert "12 models, 144 versions" in app.screen.place.master.title_text
        await pilot.press("down", "enter")
        await settle(pilot)
        assert shown(app)[1:4] == ["▾ team.model_01", "  team.model_01/12", "  team.model_01/11"]
        assert not app.screen.place.inside
        await pilot.press("enter")
        await settle(pilot)
        assert app.screen.place.inside, "what is unfolded is gone into"
        await pilot.press("escape", "left")
        await settle(pilot)
        assert len(shown(app)) == 12
        await pilot.press("minus")
        await settle(pilot)
        assert len(shown(app)) == 12 * 13
        await pilot.press("minus")
        await settle(pilot)
        assert len(shown(app)) == 12


async def test_a_version_that_is_folded_away_is_gone_to(tmp_path: Path, settle) -> None:
    """As from a panel of the Overview, a run's row, or the lineage."""
    app = MltuiApp(SampleWorkspace(tmp_path, **{**WHOLE, "models": many()}))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("6")
        await settle(pilot)
        place = app.screen.place
        assert place.reveal("team.model_07/10")
        await settle(pilot)
        assert place.master.cursor_key == "team.model_07/10"
        assert place.lineage_of() == "model:team.model_07/10"
        await pilot.press("left")
        await settle(pilot)


async def test_a_model_stands_for_its_champion(tmp_path: Path, settle) -> None:
    """l, W, P and B on the row of a model mean the version that holds @champion; d asks against the challenger."""
    app = MltuiApp(SampleWorkspace(tmp_path, **{**WHOLE, "models": promoted()}))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("6")
        await settle(pilot)
        place = app.screen.place
        assert place.lineage_of() == "model:churn/4"
        pair = place.pair()
        assert not isinstance(pair, str)
        assert [each.label for each in pair] == ["churn/4", "churn/5"]


async def test_a_line_below_a_holder_leads_to_the_same_version(tmp_path: Path, settle) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **{**WHOLE, "models": promoted()}))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        table = app.screen.place.table("holders")
        table.focus()
        await settle(pilot)
        await pilot.press("down")
        await settle(pilot)
        assert plain(table.rows.row(table.cursor_row).cells[0]).startswith("  3f2a1c9")
        assert app.screen.place.copy_id() == "churn/4"
        await pilot.press("enter")
        await settle(pilot)
        assert app.screen.place.title == "Models"
        assert app.screen.place.master.cursor_key == "churn/4"
