"""The shell around the places, driven by keys, on fake sources (the door is `Source`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.color import Color
from tui_fakes import NOW, churn, run

from mltui.actions.user_state import choices
from mltui.config import Config
from mltui.errors import Unreadable
from mltui.model.git import History
from mltui.model.part import Part
from mltui.model.runs import RunTable
from mltui.present.text import plain
from mltui.tui.app import MltuiApp
from mltui.tui.feeds import PARTS
from mltui.tui.loaded import Loaded
from mltui.tui.memory import snapshot_of
from mltui.tui.roles import ROLES
from mltui.tui.screens.main import MainScreen
from mltui.tui.themes import THEMES
from mltui.tui.widgets.bar import Bar
from mltui.tui.widgets.filterbar import FilterBar
from mltui.tui.widgets.placebar import PlaceBar

SIZES = [(80, 24), (120, 36), (300, 100)]


def screen_text(app: MltuiApp) -> str:
    """What is on the screen, line by line."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def keys_shown(screen: MainScreen) -> list[str]:
    table = screen.place.query_one("#master")
    return [table.rows.key(at) for at in range(len(table.rows))]


@pytest.mark.parametrize("size", SIZES)
async def test_every_place_opens_at_every_size(tmp_path: Path, settle, size) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for number in "234567":
            await pilot.press(number)
            screen = await settle(pilot)
            assert screen.place.number == int(number)
            assert screen.place.title in screen_text(app)


async def test_header_says_where_git_stands_which_store_and_how_fresh(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        header = screen_text(app).splitlines()[0]
    assert " ".join(header.split()) == (
        f"{tmp_path.name} main ↑2 ✎ params.yaml mlflow.db · 24 runs 3 of 312 experiments read 12:41:07"
    )


async def test_a_narrow_header_drops_the_least_important_first(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(60, 24)) as pilot:
        await settle(pilot)
        header = screen_text(app).splitlines()[0]
    assert "main ↑2" in header
    assert "read" not in header
    assert len(header) <= 60


async def test_late_parts_are_dropped(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test() as pilot:
        screen = await settle(pilot)
        newer = Part("git", replace(screen.git.value, branch="newer"), None, NOW, 1001)
        older = Part("git", replace(screen.git.value, branch="older"), None, NOW, 1000)
        screen.post_message(Loaded(replace(newer, name="git", sequence=1001)))
        screen.post_message(Loaded(replace(older, name="git", sequence=1000)))
        await settle(pilot)
        assert screen.git.value.branch == "newer"


async def test_a_failed_part_says_so_and_the_others_work(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    workspace.models.value = Unreadable("model registry makes no sense", "look at it")
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        assert "1 problem" in screen_text(app).splitlines()[0]
        await pilot.press("5")
        await settle(pilot)
        assert len(keys_shown(screen)) == 24
        await pilot.press("exclamation_mark")
        await settle(pilot)
        text = screen_text(app)
        assert "model registry makes no sense" in text
        assert "look at it" in text


async def test_a_load_that_fails_later_keeps_the_last_known_value(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        workspace.runs.becomes(Unreadable("the store went away"))
        screen.feeds.kick()
        await settle(pilot)
        assert screen.runs.problem.summary == "the store went away"
        assert len(screen.runs.value.runs) == 24
        await pilot.press("5")
        await settle(pilot)
        assert "Runs  24  ✗ the store went away, rows as of 12:41" in screen_text(app)


async def test_nothing_is_loaded_while_fingerprints_stand_still(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test() as pilot:
        screen = await settle(pilot)
        screen.feeds.kick()
        await settle(pilot)
        assert workspace.runs.loads == 1
        await pilot.press("r")
        await settle(pilot)
        assert workspace.runs.loads == 2


async def test_paused_only_r_reads(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        await pilot.press("p")
        await settle(pilot)
        workspace.runs.version += 1
        screen.feeds.kick()
        await settle(pilot)
        assert workspace.runs.loads == 1
        assert "paused" in screen_text(app).splitlines()[0]
        await pilot.press("p")
        await settle(pilot)
        assert workspace.runs.loads == 2


async def test_a_refresh_moves_neither_cursor_nor_scroll(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path, runs=200)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        await pilot.press(*["j"] * 60)
        await settle(pilot)
        table = screen.place.master
        key, offset = table.cursor_key, table.cursor_row - table.scroll_offset.y
        table_before = workspace.runs.value.runs
        newer = tuple(run(at, run_id=f"new{at}", start=NOW) for at in range(3))
        workspace.runs.becomes(RunTable(newer + table_before, True, ("auc", "loss")))
        screen.feeds.kick()
        await settle(pilot)
        assert table.cursor_key == key
        assert table.cursor_row == 63
        assert table.cursor_row - table.scroll_offset.y == offset


async def test_older_commits_come_as_one_scrolls(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    whole = workspace.history.value
    workspace.history.value = History(whole.commits[:55], False)
    workspace.history.more = lambda: whole
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("2")
        screen = await settle(pilot)
        await pilot.press("j")
        await settle(pilot)
        assert len(screen.history.value.commits) == 60
        assert screen.place.master.cursor_row == 1


async def test_a_commit_that_is_older_than_what_was_read_is_read_on_to(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    whole = workspace.history.value
    pieces = [History(whole.commits[:30], False), History(whole.commits[:45], False), whole]
    workspace.history.value = pieces.pop(0)
    workspace.history.more = lambda: pieces.pop(0)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        screen.visit(2, f"{58:040x}")
        for _ in range(3):
            screen = await settle(pilot)
        assert screen.place.selected() == f"{58:040x}"
        screen.visit(2, "f" * 40)
        screen = await settle(pilot)
        assert screen.footer.word == "fffffff is not in the history of HEAD"


async def test_filter_narrows_as_typed_and_esc_takes_it_back(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5", "slash", *"run-1")
        screen = await settle(pilot)
        assert len(keys_shown(screen)) == 11
        await pilot.press("enter")
        await settle(pilot)
        assert not screen.query_one(FilterBar).display
        assert screen.place.master.has_focus
        await pilot.press("escape")
        await settle(pilot)
        assert len(keys_shown(screen)) == 24


async def test_a_filter_that_finds_nothing_shows_no_row_until_esc(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5", "j", "j", "slash", *"zzz")
        screen = await settle(pilot)
        assert keys_shown(screen) == []
        assert "nothing matches 'zzz'; esc brings all rows back" in screen_text(app)
        assert "Runs  0 of 24 match 'zzz'" in screen_text(app)
        await pilot.press("enter")
        await settle(pilot)
        assert screen_text(app).splitlines()[-1].split()[:3] == ["esc", "all", "rows"]
        await pilot.press("escape")
        await settle(pilot)
        assert len(keys_shown(screen)) == 24
        assert screen.place.master.cursor_row == 2


async def test_n_goes_to_the_next_match_of_a_filter_taken_back(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5", "slash", *"run-1")
        await settle(pilot)  # the cursor goes to the first match as those are shown
        await pilot.press("escape")
        screen = await settle(pilot)
        await pilot.press("n", "n")
        await settle(pilot)
        assert screen.place.master.cursor_row == 11
        await pilot.press("N")
        await settle(pilot)
        assert screen.place.master.cursor_row == 10


async def test_help_and_palette_are_plain_ascii_where_the_terminal_is(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("question_mark")
        await settle(pilot)
        assert screen_text(app).isascii()
        await pilot.press("escape", "colon")
        await settle(pilot)
        assert screen_text(app).isascii()


async def test_an_order_that_is_asked_for_is_seen_from_its_top(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5", "j", "j", "s", *"run", "enter")
        screen = await settle(pilot)
        assert screen.place.master.cursor_row == 0
        assert screen.place.sorted_by() == ("attributes.name", False)
        await pilot.press("s", "enter")
        await settle(pilot)
        assert screen.place.sorted_by() == ("attributes.name", True)
        assert screen.place.master.cursor_key == keys_shown(screen)[0] == f"{9:032x}"


@pytest.mark.parametrize(("goals", "falls"), [({"auc": "max"}, True), ({"auc": "min"}, False), ({}, True)])
async def test_an_order_by_a_metric_begins_with_the_best(tmp_path: Path, settle, goals, falls) -> None:
    app = MltuiApp(churn(tmp_path, config=Config(primary="loss", goals={"loss": "min", **goals})))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5", "s", *"auc")
        await settle(pilot)
        assert "(again turns it round)" in screen_text(app)
        await pilot.press("enter")
        screen = await settle(pilot)
        assert screen.place.sorted_by() == ("metrics.auc", falls)
        best = 0 if falls else 23  # the larger its number, the smaller a run's auc
        assert keys_shown(screen)[0] == f"{best:032x}"
        assert ("auc ▼" if falls else "auc ▲") in screen_text(app)
        await pilot.press("s", "enter")
        await settle(pilot)
        assert screen.place.sorted_by() == ("metrics.auc", not falls)
        await pilot.press("s", *"loss", "enter")
        await settle(pilot)
        assert screen.place.sorted_by() == ("metrics.loss", False)


async def test_enter_goes_in_and_esc_and_q_come_out(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        for out in ("escape", "q"):
            await pilot.press("enter")
            await settle(pilot)
            assert screen.place.detail_shown()
            assert not screen.place.master.display
            await pilot.press(out)
            await settle(pilot)
            assert screen.place.master.display
            assert not screen.place.detail_shown()
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 0


async def test_back_and_forward_return_to_place_and_row(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("j", "j", "j", "2")
        await settle(pilot)
        await pilot.press("less_than_sign")
        await settle(pilot)
        assert (screen.place.number, screen.place.selected()) == (5, f"{3:032x}")
        await pilot.press("greater_than_sign")
        await settle(pilot)
        assert screen.place.number == 2


async def test_brackets_skip_empty_places(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        seen = []
        for _ in range(6):
            await pilot.press("right_square_bracket")
            await settle(pilot)
            seen.append(screen.place.number)
        assert seen == [2, 3, 4, 5, 6, 1]
        await pilot.press("left_square_bracket")
        await settle(pilot)
        assert screen.place.number == 6


async def test_an_empty_place_is_reached_by_its_number_and_says_what_is_missing(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await settle(pilot)
        await pilot.press("7")
        await settle(pilot)
        assert screen.place.number == 7
        assert plain(screen.place.empty[0]) in screen_text(app)


async def test_a_key_that_cannot_act_says_why(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("n")
        await settle(pilot)
        assert "filter something with / first" in screen_text(app).splitlines()[-1]


async def test_a_terminal_too_small_says_so(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(38, 8)) as pilot:
        await settle(pilot)
        assert "40" in screen_text(app)
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert "Overview" in screen_text(app)


async def test_ascii_draws_no_other_character(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path, config=Config(ascii=True)))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        for number in "123456":
            await pilot.press(number)
            await settle(pilot)
            assert screen_text(app).isascii(), [char for char in screen_text(app) if not char.isascii()][:10]


async def test_no_color_sends_no_colour_and_still_shows_the_cursor(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        filters = [each for each in app._filters if each.enabled]
        segments = [s for strip in app.screen._compositor.render_strips() for s in strip]
        for each in filters:
            segments = each.apply(segments, screen.background_colors[1])
        colours = {str(s.style.color and s.style.color.name) for s in segments if s.style}
        assert colours <= {"None", "default"}
        assert any(s.style and s.style.reverse and "run-0" in s.text for s in segments)


async def test_the_summary_for_the_next_start_is_kept(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.setattr("mltui.tui.keeping.SETTLE", 0.01)
    workspace = churn(tmp_path)
    async with MltuiApp(workspace).run_test() as pilot:
        await settle(pilot)
    assert workspace.kept[-1].git.value.branch == "main"
    assert len(workspace.kept[-1].newest.value) == 24


async def test_equal_parts_send_nothing_to_the_terminal(tmp_path: Path, settle, monkeypatch) -> None:
    workspace = churn(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        drawn: list[object] = []
        monkeypatch.setattr(app, "_display", lambda screen, update: drawn.append(update))
        workspace.runs.becomes(replace(workspace.runs.value))
        screen.feeds.kick()
        await settle(pilot)
        assert [update for update in drawn if update is not None and update.render_segments(app.console)] == []


@pytest.mark.parametrize("place", "1234567")
async def test_a_minute_that_moves_no_age_draws_nothing(tmp_path: Path, settle, monkeypatch, place) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press(place)
        screen = await settle(pilot)
        drawn: list[object] = []
        monkeypatch.setattr(app, "_display", lambda screen, update: drawn.append(update))
        screen.now = NOW + 10
        await settle(pilot)
        assert [update for update in drawn if update is not None] == []


async def test_header_is_one_line_of_pieces(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        assert screen.query_one("#header", Bar).size.height == 1


async def test_a_click_on_a_place_goes_there(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        at = screen_text(app).splitlines()[1].index("Pipeline")
        await pilot.click(PlaceBar, offset=(at, 0))
        await settle(pilot)
        assert screen.place.number == 4


async def test_the_primary_metric_and_its_goal_are_chosen_and_kept_for_the_user(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        former = await settle(pilot)
        await pilot.press("M", *"loss", "enter")
        await settle(pilot)
        await pilot.press(*"smaller", "enter")
        await settle(pilot)
        screen = next(each for each in reversed(app.screen_stack) if isinstance(each, MainScreen))
        assert screen is not former
        assert screen.workspace.config.primary == "loss"
        assert screen.workspace.config.goals == {"loss": "min"}
    kept = choices(workspace.project)
    assert (kept.primary, kept.goals) == ("loss", {"loss": "min"})
    assert list(tmp_path.iterdir()) == []


async def test_tab_goes_through_the_panels_then_to_the_next_place(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        await pilot.press("tab")
        await settle(pilot)
        assert screen.place.pane.has_focus
        await pilot.press("tab")
        await settle(pilot)
        assert screen.place.number == 6


async def test_the_first_frame_shows_what_was_known_last_time(tmp_path: Path, monkeypatch) -> None:
    workspace = churn(tmp_path)
    snapshot = snapshot_of(workspace, {name: Part(name, getattr(workspace, name).value) for name in PARTS}, None)
    workspace.remembered = snapshot
    monkeypatch.setattr(MainScreen, "_furnish", lambda self: None)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        while "run-0" not in (text := screen_text(app)):
            await pilot.pause()
    assert "main ↑2" in text
    assert "✓ 2 fresh  ~ 2 stale" in text


async def test_every_theme_and_size_live(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for theme, size in zip(THEMES, [*SIZES, (100, 30)], strict=True):
            app.theme = theme.name
            await pilot.resize_terminal(*size)
            await settle(pilot)
            lines = screen_text(app).splitlines()
            assert len(lines) == size[1]
            assert "Needs you" in screen_text(app)


@pytest.mark.parametrize("theme", [theme for theme in THEMES if not theme.ansi], ids=lambda theme: theme.name)
def test_every_role_is_readable(theme) -> None:
    variables = {**theme.to_color_system().generate(), **theme.variables}
    for role, (name, _) in ROLES.items():
        for ground in ("background", "cursor", "cursor-idle"):
            if role == "faint" and ground != "background":
                continue
            ratio = contrast(variables[name], variables[ground])
            assert ratio >= (2.5 if role == "faint" else 4.5), (role, ground, round(ratio, 2))


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours."""
    light, dark = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: Color) -> float:
    parts = [each / 255 for each in (color.r, color.g, color.b)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


async def test_a_key_typed_before_the_places_are_there_is_not_lost(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("5")
        screen = await settle(pilot)
        assert screen.place.number == 5
        assert screen.focused is not None
        assert screen.place in screen.focused.ancestors


async def test_a_store_that_went_is_marked_wherever_its_rows_still_are(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        gone = Unreadable("mlflow.db is gone", "put it back")
        (store,) = workspace.stores.value
        workspace.stores.becomes((replace(store, problem=gone.summary, hint=gone.hint, read_at=NOW),))
        workspace.runs.becomes(gone)
        workspace.models.becomes(gone)
        screen.feeds.kick()
        await settle(pilot)
        assert "✗ mlflow.db as of 12:41   ✗ 1 problem" in screen_text(app).splitlines()[0]
        assert any("mlflow.db" in row and "is gone  put it back" in row for row in screen_text(app).splitlines())
        for number, title in (("5", "Runs  24"), ("6", "Models  1 model, 2 versions")):
            await pilot.press(number)
            await settle(pilot)
            assert f"─ {title}  ✗ mlflow.db is gone, rows as of 12:41 ─" in screen_text(app)


async def test_a_checkout_marks_the_pipeline_until_it_is_read_again(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    workspace.pipeline.value = replace(workspace.pipeline.value, commit=workspace.git.value.commit)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        assert "asking dvc" not in screen_text(app)
        other = "2" * 40
        workspace.git.becomes(replace(workspace.git.value, branch="other", commit=other))
        screen.feeds.kick()
        await settle(pilot)
        assert "Pipeline and data  as it was, asking dvc" in screen_text(app)
        assert "Needs you  reading pipeline" in screen_text(app)
        workspace.pipeline.becomes(replace(workspace.pipeline.value, commit=other))
        screen.feeds.kick()
        await settle(pilot)
        assert "asking dvc" not in screen_text(app)
        assert "reading" not in screen_text(app)
