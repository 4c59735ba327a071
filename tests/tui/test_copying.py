"""`Y` and `ctrl+y`: what reaches the clipboard, which stands in for the terminal alone (`App.clipboard`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sample_workspace import SampleWorkspace

from churn_sample import HARE, LYNX, TABLE, WHOLE, run
from mltui.config import Config
from mltui.tui.app import MltuiApp


def app_of(root: Path, **changes) -> MltuiApp:
    return MltuiApp(SampleWorkspace(root, Config(theme="dark", goals={"auc": "max"}), **{**WHOLE, **changes}))


async def test_Y_copies_the_marked_runs_as_markdown(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    app = app_of(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        screen.place.marks = frozenset({HARE.run_id, LYNX.run_id})
        await pilot.press("Y")
        await settle(pilot)
        lines = app.clipboard.splitlines()
        assert lines[0].startswith("| status | run |")
        assert [line.split(" | ")[1] for line in lines[2:]] == ["calm-lynx", "stormy-hare"]
        assert "2 runs as Markdown" in screen.footer.word


async def test_a_chooser_copies_one_value_whole(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    app = app_of(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        screen.place.master.move_to_key(LYNX.run_id)
        await pilot.press("ctrl+y", *"tags.team", "enter")
        await settle(pilot)
        assert app.clipboard == "growth"
        assert "tags.team growth" in screen.footer.word


async def test_a_long_value_leaves_its_name_room(tmp_path: Path, settle) -> None:
    long = replace(TABLE.runs[0], params={"optimizer.schedule." * 6: "x" * 70})
    app = app_of(tmp_path, runs=replace(TABLE, runs=(long,)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5", "ctrl+y")
        await settle(pilot)
        rows = "\n".join("".join(part.text for part in strip) for strip in app.screen._compositor.render_strips())
        assert "params.optimizer.schedule." in rows


async def test_other_places_copy_their_table_too_and_one_without_says_so(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    app = app_of(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        await pilot.press("Y")
        await settle(pilot)
        assert screen.footer.word == "Overview has no table to copy"
        for key, first in (("2", "commit"), ("3", "status"), ("4", "status"), ("6", "model")):
            await pilot.press(key)
            await settle(pilot)
            await pilot.press("Y")
            await settle(pilot)
            assert app.clipboard.startswith(f"| {first} |")
        await pilot.press("7", "Y")
        await settle(pilot)
        assert screen.footer.word == "Jobs has no table to copy"


async def test_what_is_too_long_for_a_terminal_is_said_and_not_sent(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    runs = tuple(run(f"run-{at}-{'x' * 200}", 0.5, at) for at in range(400))
    app = app_of(tmp_path, runs=replace(TABLE, runs=runs))
    async with app.run_test(size=(160, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        await pilot.press("ctrl+y", *"table as tsv", "enter")
        await settle(pilot)
        assert app.clipboard == ""
        assert screen.footer.word.startswith("not copied: ")
        assert screen.footer.word.endswith("; ctrl+y has the command that prints it")
        await pilot.press("Y")
        await settle(pilot)
        assert 60_000 < len(app.clipboard) <= 74_000
        assert "the first " in screen.footer.word
