"""``mltui demo``: everything the sample project promises, asked of git, DVC and the store itself."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from git_repository import git

from mltui.demo import build
from mltui.demo.builder import STEPS
from mltui.demo.story import BRANCH, MODEL, Step
from mltui.errors import UsageError

pytestmark = pytest.mark.real


@pytest.fixture
def store(demo_project: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{demo_project}/mlflow.db?mode=ro", uri=True)) as connection:
        yield connection


def test_a_dozen_commits_by_two_people_on_two_branches_with_a_tag(demo_project: Path) -> None:
    lines = git(demo_project, "log", "--branches", "--format=%an %at %ct").splitlines()
    people = Counter(line.split(" ")[0] for line in lines)
    assert len(lines) == 12
    assert set(people) == {"Mira", "Jonas"}
    assert min(people.values()) >= 4
    dates = sorted(int(line.split(" ")[2]) for line in lines)
    assert dates[-1] - dates[0] > 28 * 86_400
    assert len({date // 3600 for date in dates}) == 12
    assert git(demo_project, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags").splitlines() == [
        f"refs/heads/{BRANCH}",
        "refs/heads/main",
        "refs/tags/v1.0",
    ]
    assert git(demo_project, "symbolic-ref", "HEAD") == "refs/heads/main"
    assert len(git(demo_project, "rev-list", f"main..{BRANCH}").splitlines()) == 2
    assert git(demo_project, "cat-file", "-t", "v1.0") == "tag"


def test_the_worktree_differs_in_one_edited_param(demo_project: Path) -> None:
    assert git(demo_project, "status", "--porcelain") == " M params.yaml"
    assert git(demo_project, "worktree", "list", "--porcelain").count("worktree ") == 1
    assert git(demo_project, "diff", "-U0", "params.yaml").splitlines()[-2:] == ["-  epochs: 32", "+  epochs: 48"]


def test_one_stage_is_stale(demo_project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo_project, copy, symlinks=True)
    command = [sys.executable, "-m", "dvc", "status", "--json", "--no-updates"]
    done = subprocess.run(command, cwd=copy, capture_output=True, check=True)
    assert json.loads(done.stdout) == {"train": [{"changed deps": {"params.yaml": {"train.epochs": "modified"}}}]}


def test_three_dataset_versions_that_grow(demo_project: Path) -> None:
    shas = git(demo_project, "log", "--reverse", "--format=%H", "main", "--", "data/tumours.csv.dvc").splitlines()
    texts = [git(demo_project, "show", f"{sha}:data/tumours.csv.dvc") for sha in shas]
    assert len(texts) == 3
    rows = []
    for text in texts:
        (md5,) = re.findall(r"md5: (\w{32})", text)
        cached = demo_project / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]
        rows.append(len(cached.read_text().splitlines()) - 1)
    assert rows == [300, 430, 569]


def test_two_experiments_and_no_marks_of_their_making(demo_project: Path) -> None:
    refs = git(demo_project, "for-each-ref", "--format=%(refname)", "refs/exps", "refs/stash").splitlines()
    head = git(demo_project, "rev-parse", "HEAD")
    assert refs == [f"refs/exps/{head[:2]}/{head[2:]}/{name}" for name in ("more-decay", "slower")]
    for ref in refs:
        metrics = json.loads(git(demo_project, "show", f"{ref}:metrics/train.json"))
        assert 0.5 < metrics["auc"] <= 1


def test_twenty_runs_with_series_of_which_one_failed(store: sqlite3.Connection) -> None:
    statuses = dict(store.execute("select status, count(*) from runs group by status"))
    assert statuses == {"FINISHED": 19, "FAILED": 1}
    finished = "select run_uuid from runs where status = 'FINISHED'"
    lengths = store.execute(
        f"select key, min(n), max(n) from (select run_uuid, key, count(*) n from metrics "
        f"where run_uuid in ({finished}) group by run_uuid, key) group by key"
    ).fetchall()
    assert [(key, least >= 30, least == most) for key, least, most in lengths] == [
        (key, True, True) for key in ("accuracy", "auc", "loss", "train_loss")
    ]
    (newest,) = store.execute("select status from runs order by start_time desc limit 1").fetchone()
    assert newest == "FAILED"


def test_each_run_lies_between_the_commit_it_names_and_the_next(demo_project: Path, store: sqlite3.Connection) -> None:
    """Edit, run, then commit: a run records the commit before the one that holds its results."""
    named = store.execute(
        "select start_time, end_time, (select value from tags t where t.run_uuid = r.run_uuid "
        "and key = 'mlflow.source.git.commit') from runs r"
    ).fetchall()
    log = git(demo_project, "log", "--branches", "--format=%H %ct %P").splitlines()
    times = {line.split(" ")[0]: int(line.split(" ")[1]) * 1000 for line in log}
    children: dict[str, list[int]] = {}
    for line in log:
        sha, _, *parents = line.split(" ")
        for parent in filter(None, parents):
            children.setdefault(parent, []).append(times[sha])
    assert len(named) == 20
    for start, end, sha in named:
        assert times[sha] < start < end
        if sha in children:
            assert end < max(children[sha])


def test_a_model_of_four_versions_with_champion_and_a_better_challenger(store: sqlite3.Connection) -> None:
    versions = dict(store.execute("select version, run_id from model_versions where name = ?", (MODEL,)))
    aliases = dict(store.execute("select alias, version from registered_model_aliases where name = ?", (MODEL,)))
    assert sorted(versions) == [1, 2, 3, 4]
    assert aliases == {"champion": 3, "challenger": 4}
    auc = dict(store.execute("select run_uuid, value from latest_metrics where key = 'auc'"))
    assert 0 < auc[versions[4]] - auc[versions[3]] < 0.01
    for version in (3, 4):
        sql = "select description, creation_time, last_updated_time from model_versions where version = ?"
        why, created, updated = store.execute(sql, (version,)).fetchone()
        assert why
        assert created < updated


def test_models_lie_inside_of_the_project(demo_project: Path, store: sqlite3.Connection) -> None:
    locations = store.execute("select storage_location from model_versions").fetchall()
    assert len(locations) == 4
    for (location,) in locations:
        assert Path(location).is_relative_to(demo_project)
        assert (Path(location) / "MLmodel").is_file()


def test_each_finished_run_has_a_report_rows_and_a_log(demo_project: Path, store: sqlite3.Connection) -> None:
    finished = store.execute("select run_uuid, artifact_uri from runs where status = 'FINISHED'").fetchall()
    assert len(finished) == 19
    for run_id, uri in finished:
        (top,) = (demo_project / "mlruns").glob(f"*/{run_id}/artifacts")
        assert uri.endswith(str(top.relative_to(demo_project)))
        report = json.loads((top / "report.json").read_text())
        counted = [count for group in report["confusion"].values() for count in group.values()]
        assert sum(counted) == report["cases"] > 0
        assert len((top / "validation" / "predictions.csv").read_text().splitlines()) == report["cases"] + 1
        assert (top / "train.log").read_text().startswith("epoch  0  train_loss ")


def test_nothing_outside_was_touched_and_nothing_is_left_behind(demo_project: Path) -> None:
    home = demo_project.parent / "home"
    assert list(home.iterdir()) == []
    assert {path.name for path in demo_project.parent.iterdir()} == {"home", "lock", "project"}
    assert not (demo_project / ".building").exists()
    assert ".building" not in git(demo_project, "log", "--all", "--name-only", "--format=")


def test_a_directory_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(UsageError, match="not empty"):
        build(tmp_path)
    with pytest.raises(UsageError, match="not a directory"):
        build(tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "precious"


def test_a_build_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(shop: object) -> None:
        raise KeyboardInterrupt

    first = Step("git", 1.0, lambda shop: shop.git("init", "--quiet"))
    monkeypatch.setattr("mltui.demo.builder.STEPS", (first, Step("fail", 3.0, fail)))
    told: list[float] = []
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "new", lambda text, share: told.append(share))
    assert told == [0.0, 0.25]
    assert not (tmp_path / "new").exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "empty")
    assert list((tmp_path / "empty").iterdir()) == []


def test_the_steps_have_words_and_weights() -> None:
    assert all(step.text and step.seconds > 0 for step in STEPS)


def test_the_gates_of_a_champion_are_committed_and_the_check_is_in_every_registered_versions_tree(
    demo_project: Path, store: sqlite3.Connection
) -> None:
    committed = tomllib.loads(git(demo_project, "show", "main:mltui.toml"))
    assert committed["promote"]["protected"] == ["champion"]
    assert [next(iter(gate.values())) for gate in committed["gates"]] == [
        "metrics.auc >= 0.95",
        "metrics.auc >= champion - 0.005",
        "same data",
        "pipeline fresh",
        "python src/check.py",
    ]
    commits = store.execute(
        "select t.value from model_versions v join tags t on t.run_uuid = v.run_id "
        "where t.key = 'mlflow.source.git.commit' and v.version > 1"
    ).fetchall()
    assert len(commits) == 3
    for (commit,) in commits:
        assert git(demo_project, "ls-tree", commit, "src/check.py")
