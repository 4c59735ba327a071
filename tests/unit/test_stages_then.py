"""What a dvc.yaml of then adds to the stages of its dvc.lock, and what is said of what it does not tell."""

from __future__ import annotations

from mltui.model.dvc import Entry, Stage
from mltui.sources.as_of.stages import LEFT_OVER, TEMPLATED, UNREAD, as_declared, never_run
from mltui.sources.dvc.declared import declared

GROUP = b"""\
stages:
  train:
    foreach: [a, b]
    do:
      cmd: train ${item}
      frozen: true
      deps: [raw.csv]
      outs: ["${item}.bin"]
      metrics: ["${item}.json"]
  score:
    cmd: score
    wdir: work
    always_changed: true
    outs: [table.csv]
    plots:
    - curve.csv: {cache: false, push: false}
  later:
    cmd: later
"""


def ran(name: str, *outs: str, path: str = "dvc.yaml", cmd: str = "", deps: tuple[str, ...] = ()) -> Stage:
    made = tuple(map(Entry, outs))
    return Stage(name, path, name, "unknown", cmd=cmd, deps=tuple(map(Entry, deps)), outs=made)


def told(stage: Stage) -> list[str]:
    return [reason.change for reason in stage.reasons]


def test_a_group_has_what_needs_no_template_filled_in() -> None:
    one = ran("train@a", "a.bin", "a.json", cmd="train a", deps=("raw.csv",))
    (found,) = as_declared([one], {"dvc.yaml": declared(GROUP)})
    assert (found.frozen, found.metrics, found.outs) == (True, (), one.outs)
    assert told(found) == [TEMPLATED]


def test_paths_are_from_where_the_stage_runs() -> None:
    one = ran("score", "sub/work/table.csv", "sub/work/curve.csv", path="sub/dvc.yaml", cmd="score")
    (found,) = as_declared([one], {"sub/dvc.yaml": declared(GROUP)})
    assert (found.wdir, found.plots, found.always_changed) == ("sub/work", ("sub/work/curve.csv",), True)
    assert [(each.cached, each.pushed) for each in found.outs] == [(True, True), (False, False)]
    assert told(found) == []


def test_what_differs_is_named() -> None:
    one = ran("score", "work/table.csv", cmd="score -v", deps=("raw.csv",))
    (found,) = as_declared([one], {"dvc.yaml": declared(GROUP)})
    assert told(found) == ["dvc.yaml of then differs in command, deps and outs from the last run, which is told here"]
    assert (found.cmd, found.deps, found.outs) == ("score -v", one.deps, one.outs)


def test_files_that_tell_nothing_of_it() -> None:
    one = ran("gone", "gone.bin")
    assert told(as_declared([one], {"dvc.yaml": declared(GROUP)})[0]) == [LEFT_OVER]
    assert told(as_declared([one], {"dvc.yaml": None})[0]) == [UNREAD]
    assert as_declared([one], {}) == (one,)


def test_what_had_not_run_is_counted_and_a_group_that_ran_in_part_is_not() -> None:
    files = {"dvc.yaml": declared(GROUP), "sub/dvc.yaml": None}
    (problem,) = never_run([ran("train@a"), ran("score")], files)
    assert problem.summary == "declared then, but not run yet, and so not shown: later"
    (problem,) = never_run([ran("score", path="sub/dvc.yaml")], files)
    assert problem.summary.endswith(": train, score, later")
    assert never_run([ran("train@b"), ran("score"), ran("later")], files) == ()
