"""The drawing of the pipeline by its keys: going about, folding, turning to the table, filtering."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_workspace import SampleWorkspace
from still_pilot import kept_busy

from churn_sample import WHOLE
from mltui.config import Config
from mltui.model.dvc import Entry, Reason, RunningProcess, Stage
from mltui.model.job import Job, JobSpec, JobStep
from mltui.model.part import Part
from mltui.present.text import plain
from mltui.tui.app import MltuiApp

PIPELINE = WHOLE["pipeline"]
WHY = (Reason("param", "params.yaml", "modified", "lr", 0.1, 0.05),)


def stage(name: str, *parents: str, status: Any = "fresh", **more: Any) -> Stage:
    return Stage(name, "dvc.yaml", name, status, parents=parents, cmd=f"python {name}.py", **more)


MATRIX = (
    stage("fetch"),
    stage("split", "fetch"),
    *(stage(f"train@m{at}", "split", status="stale", reasons=WHY) for at in range(6)),
    stage("report", *(f"train@m{at}" for at in range(6)), status="stale", upstream=("train@m0",)),
    stage("docs", frozen=True),
)
LARGE = tuple(stage(f"stage_{at:04d}", *([f"stage_{at - 1:04d}"] if at % 10 else [])) for at in range(300))


def project(tmp_path: Path, stages: tuple[Stage, ...] = MATRIX, config: Config | None = None) -> SampleWorkspace:
    return SampleWorkspace(tmp_path / "churn-model", config, **{**WHOLE, "pipeline": replace(PIPELINE, stages=stages)})


def shown(screen: Any) -> str:
    """The drawing, without the list of what is not fresh below it."""
    drawn = "\n".join(plain(line) for line in screen.place.drawing.lines)
    return drawn.partition("\n\n\n")[0]


def list_below(screen: Any) -> str:
    return "\n".join(plain(line) for line in screen.place.drawing.lines).partition("\n\n\n")[2]


def at(screen: Any) -> str:
    """What stands out in the drawing."""
    return "".join(span.text for line in screen.place.drawing.lines for span in line if span.role == "front")


def detail(screen: Any) -> str:
    return "\n".join(plain(line) for line in screen.place.pane.lines)


async def press(pilot: Any, settle: Any, *keys: str) -> Any:
    await pilot.press(*keys)
    return await settle(pilot)


async def test_arrows_go_from_stage_to_stage_and_the_detail_follows(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path, PIPELINE.stages))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4")
        assert at(screen) == "✓ prepare" and screen.place.pane.title_text == "prepare"
        screen = await press(pilot, settle, "right", "right")
        assert at(screen) == "~ train" and screen.place.pane.title_text == "train"
        assert "0.1 → 0.05" in detail(screen)
        assert at(await press(pilot, settle, "h")) == "✓ validate"
        assert at(await press(pilot, settle, "G")) == "≈ evaluate"
        assert at(await press(pilot, settle, "g")) == "✓ prepare"


async def test_a_group_unfolds_and_folds_under_the_cursor(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(140, 36)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4", "right", "right")
        assert at(screen).startswith("+ train@{m0,m1,…}  6 ~")
        assert "train@m5" in detail(screen) and "train@m5" not in shown(screen)
        assert screen.place.copy_id() is None and screen.place.lineage_of() is None
        screen = await press(pilot, settle, "plus")
        assert at(screen) == "~ train@m0" and "~ train@m5" in shown(screen)
        screen = await press(pilot, settle, "down", "down", "minus")
        assert at(screen).startswith("+ train@{m0,m1,…}")
        screen = await press(pilot, settle, "enter")
        assert at(screen) == "~ train@m0" and not screen.place.inside
        await press(pilot, settle, "g", "minus")
        assert "no group" in screen.footer.word


@pytest.mark.parametrize(
    ("before", "typed", "there"),
    [
        ((), ("plus", "down", "down"), "~ train@m2"),
        (("x", "left"), ("right", "right", "left", "left"), "✓ split"),
    ],
    ids=["unfolded", "neighbours"],
)
async def test_keys_act_on_what_those_before_them_draw(
    tmp_path: Path, settle, monkeypatch, before, typed, there
) -> None:
    """However long it takes to draw it."""
    app = MltuiApp(project(tmp_path))
    making, go_on = threading.Event(), threading.Event()
    async with app.run_test(size=(140, 36)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4", "right", "right")
        screen = await press(pilot, settle, *before)
        rows = screen.place.rows

        def slow() -> Any:
            making.set()
            go_on.wait(120)
            return rows()

        monkeypatch.setattr(screen.place, "rows", slow)
        await pilot.press(*typed)
        assert await asyncio.to_thread(making.wait, 120)
        await pilot.pause(0)
        go_on.set()
        assert at(await settle(pilot)) == there


async def test_w_turns_to_the_table_and_back_on_the_same_stage(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4", "down", "w")
        place = screen.place
        assert place.master.display and not place.drawing.display
        assert place.looked_at == place.master.cursor_key == "split"
        screen = await press(pilot, settle, "down", "w")
        assert place.drawing.display and not place.master.display
        assert at(screen).startswith("+ train@"), "the stage is in the group"
        screen.visit(4, "train@m3")
        screen = await settle(pilot)
        assert at(screen) == "~ train@m3", "whoever wants to be at a stage of a group sees it"


async def test_a_filter_lights_what_it_lets_through(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4", "slash", *"report", "enter")
        assert at(screen) == "≈ report"
        roles = {span.text.strip(): span.role for line in screen.place.drawing.lines for span in line}
        assert roles["fetch"] == "note" and "docs" in roles
        screen = await press(pilot, settle, "escape")
        assert "note" not in {span.role for line in screen.place.drawing.lines for span in line}
        screen = await press(pilot, settle, "g", "n")
        assert at(screen) == "≈ report"


async def test_x_draws_only_the_neighbours_and_goes_with_the_cursor(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path, LARGE))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4", "x")
        assert shown(screen) == "✓ stage_0000 ──▸ ✓ stage_0001" and at(screen) == "✓ stage_0000"
        screen = await press(pilot, settle, "right")
        assert shown(screen) == "✓ stage_0000 ──▸ ✓ stage_0001 ──▸ ✓ stage_0002" and at(screen) == "✓ stage_0001"
        screen = await press(pilot, settle, "right", "right", "right", "left")
        assert at(screen) == "✓ stage_0003" and "stage_0004" in shown(screen), "however fast the keys come"
        screen = await press(pilot, settle, "slash", *"stage_025", "enter")
        assert at(screen) == "✓ stage_0250" and shown(screen) == "✓ stage_0250 ──▸ ✓ stage_0251"
        screen = await press(pilot, settle, "right")
        assert at(screen) == "✓ stage_0251", "it stays where one went, match or not"
        screen = await press(pilot, settle, "G", "n")
        assert at(screen) == "✓ stage_0253", "the next match need not be in sight"
        screen = await press(pilot, settle, "N")
        assert at(screen) == "✓ stage_0252"
        screen.visit(4, "stage_0111")
        screen = await settle(pilot)
        assert at(screen) == "✓ stage_0111" and "stage_0112" in shown(screen) and "stage_0252" not in shown(screen)
        screen = await press(pilot, settle, "escape", "x")
        assert at(screen) == "✓ stage_0111" and "stage_0252" in shown(screen)


async def test_the_cursor_stays_in_sight_both_ways(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path, LARGE))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4", *["right"] * 9, *["down"] * 20)
        drawing = screen.place.drawing
        assert at(screen) == "✓ stage_0209"
        spot = next(each for each in drawing._drawing.spots if each.row == "stage_0209")
        left, top = drawing.scroll_offset
        assert left <= spot.x and spot.x + spot.width <= left + drawing.scrollable_content_region.width - 2
        assert top <= spot.y < top + drawing.scrollable_content_region.height
        screen = await press(pilot, settle, "enter")
        assert screen.place.pane.display and not drawing.display and "stage_0209" in screen.place.pane.title_text
        screen = await press(pilot, settle, "escape")
        assert drawing.display and not screen.place.pane.display and at(screen) == "✓ stage_0209"


async def test_steps_of_a_held_arrow_go_on_from_the_last_one(tmp_path: Path, settle) -> None:
    """A held key acts again before the place has answered."""
    app = MltuiApp(project(tmp_path, LARGE))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4")
        for across, down in ((1, 0),) * 9 + ((0, 1),) * 20:
            screen.place.drawing.action_step(across, down)
        await settle(pilot)
        assert at(screen) == "✓ stage_0209"
        screen.place.drawing.action_edge(0)
        screen = await press(pilot, settle, "right")
        assert at(screen) == "✓ stage_0001"


async def test_states_change_in_place(tmp_path: Path, settle) -> None:
    workspace = project(tmp_path, PIPELINE.stages)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4", "right", "right")
        before = shown(screen)
        runner = RunningProcess(4242, "ada", "/usr/bin/dvc repro", screen.now - 41_000)
        stages = tuple(
            replace(each, status="running", runner=runner) if each.name == "train" else each for each in PIPELINE.stages
        )
        workspace.pipeline.becomes(replace(PIPELINE, stages=stages))  # type: ignore[attr-defined]
        screen.feeds.kick("pipeline")
        screen = await settle(pilot)
        assert shown(screen) == before.replace("~ train", "● train")
        assert "pid 4242 ada dvc repro" in detail(screen)


async def test_jobs_tell_what_failed_and_how_long_it_takes(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path, PIPELINE.stages))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4", "right", "right")

        def job(number: int, state: Any, took: int) -> Job:
            spec = JobSpec(f"2026030{number}", "retrain", 0, "local", "local", "in place", (), "/")
            step = JobStep("train", state, screen.now - 600_000, screen.now - 600_000 + took)
            return Job(spec, "/nowhere", "failed" if state == "failed" else "finished", steps=(step,))

        jobs = (job(3, "failed", 900), job(2, "done", 31_000), job(1, "done", 33_000))
        screen.place.jobs = Part("jobs", jobs, None, screen.now, 1)
        screen.place.moved()
        screen = await settle(pilot)
        assert at(screen) == "✗ train"
        for told in ("in job 20260303", "median 32 s over 2 jobs", "took 31 s"):
            assert told in detail(screen)


async def test_l_opens_the_log_of_the_newest_job_that_ran_the_stage(tmp_path: Path, settle) -> None:
    def job(number: int, *steps: JobStep) -> Job:
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "log").write_text(f"said by {number}\n")
        spec = JobSpec(f"2026030{number}", "retrain", 0, "local", "local", "in place", (), "/")
        return Job(spec, str(tmp_path / str(number)), "finished", steps=steps)

    skipped, ran = JobStep("train", "skipped"), JobStep("train", "done", 1, 2)
    workspace: Any = project(tmp_path, PIPELINE.stages)
    workspace.jobs.value = (job(3, skipped), job(2, ran), job(1, ran))
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4", "L")
        assert screen.place.title == "Pipeline" and at(screen).endswith("prepare")
        assert "no job of mltui's ran this stage" in screen._compositor.render_strips()[-1].text
        screen = await press(pilot, settle, "right", "right", "L")
        assert screen.place.title == "Jobs" and screen.place.front_page() == "log"
        while "said by 2" not in "\n".join(strip.text for strip in screen._compositor.render_strips()):
            await pilot.pause()
        screen = await press(pilot, settle, "less_than_sign")
        assert screen.place.title == "Pipeline" and at(screen).endswith("train")


async def test_a_stage_that_runs_is_told_of_anew_while_a_job_runs(tmp_path: Path, settle, monkeypatch) -> None:
    running = tuple(replace(each, status="running") if each.name == "train" else each for each in PIPELINE.stages)
    app = MltuiApp(project(tmp_path, running))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4", "right", "right")
        place = screen.place
        assert not place.goes_on() and place._second is None, "nothing of ours runs: nothing is drawn anew"
        spec = JobSpec("20260304", "retrain", 0, "local", "local", "in place", (), "/")
        place.jobs = Part("jobs", (Job(spec, "/nowhere", "running", steps=(JobStep("train", "running", 1_000),)),))
        monkeypatch.setattr("mltui.tui.places.pipeline.place.now_ms", lambda: 42_000)
        await settle(pilot)
        assert "for 41 s" in detail(screen) and "● train     for 41 s" in list_below(screen)
        monkeypatch.setattr("mltui.tui.places.pipeline.place.now_ms", lambda: 51_000)
        assert place._second is not None
        place._tick()
        await settle(pilot)
        assert "for 50 s" in detail(screen) and "● train     for 50 s" in list_below(screen)
        place.jobs = Part("jobs", ())
        await settle(pilot)
        place._tick()
        assert place._second is None


@pytest.mark.parametrize(
    ("size", "ascii_only"), [((80, 24), False), ((160, 45), False), ((80, 24), True)], ids=["small", "wide", "ascii"]
)
def test_picture(tmp_path: Path, settle, snap_compare, size, ascii_only) -> None:
    app = MltuiApp(project(tmp_path, MATRIX, Config(theme="dark", ascii=ascii_only)))

    async def wait(pilot: Any) -> None:
        await settle(pilot)
        await press(pilot, settle, "4", "right", "right")
        await press(pilot, settle, *(("plus", "down", "down") if size[0] > 80 else ()))

    assert snap_compare(app, terminal_size=size, run_before=wait)


async def test_u_asks_the_remote_for_the_outs_of_the_stage_or_of_its_group(tmp_path: Path, settle) -> None:
    """Nothing is asked until then; the answer stands beside the outs from then on."""
    outs = {at: (Entry(f"m{at}.pkl", f"md5:{at}", 5), Entry("n.json", "md5:f", 5, cached=False)) for at in range(6)}
    stages = tuple(replace(each, outs=outs[int(each.name[-1])]) if "@" in each.name else each for each in MATRIX)
    workspace = project(tmp_path, stages)
    workspace.remote.there = {"md5:0"}
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4", "u")
        assert workspace.remote.asked == []
        assert screen.footer.word == "no out here that a remote could have"
        await press(pilot, settle, "down", "down", "u")
        assert workspace.remote.asked == [[f"md5:{at}" for at in range(6)]]
        assert screen.footer.word == "store has 1 of 6 outs"
        screen = await press(pilot, settle, "plus")
        assert at(screen) == "~ train@m0"
        assert "m0.pkl  in cache, on store (asked now)" in " ".join(detail(screen).split("\n"))
        await press(pilot, settle, "u")
        assert workspace.remote.asked[1:] == [["md5:0"]]


async def test_a_word_that_comes_behind_the_answer_is_dropped(tmp_path: Path, settle) -> None:
    outs = (Entry("m.pkl", "md5:0", 5),)
    workspace = project(tmp_path, tuple(replace(each, outs=outs) for each in MATRIX))
    async with MltuiApp(workspace).run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4")
        go_on = await kept_busy(screen.place)
        screen.place.ask_remote()
        while screen.place.asking:
            await asyncio.sleep(0.01)  # pilot's pause would wait for the place
        go_on.set()
        await settle(pilot)
        assert workspace.remote.asked == [["md5:0"]]
        assert screen.place.asking == ""


async def test_the_detail_names_the_runs_that_say_they_are_the_stages(tmp_path: Path, settle) -> None:
    runs = WHOLE["runs"]
    told = tuple(replace(run, tags={**run.tags, "mltui.stage": "train"}) for run in runs.runs)
    app = MltuiApp(SampleWorkspace(tmp_path / "churn-model", **{**WHOLE, "runs": replace(runs, runs=told)}))
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        screen = await press(pilot, settle, "4", "right", "right")
        assert "made" in detail(screen) and "in all" in detail(screen)
