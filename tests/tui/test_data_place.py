"""The Data place: datasets, the timeline of each as a list to move in, marks, and asking the remote."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_workspace import SampleWorkspace

from churn_sample import DATASET, DAY, NOW, PIPELINE, SHA, WHOLE
from mltui.errors import NotFound, Unreachable
from mltui.model.dvc import Dataset, DatasetVersion, Gap, Pipeline
from mltui.model.lineage.graph import Edge, Graph, Node
from mltui.present.text import plain
from mltui.tui.app import MltuiApp
from mltui.tui.commands import BY_ID

FIRST, SECOND, THIRD = DATASET.history
WIDE, SMALL = (120, 36), (80, 24)


def project(tmp_path: Path, *datasets: Dataset, **more: Any) -> SampleWorkspace:
    pipeline = replace(PIPELINE, datasets=datasets or (DATASET,))
    return SampleWorkspace(tmp_path, **{**WHOLE, "pipeline": pipeline, **more})


def column(table: Any, key: str) -> list[str]:
    at = [each.key for each in table.columns].index(key)
    return [plain(table.rows.row(row).cells[at]) for row in range(len(table.rows))]


def below(screen: Any) -> str:
    return "\n".join([screen.place.side.lines.title_text, *map(plain, screen.place.side.lines.lines)])


async def pressed(pilot: Any, settle: Any, *keys: str) -> Any:
    await settle(pilot)
    await pilot.press(*keys)
    return await settle(pilot)


async def until(pilot: Any, reached: Callable[[], bool]) -> None:
    """Wait for what comes while a worker still works."""
    for _ in range(6000):
        if reached():
            return
        await pilot.pause(0.02)
    raise AssertionError("it did not come")


def put(root: Path, files: dict[str, str]) -> str:
    """The list of a directory's files in DVC's cache; its hash."""
    rows = [{"md5": files[path], "relpath": path} for path in sorted(files)]
    content = json.dumps(rows, sort_keys=True).encode()
    name = hashlib.md5(content, usedforsecurity=False).hexdigest()
    place = root / ".dvc" / "cache" / "files" / "md5" / name[:2] / f"{name[2:]}.dir"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return f"md5:{name}.dir"


def directory(*digests: str) -> Dataset:
    history = tuple(
        DatasetVersion(digest, 1000 + at, 3, SHA[3 - at], "Ada", NOW - (9 - at) * DAY)
        for at, digest in enumerate(digests)
    )
    return Dataset("images", "images.dvc", digests[-1], 1001, 3, "fresh", versions=len(history), history=history)


# The timeline


async def test_beside_the_datasets_stands_the_timeline_of_the_one_under_the_cursor(tmp_path: Path, settle) -> None:
    other = replace(DATASET, path="other.csv", history=(FIRST,), versions=1)
    app = MltuiApp(project(tmp_path, DATASET, other))
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3")
        side = screen.place.side
        assert side.timeline.title_text == "data/customers.csv  3 versions"
        assert column(side.timeline, "version") == ["now", "v3", "v2", "v1"]
        assert column(side.timeline, "refs") == ["v3", "main, v1.2 +1", "in 3 refs", "in 3 refs"]
        assert "committed   as v3" in below(screen)
        screen = await pressed(pilot, settle, "down")
        assert side.timeline.title_text == "other.csv  1 version"
        assert below(screen).startswith("other.csv\n")


async def test_enter_goes_into_the_timeline_and_again_into_the_detail_and_esc_comes_out(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=SMALL) as pilot:
        screen = await pressed(pilot, settle, "3")
        place = screen.place
        assert not place.side.display
        await pressed(pilot, settle, "enter")
        assert (place.side.timeline.has_focus, place.master.display) == (True, False)
        await pressed(pilot, settle, "down", "down")
        assert below(screen).startswith("data/customers.csv v2\n")
        await pressed(pilot, settle, "enter")
        assert (place.side.lines.has_focus, place.side.timeline.display) == (True, False)
        await pressed(pilot, settle, "escape")
        assert (place.side.timeline.has_focus, place.side.timeline.display) == (True, True)
        assert place.side.timeline.cursor_key == SECOND.hash
        await pressed(pilot, settle, "q")
        assert place.master.has_focus


async def test_another_dataset_begins_at_the_top_and_a_refresh_stays(tmp_path: Path, settle) -> None:
    other = replace(DATASET, path="other.csv")
    workspace = project(tmp_path, DATASET, other)
    app = MltuiApp(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3", "enter", "down", "down")
        new = DatasetVersion("md5:" + "9" * 32, 9_000_000, None, SHA[0], "Ada", NOW)
        grown = replace(DATASET, history=(*DATASET.history, new), versions=4)
        workspace.pipeline.becomes(replace(PIPELINE, datasets=(grown, other)))
        screen.feeds.kick()
        await settle(pilot)
        assert column(screen.place.side.timeline, "version") == ["now", "v4", "v3", "v2", "v1"]
        assert screen.place.side.timeline.cursor_key == SECOND.hash
        await pressed(pilot, settle, "escape", "down")
        assert screen.place.side.timeline.cursor_key == "now"


async def test_gaps_stand_between_the_versions_and_can_not_be_marked(tmp_path: Path, settle) -> None:
    gap = Gap("data/customers.csv.dvc", "d" * 40, NOW - 5 * DAY, "is no YAML: line 3 [red]")
    app = MltuiApp(project(tmp_path, replace(DATASET, gaps=(gap,))))
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3", "enter", "down", "down")
        assert column(screen.place.side.timeline, "version") == ["now", "v3", "gap", "v2", "v1"]
        assert "is no YAML: line 3 [red]" in below(screen)
        await pressed(pilot, settle, "space")
        assert screen.footer.word == "only versions are marked"


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (replace(DATASET, versions=None, history=()), ("reading its history", "reading the history")),
        (replace(DATASET, versions=0, history=()), ("0 versions", "git add data/customers.csv.dvc && git commit")),
        (replace(DATASET, hash=None, versions=0, history=()), ("0 versions", "dvc commit data/customers.csv.dvc")),
    ],
)
async def test_a_dataset_without_history(tmp_path: Path, settle, dataset: Dataset, words: tuple[str, str]) -> None:
    app = MltuiApp(project(tmp_path, dataset))
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3")
        assert words[0] in screen.place.side.timeline.title_text
        assert words[1] in below(screen)
        assert column(screen.place.side.timeline, "version") == ["now"]


# What keys take with them


async def test_ids_are_those_of_the_version_under_the_cursor(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3")
        place = screen.place
        assert place.copy_id() == f"data/customers.csv@{THIRD.hash}"
        assert place.lineage_of() == f"data:data/customers.csv@{THIRD.hash}"
        assert place.selected() == "data/customers.csv"
        await pressed(pilot, settle, "enter", "down", "down")
        assert place.copy_id() == f"data/customers.csv@{SECOND.hash}"
        assert place.lineage_of() == f"data:data/customers.csv@{SECOND.hash}"
        await pressed(pilot, settle, "y")
        assert app.clipboard == f"data/customers.csv@{SECOND.hash}"
        await pressed(pilot, settle, "Y")
        assert "| v2 |" in app.clipboard
        await pressed(pilot, settle, "2", "less_than_sign")
        assert (screen.place.number, place.side.timeline.cursor_key) == (3, SECOND.hash)


async def test_a_version_can_be_gone_to(tmp_path: Path, settle) -> None:
    other = replace(DATASET, path="other.csv")
    app = MltuiApp(project(tmp_path, DATASET, other))
    async with app.run_test(size=SMALL) as pilot:
        screen = await settle(pilot)
        screen.visit(3, f"other.csv@{FIRST.hash}")
        screen = await settle(pilot)
        assert (screen.place.inside, screen.place.looked_at) == (True, "other.csv")
        assert screen.place.side.timeline.cursor_key == FIRST.hash


# Who used it


async def test_runs_and_models_of_a_version_come_with_the_lineage(tmp_path: Path, settle) -> None:
    data = f"data:{DATASET.path}@{THIRD.hash}"
    nodes = [Node("data", data, "customers.csv v3"), Node("run", "run:1", "stormy-hare", time=NOW - 3 * DAY)]
    app = MltuiApp(project(tmp_path, lineage=Graph.of(nodes, [Edge(data, "run:1", "inferred", "dvc.lock at 9be1d20")])))
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3", "enter", "down")
        assert "stormy-hare  inferred  3 d  dvc.lock at 9be1d20" in below(screen)
        assert column(screen.place.side.timeline, "used") == ["", "1 run", "", ""]


async def test_until_the_lineage_is_there_runs_are_being_read(tmp_path: Path, settle, monkeypatch) -> None:
    workspace = project(tmp_path)
    held = threading.Event()
    load = workspace.lineage.load
    monkeypatch.setattr(workspace.lineage, "load", lambda: (held.wait(120), load())[1])
    app = MltuiApp(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen: Any = app.screen
        await until(pilot, lambda: screen.pipeline is not None)
        await pilot.press("3")
        await until(pilot, lambda: screen.place.number == 3 and len(screen.place.side.timeline.rows) > 1)
        await pilot.press("enter", "down")
        await until(pilot, lambda: "Runs that used it" in below(screen))
        assert "reading…" in below(screen)
        held.set()
        screen = await settle(pilot)
        assert "none known" in below(screen)


async def test_a_lineage_that_can_not_be_read_says_why(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path, lineage=NotFound("no git repository here")))
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3", "enter", "down")
        assert "no git repository here" in below(screen)


# Marks: what became of the files


async def test_two_marked_versions_of_a_directory_are_compared_file_by_file(tmp_path: Path, settle) -> None:
    old = put(tmp_path, {"a": "a" * 32, "b": "b" * 32, "c": "c" * 32})
    new = put(tmp_path, {"a": "a" * 32, "b": "d" * 32, "moved/c": "c" * 32})
    app = MltuiApp(project(tmp_path, directory(old, new)))
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3", "enter", "down")
        side = screen.place.side
        assert "1 modified, 1 renamed, 1 as they were" in below(screen)
        assert "0 of 3" not in below(screen)
        await pressed(pilot, settle, "space", "space")
        assert side.timeline.title_text == "images  2 versions  2 marked"
        assert side.files.title_text == "images  v1 → v2  ~1  →1"
        assert column(side.files, "path") == ["b", "moved/c"]
        assert column(side.files, "was") == ["", "c"]
        assert [each.label for each in screen.place.pair()] == ["images v1", "images v2"]
        await pressed(pilot, settle, "tab", "down", "y")
        assert app.clipboard == "moved/c"
        await pressed(pilot, settle, "escape", "space")
        assert (side.files.display, side.lines.display) == (False, True)


async def test_a_third_mark_takes_the_place_of_the_first(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3", "enter", "down", "space", "space", "space")
        assert screen.place.marked_versions() == (FIRST.hash, SECOND.hash)
        assert below(screen).startswith("data/customers.csv  v1 → v2\n")
        assert "8.0 MB → 8.1 MB" in below(screen)
        await pressed(pilot, settle, "escape")
        assert screen.place.unmarkable() == "enter the timeline first: versions are marked there"


async def test_a_list_that_is_not_in_the_cache_is_said_with_its_command(tmp_path: Path, settle) -> None:
    new = put(tmp_path, {"a": "a" * 32})
    app = MltuiApp(project(tmp_path, directory(f"md5:{'9' * 32}.dir", new)))
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3", "enter", "down")
        said = "the manifest of v1 is not in the cache: dvc fetch --all-commits images.dvc"
        assert said in below(screen)
        await pressed(pilot, settle, "space", "space")
        assert said in below(screen)


async def test_d_asks_of_the_commits_that_versions_came_with(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path, replace(DATASET, hash="md5:" + "9" * 32)))
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3")
        assert "mark two versions" in screen.place.pair()
        await pressed(pilot, settle, "enter", "down")
        assert [(each.label, each.commit) for each in screen.place.pair()] == [
            ("data/customers.csv v2", SHA[2]),
            ("data/customers.csv v3", SHA[1]),
        ]
        assert not BY_ID["differ"].in_footer(screen)
        await pressed(pilot, settle, "space", "up", "up", "space")
        assert BY_ID["differ"].in_footer(screen), "nothing else says what two marks are for"
        assert [each.label for each in screen.place.pair()] == ["data/customers.csv v3", "worktree"]
        await pressed(pilot, settle, "d")
        assert app.screen is not screen


# The remote


async def test_u_asks_the_remote_about_every_version_and_the_answer_stays(tmp_path: Path, settle) -> None:
    workspace = project(tmp_path)
    workspace.remote.there = {SECOND.hash}
    app = MltuiApp(workspace)
    async with app.run_test(size=(200, 50)) as pilot:
        screen = await pressed(pilot, settle, "3", "enter", "down", "down")
        assert "not asked: u asks store (s3://bucket/dvc)" in below(screen)
        assert workspace.remote.asked == []
        await pressed(pilot, settle, "u")
        assert workspace.remote.asked == [sorted(each.hash for each in DATASET.history)]
        assert screen.footer.word == "store has 1 of 3 versions"
        assert column(screen.place.side.timeline, "remote") == ["", "○", "✓", "○"]
        assert "✓ on store (s3://bucket/dvc), asked now" in below(screen)


async def test_what_stands_in_the_way_of_an_answer_is_said_beside_the_last_one(tmp_path: Path, settle) -> None:
    workspace = project(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3", "u")
        workspace.remote.error = Unreachable("the remote can't be reached: no \x1b route", "is its URL right?")
        await pressed(pilot, settle, "u")
        assert "○ not on store" in below(screen)
        assert "the remote can't be reached: no ␛ route (is its URL right?)" in below(screen)
        workspace.remote.error = None
        await pressed(pilot, settle, "u")
        assert "can't be reached" not in below(screen)


async def test_u_again_stops_the_asking(tmp_path: Path, settle) -> None:
    workspace = project(tmp_path)
    workspace.remote.hold = threading.Event()
    app = MltuiApp(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3")
        await pilot.press("u")
        await until(pilot, lambda: "asking store (s3://bucket/dvc)" in screen.place.side.timeline.title_text)
        await pilot.press("u")
        await settle(pilot)
        assert len(workspace.remote.asked) == 1
        assert screen.footer.word == "stopped asking the remote"
        assert "asking" not in screen.place.side.timeline.title_text


async def test_elsewhere_u_says_where_it_acts(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "2", "u")
        assert screen.footer.word == "asking the remote: only in Data and Pipeline"
        await pressed(pilot, settle, "4", "space")
        assert screen.footer.word == "Pipeline has nothing to mark"
    empty = MltuiApp(SampleWorkspace(tmp_path, **{**WHOLE, "pipeline": Pipeline()}))
    async with empty.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3", "u")
        assert screen.footer.word == "there is nothing to ask for"
