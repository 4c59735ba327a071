"""Lineage by its keys, on the sample of `lineage_sample`: where they lead, what folds, what is said where."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_workspace import SampleWorkspace

import lineage_sample as sample
from churn_sample import HARE, HISTORY, LYNX, RUNS, SHA, TABLE, WHOLE
from mltui.config import Config
from mltui.errors import Unreadable
from mltui.model.dvc import Entry
from mltui.model.lineage.graph import Graph
from mltui.present.text import plain
from mltui.tui.app import MltuiApp
from mltui.tui.commands import BY_ID
from mltui.tui.places.lineage import LineagePlace
from mltui.tui.widgets.footer import FooterBar
from mltui.tui.widgets.placebar import PlaceBar

PARAMS = f"params:{HARE.run_id}"
#: A worktree without stages.
BARE = replace(WHOLE["pipeline"], stages=())


def project(tmp_path: Path, graph: Any = sample.GRAPH, config: Config | None = None, **changes: Any) -> SampleWorkspace:
    return SampleWorkspace(tmp_path, config, **{**WHOLE, "lineage": graph, **changes})


def things(screen: Any) -> list[str]:
    """The names in the tree, without its lines."""
    rows = screen.place.tree_table.rows
    return [plain(rows.row(at).cells[0]).strip("│├└─ ▾▸") for at in range(len(rows))]


def said(app: MltuiApp) -> str:
    footer = app.screen.query_one("#footer", FooterBar)
    return footer.word


def text_of(app: MltuiApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(part.text for part in strip) for strip in strips)


def whole_words(app: MltuiApp) -> str:
    """The screen's text as one line, wrapped or not."""
    return " ".join(text_of(app).replace("│", " ").split())


async def lineage_of(pilot: Any, settle: Any, root: str) -> Any:
    """Be at the lineage of a node, having come from the run stormy-hare in Runs."""
    await settle(pilot)
    await pilot.press("5")
    screen = await settle(pilot)
    screen.place.master.move_to_key(HARE.run_id)
    await settle(pilot)
    screen.visit(8, root)
    screen = await settle(pilot)
    assert isinstance(screen.place, LineagePlace)
    return screen


def at(screen: Any, name: str) -> None:
    """Put the cursor on the first row of that name."""
    screen.place.tree_table.move_to(things(screen).index(name))


# Getting there


@pytest.mark.parametrize(
    ("place", "row", "root"),
    [
        ("2", SHA[0], sample.COMMIT),
        ("3", "data/customers.csv", sample.RAW),
        ("4", "train", "stage:train"),
        ("5", HARE.run_id, sample.RUN),
        ("6", "churn/4", sample.MODEL),
    ],
)
async def test_l_shows_the_lineage_of_what_the_cursor_is_on(tmp_path: Path, settle, place, row, root) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press(place)
        screen = await settle(pilot)
        screen.place.master.move_to_key(row)
        await pilot.press("l")
        screen = await settle(pilot)
        assert screen.place.number == 8
        assert screen.place.node.id == root
        assert screen.place.tree_table.title_text.startswith(f"Lineage of {things(screen)[0]}  ")


@pytest.mark.parametrize(
    ("panel", "at", "root"),
    [("needs", 0, "stage:train"), ("holders", 0, sample.MODEL), ("newest", 4, sample.RUN)],
)
async def test_l_on_the_overview_too(tmp_path: Path, settle, panel, at, root) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        table = screen.place.table(panel)
        table.focus()
        table.move_to(at)
        await pilot.press("l")
        screen = await settle(pilot)
        assert (screen.place.number, screen.place.node.id) == (8, root)


async def test_l_on_the_panel_of_the_pipeline_is_the_stage_it_leads_to(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        screen.place.query_one("#pipeline").focus()
        await settle(pilot)
        assert "l lineage" in screen.footer.render_line(0).text
        await pilot.press("l")
        screen = await settle(pilot)
        assert (screen.place.number, screen.place.node.id) == (8, "stage:train")
        await pilot.press("1")
        await settle(pilot)
        screen.place.query_one("#pipeline").focus()
        await pilot.press("enter")
        await settle(pilot)
        assert screen.place.selected() == "train"


async def test_l_on_what_has_none_says_so(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("7", "l")
        await settle(pilot)
        assert said(app) == "nothing here has a lineage"


async def test_l_in_a_comparison_leads_to_the_run_under_its_cursor(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        screen.place.marks = frozenset({HARE.run_id, LYNX.run_id})
        await pilot.press("c")
        await settle(pilot)
        await pilot.press("right", "l")
        screen = await settle(pilot)
        assert app.screen is screen
        assert screen.place.node.id in (sample.RUN, sample.OTHER)


# Going on, back and forward


@pytest.mark.parametrize(
    ("row", "number", "key"),
    [
        ("commit 3f2a1c9", 2, SHA[0]),
        ("customers.csv v3", 3, "data/customers.csv"),
        ("stage train", 4, "train"),
        ("params lr=0.1 depth=6", 5, HARE.run_id),
        ("worktree", 5, HARE.run_id),
        ("churn/4", 6, "churn/4"),
        ("churn@champion", 6, "churn/4"),
        ("run stormy-hare", 5, HARE.run_id),
    ],
)
async def test_enter_goes_to_the_thing_in_its_own_place_and_back_and_forward(
    tmp_path: Path, settle, row, number, key
) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        at(screen, row)
        here = screen.spot()
        await pilot.press("enter")
        screen = await settle(pilot)
        assert (screen.place.number, screen.place.selected()) == (number, key)
        await pilot.press("less_than_sign")
        screen = await settle(pilot)
        assert screen.spot() == here
        assert things(screen)[screen.place.tree_table.cursor_row] == row
        await pilot.press("greater_than_sign")
        screen = await settle(pilot)
        assert (screen.place.number, screen.place.selected()) == (number, key)


async def test_l_on_a_thing_makes_it_the_root_and_back_returns_to_the_row(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        at(screen, "customers.csv v3")
        await pilot.press("l")
        screen = await settle(pilot)
        assert things(screen)[0] == "customers.csv v3"
        assert screen.place.tree_table.cursor_row == 0
        await pilot.press("l")
        await settle(pilot)
        assert said(app) == "this is the lineage of customers.csv v3"
        await pilot.press("less_than_sign")
        screen = await settle(pilot)
        assert things(screen)[0] == "run stormy-hare"
        assert screen.place.node.id == sample.RAW
        await pilot.press("greater_than_sign")
        screen = await settle(pilot)
        assert things(screen)[0] == "customers.csv v3"


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_esc_comes_out_to_where_it_was_asked_for(tmp_path: Path, settle, key) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        at(screen, "customers.csv v3")
        await pilot.press("l")
        await settle(pilot)
        await pilot.press(key)
        screen = await settle(pilot)
        assert (screen.place.number, screen.place.selected()) == (5, HARE.run_id)
        await pilot.press("less_than_sign")
        screen = await settle(pilot)
        assert (screen.place.number, things(screen)[0]) == (8, "customers.csv v3")


async def test_the_bar_names_it_only_while_it_is_in_front_and_brackets_pass_it_by(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        bar = screen.query_one(PlaceBar)
        assert [tab.sign for tab in bar.tabs][-1] == "l"
        assert " l Lineage " in text_of(app).splitlines()[1]
        assert all(tab.title in text_of(app).splitlines()[1] for tab in bar.tabs), "at 80 columns the names stay"
        await pilot.press("right_square_bracket")
        screen = await settle(pilot)
        assert screen.place.number == 6
        assert not [tab for tab in bar.tabs if tab.sign]
        for _ in range(6):
            await pilot.press("left_square_bracket")
            screen = await settle(pilot)
            assert screen.place.number != 8


@pytest.mark.parametrize(
    ("root", "row", "changes", "why"),
    [
        (sample.RUN, "run stormy-hare", {"runs": replace(TABLE, runs=RUNS[:2])}, "run stormy-hare is not in Runs"),
        (sample.OTHER, "commit fffffff", {}, "commit fffffff is not in History"),
        (sample.MODEL, "churn/4", {"models": ()}, "churn/4 is not in the registry any more"),
        (sample.RUN, "stage train", {"pipeline": BARE}, "has the stage train"),
        (sample.RUN, "clean.csv v2", {"pipeline": BARE}, "nothing in this worktree tracks data/clean.csv any more"),
        (sample.RUN, "clean.csv v2", {}, "no place shows data/clean.csv: stages read it, but DVC does not track it"),
    ],
)
async def test_what_is_gone_is_said_and_nothing_moves(tmp_path: Path, settle, root, row, changes, why) -> None:
    app = MltuiApp(project(tmp_path, **changes))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        app.screen.visit(8, root)  # type: ignore[attr-defined]
        screen = await settle(pilot)
        at(screen, row)
        await pilot.press("enter")
        screen = await settle(pilot)
        assert screen.place.number == 8
        assert why in said(app)


async def test_a_worktree_is_made_of_the_root_too(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        screen.place.tree_table.move_to(0)
        await settle(pilot)
        assert screen.place.lineage_of() is None, "that is what one looks at"
        assert screen.place.worked_on() == sample.RUN
        at(screen, "clean.csv v2")
        await settle(pilot)
        assert not BY_ID["work"].in_footer(screen)
        assert BY_ID["work"].enabled(screen) == "a worktree is made of a run, a commit or a model version"


async def test_the_last_line_tells_how_to_unfold_where_something_is_folded(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        at(screen, "clean.csv v2")
        await settle(pilot)
        assert "unfold" not in text_of(app).splitlines()[-1]
        await pilot.press("left")
        screen = await settle(pilot)
        assert "→ unfold" in text_of(app).splitlines()[-1]


async def test_the_title_has_the_room_of_the_screen_as_it_is_now(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(40, 24)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        assert screen.place.tree_table.title_text == "Lineage of run stormy-ha…  8 links"
        await pilot.resize_terminal(120, 36)
        await settle(pilot)
        assert "recorded" in screen.place.tree_table.title_text


async def test_enter_on_what_a_stage_writes_goes_to_the_stage(tmp_path: Path, settle) -> None:
    stages = WHOLE["pipeline"].stages
    prepare = replace(stages[0], outs=(Entry("data/clean.csv", "md5:" + "d4" * 16, 8_000_000),))
    app = MltuiApp(project(tmp_path, pipeline=replace(WHOLE["pipeline"], stages=(prepare, *stages[1:]))))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        at(screen, "clean.csv v2")
        await pilot.press("enter")
        screen = await settle(pilot)
        assert (screen.place.number, screen.place.selected()) == (4, "prepare")


# Folding


@pytest.mark.parametrize(("fold", "unfold"), [("left", "right"), ("minus", "plus"), ("h", "right")])
async def test_folding_and_unfolding(tmp_path: Path, settle, fold, unfold) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        before = things(screen)
        at(screen, "clean.csv v2")
        await pilot.press(fold)
        await settle(pilot)
        assert things(screen) == [each for each in before if each != "customers.csv v3"]
        assert "▸clean.csv v2" in text_of(app)
        await pilot.press(unfold)
        await settle(pilot)
        assert things(screen) == before
        await pilot.press("down", fold)
        await settle(pilot)
        assert things(screen)[screen.place.tree_table.cursor_row] == "clean.csv v2", "to what holds it"
        await pilot.press(fold, fold)
        await settle(pilot)
        assert things(screen)[screen.place.tree_table.cursor_row] == "Came from"
        await pilot.press("enter")
        await settle(pilot)
        assert things(screen)[:3] == ["run stormy-hare", "Came from", "Made with it"]


async def test_folds_are_kept_on_the_way_back(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        at(screen, "Came from")
        await pilot.press("left", "down", "down", "l")
        await settle(pilot)
        await pilot.press("less_than_sign")
        screen = await settle(pilot)
        assert things(screen)[:4] == ["run stormy-hare", "Came from", "Made with it", "churn/4"]
        assert screen.place.tree_table.cursor_row == 3


async def test_a_thing_met_again_leads_to_where_it_is_whole(tmp_path: Path, settle) -> None:
    twice = Graph.of(
        sample.NODES, (*sample.EDGES, replace(sample.EDGES[0], target=sample.OLD), replace(sample.EDGES[-3]))
    )
    app = MltuiApp(project(tmp_path, twice))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RAW)
        names = things(screen)
        again = len(names) - 1 - names[::-1].index("run calm-lynx")
        assert again != names.index("run calm-lynx")
        screen.place.tree_table.move_to(again)
        assert "see above" in text_of(app)
        await pilot.press("right")
        await settle(pilot)
        assert screen.place.tree_table.cursor_row == names.index("run calm-lynx")


@pytest.mark.parametrize("key", ["enter", "right", "plus"])
async def test_a_dataset_that_thousands_of_runs_read_shows_a_page_at_a_time(tmp_path: Path, settle, key) -> None:
    app = MltuiApp(project(tmp_path, sample.popular()))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await lineage_of(pilot, settle, sample.HOLIDAYS)
        at(screen, "… 3,992 more runs")
        await settle(pilot)
        assert "3,992 more runs that are linked alike" in text_of(app)
        await pilot.press(key)
        await settle(pilot)
        assert "… 3,952 more runs" in things(screen)
        assert len(things(screen)) == 3 + 48 + 1 + 2 + 2
        assert things(screen)[screen.place.tree_table.cursor_row] == "… 3,952 more runs"
        await pilot.press("left")
        await settle(pilot)
        assert "… 3,992 more runs" in things(screen)
        await pilot.press("left")
        await settle(pilot)
        assert things(screen)[screen.place.tree_table.cursor_row] == "Made with it"


# What is said


async def test_on_a_small_screen_the_rule_of_the_row_is_whole(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        lines = text_of(app).splitlines()
        assert any("~ inferred  dvc.lock at 9be1d20, committed a" in each and "…" in each for each in lines)
        at(screen, "clean.csv v2")
        await settle(pilot)
        assert sample.AFTER in whole_words(app)
        assert "clean.csv v2 → run stormy-hare" in whole_words(app)
        at(screen, "worktree")
        await settle(pilot)
        assert "mltui doctor says how it would have been recorded" in whole_words(app)
        assert lines[-1].startswith(" esc back  enter open")


async def test_a_link_is_told_by_sign_and_word(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await lineage_of(pilot, settle, sample.RUN)
        text = text_of(app)
        assert {word for word in ("✓ recorded", "~ inferred", "? unknown", "· in tree") if word in text} == {
            *("✓ recorded", "~ inferred", "? unknown", "· in tree")
        }


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_ascii_draws_no_other_character(tmp_path: Path, settle, size) -> None:
    app = MltuiApp(project(tmp_path, config=Config(ascii=True)))
    async with app.run_test(size=size) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        assert text_of(app).isascii()
        await pilot.press("w")
        await settle(pilot)
        assert screen.place.drawn
        assert text_of(app).isascii()


async def test_while_it_is_read_the_first_time_that_is_said_and_keys_act(tmp_path: Path, settle) -> None:
    workspace = project(tmp_path)
    ready, load = threading.Event(), workspace.lineage.load
    workspace.lineage.load = lambda: ready.wait(120) and load()  # type: ignore[method-assign]
    app = MltuiApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        while getattr(app.screen, "runs", None) is None or not app.screen.place.display:  # type: ignore[attr-defined]
            await pilot.pause()
        app.screen.visit(8, sample.RUN)  # type: ignore[attr-defined]
        while "reading the join" not in whole_words(app):
            await pilot.pause()
        assert "the first time takes longest" in whole_words(app)
        await pilot.press("w", "enter", "right", "l", "y", "6")
        while app.screen.place.number != 6:  # type: ignore[attr-defined]
            await pilot.pause()
        await pilot.press("less_than_sign")
        ready.set()
        screen = await settle(pilot)
        assert things(screen)[0] == "run stormy-hare"


async def test_a_key_typed_ahead_waits_for_the_tree_it_is_for(tmp_path: Path, settle) -> None:
    workspace = project(tmp_path)
    ready, around = threading.Event(), workspace.lineage.around
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        at(screen, "clean.csv v2")
        workspace.lineage.around = lambda *asked: ready.wait(120) and around(*asked)  # type: ignore[method-assign]
        await pilot.press("l", "w")
        ready.set()
        screen = await settle(pilot)
        assert things(screen)[0] == "clean.csv v2"
        assert screen.place.drawn


async def test_a_join_that_fails_is_said_with_its_hint_and_as_a_problem(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path, Unreadable("git is \x1b[2J broken", "mend it")))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        assert screen.place.tree_table.placeholder == "git is ␛[2J broken mend it"
        assert [each.source for each in screen.problems()] == ["lineage"]


async def test_what_nothing_links_is_said(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await lineage_of(pilot, settle, "stage:nowhere")
        assert "nowhere is in nothing that was joined" in screen.place.tree_table.placeholder
        await pilot.press("w", "right", "enter", "y")
        await settle(pilot)
        assert not screen.place.drawn


async def test_a_root_that_goes_meanwhile_stays_and_says_so(tmp_path: Path, settle) -> None:
    workspace = project(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        workspace.lineage.becomes(Graph.of((), ()))
        screen.feeds.kick("lineage", force=True)
        await settle(pilot)
        assert "no longer there; this is what was last known" in screen.place.tree_table.title_text
        assert things(screen)[0] == "run stormy-hare"


async def test_a_newer_graph_leaves_cursor_and_folds(tmp_path: Path, settle) -> None:
    workspace = project(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        at(screen, "clean.csv v2")
        await pilot.press("left")
        await settle(pilot)
        edges = tuple(each for each in sample.EDGES if each.source != sample.COMMIT)
        workspace.lineage.becomes(Graph.of(sample.NODES, edges))
        screen.feeds.kick("lineage", force=True)
        await settle(pilot)
        assert things(screen)[1:4] == ["Came from", "clean.csv v2", "params lr=0.1 depth=6"]
        assert things(screen)[screen.place.tree_table.cursor_row] == "clean.csv v2"


async def test_the_detail_of_a_run_has_a_few_lines_of_it(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(140, 60)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        screen.place.master.move_to_key(HARE.run_id)
        await settle(pilot)
        text = "\n".join(map(plain, screen.place.pane.lines))
        assert "Lineage  l shows all of it" in text
        assert "clean.csv v2" in text
        assert sample.AFTER in text


# Copying


async def test_y_copies_what_the_command_line_takes_and_Y_the_tree(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        at(screen, "clean.csv v2")
        await pilot.press("y")
        await settle(pilot)
        assert app.clipboard == "data/clean.csv@md5:" + "d4" * 16
        at(screen, "Came from")
        await pilot.press("y")
        await settle(pilot)
        assert said(app) == "nothing here has an id to copy"
        await pilot.press("Y")
        await settle(pilot)
        assert app.clipboard.startswith("```\nrun stormy-hare ")
        assert sample.AFTER in app.clipboard
        assert said(app).startswith("copied the lineage as Markdown") or "the lineage as Markdown" in said(app)


# The drawing


async def test_w_draws_it_and_arrows_go_from_thing_to_thing(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        await pilot.press("w")
        await settle(pilot)
        assert screen.focused is screen.place.drawing
        assert "▸ run stormy-hare ────▸ churn/4 ────▸ churn@champion" in text_of(app)
        assert "─── recorded" in text_of(app)
        met = []
        for key in ("right", "right", "right", "left", "left", "left", "up", "down", "k", "j", "left", "h"):
            await pilot.press(key)
            await settle(pilot)
            met.append(screen.place.node.id)
        assert met[:5] == [sample.MODEL, sample.CHAMPION, sample.CHAMPION, sample.MODEL, sample.RUN]
        assert met[5] == PARAMS
        assert met[6:10] == [sample.CLEAN, PARAMS, sample.CLEAN, PARAMS]
        assert met[10] == met[11] == sample.RAW
        await pilot.press("l")
        screen = await settle(pilot)
        assert screen.place.node.id == sample.RAW
        await pilot.press("less_than_sign", "w")
        screen = await settle(pilot)
        assert screen.focused is screen.place.tree_table


async def test_an_arrow_typed_behind_w_goes_on_in_the_drawing(tmp_path: Path, settle, monkeypatch) -> None:
    """However late the frame comes in which its room is known."""
    app = MltuiApp(project(tmp_path))
    late: list[Any] = []
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        draw = screen.place._draw
        monkeypatch.setattr(screen.place, "_draw", lambda: late.append(draw))
        await pilot.press("w", "right")
        while not late:
            await pilot.pause(0.02)
        for _ in range(20):
            await pilot.pause(0)
        monkeypatch.setattr(screen.place, "_draw", draw)
        late.pop()()
        screen = await settle(pilot)
        assert screen.place.node.id == sample.MODEL


async def test_a_refresh_before_its_room_is_known_does_not_take_the_drawing_away(
    tmp_path: Path, settle, monkeypatch
) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        monkeypatch.setattr(screen.place, "call_after_refresh", lambda call: call())
        await pilot.press("w", "right")
        await settle(pilot)
        assert screen.place.drawn
        assert screen.place.node.id == sample.MODEL


async def test_what_is_told_anew_right_behind_w_waits_for_its_room(tmp_path: Path, settle) -> None:
    """The clock, or a join that was read again, before the frame in which the drawing has a room."""
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        screen.place.drawn = True
        screen.place._show()
        await settle(pilot)
        assert screen.place.drawn
        assert "▸ run stormy-hare ────▸ churn/4 ────▸ churn@champion" in text_of(app)


async def test_enter_and_folds_in_the_drawing(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        at(screen, "clean.csv v2")
        await pilot.press("w")
        await settle(pilot)
        assert "customers.csv v3" in text_of(app)
        await pilot.press("minus")
        await settle(pilot)
        assert "customers.csv v3" not in text_of(app)
        await pilot.press("plus", "right", "right", "enter")
        screen = await settle(pilot)
        assert (screen.place.number, screen.place.selected()) == (6, "churn/4")


async def test_a_drawing_that_does_not_fit_says_so_and_leaves_the_tree(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(60, 24)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        await pilot.press("w")
        await settle(pilot)
        assert not screen.place.drawn
        assert screen.focused is screen.place.tree_table
        assert "steps side by side need more than" in said(app)


async def test_a_screen_that_becomes_narrow_gives_the_tree_back(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await lineage_of(pilot, settle, sample.RUN)
        await pilot.press("w")
        await settle(pilot)
        assert screen.place.drawn
        await pilot.resize_terminal(60, 24)
        await settle(pilot)
        assert not screen.place.drawn


async def test_the_sample_and_its_history_hang_together() -> None:
    assert {f"commit:{each.sha}" for each in HISTORY.commits} >= {sample.COMMIT}
