"""What `mltui status` and `mltui doctor` print for people: the facts, aligned, and nothing cut in a pipe."""

from __future__ import annotations

from typing import Any

import pytest
from test_attention import NOW, pipeline, run, snapshot, stage

from mltui.cli.terminal import _coloured
from mltui.model.columns import TableView, parse_column
from mltui.model.dvc import Dataset, Reason
from mltui.model.git import GitState
from mltui.model.life import Life
from mltui.model.metric import PrimaryMetric
from mltui.model.part import Part, Problem
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.runs import Store
from mltui.model.status import Snapshot
from mltui.present.rows import Cell, Column, Rows
from mltui.present.runs import RunScene, run_rows
from mltui.present.status_text import Scene, status_text
from mltui.present.table_text import table_text
from mltui.present.text import ASCII, UNICODE, Span, line, plain

HOUR = 3_600_000


def printed(moment: Snapshot, **scene: Any) -> list[str]:
    return [plain(each) for each in status_text(moment, Scene(NOW, **scene))]


def moment(**parts: Any) -> Snapshot:
    why = (Reason("param", "params.yaml", "modified", "lr", 0.1, 0.05),)
    stages = pipeline(
        stage("prepare", "fresh"),
        stage("train", "stale", reasons=why),
        stage("evaluate", "stale", upstream=("train",)),
        stage("big", "unknown", reasons=(Reason("unhashed", "data/raw", "moved, not hashed"),)),
        datasets=(
            Dataset("data/a.csv", "data/a.csv.dvc", "md5:a", 8_100_000, None, "fresh", versions=3),
            Dataset("data/images", "data/images.dvc", "md5:b.dir", 2_000, 12_004, "stale", versions=1),
        ),
        problems=(Problem("dvc", "can't be parsed", "correct it", "sub/dvc.yaml:12"),),
    )
    version = ModelVersion("churn", "4", "r1", NOW, aliases=("champion",))
    best = run(run_id="r1", name="stormy-hare", status="FINISHED", metrics={"auc": 0.942}, commit="3f2a1c9" + "0" * 33)
    failed = run(run_id="r2")
    return snapshot(
        **{
            "project": "/home/ada/churn-model",
            "git": Part("git", GitState("/x", "main", "3f2a1c9" + "0" * 33, True, 2, 2, 0)),
            "pipeline": stages,
            "stores": Part("stores", (Store("mlflow.db", "sqlite", "repository", True, 312, 24, 3),)),
            "models": Part("models", (RegisteredModel("churn", "mlflow", (version,), {"champion": "4"}),)),
            "newest": Part("newest", (best, failed)),
            "latest": (failed,),
            "primary": PrimaryMetric("auc", "max", guessed=True),
            **parts,
        }
    )


def test_the_whole_screen() -> None:
    assert (
        "\n".join(printed(moment()))
        == """\
churn-model  main ↑2  3f2a1c9  ✎ changed  2 untracked

Needs you
  ~ train            param lr 0.1 → 0.05
  ≈ evaluate         after train
  ✗ lazy-fox         failed 2 h ago
  ! sub/dvc.yaml:12  can't be parsed
    → correct it

Pipeline  ~ 1 stale   ? 1 unknown   ≈ 1 upstream stale   ✓ 1 fresh
  ? big  unknown  data/raw moved, not hashed

Data  2 datasets
  ✓ data/a.csv   8.1 MB                3 versions
  ~ data/images  2.0 kB  12,004 files   1 version  stale

Newest runs  mlflow.db · 24 runs · 3 of 312 experiments
    run          when    auc?  vs champion  commit
  ✓ stormy-hare   3 h  0.9420            =  3f2a1c9
  ✗ lazy-fox      3 h       -            -  -

Models
  churn  1 version  @champion 4"""
    )


@pytest.mark.parametrize(
    ("life", "mark"),
    [(None, "✗"), (Life("silent", NOW - 3 * HOUR, 1000), "?"), (Life("gone", NOW - HOUR, why="no process 42"), "?")],
)
def test_a_run_is_marked_as_in_the_table_of_runs(life: Life | None, mark: str) -> None:
    status = "FAILED" if life is None else "RUNNING"
    needing = run(status=status, life=life)
    lines = printed(snapshot(latest=(needing,), newest=Part("newest", (needing,))))
    marks = [each.split()[0] for each in lines if "lazy-fox" in each]
    assert marks == [mark, mark]


def test_ascii_is_ascii() -> None:
    assert all(each.isascii() for each in printed(moment(), symbols=ASCII) if "mlflow.db" not in each)


def test_nothing_there_is_one_line() -> None:
    absent = Part("git", None, Problem("git", "no repository", absent=True))
    assert printed(snapshot(git=absent)) == ["p  no git repository"]


def test_long_lists_are_cut_on_a_terminal_only() -> None:
    stages = pipeline(*(stage(f"s{number}", "stale", upstream=("x",)) for number in range(20)))
    assert len(printed(snapshot(pipeline=stages))) == 1 + 1 + 21 + 1 + 1
    cut = printed(snapshot(pipeline=stages), most=3)
    assert cut[5:7] == ["  ≈ s2  after x", "  … and 17 more (mltui status --json has all)"]


def test_columns_that_do_not_fit_go_first_by_rank() -> None:
    runs = [run(run_id=f"r{number}", name=f"a-run-of-a-long-name-{number}", experiment=str(number)) for number in "ab"]
    rows = run_rows(runs, RunScene(NOW, UNICODE))
    whole = [plain(each) for each in table_text(rows, None)]
    assert whole[0].split() == ["run", "when", "experiment", "took"]
    fitted = [plain(each) for each in table_text(rows, 40)]
    assert fitted[0].split() == ["run", "when"]
    assert max(map(len, fitted)) <= 40
    assert [plain(each) for each in table_text(rows, 5)][1] == "✗ a-run-of-a-long-name-a"


def test_what_is_flexible_is_cut_before_what_must_be_seen_behind_it() -> None:
    said = Column("what", "what", 20, flex=True, rank=0), Column("end", "outcome", 7, rank=0)
    words = ("save a copy as /home/ada/churn/20261129-132617-33bb.log", "stop")
    fields = (
        Cell(said[0], line, lambda each: (0, 0, each)),
        Cell(said[1], lambda _: line("done"), lambda _: (0, 0, "")),
    )
    rows: Rows[str] = Rows(fields, words, lambda each: each)
    assert [plain(each) for each in table_text(rows, 40, indent="  ")] == [
        "  what                           outcome",
        "  save a copy as /home/ada/chu…  done",
        "  stop                           done",
    ]
    assert words[0] in plain(table_text(rows, None)[1])


def chosen(*columns: str) -> list[str]:
    runs = [run(run_id=each, name=f"run-{each}", params={"x": each, "y": each, "lr": f"1{each}"}) for each in "12"]
    view = TableView(columns=tuple(map(parse_column, columns)))
    return [plain(each) for each in table_text(run_rows(runs, RunScene(NOW, UNICODE), view=view), None)]


def test_one_column_is_a_table() -> None:
    assert chosen("name") == ["run", "run-1", "run-2"]
    assert chosen("status") == ["", "✗", "✗"]


def test_only_a_mark_stands_close_to_the_name_behind_it() -> None:
    assert chosen("params.x", "params.y") == ["x  y", "1  1", "2  2"]
    assert chosen("status", "params.lr") == ["   lr", "✗  11", "✗  12"]
    assert chosen("status", "name", "params.x") == ["  run    x", "✗ run-1  1", "✗ run-2  2"]


def test_names_are_shown_not_obeyed() -> None:
    evil = run(name="\x1b[31mred\n", status="FINISHED")
    lines = printed(snapshot(newest=Part("newest", (evil,)), project="/p/\x1b]0;title\x07"))
    assert all(each.isprintable() for each in lines)


def test_colour_is_for_roles() -> None:
    assert _coloured((Span("plain "), Span("bad", "bad"), Span("", "good"))) == "plain \x1b[31mbad\x1b[0m"
