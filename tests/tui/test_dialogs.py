"""What lies over the main screen: the last line tells the keys that act, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_workspace import SampleWorkspace
from tui_fakes import NOW, SHA, churn

from churn_sample import WHOLE
from mltui.model.dvc import DvcExperiment
from mltui.sources.runner import Done
from mltui.tui.app import MltuiApp
from mltui.tui.commands import BY_ID, COMMANDS
from mltui.tui.screens.chooser import Chooser, Option
from mltui.tui.screens.main import MainScreen
from mltui.tui.screens.palette import palette_options


def lines(app: MltuiApp) -> list[str]:
    """What is on the screen."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


def last_line(app: MltuiApp) -> str:
    return " ".join(lines(app)[-1].split())


@pytest.mark.parametrize(
    ("key", "keys"),
    [
        ("question_mark", "esc close up down scroll"),
        ("at", "esc leave y copy command / find enter whole J journal ? help"),
        ("s", "enter order by it space next key, turn, take out esc leave up down choose"),
        ("ctrl+t", "enter take it esc leave up down choose"),
        ("M", "enter take it esc leave up down choose"),
        ("colon", "enter run it esc leave up down choose"),
        ("slash", "enter keep the filter esc take it back down to the rows read-write"),
    ],
)
async def test_the_last_line_tells_the_keys_of_what_is_in_front(tmp_path: Path, settle, key, keys) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        before = last_line(app)
        assert before == "/ filter space mark C charts c compare d why different L log ? help"
        await pilot.press(key)
        await settle(pilot)
        assert last_line(app) == keys
        await pilot.press("escape")
        await settle(pilot)
        assert last_line(app) == before


async def test_open_and_back_are_told_where_they_do_something(tmp_path: Path, settle) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert last_line(app).startswith("enter open tab next panel l lineage R retrain ? help")
        await pilot.press("7")
        await settle(pilot)
        assert last_line(app) == "R retrain ? help ctrl+p commands read-write"
        await pilot.press("5")
        await settle(pilot)
        assert last_line(app).startswith("/ filter space mark C charts c compare")
        await pilot.press("enter")
        await settle(pilot)
        assert last_line(app) == "esc back l lineage e edit ? help ctrl+p commands read-write"


async def test_a_panel_with_nothing_to_open_does_not_offer_it(tmp_path: Path, settle) -> None:
    quiet = {name: WHOLE[name] for name in ("git", "history", "series")}
    app = MltuiApp(SampleWorkspace(tmp_path, **quiet))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await settle(pilot)
        assert screen.focused is screen.place.table("commits")
        assert last_line(app).startswith("enter open tab next panel l lineage ?")
        await pilot.press("shift+tab")
        await settle(pilot)
        assert screen.focused is screen.place.table("needs")
        assert last_line(app).startswith("tab next panel ?")
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("1")
        await settle(pilot)
        assert screen.focused is screen.place.table("commits")


async def test_the_palette_begins_with_places_and_daily_commands_and_says_why_not(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await settle(pilot)
        options = palette_options(screen)
        assert [each.title for each in options[:9]] == [
            *("Overview", "History", "Data", "Pipeline", "Runs", "Models", "Jobs", "Filter", "Sort"),
        ]
        assert {each.key for each in options} == {each.id for each in COMMANDS if not each.own} - {"palette"}
        by_key = {each.key: each for each in options}
        assert len(by_key) == len(options), "each once"
        assert not by_key["match.next"].open
        assert by_key["match.next"].about == "not now: filter something with / first"
        assert by_key["refresh"].about == BY_ID["refresh"].help()
        await pilot.press("ctrl+p")
        await settle(pilot)
        assert [each[3:40].split()[:2] for each in lines(app)[4:7]] == [
            ["1", "Overview"],
            ["2", "History"],
            ["3", "Data"],
        ]


async def test_the_palette_runs_what_is_chosen_and_says_why_if_it_can_not(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+p", *"models", "enter")
        screen = await settle(pilot)
        assert isinstance(app.screen, MainScreen)
        assert screen.place.number == 6
        await pilot.press("colon", *"next match", "enter")
        await settle(pilot)
        assert "filter something with / first" in last_line(app)


async def test_esc_is_said_to_bring_all_rows_back_where_some_are_filtered_out(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5", "slash", *"run-1", "enter")
        await settle(pilot)
        assert last_line(app).startswith("esc all rows / filter")
        await pilot.press("enter")
        await settle(pilot)
        assert last_line(app).startswith("esc back l lineage e edit ? help")


async def test_an_order_of_stages_shows_no_lines_between_them(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("4")
        await settle(pilot)
        await pilot.press("w")
        await settle(pilot)
        assert lines(app)[4].split()[1:3] == ["✓", "prepare"]
        await pilot.press("s", *"stage", "enter")
        await settle(pilot)
        assert [each.split()[2] for each in lines(app)[4:8]] == ["evaluate", "prepare", "train", "validate"]


@pytest.mark.parametrize("key", ["slash", "s"])
async def test_a_filter_or_an_order_asked_for_in_a_detail_brings_the_rows_back(tmp_path: Path, settle, key) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5", "enter")
        screen = await settle(pilot)
        assert not screen.place.master.display
        await pilot.press(key)
        await settle(pilot)
        assert screen.place.master.display
        await pilot.resize_terminal(120, 36)
        await pilot.press("escape", "enter", key)
        await settle(pilot)
        assert screen.place.inside


async def test_any_key_takes_the_word_back(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        for unknown in ("j", "f5", "h"):
            await pilot.press("n")
            await settle(pilot)
            assert "filter something" in last_line(app)
            await pilot.press(unknown)
            await settle(pilot)
            assert last_line(app).startswith("/ filter space mark C charts c compare")


async def test_ctrl_c_tells_how_mltui_is_left(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+c")
        await settle(pilot)
        assert last_line(app).startswith("q quits")
        assert not app._notifications


async def test_a_copy_goes_through_tmux_where_one_is(tmp_path: Path, settle, monkeypatch) -> None:
    workspace, asked = churn(tmp_path), []

    def run(argv, **given) -> Done:
        asked.append((argv, given["stdin"]))
        return Done(tuple(argv), 0, b"", "", 0.0)

    workspace.runner.run = run
    app = MltuiApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        monkeypatch.delenv("TMUX", raising=False)
        await pilot.press("5", "y")
        await settle(pilot)
        assert last_line(app).startswith(f"sent to the terminal's clipboard: {0:032x}")
        assert not asked
        monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
        await pilot.press("y")
        await settle(pilot)
        ((command, given),) = asked
        assert (command[:4], given) == (("tmux", "load-buffer", "-w", "-"), f"{0:032x}".encode())
        assert last_line(app).startswith(f"copied into tmux: {0:032x}")


async def test_dvc_experiments_are_counted_apart(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    one = DvcExperiment("hasty-cat", "e" * 40, SHA, "Ada", NOW, {"auc": 0.9}, {})
    workspace.experiments.becomes((one,))
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        assert "mlflow.db · 24 runs + 1 exp" in lines(app)[0]
        assert any("auc?, newest 24 runs + 1 exp" in each for each in lines(app))
        await pilot.press("5")
        await settle(pilot)
        assert any("Runs  24 runs + 1 exp" in each for each in lines(app))


async def test_what_is_typed_in_full_comes_before_what_holds_it(tmp_path: Path, settle) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        options = [Option(each, each, chosen=each == "auc") for each in ("auc", "train_loss", "loss", "loss_min")]
        taken: list[object] = []
        app.push_screen(Chooser("Which", options), taken.append)
        await settle(pilot)
        await pilot.press("down", "down", *"loss", "enter")
        await settle(pilot)
        app.push_screen(Chooser("Which", options), taken.append)
        await settle(pilot)
        await pilot.press("down", "down", "down", *"los", "enter")
        await settle(pilot)
        assert taken == [("loss",), ("train_loss",)], "else the first"
