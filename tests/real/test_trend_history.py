"""`mltui trend` over a history that git, dvc and mlflow made: what is measured where, and the regression in it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import jsonschema
import pytest
from git_repository import commit, git, make
from trend_project import BAD, COMMITS, auc

from closed_schema import closed
from mltui.actions.opening import open_workspace
from mltui.config import Config
from mltui.errors import Busy, UsageError
from mltui.model.trend_points import measured
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner
from mltui.sources.trend.files import Files
from mltui.sources.trend.line import read_line
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real

SCHEMA = closed("trend")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The project, and the commits in it."""
    path = tmp_path_factory.mktemp("trend")
    script = Path(__file__).with_name("trend_project.py")
    argv = [sys.executable, "-W", "ignore", str(script), str(path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return path, json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def project(made: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A copy to write in."""
    return Path(shutil.copytree(made[0], tmp_path / "copy", symlinks=True))


def mltui(cwd: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mltui", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    return done


def trend(cwd: Path, *arguments: str) -> dict[str, Any]:
    text = mltui(cwd, "trend", "--json", *arguments).stdout
    document: dict[str, Any] = json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    assert next(iter(document)) == "schema"
    jsonschema.validate(document, SCHEMA)
    return document


def values(series: dict[str, Any]) -> list[tuple[str, float]]:
    return [(point["commit"], point["value"]) for point in series["points"]]


def test_runs_and_the_metrics_file_are_told_at_their_commits(made: tuple[Path, dict[str, Any]]) -> None:
    path, known = made
    found = trend(path, "auc")
    runs, file = found["series"]
    every = [(sha, auc(at)) for at, sha in enumerate(known["shas"])]
    assert values(file) == every
    assert values(runs) == [(sha, 0.95 if at == 2 else value) for at, (sha, value) in enumerate(every)]
    assert (file["source"], file["name"], runs["name"]) == ("file", "metrics.json", "runs")
    third = runs["points"][2]
    assert (len(third["runs"]), third["low"], third["high"]) == (2, auc(2), 0.95)
    assert found["line"]["commits"] == COMMITS + 1
    assert [(tag["name"], tag["commit"]) for tag in found["tags"]] == [("v1.0", known["shas"][4])]
    changes = [(each["path"], each["version"], each["commit"]) for each in found["data"]]
    assert changes == [("data.csv", 1, known["shas"][0]), ("data.csv", 2, known["shas"][BAD])]
    assert found["apart"] == {"merged": 1, "elsewhere": 1, "absent": 1, "untagged": 0, "running": 0}


def test_the_regression_is_between_the_commits_that_made_it_and_says_what_changed(
    made: tuple[Path, dict[str, Any]],
) -> None:
    path, known = made
    found = trend(path, "auc")
    (each,) = found["regressions"]
    good, bad = known["shas"][BAD - 1], known["shas"][BAD]
    assert (each["last_good"], each["first_bad"]) == (good, bad)
    assert each["sources"] == ["runs", "metrics.json"]
    assert each["command"] == f"mltui diff {good} {bad}"
    changed = each["changed"]
    assert changed["subjects"] == [{"commit": bad, "subject": f"commit {BAD}"}]
    assert changed["commits"] == 1
    names = git(path, "diff", "--name-only", good, bad).splitlines()
    assert changed["files"] == len(names)
    assert [(one["path"], one["former"], one["version"]) for one in changed["data"]] == [("data.csv", 1, 2)]
    assert {one["key"]: (one["old"], one["new"]) for one in changed["params"]}["lr"] == ("0.1", "0.5")


def test_a_metrics_file_in_the_cache_of_dvc_is_read_by_the_hash_in_the_lock(made: tuple[Path, dict[str, Any]]) -> None:
    path, known = made
    found = trend(path, "cost")
    (series,) = found["series"]
    assert values(series) == [(sha, pytest.approx(1 - auc(at))) for at, sha in enumerate(known["shas"])]
    assert series["name"] == "more.json"
    assert [each["first_bad"] for each in found["regressions"]] == [known["shas"][BAD]]


def test_what_the_cache_has_not_is_said_until_it_is_there(project: Path) -> None:
    cache, away = project / ".dvc" / "cache", project.parent / "away"
    cache.rename(away)
    done = mltui(project, "trend", "cost", code=2)
    assert "dvc pull --all-commits more.json" in done.stderr
    source = open_workspace(project).trend
    with pytest.raises(UsageError):
        source.load("cost")
    away.rename(cache)
    assert source.load("cost").series, "no ref moved"


def test_a_nested_key_by_its_end_and_a_key_of_nobody(made: tuple[Path, dict[str, Any]]) -> None:
    path, _ = made
    assert trend(path, "metrics.json:deep.f1")["metric"] == "deep.f1"
    assert "could be 2 metrics" in mltui(path, "trend", "f1", code=2).stderr
    assert "did you mean auc" in mltui(path, "trend", "aux", code=2).stderr


def test_what_a_merge_brought_in_has_its_place_if_it_is_asked_for(made: tuple[Path, dict[str, Any]]) -> None:
    path, known = made
    found = trend(path, "auc", "--merged")
    runs = found["series"][0]
    assert (known["side"], 0.7) in values(runs)
    assert found["apart"]["merged"] == 0
    order = git(path, "rev-list", "--topo-order", "--reverse", "HEAD").splitlines()
    assert all(order[point["at"]] == point["commit"] for point in runs["points"])


def test_the_newest_points_alone(made: tuple[Path, dict[str, Any]]) -> None:
    path, known = made
    found = trend(path, "auc", "--last", "3")
    assert [point["commit"] for point in found["series"][1]["points"]] == known["shas"][-3:]
    assert found["regressions"] == []


def test_new_commits_are_added_to_what_was_read_and_a_rewritten_line_is_read_anew(project: Path) -> None:
    before = values(trend(project, "metrics.json:auc")["series"][0])
    added = commit(project, "more", metrics_json='{"auc": 0.77}')
    goes_on = values(trend(project, "metrics.json:auc")["series"][0])
    assert goes_on == [*before, (added, 0.77)]
    git(project, "reset", "-q", "--hard", "HEAD~4")
    there = set(git(project, "rev-list", "--first-parent", "HEAD").splitlines())
    assert values(trend(project, "metrics.json:auc")["series"][0]) == [each for each in before if each[0] in there]


def test_what_could_be_read_half_is_read_whole_the_next_time(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = open_workspace(project).trend
    source.load("cost")
    sha = commit(project, "more", metrics_json='{"auc": 0.77}')
    files, log = source._files[False], Files._log
    fails = Mock(side_effect=[log(files, sha, (), ["metrics.json"]), Busy("git did not answer")])
    monkeypatch.setattr(files, "_log", fails)
    with pytest.raises(Busy):
        source.load("cost")
    assert fails.call_count == 2
    monkeypatch.undo()
    fresh = Files(source._workspace.project, source._workspace.runner, ()).load(
        read_line(files._project, files._runner)
    )
    source.load("cost")
    assert files._known.rows == fresh.rows


def test_remembered_is_what_is_read_anew(made: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    path, _ = made
    workspace = Workspace(open_project(path, ProcessRunner()), Config(goals={"auc": "max"}), ProcessRunner())
    first = workspace.trend.load("auc")
    again = Workspace(workspace.project, workspace.config, ProcessRunner())
    assert again.trend.load("auc") == first
    commands = [each.argv for each in again.runner.log]
    assert not any("--raw" in argv for argv in commands)
    runs = workspace.runs.load()
    assert again.trend.load("auc", runs.runs, runs.metric_keys) == first
    assert again.trend.load("auc", runs.runs) == first, "runs that are remembered come without the keys of their store"
    workspace.close()
    again.close()


def test_what_was_measured_is_what_the_runs_say(made: tuple[Path, dict[str, Any]]) -> None:
    workspace = Workspace(open_project(made[0], ProcessRunner()), Config(), ProcessRunner())
    reader = workspace.reader()
    assert reader is not None
    every = [run for page in reader.runs() for run in page]
    inside = [each.experiment_id for each in reader.experiments() if each.name == "churn"]
    for key in ("auc", "loss", "none"):
        expected = sorted(measured(every, key))
        assert sorted(reader.measured(key)) == sorted(reader.measured(key, inside)) == expected
        assert len(expected) == {"auc": COMMITS + 4, "loss": 1, "none": 0}[key]
    assert list(reader.measured("auc", ["no such experiment"])) == []
    workspace.close()


def test_without_dvc_files_are_found_by_their_names_and_renamed_ones_are_one(tmp_path: Path) -> None:
    path = make(tmp_path / "plain")
    for at in range(3):
        commit(path, f"c{at}", when=f"{1_700_000_000 + at} +0000", metrics_json=f'{{"acc": 0.{at + 1}}}')
    git(path, "mv", "metrics.json", "results.json")
    commit(path, "moved", when="1700000010 +0000")
    commit(path, "more", when="1700000011 +0000", results_json='{"acc": NaN}')
    (series,) = trend(path, "acc")["series"]
    assert series["name"] == "results.json"
    assert [value for _, value in values(series)] == [0.1, 0.2, 0.3, 0.3, "NaN"]


def test_no_commit_and_no_git(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = mltui(tmp_path / "empty", "trend", "auc", code=3).stderr
    assert "a trend needs a git history, and there is no git repository here" in said
    assert "git init" not in said
    assert "no commit yet" in mltui(make(tmp_path / "unborn"), "trend", "auc", code=3).stderr


def test_people_and_pull_requests(made: tuple[Path, dict[str, Any]]) -> None:
    path, known = made
    told = mltui(path, "trend", "auc").stdout
    assert "higher is better" in told
    assert "▼ 1 regression" in told
    assert "\x1b" not in told
    assert "data.csv v1 → v2" in told
    table = mltui(path, "trend", "auc", "--md").stdout
    assert f"| `{known['shas'][BAD - 1][:7]}` | `{known['shas'][BAD][:7]}` |" in table
    assert "exclude each other" in mltui(path, "trend", "auc", "--md", "--json", code=2).stderr


def test_a_shallow_clone_says_so(made: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "3", f"file://{made[0]}", "shallow")
    found = trend(tmp_path / "shallow", "metrics.json:auc")
    assert found["line"]["complete"] is False
    assert "shallow" in found["problems"][0]


LOCK = """schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps: [{{path: data.csv, hash: md5, md5: {data}, size: 4}}]
    params: {{params.yaml: {{lr: {lr}}}}}
    outs: [{{path: scores.json, hash: md5, md5: {scores}, size: 4}}]
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Somebody edits, trains and commits afterwards, so that MLflow's tag is the commit before; the data gets worse
    with the sixth commit. DVC has the metrics file, and its cache is not here. Runs begin in the past."""
    from mlflow import MlflowClient

    path = make(tmp_path_factory.mktemp("trained"), "-b", "main")
    store = f"sqlite:///{path}/mlflow.db"
    (path / ".gitignore").write_text("mlflow.db\n")
    (path / "mltui.toml").write_text('[metrics]\ngoal = { auc = "max" }\n')
    (path / ".dvc").mkdir()
    (path / ".dvc" / "config").write_text("")
    stage = "{cmd: python train.py, deps: [data.csv], params: [lr], metrics: [scores.json]}"
    shas = [commit(path, "start", when="1700000000 +0000", dvc_yaml=f"stages: {{train: {stage}}}\n", train_py="")]
    client = MlflowClient(store)
    experiment = client.create_experiment("x", artifact_location=str(path))
    for at in range(1, 11):
        began = (1_700_000_000 + at * 86_400) * 1000
        tags = {"mlflow.source.git.commit": shas[-1], "mlflow.source.name": "train.py"}
        run = client.create_run(experiment, began, tags).info.run_id
        client.log_param(run, "lr", f"0.{at}")
        client.log_metric(run, "auc", (0.9 if at < 6 else 0.8) + at % 3 / 1000, began)
        client.set_terminated(run, end_time=began + 5000)
        lock = LOCK.format(data=("a" if at < 6 else "b") * 32, lr=f"0.{at}", scores=f"{at:032x}")
        params = f"lr: 0.{at}\n"
        shas.append(commit(path, f"train {at}", f"{began // 1000 + 60} +0000", dvc_lock=lock, params_yaml=params))
    return path, shas


def test_a_run_stands_at_the_commit_with_its_results_and_the_cause_is_told_of_that_one(
    trained: tuple[Path, list[str]],
) -> None:
    path, shas = trained
    found = trend(path, "auc")
    (runs,) = found["series"]
    assert [(point["commit"], point["how"]) for point in runs["points"]] == [(sha, "results") for sha in shas[1:]]
    (each,) = found["regressions"]
    assert (each["last_good"], each["first_bad"], each["note"]) == (shas[5], shas[6], None)
    assert [one["subject"] for one in each["changed"]["subjects"]] == ["train 6"]
    assert trend(path, "auc") == found, "as it was kept"


def test_nobody_waits_for_a_join_who_does_not_want_to(trained: tuple[Path, list[str]], tmp_path: Path) -> None:
    path = Path(shutil.copytree(trained[0], tmp_path / "copy", symlinks=True))
    workspace = open_workspace(path)
    first = workspace.trend.load("auc", join=False)
    assert not first.joined
    assert [point.commit for point in first.points] == trained[1][:-1]
    assert {point.how for point in first.points} == {"recorded"}
    (told,) = first.regressions or ()
    assert told.may_be_later
    key = workspace.trend.placing()
    workspace.lineage.load()
    assert workspace.trend.placing() != key
    again = workspace.trend.load("auc", join=False)
    assert again.joined
    assert [point.commit for point in again.points] == trained[1][1:]
    (path / "mlflow.db").touch()
    assert workspace.trend.load("auc", join=False).joined, "a training that logs moves no ref"
    git(path, "reset", "-q", "--hard", "HEAD~2")
    gone = workspace.trend.load("auc", join=False)
    assert not gone.joined
    assert [point.commit for point in gone.points] == trained[1][1:-2], "two recorded commits are taken by known ones"
    workspace.close()


def test_runs_whose_results_nobody_committed_stay_and_say_so(trained: tuple[Path, list[str]], tmp_path: Path) -> None:
    path = Path(shutil.copytree(trained[0], tmp_path / "copy", symlinks=True))
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{path}/mlflow.db")
    for run in client.search_runs([each.experiment_id for each in client.search_experiments()]):
        client.set_tag(run.info.run_id, "mlflow.source.name", "other.py")
    found = trend(path, "auc")
    assert {point["how"] for point in found["series"][0]["points"]} == {"recorded"}
    assert found["regressions"][0]["first_bad"] == trained[1][5], "the commit before"
    words = "what they ran with may have been committed later"
    assert words in found["regressions"][0]["note"]
    assert words in mltui(path, "trend", "auc").stdout
    assert words in mltui(path, "trend", "auc", "--md").stdout
