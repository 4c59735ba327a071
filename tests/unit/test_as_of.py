"""What there was at another time: pure functions over runs, models, commits, data, stages, graphs and series."""

from __future__ import annotations

from array import array
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mltui.actions.gateway import read_only
from mltui.config import Config
from mltui.model.as_of import (
    METRICS_THEN,
    NO_ALIASES,
    NO_END,
    AsOf,
    experiments_then,
    models_then,
    runs_then,
)
from mltui.model.as_of_history import (
    dataset_then,
    graph_then,
    history_then,
    series_then,
    stages_then,
    trend_then,
)
from mltui.model.dvc import Dataset, DatasetVersion, DvcExperiment, Entry, Gap
from mltui.model.dvc_history import DvcFiles, LockEntry, StageKey
from mltui.model.git import Commit, History, Ref
from mltui.model.lineage.graph import Edge, Graph, InTree, Node
from mltui.model.moves import Move
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.regressions import stepped
from mltui.model.runs import Run
from mltui.model.series import Series
from mltui.model.trend import DataChange, TagMark, TimeLine, Trend, TrendPoint
from mltui.present.as_of import as_of_words, loud_words

NOW = 1000


def run(name: str = "r", start: int | None = 10, end: int | None = 20, **more: object) -> Run:
    values: dict[str, object] = {"status": "FINISHED", "lifecycle": "active", "metrics": {"auc": 0.9}, **more}
    return Run(name, name, "run", "e", "1", start=start, end=end, commit=None, **values)  # type: ignore[arg-type]


RUNS = st.builds(
    run,
    name=st.text("abc", min_size=1, max_size=4),
    start=st.none() | st.integers(0, NOW),
    end=st.none() | st.integers(0, NOW),
    status=st.sampled_from(["FINISHED", "FAILED", "KILLED", "RUNNING", "SCHEDULED"]),
    lifecycle=st.sampled_from(["active", "deleted"]),
    deleted=st.none() | st.integers(0, NOW),
)


# Runs


def test_a_run_of_then() -> None:
    done, running = run("done", 10, 20), run("running", 10, 60)
    later = run("later", 51, 60)
    found, problems = runs_then((done, running, later), 50)
    assert found[0] is done
    assert found[1] == replace(running, status="RUNNING", end=None, metrics={}, whole=False, note=METRICS_THEN)
    assert len(found) == 2
    assert [each.summary for each in problems] == ["1 run was running then: the metrics of then are not known"]


def test_metrics_of_a_run_that_logged_nothing_more_are_known() -> None:
    running, silent = run("running", 10, 60), run("silent", 10, None, status="RUNNING", metrics={})
    found, problems = runs_then((running, silent), 50, written={"running": 50})
    assert found[0].metrics == {"auc": 0.9}
    assert found[0].status == "RUNNING"
    assert found[1] == silent
    assert problems == ()
    assert runs_then((running,), 50, written={"running": 51})[0][0].metrics == {}


def test_a_deleted_run_was_there_before_it_was_deleted() -> None:
    gone = run(lifecycle="deleted", deleted=70)
    assert runs_then((gone,), 50)[0] == (replace(gone, lifecycle="active", deleted=None),)
    assert runs_then((gone,), 80)[0] == ()
    assert runs_then((gone,), 80, deleted=True)[0] == (gone,)


def test_what_nobody_wrote_down_is_counted() -> None:
    untold = run("a", lifecycle="deleted")
    unstarted, endless = run("b", None), run("c", end=None)
    found, problems = runs_then((untold, untold, unstarted, endless), 50)
    assert found == (replace(endless, note=NO_END),)
    assert [each.summary for each in problems] == [
        "2 deleted runs are left out: when they were deleted is not recorded",
        "1 run is left out: when it started is not recorded",
        "1 run is shown as now: when it ended is not recorded",
    ]


def test_a_run_of_a_deleted_experiment_is_left_out() -> None:
    found, problems = runs_then((run(),), 50, hidden={"1"})
    assert (found, len(problems)) == ((), 1)


@given(st.lists(RUNS), st.integers(0, NOW), st.integers(0, NOW))
def test_a_later_time_never_shows_fewer_started_runs(runs: list[Run], one: int, other: int) -> None:
    former, latter = sorted((one, other))
    alive = [each for each in runs if each.lifecycle == "active"]
    before, after = runs_then(alive, former)[0], runs_then(alive, latter)[0]
    assert {each.run_id for each in before} <= {each.run_id for each in after}
    assert len(before) <= len(after)


@given(st.lists(RUNS))
def test_as_of_now_is_now(runs: list[Run]) -> None:
    """Apart from what the store keeps no time of: here every run has a start, and deleted ones a time."""
    told = [
        each for each in runs if each.start is not None and (each.lifecycle == "active" or each.deleted is not None)
    ]
    told = [each for each in told if each.end is not None or each.status in ("RUNNING", "SCHEDULED")]
    written = {each.run_id: NOW for each in told}
    assert list(runs_then(told, NOW, written=written)[0]) == [each for each in told if each.lifecycle == "active"]
    assert list(runs_then(told, NOW, written=written, deleted=True)[0]) == told


@given(st.lists(RUNS), st.integers(0, NOW))
def test_nothing_of_later_is_shown(runs: list[Run], at: int) -> None:
    for each in runs_then(runs, at)[0]:
        assert each.start is not None
        assert each.start <= at
        assert each.end is None or each.end <= at
        assert each.lifecycle == "active"


def test_experiments_of_then() -> None:
    def exp(name: str, time: int, **more: object) -> DvcExperiment:
        return DvcExperiment(name, name, "b", "Ada", time, {"auc": 1.0}, {}, **more)  # type: ignore[arg-type]

    done, queued = exp("done", 10), exp("queued", 10, status="SCHEDULED")
    failed, later = exp("failed", 10, status="FAILED", end=60), exp("later", 60)
    assert experiments_then((done, queued, failed, later), 50) == (
        done, queued, replace(failed, status="SCHEDULED", end=None, metrics={}),
    )  # fmt: skip
    assert experiments_then((failed,), 60) == (failed,)


# Models


def version(number: int, created: int | None, updated: int | None, stage: str = "", *aliases: str) -> ModelVersion:
    return ModelVersion("m", str(number), None, created, aliases, stage, updated=updated)


def test_a_stage_is_known_if_the_version_was_not_changed_since() -> None:
    old, new = version(1, 10, 20, "Archived"), version(2, 30, 60, "Production", "champion")
    model = RegisteredModel("m", "mlflow", (new, old), {"champion": "2"}, created=5)
    (found,), problems = models_then((model,), 50)
    assert [each.stage for each in found.versions] == ["", "Archived"]
    assert found.versions[0].note
    assert found.versions[1] == old
    assert (dict(found.aliases), found.versions[0].aliases) == ({}, ())
    assert [each.summary for each in problems] == [
        NO_ALIASES,
        "the stage then of m/2 is not known: changed later, and only the last change is recorded",
    ]


def test_a_model_that_has_no_stages_misses_none_and_one_registered_later_is_not_there() -> None:
    model = RegisteredModel("m", "mlflow", (version(1, 10, 60),), {}, created=5)
    (found,), problems = models_then((model,), 50)
    assert (found.versions[0].note, problems) == ("", ())
    assert models_then((model,), 4) == ((), ())
    assert models_then((model,), 7)[0] == (replace(model, versions=()),)
    undated = RegisteredModel("m", "mlflow", (version(1, None, None),), {})
    assert "when it was made is not recorded" in models_then((undated,), 50)[1][0].summary


@given(st.lists(st.tuples(st.integers(0, NOW), st.integers(0, NOW), st.sampled_from(["", "Production"])), max_size=6))
def test_models_as_of_now_are_those_of_now_without_aliases(made: list[tuple[int, int, str]]) -> None:
    versions = tuple(
        version(at, created, max(created, changed), stage) for at, (created, changed, stage) in enumerate(made)
    )
    model = RegisteredModel("m", "mlflow", versions, {}, created=0)
    assert models_then((model,), NOW) == ((model,), ())


def moved(before: str | None, after: str | None, at: int, target: str = "@champion", model: str = "m") -> Move:
    return Move(model, target, before, after, at, f"e{at}", who="ada")


def test_moves_tell_who_was_champion() -> None:
    model = RegisteredModel("m", "mlflow", (version(2, 10, 60), version(1, 10, 60)), {"champion": "2"}, created=5)
    moves = (moved(None, "1", 20), moved("1", "2", 40), moved(None, "1", 30, "@old"))
    told = {at: models_then((model,), at, moves) for at in (15, 20, 39, 40)}
    assert {at: dict(found[0].aliases) for at, (found, _) in told.items()} == {
        15: {},
        20: {"champion": "1"},
        39: {"champion": "1", "old": "1"},
        40: {"champion": "2", "old": "1"},
    }
    assert {each.version: each.aliases for each in told[39][0][0].versions} == {"1": ("champion", "old"), "2": ()}
    assert told[40][1] == ()
    assert [each.summary for each in told[15][1]] == [
        "who held m@champion then is not recorded: it was before the first move that was noted",
        "who held m@old then is not recorded: it was before the first move that was noted",
    ]


def test_whom_moves_do_not_tell_of_is_said() -> None:
    model = RegisteredModel("m", "mlflow", (version(1, 10, 60),), {"champion": "1", "shadow": "1"}, created=5)
    outside = replace(moved("1", "9", 0), at=None, outside=True, since=30, until=None)
    found, problems = models_then((model,), 50, (moved(None, "1", 20), outside))
    assert dict(found[0].aliases) == {}
    assert [each.summary for each in problems] == [
        "who held m@champion then is not recorded: it was moved to 9 outside mltui, nobody knows when",
        "who held m@shadow then is not recorded: no move of it was noted",
    ]
    gone = models_then((model,), 25, (moved(None, "7", 20),))[1]
    assert gone[0].summary == "who held m@champion then is not recorded: version 7, which is gone"
    assert models_then((model,), 50, (replace(outside, before=None, after="1"),))[1][0].summary == NO_ALIASES


def test_moves_tell_a_stage_that_was_changed_since() -> None:
    old, new = version(1, 10, 60, "Archived"), version(2, 10, 15, "Staging")
    model = RegisteredModel("m", "mlflow", (new, old), {}, created=5)
    (found,), problems = models_then((model,), 50, (moved(None, "1", 20, "stage:Production"),))
    assert [(each.stage, each.note) for each in found.versions] == [("Staging", ""), ("Production", "")]
    assert problems == ()
    (found,), _ = models_then((model,), 50, (moved(None, "2", 12, "stage:Production"),))
    assert found.versions[0].stage == "Staging", "it was changed later, as the registry says"


# Git and DVC


def test_commits_and_their_names() -> None:
    refs = (Ref("head", "main", "a"), Ref("tag", "v1", "a"), Ref("tag", "late", "a"))
    old, new = (Commit(sha, (), "A", "a@b", at, at, "s", refs) for sha, at in (("a", 10), ("b", 60)))
    found = history_then(History((new, old), False), 50, {"v1"})
    assert found == History((replace(old, refs=(refs[1],)),), False)


def test_a_dataset_has_the_versions_up_to_then() -> None:
    history = tuple(
        DatasetVersion(f"md5:{at}", at, None, f"c{at}", "A", at, ("main", "v1"), ("main",)) for at in (10, 40, 60)
    )
    gaps = (Gap("d.dvc", "c", 20, "is no YAML"), Gap("d.dvc", "c", 55, "is no YAML"))
    dataset = Dataset("d", "d.dvc", "md5:40", 40, None, "fresh", versions=3, history=history, gaps=gaps)
    found = dataset_then(dataset, 50, {"v1"})
    assert [each.hash for each in found.history] == ["md5:10", "md5:40"]
    assert (found.versions, found.status, found.gaps) == (2, "unknown", gaps[:1])
    assert (found.history[0].refs, found.history[0].tips) == (("v1",), ())


def test_stages_of_a_lock_have_no_status() -> None:
    prepare = LockEntry(StageKey("", "prepare"), "p", (Entry("raw"),), (Entry("clean"),))
    train = LockEntry(StageKey("sub", "train"), "t", (Entry("clean/x"),), (Entry("model"),), {"params.yaml": {"lr": 1}})
    first, second = stages_then(DvcFiles({}, {each.key: each for each in (prepare, train)}))
    assert (first.status, second.status) == ("unknown", "unknown")
    assert [reason.kind for reason in first.reasons] == ["then"]
    assert (first.address, second.address, second.path) == ("prepare", "sub/dvc.yaml:train", "sub/dvc.yaml")
    assert (first.parents, second.parents) == ((), ("prepare",))


# Lineage


def node(id: str, time: int | None = None) -> Node:
    return Node(id.partition(":")[0], id, id, "", time)  # type: ignore[arg-type]


def test_the_graph_of_then() -> None:
    nodes = (
        node("commit:a", 10), node("commit:b", 60), node("data:d@md5:1", 10), node("data:d@md5:2", 60),
        node("data:x@md5:3"), node("run:1", 20), node("run:2", 60), node("model:m/1", 30), node("model:m/2", 70),
        node("alias:m@champion"), node("stage:train"), node("stage:old"),
    )  # fmt: skip
    edges = [
        Edge(one, other, "recorded", "told")
        for one, other in (
            ("commit:a", "run:1"), ("commit:b", "run:2"), ("data:d@md5:1", "run:1"), ("data:d@md5:2", "run:2"),
            ("data:x@md5:3", "run:1"), ("run:1", "model:m/1"), ("model:m/2", "alias:m@champion"),
            ("commit:b", "stage:train"), ("data:d@md5:1", "stage:train"), ("commit:a", "stage:old"),
        )
    ]  # fmt: skip
    tree = InTree("run:1", "commit:a", ("data:d@md5:1", "data:d@md5:2"))
    model = RegisteredModel("m", "mlflow", (version(1, 30, 30, "Staging"),), {})
    found = graph_then(Graph.of(nodes, edges, (tree,)), (model,), 50)
    assert found.nodes.keys() == {
        "commit:a", "data:d@md5:1", "data:x@md5:3", "run:1", "model:m/1", "alias:m@Staging", "stage:old",
    }  # fmt: skip
    assert {(edge.source, edge.target) for edge in found.edges} == {
        ("commit:a", "run:1"), ("data:d@md5:1", "run:1"), ("data:x@md5:3", "run:1"), ("run:1", "model:m/1"),
        ("commit:a", "stage:old"), ("model:m/1", "alias:m@Staging"),
    }  # fmt: skip
    assert found.in_tree["run:1"].data == ("data:d@md5:1",)


# Metrics


def test_points_of_later_are_cut() -> None:
    values = [0.1, float("nan"), float("inf"), 0.4]
    series = Series("r", "auc", array("d", values), array("q", [10, 20, 60, 40]), array("q", [0, 1, 1, 2]), nan=1, up=1)
    found = series_then(series, 50)
    assert (list(found.times), list(found.steps)) == ([10, 20, 40], [0, 1, 2])
    assert (found.nan, found.up, found.repeated, found.disordered) == (1, 0, False, 0)
    assert series_then(series, 60) is series
    assert len(series_then(series, 5)) == 0


def test_a_trend_ends_then_and_its_regressions_are_found_anew() -> None:
    line = TimeLine(tuple(f"c{at}" for at in range(20)), tuple(range(0, 200, 10)))
    values = [0.9] * 10 + [0.5] * 10
    points = [TrendPoint(at, f"c{at}", at * 10, value + at / 1000, (f"r{at}",)) for at, value in enumerate(values)]
    tags, data = (TagMark(12, "c12", "v1"),), (DataChange(3, "c3", "d", "md5:1"),)
    trend = Trend("auc", "max", line, (stepped("runs", points),), tags, data, (), "")
    whole, part = trend_then(trend, 1000), trend_then(trend, 85)
    assert whole.line == line
    assert whole.regressions
    assert part.line.tip == "c8"
    assert [point.at for point in part.series[0].points] == list(range(9))
    assert (part.tags, part.data, part.regressions) == ((), data, ())
    assert trend_then(trend, -1).series == ()


# How it is said, and what is refused


def test_it_is_said_and_everything_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    as_of = AsOf(1_793_577_599_000, "3f2a1c9" * 5, "2026-11-01", "v1.0, 3f2a1c9")
    assert as_of_words(as_of).endswith("(v1.0, 3f2a1c9)")
    assert loud_words(as_of).startswith("AS OF 2026-1")
    assert "nothing can be changed" in loud_words(as_of)
    refused = read_only(Config(as_of="v1.0"), "make a worktree")
    assert refused is not None
    assert "as of v1.0 nothing can be changed" in refused.summary
    assert read_only(Config(), "make a worktree") is None
