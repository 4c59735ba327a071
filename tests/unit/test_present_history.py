"""Commits with what came out of them; models; the Overview; and the joins below."""

from __future__ import annotations

import math
from dataclasses import replace

from churn_sample import (
    DATASET,
    EXPERIMENTS,
    GIT,
    HARE,
    HISTORY,
    HOUR,
    LYNX,
    MODELS,
    NOW,
    PIPELINE,
    RUNS,
    SERIES,
    SHA,
    STORES,
)
from mltui.model.champion import champions, opponent
from mltui.model.git import ChangedFile, CommitDetail, Ref
from mltui.model.job import Job, JobSpec, JobStep
from mltui.model.merged import as_run, merged
from mltui.model.metric import PrimaryMetric
from mltui.model.part import Part, Problem
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.status import Snapshot
from mltui.model.traces import traces
from mltui.present import overview as view_of
from mltui.present.history import commit_detail, commit_rows
from mltui.present.model_detail import version_detail
from mltui.present.models import held, version_rows
from mltui.present.overview_holders import holder_rows, version_key
from mltui.present.overview_needs import calm, need_rows, need_target
from mltui.present.overview_pipeline import pipeline_lines
from mltui.present.panels import wishes
from mltui.present.runs import RunScene
from mltui.present.text import ASCII, UNICODE, plain

BY_ID = {each.run_id: each for each in RUNS}
PRIMARY = PrimaryMetric("auc", "max", guessed=False)
SCENE = RunScene(NOW, UNICODE, PRIMARY, champions(MODELS, BY_ID))
KNOWN = traces(RUNS, (DATASET,), MODELS)


def snapshot(**parts: object) -> Snapshot:
    values = {
        "git": GIT,
        "pipeline": PIPELINE,
        "stores": STORES,
        "models": MODELS,
        "newest": RUNS[:50],
        "experiments": EXPERIMENTS,
    } | parts
    return Snapshot(
        "churn", **{name: Part(name, value) for name, value in values.items()}, latest=RUNS[:1], primary=PRIMARY
    )


# The joins


def test_champions_are_the_alias_else_production() -> None:
    assert champions(MODELS, BY_ID)[0].run is HARE
    old = RegisteredModel("old", "mlflow", (ModelVersion("old", "2", "x", NOW, stage="Production"),), {})
    assert [each.version.version for each in champions((old,), {})] == ["2"]
    upper = replace(MODELS[0], aliases={"Champion": "5"})
    assert champions((upper,), BY_ID)[0].run is LYNX
    dangling = replace(MODELS[0], aliases={"champion": "99"})
    assert champions((dangling,), BY_ID) == ()


def test_a_run_is_measured_against_the_champion_of_its_experiment() -> None:
    other = RegisteredModel("price", "mlflow", (ModelVersion("price", "1", "p", NOW),), {"champion": "1"})
    price = replace(LYNX, run_id="p", experiment_id="2")
    both = champions((*MODELS, other), {**BY_ID, "p": price})
    assert opponent(RUNS[0], both).version.model == "churn"
    assert opponent(replace(price, run_id="q"), both).version.model == "price"
    assert opponent(replace(LYNX, experiment_id="3"), both) is None
    assert opponent(replace(LYNX, experiment_id="3"), both[:1]).version.model == "churn"


def test_experiments_are_merged_by_their_time() -> None:
    names = [each.name for each in merged(RUNS, EXPERIMENTS)]
    assert names[:4] == ["lazy-fox", "bold-crane", "sandy-doe", "calm-lynx"]
    assert as_run(EXPERIMENTS[0]).commit == EXPERIMENTS[0].commit
    no_start = replace(LYNX, start=None)
    assert [each.name for each in merged((HARE, no_start), EXPERIMENTS)] == ["sandy-doe", "stormy-hare", "calm-lynx"]


def test_traces_join_by_commit_and_by_shortened_commit() -> None:
    short = replace(HARE, run_id="short", commit=SHA[2][:10])
    known = traces((*RUNS, short, replace(HARE, run_id="bad", commit="abc")), (DATASET,), MODELS)
    assert len(known.of(SHA[0]).runs) == 3
    assert [each.run_id for each in known.of(SHA[2]).runs][-1] == "short"
    assert [each.version for each in known.of(SHA[0]).versions] == ["5", "4"]
    assert known.of(SHA[1]).data == ((DATASET, 3),)
    assert not known.of("f" * 40)


# History


def test_a_commit_row_has_refs_subject_and_what_came_out() -> None:
    rows = commit_rows(HISTORY.commits, KNOWN, SCENE)
    shown = [[plain(cell) for cell in rows.row(at).cells] for at in range(4)]
    assert shown[0] == ["3f2a1c9", "3 d", "→ main  ◆ v1.2  Tune depth", "3 runs · churn/5 +1", "Ada"]
    assert shown[1][2:] == ["Merge branch 'features'", "1 run · customers.csv v3", "Grace"]
    assert len(rows.matching(SHA[2])) == 1
    assert len(rows.matching("grace@example.org")) == 2


def test_merges_empty_subjects_and_hostile_ones() -> None:
    commits = (
        replace(HISTORY.commits[1], subject="[red]x\x1b[2J"),
        replace(HISTORY.commits[2], subject=" "),
    )
    rows = commit_rows(commits, KNOWN, SCENE)
    assert [plain(rows.row(at).cells[2]) for at in range(2)] == ["merge [red]x␛[2J", "no message"]
    assert "made" not in [column.key for column in commit_rows(commits, traces((), (), ()), SCENE).columns]


def test_commit_detail() -> None:
    commit = HISTORY.commits[0]
    files = (ChangedFile("src/train.py", 3, 1), ChangedFile("m\x07.bin", None, None))
    whole = CommitDetail(
        commit.sha, commit.parents, "Ada", "a@x", NOW, "Ada", "a@x", NOW, "Tune depth\n\nWhy [not]\x1b", files
    )
    text = "\n".join(map(plain, commit_detail(commit, whole, KNOWN.of(commit.sha), SCENE)))
    for wanted in (
        SHA[0],
        "Why [not]␛",
        "+3 -1 src/train.py",
        "m␇.bin binary",
        "2 files  +3 -1",
        "calm-lynx",
        "churn/4 @champion",
    ):
        assert wanted in text
    unread = "\n".join(map(plain, commit_detail(commit, None, KNOWN.of("0" * 40), SCENE)))
    assert "could not be read" in unread


def test_a_row_shows_two_refs_and_no_copies_of_branches() -> None:
    names = (("head", "main"), ("remote", "origin/main"), ("tag", "v1"), ("tag", "v2"), ("remote", "origin/other"))
    commit = replace(HISTORY.commits[3], refs=tuple(Ref(kind, name, SHA[3]) for kind, name in names))  # type: ignore[arg-type]
    rows = commit_rows((commit,), KNOWN, SCENE)
    assert plain(rows.row(0).cells[2]) == "→ main  ◆ v1  +2  First model"
    assert "origin/main" in "\n".join(map(plain, commit_detail(commit, None, KNOWN.of("0" * 40), SCENE)))


# Models


def test_versions_as_rows() -> None:
    rows = version_rows(MODELS, BY_ID, SCENE)
    shown = [[plain(cell) for cell in rows.row(at).cells] for at in range(3)]
    assert shown[1] == ["churn/4", "@champion", "0.9420", "=", "stormy-hare", "3f2a1c9", "2 h"]
    assert shown[2] == ["churn/3", "Archived", "-", "-", "-", "-", "9 d"]


def test_models_without_versions_and_unreadable_ones_are_rows_too() -> None:
    odd = (
        RegisteredModel("new[red]\x07", "mlflow", (), {}),
        RegisteredModel("bad", "mlflow", (), {}, problem="models/bad/meta.yaml: empty"),
        RegisteredModel("m3", "mlflow", (ModelVersion("m3", "1", None, None, model_id="m-1"),), {}),
        RegisteredModel("gone", "gto", (ModelVersion("gone", "v1", "nowhere", NOW),), {}),
    )
    rows = version_rows(odd, BY_ID, SCENE)
    names = [plain(rows.row(at).cells[0]) for at in range(4)]
    assert names == ["new[red]␇  no versions", "bad  unreadable: models/bad/meta.yaml: empty", "m3/1", "gone/v1"]
    texts = ["\n".join(map(plain, version_detail(row, SCENE))) for row in held(odd, BY_ID)]
    assert "models/bad/meta.yaml: empty" in texts[1]
    assert "logged model  m-1" in texts[2]
    assert "not in this store" in texts[3]


def test_version_detail_compares_with_the_champion() -> None:
    challenger, champion, _ = held(MODELS, BY_ID)
    text = "\n".join(map(plain, version_detail(challenger, SCENE)))
    assert "0.9470  +0.0050 better vs champion" in text
    assert "Who will leave?\nMonthly." in text
    assert "vs champion" not in "\n".join(map(plain, version_detail(champion, SCENE)))


# The Overview


def test_needs_lead_to_their_places() -> None:
    view = view_of.overview(snapshot(), RUNS, NOW, UNICODE)
    rows = need_rows(view)
    assert [[plain(cell) for cell in rows.row(at).cells] for at in range(3)] == [
        ["~", "train", "param lr 0.1 → 0.05"],
        ["≈", "evaluate", "after train"],
        ["✗", "lazy-fox", "failed 4 min ago"],
    ]
    targets = [need_target(view, row.key) for row in map(rows.row, range(3))]
    assert targets == [("pipeline", "train"), ("pipeline", "evaluate"), ("runs", RUNS[0].run_id)]
    assert need_target(view, "nothing") is None


def test_a_problem_needs_somebody_and_leads_nowhere() -> None:
    broken = replace(snapshot(), stores=Part("stores", None, Problem("mlflow", "mlflow.db is \x1b broken", "")))
    view = view_of.overview(broken, (), NOW, ASCII)
    row = need_rows(view).row(3)
    assert "\x1b" not in "".join(map(plain, row.cells))
    assert need_target(view, row.key) is None


def test_when_nothing_needs_somebody_it_says_what_was_looked_at() -> None:
    fresh = replace(PIPELINE, stages=PIPELINE.stages[:2])
    view = view_of.overview(replace(snapshot(pipeline=fresh), latest=RUNS[2:3]), RUNS[2:], NOW, UNICODE)
    assert plain(calm(view)) == "✓ Nothing needs you: 2 stages, none stale; no newest run failed"
    assert plain(calm(view, ("pipeline", "runs"))) == "◌ Nothing so far; reading pipeline and runs"


def test_holders_champion_first_and_no_archived_ones() -> None:
    rows = holder_rows(view_of.overview(snapshot(), RUNS, NOW, UNICODE))
    assert [version_key(rows.key(at)) for at in range(3)] == ["churn/4", "churn/4", "churn/5"]
    assert [plain(rows.row(at).cells[0]) for at in range(3)] == [
        "churn/4 @champion    auc 0.9420",
        "  3f2a1c9 · run stormy-hare",
        "churn/5 @challenger  auc 0.9470  +0.0050",
    ]
    bare = replace(MODELS[0], aliases={}, versions=tuple(replace(each, aliases=()) for each in MODELS[0].versions))
    rows = holder_rows(view_of.overview(snapshot(models=(bare,)), RUNS, NOW, UNICODE))
    assert rows.keys() == ["churn/5"]


def test_pipeline_lines_say_how_long_a_retrain_takes() -> None:
    def told(*steps: tuple[str, int], width: int = 80) -> list[str]:
        spec = JobSpec("20260301-120000-aaaa", "retrain", 0, "local", "local", "in place", ("dvc",), "/")
        ended = tuple(JobStep(name, "done", start=0, end=seconds * 1000) for name, seconds in steps)
        jobs = (Job(spec, "/jobs/x", "done", steps=ended),)
        return [plain(each) for each in pipeline_lines(PIPELINE, width, UNICODE, jobs=jobs)[1:3]]

    counts = "~ 1 stale   ≈ 1 upstream stale   ✓ 2 fresh"
    assert told(("train", 31), ("evaluate", 4)) == [f"{counts}   R takes about 35 s", ""]
    assert told(("train", 31)) == [counts, ""], "of one nobody knows"
    assert told(("train", 31), ("evaluate", 4), width=50) == [counts, "R takes about 35 s"]


def test_pipeline_lines_say_when_the_cache_is_empty() -> None:
    gone = tuple(replace(each, status="missing", reasons=(), upstream=()) for each in PIPELINE.stages)
    empty = replace(PIPELINE, cache_empty=True, stages=gone)
    lines = [plain(each) for each in pipeline_lines(empty, 80, UNICODE)]
    assert lines == [
        "○ prepare ── ○ validate ── ○ train ── ○ evaluate",
        "○ 4 outs missing",
        "The DVC cache is empty: dvc pull brings the outs.",
        "",
        "✓ data/customers.csv  v3  8.1 MB",
    ]


def test_nothing_is_pulled_for_stages_that_never_ran() -> None:
    new = tuple(replace(each, status="missing", locked=False, reasons=(), upstream=()) for each in PIPELINE.stages)
    lines = pipeline_lines(replace(PIPELINE, cache_empty=True, stages=new), 80, UNICODE)
    assert not any("dvc pull" in plain(each) for each in lines)
    assert replace(PIPELINE, cache_empty=True, stages=(*new[1:], replace(new[0], locked=True))).pull_fills


def test_the_curve_leaves_out_what_was_not_measured() -> None:
    odd = (replace(LYNX, metrics={"auc": math.nan}), *RUNS)
    view = view_of.overview(snapshot(experiments=()), odd, NOW, UNICODE)
    curve = view_of.curve(view)
    assert curve is not None
    assert len(curve.values) == len(RUNS) - 1
    assert curve.values[-1] == 0.931
    assert view_of.curve_ends(view) == ("16 d", "20 min")
    assert view_of.curve(view_of.overview(snapshot(experiments=()), RUNS[:2], NOW, UNICODE)) is None
    measured = [each for each in RUNS if "auc" in each.metrics]
    assert view_of.curve(view_of.overview(snapshot(experiments=()), measured[:2], NOW, UNICODE)) is None
    assert view_of.curve(view_of.overview(snapshot(experiments=()), measured[:3], NOW, UNICODE)) is not None


def test_newest_rows_have_trends_where_they_were_read() -> None:
    view = view_of.overview(snapshot(), RUNS, NOW, UNICODE)
    trends = {HARE.run_id: SERIES[HARE.run_id, "auc"]}
    rows = view_of.newest_rows(view, trends)
    at = [column.key for column in rows.columns].index("trend")
    shown = {row.key: plain(row.cells[at]) for row in map(rows.row, range(len(rows)))}
    assert len(shown[HARE.run_id]) == view_of.TREND
    assert shown[LYNX.run_id] == ""
    assert "trend" not in [column.key for column in view_of.newest_rows(view, {}).columns]
    assert [column.key for column in view_of.newest_rows(view, None).columns] == [column.key for column in rows.columns]


def test_panels_without_content_are_left_out() -> None:
    def keys(**parts: object) -> list[str]:
        view = view_of.overview(snapshot(**parts), parts.get("newest", RUNS), NOW, UNICODE)  # type: ignore[arg-type]
        return [wish.key for wish in wishes(view, HISTORY.commits, 120)]

    assert keys() == ["needs", "holders", "pipeline", "chart", "newest", "commits"]
    nothing = {"pipeline": None, "models": (), "newest": (), "experiments": ()}
    assert keys(**nothing) == ["needs", "commits"]
    assert keys(**nothing | {"pipeline": replace(PIPELINE, stages=())}) == ["needs", "datasets", "commits"]
    assert keys(**nothing | {"experiments": EXPERIMENTS}) == ["needs", "newest", "commits"]


def test_an_hour_is_enough_for_the_clock() -> None:
    later = view_of.overview(snapshot(), RUNS, NOW + HOUR, UNICODE)
    assert plain(view_of.newest_rows(later, {}).row(0).cells[2]) == "65 min"
