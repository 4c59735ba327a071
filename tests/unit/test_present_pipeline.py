"""The pipeline as a graph and as a chain, stages as rows and in detail, datasets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_sample import DATASET, NOW, PIPELINE
from mltui.model.dvc import Entry, Pipeline, Reason, Stage
from mltui.model.job import Job
from mltui.model.part import Part
from mltui.model.remote import RemoteAnswer, RemoteAnswers
from mltui.model.stage_state import states_of
from mltui.model.status import Snapshot
from mltui.present.chain import chain, components, layers
from mltui.present.data import dataset_detail, dataset_rows, hash_span
from mltui.present.graph import MOST_LANES, in_order, lanes
from mltui.present.overview import overview
from mltui.present.overview_needs import need_rows
from mltui.present.pipeline import stage_rows, summary, why_meanwhile
from mltui.present.stage_detail import GraphScene, stage_detail
from mltui.present.text import ASCII, UNICODE, plain


def stage(name: str, *parents: str, status: str = "fresh", **more: object) -> Stage:
    return Stage(name, "dvc.yaml", name, status, parents=parents, **more)  # type: ignore[arg-type]


DIAMOND = (
    stage("report", "a", "b", "train", status="missing"),
    stage("train", "prepare", "validate", status="stale"),
    stage("validate", "prepare"),
    stage("prepare"),
    stage("a", "prepare"),
    stage("b", "prepare"),
    stage("alone"),
)


def drawn(stages, symbols=UNICODE) -> list[str]:
    ordered = in_order(stages)
    return [f"{plain(piece)}|{each.name}" for piece, each in zip(lanes(ordered, symbols), ordered, strict=True)]


def test_parents_come_before_children_and_chains_stay_together() -> None:
    assert [each.name for each in in_order(DIAMOND)] == ["prepare", "validate", "train", "a", "b", "report", "alone"]


def test_a_cycle_loses_no_stage() -> None:
    loop = (stage("x", "y"), stage("y", "x"), stage("z"))
    assert {each.name for each in in_order(loop)} == {"x", "y", "z"}
    assert len(drawn(loop)) == 3
    assert chain(loop, 80, 4, UNICODE)


def test_lanes_join_parents_with_their_children() -> None:
    assert drawn(DIAMOND) == [
        "✓─┬─┬─╮ |prepare",
        "✓─┤ │ │ |validate",
        "  ~ │ │ |train",
        "  ├─✓ │ |a",
        "  ├───✓ |b",
        "  ○ |report",
        "✓ |alone",
    ]
    assert all(each.isascii() for each in drawn(DIAMOND, ASCII))


def test_too_many_lanes_are_marked() -> None:
    fan = (stage("root"), *(stage(f"s{at}", "root") for at in range(MOST_LANES + 4)))
    assert all("…" in each for each in drawn(fan)[:3])
    assert all(len(each.rpartition("|")[0]) <= 2 * MOST_LANES + 2 for each in drawn(fan))


@given(st.lists(st.lists(st.integers(0, 19), max_size=3), max_size=20), st.integers(20, 90), st.integers(1, 5))
def test_any_graph_is_drawn_within_its_room(graph: list[list[int]], width: int, height: int) -> None:
    stages = tuple(stage(f"s{at}", *(f"s{parent}" for parent in parents)) for at, parents in enumerate(graph))
    ordered = in_order(stages)
    assert sorted(each.name for each in ordered) == sorted(each.name for each in stages)
    assert len(lanes(ordered, UNICODE)) == len(stages)
    lines = chain(stages, width, height, UNICODE)
    assert len(lines) <= height
    assert all(len(plain(each)) <= width for each in lines)


def test_a_chain_says_what_it_left_out() -> None:
    long = tuple(stage(f"s{at}", *([f"s{at - 1}"] if at else [])) for at in range(30))
    assert [plain(each) for each in chain(long, 40, 2, UNICODE)] == [
        "✓ s0 ── ✓ s1 ── ✓ s2 ── ✓ s3 ── ✓ s4 ──",
        "  ✓ s5 ── ✓ s6 ── ✓ s7 ── … 22 more",
    ]
    apart = tuple(stage(f"s{at}", status="stale" if at % 2 else "fresh") for at in range(9))
    assert plain(chain(apart, 40, 2, UNICODE)[-1]) == "… 8 more  4 ~ 4 ✓"


def test_stages_of_one_name_are_told_apart_by_their_directory() -> None:
    same = (
        Stage("train", "dvc.yaml", "train", "fresh"),
        Stage("train", "sub/a/dvc.yaml", "sub/a/dvc.yaml:train", "fresh"),
        Stage("plot", "sub/a/dvc.yaml", "sub/a/dvc.yaml:plot", "fresh", parents=("sub/a/dvc.yaml:train",)),
    )
    assert [plain(each) for each in chain(same, 60, 4, UNICODE)] == ["✓ train", "✓ sub/a/train ── ✓ plot"]


def test_rows_among_other_neighbours_have_no_lines_of_the_graph() -> None:
    pipeline = Pipeline(stages=DIAMOND)
    first = [plain(row.cells[0]) for row in (stage_rows(pipeline, UNICODE, flat=True).row(at) for at in range(3))]
    assert first == ["✓", "✓", "≈"]
    assert "─" in plain(stage_rows(pipeline, UNICODE).row(0).cells[0])


def test_layers_and_components() -> None:
    ordered = in_order(DIAMOND)
    assert [[each.name for each in part] for part in components(ordered)][1] == ["alone"]
    assert [len(layer) for layer in layers(components(ordered)[0])] == [1, 3, 1, 1]


def test_rows_say_why() -> None:
    rows = stage_rows(PIPELINE, UNICODE)
    assert [plain(rows.row(at).cells[2]) for at in range(4)] == ["", "", "param lr 0.1 → 0.05", "after train"]
    assert [plain(rows.row(at).cells[1]) for at in range(4)] == ["prepare", "validate", "train", "evaluate"]
    assert "->" in plain(stage_rows(PIPELINE, ASCII).row(2).cells[2])
    assert [rows.sorted("status").row(at).key for at in range(2)] == ["train", "evaluate"]
    assert plain(summary(PIPELINE, UNICODE)) == "~ 1 stale   ≈ 1 upstream stale   ✓ 2 fresh"


def test_stages_of_several_files_are_shown_with_their_address() -> None:
    other = replace(PIPELINE.stages[0], path="sub/dvc.yaml", address="sub/dvc.yaml:prepare")
    rows = stage_rows(replace(PIPELINE, stages=(*PIPELINE.stages, other)), UNICODE)
    assert "sub/dvc.yaml:prepare" in [plain(rows.row(at).cells[1]) for at in range(5)]
    assert rows.columns[1].tail, "where there is little room the name stays, not the directory that all share"
    assert not stage_rows(PIPELINE, UNICODE).columns[1].tail


def scene(pipeline: Pipeline = PIPELINE, jobs: tuple[Job, ...] = (), **more: Any) -> GraphScene:
    return GraphScene(pipeline, states_of(pipeline.stages, jobs), jobs, NOW, UNICODE, **more)


def test_outs_that_dvc_took_away_are_no_reason_while_it_runs() -> None:
    train = PIPELINE.stages[2]
    gone = replace(train, status="running", reasons=(*train.reasons, Reason("out", "model.pkl", "deleted")))
    pipeline = replace(PIPELINE, stages=(*PIPELINE.stages[:2], gone, *PIPELINE.stages[3:]))
    text = "\n".join(map(plain, stage_detail(gone, scene(pipeline))))
    assert "param  lr  0.1 → 0.05" in text and "model.pkl  deleted" not in text


def test_a_stage_that_never_ran_says_why_not_even_that_is_known() -> None:
    """Its pane said "? unknown" and nothing else; the list has room for the beginning of the reason only."""
    train = PIPELINE.stages[2]
    broken = Reason("unreadable", "dvc.yaml", "YAML file structure is corrupted")
    reasons = (Reason("dep", "data/clean.csv", "modified"), broken)
    odd = replace(train, status="unknown", locked=False, reasons=reasons)
    pipeline = replace(PIPELINE, stages=(*PIPELINE.stages[:2], odd, *PIPELINE.stages[3:]))
    text = "\n".join(map(plain, stage_detail(odd, scene(pipeline))))
    assert "unreadable  dvc.yaml  YAML file structure is corrupted" in text
    assert "dep  data/clean.csv" not in text, "all of it is new to a stage that never ran"


def test_detail_of_a_stale_stage() -> None:
    text = "\n".join(map(plain, stage_detail(PIPELINE.stages[2], scene())))
    for wanted in (
        "~ stale",
        "after   validate",
        "before  evaluate",
        "param  lr  0.1 → 0.05  params.yaml",
        "8.1 MB  data/clean.csv",
        "lr     0.1 → 0.05 ~",
        "python src/train.py",
    ):
        assert wanted in text
    assert "as of" not in text


def test_detail_says_what_is_special_and_from_when() -> None:
    odd = replace(
        PIPELINE.stages[2],
        frozen=True,
        always_changed=True,
        desc="[bold]x\x1b[2J",
        cmd="python a.py\nrm\x07 b",
        upstream=("prepare", "nowhere"),
        outs=(Entry("m.pkl", None, None, None, cached=False), Entry("big", "md5:x", 1, 12_000)),
        reasons=(
            Reason("command", "", "changed", None, "old\ncmd", ["new", "cmd"]),
            Reason("dep", "data/clean.csv", "modified", None, "md5:" + "a" * 32, "md5:" + "b" * 32),
            Reason("out", "m.pkl", "not in cache"),
            Reason("unhashed", "big", "moved, not hashed"),
            Reason("param", "params.yaml", "deleted", "gone"),
        ),
    )
    unsettled = replace(PIPELINE, settled=False)
    text = "\n".join(map(plain, stage_detail(odd, scene(unsettled))))
    for wanted in (
        "as of 1 min ago, asking dvc",
        "frozen: dvc repro skips it; always changed",
        "[bold]x␛[2J",
        "was  old␊cmd",
        "now  new; cmd",
        "md5:aaaaaaaa → md5:bbbbbbbb",
        "not in cache",
        "moved, not hashed",
        "12,000 files",
        "cache: false",
        "? nowhere",
        "rm␇ b",
    ):
        assert wanted in text, wanted
    assert "\x1b" not in text


def test_outs_say_what_the_remote_answered_when_it_was_asked() -> None:
    names = ("here", "far", "lost", "unasked")
    outs = tuple(Entry(name, f"md5:{name}", 1) for name in names)
    gone = Reason("out", "far", "not in cache")
    answers = {f"md5:{name}": RemoteAnswer(name != "lost", NOW - 7_200_000) for name in names[:3]}
    remote = RemoteAnswers("store", "s3://bucket", answers)
    train = stage("train", outs=outs, reasons=(gone,), cmd="c")
    seen = replace(PIPELINE, stages=(train,))
    text = "\n".join(map(plain, stage_detail(train, scene(seen, remote=remote))))
    for wanted in (
        "here  in cache, on store (asked 2 h ago)",
        "far  ~ not in cache  on store (asked 2 h ago)",
        "lost  in cache, not on store (asked 2 h ago)",
        "unasked  in cache, remote not asked",
    ):
        assert wanted in text, text
    assert "unasked  in cache, no default remote" in "\n".join(map(plain, stage_detail(train, scene(seen))))


def test_an_empty_pipeline() -> None:
    assert len(stage_rows(Pipeline(), UNICODE)) == 0
    assert chain((), 80, 3, UNICODE) == []
    assert summary(Pipeline(), UNICODE) == ()


def test_datasets_as_rows_and_in_detail() -> None:
    imported = replace(
        DATASET, path="data/[x]\x1b.csv", imported="git@host:repo", nfiles=3, hash=None, status="missing"
    )
    rows = dataset_rows((DATASET, imported), UNICODE)
    shown = [[plain(cell) for cell in rows.row(at).cells] for at in range(2)]
    assert shown[0] == ["✓", "data/customers.csv", "8.1 MB", "3", "", "c3c3c3c3", ""]
    assert shown[1] == ["○", "data/[x]␛.csv", "8.1 MB", "3", "3", "-", "git@host:repo"]
    assert [column.key for column in dataset_rows((DATASET,), UNICODE).columns] == [
        "status",
        "path",
        "size",
        "versions",
        "hash",
    ]
    text = [plain(each) for each in dataset_detail(DATASET, UNICODE)]
    assert text == [
        "status      ✓ fresh",
        "size        8.1 MB",
        f"hash        {DATASET.hash}",
        "committed   as v3",
        "tracked by  data/customers.csv.dvc",
    ]


@pytest.mark.parametrize(
    ("digest", "shown"),
    [(None, "-"), ("md5:" + "a" * 32 + ".dir", "aaaaaaaa.dir"), ("etag:123456789012345", "etag:123456789012345")],
)
def test_hashes(digest, shown) -> None:
    assert hash_span(digest).text == shown


def test_what_a_running_stage_took_away_itself_is_no_news() -> None:
    """DVC deletes a stage's outs before it runs the stage; the stages after it need nobody for that."""
    deleted = Reason("dep", "models/model.json", "deleted")
    param = Reason("param", "params.yaml", "modified", "threshold", 0.5, 0.6)
    train = stage("train", status="running", outs=(Entry("models"),))
    evaluate = stage("evaluate", "train", status="stale", upstream=("train",), reasons=(deleted,))
    both = stage("both", "train", status="stale", upstream=("train",), reasons=(deleted, param))
    known = Pipeline(stages=(train, evaluate, both))
    assert why_meanwhile(evaluate, known) == "after train (running)"
    assert why_meanwhile(both, known) == "param threshold 0.5 → 0.6, after train (running)"
    ended = Pipeline(stages=(replace(train, status="stale"), evaluate))
    assert why_meanwhile(evaluate, ended) == "dep models/model.json deleted"


def test_the_overview_says_that_a_stage_runs_before_this_one() -> None:
    reasons = (Reason("dep", "model.json", "deleted"),)
    train = stage("train", status="running", outs=(Entry("model.json"),))
    evaluate = stage("evaluate", "train", status="stale", upstream=("train",), reasons=reasons)
    nothing = {name: Part(name) for name in ("git", "stores", "models", "newest", "experiments")}
    known = Part("pipeline", Pipeline(stages=(train, evaluate)))
    view = overview(Snapshot("/p", pipeline=known, **nothing), (), NOW, UNICODE)
    assert [plain(cell) for cell in need_rows(view).row(0).cells] == ["~", "evaluate", "after train (running)"]
    assert [each.why for each in view.needs] == ["dep model.json deleted"]  # as `status --json` has it
