"""``/`` in Runs: words stay words; a filter filters; what is wrong with one is said, and the rows stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual.widgets import Input
from tui_fakes import churn

from mltui.tui.app import MltuiApp
from mltui.tui.screens.main import MainScreen
from mltui.tui.widgets.filterbar import FilterBar


def screen_text(app: MltuiApp) -> str:
    return "\n".join("".join(segment.text for segment in line) for line in app.screen._compositor.render_strips())


def shown(screen: MainScreen) -> list[str]:
    return screen.place.master.rows.keys()


async def listed(pilot, settle) -> MainScreen:
    """The screen, when the rows of what was typed are on it."""
    screen = await settle(pilot)
    while screen.place.unsettled:
        await pilot.pause(0.01)
    return screen


async def test_a_filter_filters_and_a_wrong_one_keeps_the_rows(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5", "slash")
        await settle(pilot)
        bar = app.screen.query_one(FilterBar)
        for letter in "status = failed":
            await pilot.press("space" if letter == " " else "equals_sign" if letter == "=" else letter)
        screen = await listed(pilot, settle)
        failed = shown(screen)
        runs = {run.run_id: run for run in screen.place.runs.value.runs}
        assert failed
        assert {runs[key].status for key in failed} == {"FAILED"}
        assert f"{len(failed)} of 24 match 'status = failed'" in screen_text(app)
        await pilot.press("x")
        await settle(pilot)
        assert shown(screen) == failed
        *_, typed, why, _ = screen_text(app).splitlines()
        assert typed.startswith(" / status = failedx")
        assert why.startswith(" " * 12 + "^^^^^^^ there is no status FAILEDX; there are FINISHED")
        await pilot.press("enter")
        await settle(pilot)
        assert bar.display, "a wrong filter is not kept"
        await pilot.press("backspace", "enter")
        screen = await listed(pilot, settle)
        assert not bar.display
        assert shown(screen) == failed
        await pilot.press("escape")
        await settle(pilot)
        assert len(shown(screen)) == 24


async def test_a_filter_for_deleted_runs_says_that_none_is_listed(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        screen.place.filter_text = "lifecycle = deleted"
        await listed(pilot, settle)
        assert "deleted runs are listed by mltui runs --all" in screen_text(app)


async def test_tab_completes_keys(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5", "slash", *"metr", "tab")
        await settle(pilot)
        field = app.screen.query_one(FilterBar)._field
        assert field.value == "metrics."
        await pilot.press("tab")
        await settle(pilot)
        assert "metrics.auc" in screen_text(app).splitlines()[-2]
        await pilot.press(*"au", "tab", "tab")
        screen = await listed(pilot, settle)
        assert field.value.startswith("metrics.au")
        assert len(shown(screen)) == 24 or screen.place.filter_text == "metr"


async def test_tab_loses_nothing_that_was_typed(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5", "slash", *"metrics.auc > 0.5 and params.none", "tab")
        screen = await settle(pilot)
        field = app.screen.query_one(FilterBar)._field
        assert (field.value, screen.focused) == ("metrics.auc > 0.5 and params.none", field)
        assert "nothing completes this" in screen_text(app)
        await pilot.press("shift+tab")
        screen = await settle(pilot)
        assert screen.place.title == "Runs"
        assert not app.screen.query_one(FilterBar).display


async def test_tab_says_more_than_one_key_however_long_it_is(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    table = workspace.runs.value
    first = replace(table.runs[0], params={"a" * 240: "1", "ab": "2"})
    workspace.runs.value = replace(table, runs=(first, *table.runs[1:]))
    app = MltuiApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5", "slash", *"params.a", "tab")
        await settle(pilot)
        assert "params.ab" in screen_text(app).splitlines()[-2]


async def test_an_unfinished_filter_is_no_alarm_and_says_how_it_could_go_on(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5", "slash")
        await settle(pilot)
        bar = app.screen.query_one(FilterBar)

        async def said_of(text: str, *keys: str) -> str:
            bar._field.value = text
            bar._field.cursor_position = len(text)
            await settle(pilot)
            await pilot.press(*keys)
            await settle(pilot)
            return screen_text(app).splitlines()[-2].strip()

        assert await said_of("metrics.") == "metrics.auc  metrics.loss"
        assert await said_of("metrics.a") == "metrics.auc"
        assert not bar.has_class("-wrong")
        for text in ("metrics.auc", "metrics.auc >", "(metrics.auc > 0.9", "status = 'fai"):
            assert await said_of(text), text
            assert (bar.has_class("-dim"), bar.has_class("-wrong")) == (True, False), text
        assert "expected an operator" in await said_of("metrics.auc", "enter")
        assert bar.has_class("-wrong"), "enter says that this is all of it"
        assert "there is no status NOPE" in await said_of("status = nope ")
        assert bar.has_class("-wrong") and not bar.has_class("-dim")
        await said_of("metrics.auc > 'x'")
        assert bar.has_class("-wrong"), "what is closed is finished"
        await said_of("metrics.auc > 0.9")
        assert not bar.has_class("-why")


async def test_the_mark_follows_a_field_that_has_scrolled(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5", "slash")
        await settle(pilot)
        field = app.screen.query_one(FilterBar)._field
        field.value = f"name = '{'x' * 90}' and status = nop"
        field.cursor_position = len(field.value)
        await settle(pilot)
        await pilot.press("e")
        await settle(pilot)
        *_, typed, why, _ = screen_text(app).splitlines()
        assert typed.rstrip().endswith("status = nope")
        assert why.index("^^^^") == typed.index("nope")
        assert "there is no status NOPE" in why


async def test_another_place_knows_words_only(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("2", "slash", *"metrics.")
        screen = await listed(pilot, settle)
        assert screen.place.filter_text == "metrics."
        await pilot.press("tab")
        await settle(pilot)
        assert not screen.query_one(FilterBar).display


async def test_nothing_matches_where_numbers_compare_as_text(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    workspace.runs.value = replace(workspace.runs.value, param_keys=("lr",))
    app = MltuiApp(workspace)
    async with app.run_test(size=(160, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5", "slash")
        await settle(pilot)
        app.screen.query_one(FilterBar).query_one(Input).value = "params.lr >= 00.05"
        screen = await listed(pilot, settle)
        assert shown(screen) == []
        assert "params compare as text; num(params.lr) >= 00.05 as numbers" in screen.place.master.placeholder
