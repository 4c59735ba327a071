"""The table of runs: marks, columns, orders, groups, a baseline, named views."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from sample_workspace import SampleWorkspace
from tui_fakes import NOW, FakeReader

from mltui.actions.views import save_view
from mltui.config import Config
from mltui.model.columns import ColumnSpec, Order, TableView
from mltui.model.part import Part
from mltui.model.runs import PARENT_TAG, Run, RunTable
from mltui.present.text import plain
from mltui.sources.views import read_views
from mltui.tui.app import MltuiApp
from mltui.tui.screens.columns import ColumnPicker

HOUR = 3_600_000


def run(number: int, model: str, auc: float, parent: int | None = None) -> Run:
    tags = {} if parent is None else {PARENT_TAG: f"{parent:032x}"}
    return Run(
        run_id=f"{number:032x}",
        name=f"run-{number}",
        kind="run",
        experiment="fraud",
        experiment_id="1",
        status="FINISHED",
        lifecycle="active",
        start=NOW - number * HOUR,
        end=NOW - number * HOUR + 1000,
        commit=None,
        metrics={"auc": auc, "loss": 1 - auc},
        params={"model": model, "seed": "7"},
        tags=tags,
    )


RUNS = (run(1, "rf", 0.9), run(2, "svm", 0.8), run(3, "rf", 0.7, parent=1), run(4, "svm", 0.8, parent=1))


def opened(tmp_path: Path, view: str | None = None) -> MltuiApp:
    table = RunTable(RUNS, True, ("auc", "loss"), (), ("model", "seed"))
    config = Config(primary="auc", goals={"auc": "max"}, view=view)
    return MltuiApp(SampleWorkspace(tmp_path, config, runs=table))


def names(screen) -> list[str]:
    rows = screen.place.master.rows
    at = [column.key for column in rows.columns].index("attributes.name")
    return ["".join(span.text for span in rows.row(each).cells[at]).strip() for each in range(len(rows))]


async def test_marks_stay_over_filters_orders_and_are_said(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        await pilot.press("space", "space")
        await settle(pilot)
        place = screen.place
        assert place.marks == {RUNS[0].run_id, RUNS[1].run_id}
        assert place.master.cursor_row == 2, "each steps down"
        assert "2 marked" in place.master.title_text
        await pilot.press(*"/run-3", "enter", "ctrl+a", "escape")
        await settle(pilot)
        assert place.marks == {each.run_id for each in RUNS[:3]}, "only what the filter showed was added"
        assert [each.run_id for each in place.chosen()] == [each.run_id for each in RUNS[:3]]
        shown = "\n".join(strip.text for strip in (place.master.render_line(y) for y in range(5)))
        assert shown.count("»") == 3
        await pilot.press("ctrl+a", "ctrl+a")
        await settle(pilot)
        assert not place.marks


async def test_a_mark_of_a_run_that_is_gone_goes(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5", "space", "space")
        screen = await settle(pilot)
        screen.runs = Part("runs", RunTable(RUNS[1:2], False, ("auc",)), None, NOW)
        await settle(pilot)
        assert len(screen.place.marks) == 2, "the rest is still being read"
        screen.runs = Part("runs", RunTable(RUNS[1:], True, ("auc",)), None, NOW)
        await settle(pilot)
        assert screen.place.marks == {RUNS[1].run_id}


def goes(screen, *runs: Run, there: tuple[Run, ...] = RUNS) -> None:
    """`runs` are no longer among the rows; `there` is what the store still has."""
    screen.workspace.runs.value = RunTable(there, True)
    screen.runs = Part("runs", RunTable(tuple(run for run in RUNS if run not in runs), True, ("auc",)), None, NOW)


async def test_it_is_said_that_a_marked_run_and_the_baseline_were_deleted(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5", "space", "b", "space", "space")
        screen = await settle(pilot)
        goes(screen, RUNS[0], there=RUNS[1:])
        await settle(pilot)
        assert screen.footer.word == "run-1 was deleted: its mark is taken away"
        goes(screen, *RUNS[:3], there=RUNS[3:])
        await settle(pilot)
        assert screen.footer.word == (
            "2 marked runs were deleted: their marks are taken away; the baseline run-2 was deleted"
        )
        assert screen.place.baseline is None
        assert not screen.place.unsettled, "no key waits for rows that never come"


async def test_a_store_that_hangs_while_it_is_asked_what_was_deleted_is_not_waited_for(
    tmp_path: Path, settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, released = threading.Event(), threading.Event()

    def hang(reader: FakeReader, run_ids: Collection[str]) -> frozenset[str]:
        asked.set()
        released.wait()
        return frozenset(run_ids)

    monkeypatch.setattr(FakeReader, "deleted", hang)
    app = opened(tmp_path)
    try:
        async with app.run_test(size=(160, 40)) as pilot:
            await settle(pilot)
            await pilot.press("5", "space")
            screen = await settle(pilot)
            goes(screen, RUNS[0], there=RUNS[1:])
            while not asked.is_set():
                await pilot.pause(0.02)
            (worker,) = [each for each in app.workers if each.group == "lost"]
            assert not worker._thread_worker, "those are joined at exit"
        assert worker.is_cancelled and not released.is_set(), "mltui was closed meanwhile"
    finally:
        released.set()


async def test_a_run_that_is_only_out_of_scope_was_not_deleted(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5", "space", "b")
        screen = await settle(pilot)
        goes(screen, *RUNS[:2])
        await settle(pilot)
        assert screen.footer.word == ""
        await pilot.press(*"/run-3", "enter")
        await settle(pilot)
        assert screen.footer.word == ""


@pytest.mark.parametrize("width", [80, 160])
async def test_the_detail_of_a_run_that_went_is_not_that_of_its_neighbour(tmp_path: Path, settle, width: int) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(width, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5", "j", "enter")
        screen = await settle(pilot)
        place = screen.place
        assert place.pane.title_text == "run-2"
        goes(screen, RUNS[1], there=(RUNS[0], *RUNS[2:]))
        await settle(pilot)
        assert "run-2 was deleted" in "".join(strip.text for strip in map(place.pane.render_line, range(3)))
        assert place.selected() == RUNS[1].run_id
        assert place.chosen() == ()
        await pilot.press("space", "b")
        await settle(pilot)
        assert (place.marks, place.baseline) == (frozenset(), None), "not of the neighbour either"
        goes(screen, RUNS[1], RUNS[2], there=(RUNS[0], RUNS[3]))
        await settle(pilot)
        assert place.selected() == RUNS[1].run_id
        await pilot.press("escape")
        await settle(pilot)
        assert place.selected() == RUNS[3].run_id


async def test_the_detail_of_a_run_that_is_only_out_of_scope_says_no_more(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5", "j", "enter")
        screen = await settle(pilot)
        goes(screen, RUNS[1])
        await settle(pilot)
        pane = screen.place.pane
        assert "run-2 is no longer there" in "".join(strip.text for strip in map(pane.render_line, range(3)))


async def test_a_run_that_is_there_again_is_shown_again(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5", "j", "enter")
        screen = await settle(pilot)
        goes(screen, RUNS[1], there=(RUNS[0], *RUNS[2:]))
        await settle(pilot)
        goes(screen)
        await settle(pilot)
        assert screen.place.pane.title_text == "run-2"
        assert screen.place.master.cursor_key == RUNS[1].run_id
        await pilot.press(*"/run-3", "enter", "enter")
        await settle(pilot)
        assert screen.place.pane.title_text == "run-3", "somebody asked for rows without it"


async def test_the_picker_gives_columns_and_takes_them_back(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        before = screen.place.master.columns
        await pilot.press("v")
        await settle(pilot)
        assert isinstance(app.screen, ColumnPicker)
        await pilot.press(*"seed", "space", "right", "ctrl+t", "ctrl+s")
        await settle(pilot)
        seed = ColumnSpec("params", "seed", width=12, pinned=True)
        assert screen.place.view.columns[-1] == seed
        columns = [column.key for column in screen.place.master.columns]
        assert columns[:3] == ["attributes.status", "attributes.name", "params.seed"], "pinned beside the name"
        await pilot.press("v", *"loss", "space", "escape")
        await settle(pilot)
        assert screen.place.view.columns[-1] == seed, "esc leaves it as it was"
        await pilot.press("v", "ctrl+o", "enter")
        await settle(pilot)
        assert screen.place.view.columns == ()
        assert screen.place.master.columns == before


async def test_several_keys_order_and_the_header_counts_them(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        await pilot.press("s", *"auc", "space", *["backspace"] * 3, *"when", "space", "space", "enter")
        await settle(pilot)
        assert screen.place.view.order == (Order("metrics.auc", True), Order("attributes.start", False))
        assert names(screen) == ["run-1", "run-4", "run-2", "run-3"]
        header = screen.place.master.render_line(0).text
        assert "auc 1▼" in header
        assert "when 2▲" in header


async def test_a_column_that_is_not_shown_orders_too_and_the_title_says_so(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        assert "params.model" not in {column.key for column in screen.place.master.columns}
        await pilot.press("s", *"pamod")
        await settle(pilot)
        assert app.screen.table.rows.keys() == ["params.model"], "found by some of its letters"
        await pilot.press("enter")
        await settle(pilot)
        models = [screen.place.master.rows.item(at).params.get("model") for at in range(len(names(screen)))]
        there = [each for each in models if each is not None]
        assert there == sorted(there), models
        assert len(set(there)) > 1
        assert "by model ▲" in screen.place.master.title_text


async def test_a_column_is_found_by_its_header_and_by_its_key(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        for key in ("s", "v"):
            for text in ("when", "attributes.start"):
                await pilot.press(key, *text)
                await settle(pilot)
                table = app.screen.table
                told = " ".join(plain(cell) for cell in table.rows.row(table.cursor_row).cells)
                assert "when" in told, (key, text)
                assert "attributes.start" in told, (key, text)
                await pilot.press("escape")
                await settle(pilot)


async def test_only_columns_that_vary_among_the_rows_shown(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    save_view(app.workspace.project, TableView("all", (ColumnSpec("params", "seed"), ColumnSpec("params", "model"))))
    app = opened(tmp_path, "all")
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5", "x")
        screen = await settle(pilot)
        assert [column.key for column in screen.place.master.columns] == ["params.model"]
        assert "only what varies" in screen.place.master.title_text
        await pilot.press("x")
        await settle(pilot)
        assert len(screen.place.master.columns) == 2


async def test_a_baseline_is_marked_and_measured_against(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5", "b")
        screen = await settle(pilot)
        assert "baseline run-1" in screen.place.master.title_text
        lines = [screen.place.master.render_line(y).text for y in range(3)]
        assert "vs baseline" in lines[0]
        assert lines[1].startswith("◇")
        assert "-0.1" in lines[2]
        await pilot.press("b")
        await settle(pilot)
        assert screen.place.baseline is None
        assert "vs baseline" not in screen.place.master.render_line(0).text


async def test_groups_fold_and_their_heading_marks_all(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5", "ctrl+g", *"model", "enter")
        screen = await settle(pilot)
        assert screen.place.view.group == "params.model"
        assert [name.split("  ")[0] for name in names(screen)] == [
            "rf",
            "run-1",
            "run-3",
            "svm",
            "run-2",
            "run-4",
        ]
        await pilot.press("g", "enter")
        await settle(pilot)
        assert len(names(screen)) == 4
        assert not screen.place.inside, "a heading has nothing to go into"
        await pilot.press("space")
        await settle(pilot)
        assert screen.place.marks == {RUNS[0].run_id, RUNS[2].run_id}, "folded ones too"
        await pilot.press("minus")
        await settle(pilot)
        assert len(names(screen)) == 6
        await pilot.press("minus")
        await settle(pilot)
        assert len(names(screen)) == 2


async def test_nested_runs_fold_below_their_parent(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5", "ctrl+g", *"parent run", "enter")
        screen = await settle(pilot)
        assert names(screen) == ["▾ run-1", "run-3", "run-4", "run-2"]
        await pilot.press("g", "left", "j")
        await settle(pilot)
        assert names(screen) == ["▸ run-1", "run-2"]
        assert screen.place.selected() == RUNS[1].run_id, "j waited for the fold"
        await pilot.press("k", "right")
        await settle(pilot)
        assert len(names(screen)) == 4
        await pilot.press("enter")
        await settle(pilot)
        assert screen.place.inside, "a parent is a run"


async def test_a_view_is_kept_comes_back_and_is_deleted(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5", "x", *"/run", "enter", "V", *"keep", "enter", *"mine", "enter")
        screen = await settle(pilot)
        assert read_views(screen.workspace.project).named["mine"] == TableView("mine", filter="run", varying=True)
        assert "view mine" in screen.place.master.title_text
        await pilot.press("V", *"own", "enter")
        await settle(pilot)
        assert screen.place.view == TableView()
        assert not screen.place.filter_text
        await pilot.press("V", *"mine", "enter")
        await settle(pilot)
        assert screen.place.view.varying
        assert screen.place.filter_text == "run"
        await pilot.press("V", *"yours", "enter")
        await settle(pilot)
        assert set(read_views(screen.workspace.project).named) == {"mine", "yours"}, "a new name keeps it"
        await pilot.press("V", *"yours", "ctrl+d", *"delete", "enter", "V", *"mine", "enter")
        await settle(pilot)
    again = opened(tmp_path)
    async with again.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        assert screen.place.view.name == "mine", "the view used last"
        await pilot.press("V", *"mine", "ctrl+d", *"delete", "enter")
        await settle(pilot)
        assert not read_views(screen.workspace.project).named
        assert screen.place.view.name == ""


async def test_a_broken_file_of_views_is_said(tmp_path: Path, settle) -> None:
    app = opened(tmp_path)
    save_view(app.workspace.project, TableView("mine"))
    from mltui.sources.views import views_file

    path = views_file(app.workspace.project)
    assert path is not None
    path.write_text("[views")
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        assert "not valid TOML" in screen.footer.word
        assert len(names(screen)) == 4


async def test_keys_of_runs_say_that_there_is_none(tmp_path: Path, settle) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, Config(), runs=RunTable((), True, (), (), ())))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        assert screen.place.empty
        for key in ("C", "A", "L", "c", "v", "space"):
            await pilot.press(key)
            await settle(pilot)
            assert screen.footer.word == "there is no run", key


async def test_what_is_still_being_read_is_said_and_not_taken_for_missing(tmp_path: Path, settle) -> None:
    """Of a store too large to be loaded whole: a group, an order and columns of keys that nobody asked for before."""
    runs = tuple(replace(each, params={}, whole=False) for each in RUNS)
    app = opened(tmp_path)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        screen.runs = Part("runs", RunTable(runs, True, ("auc",), keys_read=frozenset({"metrics.auc"})), None, NOW)
        app.workspace.runs.want = lambda **keys: None  # type: ignore[attr-defined]
        looked: list[str] = []
        screen.feeds.look = looked.append
        place = screen.place
        model = ColumnSpec("params", "model")
        place.look(TableView(columns=(ColumnSpec("attributes", "name"), model), group="params.model", varying=True))
        await settle(pilot)
        assert "reading params.model" in place.master.title_text
        assert set(looked) == {"runs"}, "it is read now, not when the store is looked at the next time"
        assert names(screen) == [run.name for run in RUNS], "no heading says that none has a model"
        assert plain(place.master.rows.row(0).cells[-1]) == "\u2026"
        screen.runs = Part("runs", RunTable(RUNS, True, ("auc",)), None, NOW)
        await settle(pilot)
        assert "reading" not in place.master.title_text
        assert [name.split()[0] for name in names(screen)] == ["rf", "run-1", "run-3", "svm", "run-2", "run-4"]
