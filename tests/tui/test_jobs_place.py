"""Jobs: what they say in the table and in the detail, their log, and that a running one is seen to go on."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.job_sample import jobs
from textual.widgets import Input
from tui_fakes import NOW, FakeWorkspace, churn, run

from churn_sample import EXPERIMENTS
from mltui.errors import SourceError
from mltui.model.made import Made, MadeMetric, MadeRun
from mltui.model.runs import RunTable
from mltui.present.text import plain
from mltui.sources.jobs.made import made as MADE
from mltui.sources.logs import IndexedLog
from mltui.tui.app import MltuiApp
from mltui.tui.places.jobs import JobsPlace
from mltui.tui.places.jobs import place as jobs_place
from mltui.tui.screens.asking_text import AskText
from mltui.tui.screens.main import MainScreen
from mltui.tui.widgets.logview import LogView


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeWorkspace:
    monkeypatch.setattr(jobs_place, "now_ms", lambda: NOW)
    made = Made((MadeRun(run(0), "train", run(1)),), metrics=(MadeMetric("metrics.json", "auc", 0.942, 0.947),))
    monkeypatch.setattr("mltui.sources.jobs.made.made", lambda workspace, job, stages: made)
    workspace = churn(tmp_path)
    found = jobs(NOW, str(tmp_path))
    for job in found:
        if job.start is not None:
            Path(job.directory).mkdir()
            Path(job.log).write_bytes(b"".join(b"epoch %d loss 0.5\n" % at for at in range(500)) + b"\xff last\n")
    workspace.jobs.value = found
    own = run(0, tags={"mltui.job": found[1].id})
    workspace.runs.value = RunTable((own, *(run(at) for at in range(1, 5))), True, ("auc", "loss"))
    return workspace


def rows(place: JobsPlace) -> list[list[str]]:
    table = place.master.rows
    return [[plain(cell) for cell in table.row(at).cells] for at in range(len(table))]


def detail(place: JobsPlace) -> str:
    return "\n".join(plain(each) for each in place.pane.lines)


async def test_each_job_says_how_it_stands(project: FakeWorkspace, settle: Any) -> None:
    async with MltuiApp(project).run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        await pilot.press("7")
        screen = await settle(pilot)
        place = screen.place
        assert isinstance(place, JobsPlace)
        told = rows(place)
        assert [row[0] for row in told] == ["◌", "●", "✗", "■", "?", "✓"]
        assert told[1][2:5] == ["retrain train", "2/4 train", "71 s of about 2 min"]
        assert told[2][3] == "2/3 evaluate"
        header = " ".join(plain(piece.content) for piece in screen._header())
        assert "● retrain train 71 s of about 2 min" in header
        assert "waits for  20260304-120500-4f25" in detail(place)
        await pilot.press("j", "j")
        await settle(pilot)
        said = detail(place)
        assert said.index("failed at evaluate") < said.index("KeyError: 'auc'") < said.index("Stages")
        await pilot.press("j")
        await settle(pilot)
        assert "data/clean.csv" in detail(place)


async def test_its_log_is_searched_from_where_one_is(project: FakeWorkspace, settle: Any) -> None:
    async with MltuiApp(project).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("7", "j", "L")
        screen = await settle(pilot)
        view = screen.place.query_one(LogView)
        shown = [plain(each) for each in view._rows]
        assert shown[-1] == "\\xff last" and shown[-2] == "epoch 499 loss 0.5"
        assert "501 lines" in view.title_text
        await pilot.press("g")
        await settle(pilot)
        assert plain(view._rows[0]) == "epoch 0 loss 0.5" and "1 of 501" in view.title_text
        await pilot.press("slash", *"EPOCH 33 ", "enter")
        await settle(pilot)
        assert any(plain(row) == "epoch 33 loss 0.5" for row in view._rows)
        job = project.jobs.value[1]
        await pilot.press("G")
        await settle(pilot)
        with Path(job.log).open("ab") as file:
            file.write(b"10%\r20%\rdone\n")
        view.look()
        await settle(pilot)
        assert plain(view._rows[-1]) == "done"


async def test_help_begins_with_what_acts_here(project: FakeWorkspace, settle: Any) -> None:
    """It began with the keys of the log, of which S does something else in the list."""
    async with MltuiApp(project).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for key, first in (("7", "Writing"), ("L", "Log")):
            await pilot.press(key)
            await settle(pilot)
            await pilot.press("question_mark")
            await settle(pilot)
            rows = [strip.text for strip in pilot.app.screen._compositor.render_strips()]
            box = next(at for at, row in enumerate(rows) if "Help" in row)
            assert first in rows[box + 1]
            await pilot.press("escape")
            await settle(pilot)


async def test_from_the_log_one_comes_back_to_the_job_as_it_is_by_now(project: FakeWorkspace, settle: Any) -> None:
    """The detail was drawn when the log was opened: of a job that was stopped meanwhile it said that it runs."""
    async with MltuiApp(project).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("7", "j", "enter")
        screen = await settle(pilot)
        assert "running" in detail(screen.place)
        await pilot.press("L")
        await settle(pilot)
        found = list(project.jobs.value)
        found[1] = replace(found[1], state="stopped", end=NOW)
        project.jobs.value = tuple(found)
        screen.feeds.kick("jobs", force=True)
        await settle(pilot)
        await pilot.press("L")
        await settle(pilot)
        assert screen.place.front_page() == "" and detail(screen.place).startswith("state  ■ stopped")


async def test_a_log_that_can_not_be_read_any_more_is_asked_for_once_a_key(
    project: FakeWorkspace, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(project.jobs.value[1].log).write_bytes(b"".join(b"epoch %d\n" % at for at in range(20_000)))
    asked: list[int] = []

    def gone(self: IndexedLog, first: int, count: int) -> list[bytes]:
        asked.append(first)
        if len(asked) > 5:
            raise RuntimeError("it is asked without end")
        raise SourceError("the disk is gone")

    async with MltuiApp(project).run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        await pilot.press("7", "j", "L")
        screen = await settle(pilot)
        shown = screen.place.query_one(LogView)._rows
        monkeypatch.setattr(IndexedLog, "read", gone)
        for times in (1, 2):
            await pilot.press("g")
            await settle(pilot)
            assert len(asked) == times
        assert screen.place.query_one(LogView)._rows == shown


async def test_a_copy_of_its_log_is_named_after_the_job(project: FakeWorkspace, settle: Any) -> None:
    async with MltuiApp(project).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("7", "j", "L")
        await settle(pilot)
        await pilot.press("S")
        await settle(pilot)
        assert isinstance(pilot.app.screen, AskText)
        assert pilot.app.screen.query_one(Input).value == f"{project.jobs.value[1].id}.log"


async def test_without_a_job_it_says_what_makes_one(tmp_path: Path, settle: Any) -> None:
    async with MltuiApp(churn(tmp_path)).run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("7")
        screen = await settle(pilot)
        assert [plain(each) for each in screen.place.empty] == [
            "Nothing was started from here yet.", "R retrains the pipeline.",
        ]  # fmt: skip


async def test_the_keys_are_those_of_the_job_under_the_cursor(project: FakeWorkspace, settle: Any) -> None:
    project.experiments.value = EXPERIMENTS
    made = EXPERIMENTS[0]
    _, running, *others = project.jobs.value
    project.jobs.value = (running, *others[:-1], replace(others[-1], experiment=made.name))
    async with MltuiApp(project).run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        await pilot.press("7", "g")
        screen = await settle(pilot)
        keys = {key for key, _ in screen.footer._keys}
        assert "L" in keys and "X" not in keys
        await pilot.press("G")
        screen = await settle(pilot)
        keys = {key for key, _ in screen.footer._keys}
        assert "X" in keys
        assert screen.place.chosen_experiments() == [made]


async def test_a_failed_job_in_the_overview_is_called_by_its_title_and_opens_in_jobs(
    project: FakeWorkspace, settle: Any
) -> None:
    failed = next(job for job in project.jobs.value if job.state == "failed")
    project.jobs.value = (failed,)
    known = project.pipeline.value  # a stage that still needs somebody has its job in its own row
    project.pipeline.value = replace(known, stages=tuple(replace(each, status="fresh") for each in known.stages))
    async with MltuiApp(project).run_test(size=(160, 45)) as pilot:
        screen = await settle(pilot)
        needs = screen.place.table("needs")
        told = [" ".join(plain(cell) for cell in needs.rows.row(at).cells) for at in range(len(needs.rows))]
        at = next(at for at, text in enumerate(told) if "job retrain evaluate" in text)
        assert "failed at evaluate 1 h ago" in told[at] and failed.id not in told[at]
        needs.focus()
        needs.move_to(at)
        await pilot.press("enter")
        screen = await settle(pilot)
        assert screen.place.number == 7 and screen.place.looked_at == failed.id


async def test_what_it_made_is_shown_though_its_question_was_overtaken(
    project: FakeWorkspace, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The detail is read again while what the job made is still looked up: the second one waits and shows it."""
    begun, go = threading.Event(), threading.Event()

    def made(workspace: Any, job: Any, stages: Any) -> Made:
        begun.set()
        go.wait(120)
        return Made(metrics=(MadeMetric("metrics.json", "auc", 0.942, 0.947),))

    monkeypatch.setattr("mltui.sources.jobs.made.made", made)
    project.jobs.value = tuple(job for job in project.jobs.value if job.ended)[-1:]
    async with MltuiApp(project).run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        await pilot.press("7")
        while not begun.is_set():
            await pilot.pause(0.02)
        place = pilot.app.screen.place
        asked = place._asker._asked
        place.rebuild()  # as when a part moves
        while place._asker._asked is asked:
            await pilot.pause(0.02)
        go.set()
        await settle(pilot)
        assert "metrics.json" in detail(place)


async def test_what_it_made_is_shown_though_that_was_found_out_while_the_detail_was_made(
    project: FakeWorkspace, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question that was overtaken is answered after the next detail was made without it, and before that asks."""
    begun, go, told, go_on = (threading.Event() for _ in range(4))

    def made(workspace: Any, job: Any, stages: Any) -> Made:
        begun.set()
        go.wait(120)
        return Made(metrics=(MadeMetric("metrics.json", "auc", 0.942, 0.947),))

    monkeypatch.setattr("mltui.sources.jobs.made.made", made)
    project.jobs.value = tuple(job for job in project.jobs.value if job.ended)[-1:]
    async with MltuiApp(project).run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        await pilot.press("7")
        while not begun.is_set():
            await pilot.pause(0.02)
        place = pilot.app.screen.place
        tells = place.detail

        def detail_of(job: Any) -> Any:
            found = tells(job)
            told.set()
            go_on.wait(120)
            return found

        monkeypatch.setattr(place, "detail", detail_of)
        place.rebuild()  # as when a part moves
        while not told.is_set():
            await pilot.pause(0.02)
        go.set()
        while place._far.busy:
            await pilot.pause(0.02)
        go_on.set()
        await settle(pilot)
        assert "metrics.json" in detail(place)


async def test_metrics_files_are_told_as_soon_as_somebody_knows_which_those_are(
    project: FakeWorkspace, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job has ended and its detail is read before DVC ever answered: after that nothing else moves."""
    monkeypatch.setattr("mltui.sources.jobs.made.made", MADE)
    ended = project.jobs.value[-1]
    job = replace(ended, experiment=None, spec=replace(ended.spec, commit=None, mode="in place"))
    project.jobs.value = (job,)
    content = b'{"auc": 0.947}'
    (project.project.root / "scores.json").write_bytes(content)
    locks = Path(job.directory) / "locks"
    locks.mkdir()
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    (locks / "001-train.lock").write_text(
        f"stages:\n  train:\n    outs:\n    - path: scores.json\n      md5: {digest}\n"
    )
    answered, load = threading.Event(), project.pipeline.load
    known = project.pipeline.value
    project.pipeline.value = replace(
        known,
        stages=tuple(replace(each, metrics=("scores.json",) if each.name == "train" else ()) for each in known.stages),
    )
    monkeypatch.setattr(project.pipeline, "load", lambda: answered.wait(120) and load())
    monkeypatch.setattr(project.pipeline, "remembered", lambda: load() if answered.is_set() else None)
    async with MltuiApp(project).run_test(size=(160, 45)) as pilot:
        while not isinstance(pilot.app.screen, MainScreen) or pilot.app.screen.jobs is None:
            await pilot.pause(0.02)
        await pilot.press("7")
        while getattr(pilot.app.screen.place, "_made", None) is None:
            await pilot.pause(0.02)
        assert "scores.json" not in detail(pilot.app.screen.place)
        answered.set()
        screen = await settle(pilot)
        assert "scores.json" in detail(screen.place)


async def test_what_it_made_is_looked_up_again_with_other_runs_wherever_those_lie(
    project: FakeWorkspace, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table of runs that is gone leaves its address to the next one."""
    asked: list[Any] = []
    monkeypatch.setattr("mltui.sources.jobs.made.made", lambda *about: asked.append(about) or Made())
    monkeypatch.setattr(jobs_place, "id", lambda _: 4711, raising=False)
    project.jobs.value = project.jobs.value[-1:]
    async with MltuiApp(project).run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        await pilot.press("7")
        screen = await settle(pilot)
        before = len(asked)
        project.runs.becomes(replace(project.runs.value))
        screen.feeds.kick("runs")
        await settle(pilot)
        assert len(asked) == before + 1
