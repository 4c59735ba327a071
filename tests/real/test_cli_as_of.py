"""``--at``: data, runs, models and lineage as they were on each day of a past that git, dvc and mlflow wrote."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from past_project import T0, make_past, when

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    root = tmp_path_factory.mktemp("past") / "project"
    return root, make_past(root)


def mltui(cwd: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mltui", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    return done


def document(cwd: Path, command: str, *arguments: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(mltui(cwd, command, "--json", *arguments).stdout)
    schema = json.loads(resources.files("mltui.schema").joinpath(f"{command}.schema.json").read_text("utf-8"))
    assert next(iter(said)) == "schema"
    jsonschema.validate(said, schema)
    return said


Past = tuple[Path, dict[str, str]]


@pytest.mark.parametrize(
    ("day", "names"),
    [(0.5, []), (1.5, ["first"]), (4.5, ["first", "long"]), (5.5, ["first", "gone", "long"]), (7.5, ["first", "long"])],
)
def test_runs_that_had_started_and_were_not_deleted_yet(past: Past, day: float, names: list[str]) -> None:
    root, ids = past
    said = document(root, "runs", "--at", when(day))
    assert sorted(run["name"] for run in said["runs"]) == names
    commit = ids["c1"] if day < 2 else ids["c2"] if day < 6 else ids["c3"]
    assert said["at"] == {"said": when(day), "commit": commit, "date": int(when(day))}


def test_a_run_that_had_not_ended_has_no_metrics_of_later(past: Past) -> None:
    root, ids = past
    said = document(root, "runs", "--at", when(4.5))
    long, first = said["runs"]
    assert (long["run_id"], long["status"], long["end"], long["metrics"]) == (ids["long"], "RUNNING", None, {})
    assert "not known" in long["note"]
    assert (first["status"], first["metrics"]) == ("FINISHED", {"auc": 0.8})
    assert [each["summary"] for each in said["problems"]] == [
        "1 run was running then: the metrics of then are not known"
    ]
    assert "running then" in mltui(root, "runs", "--at", when(4.5)).stderr
    # its last value was logged before it ended: then it is known
    assert document(root, "runs", "--at", when(5.95))["runs"][1]["metrics"] == {"auc": 0.9}


def test_a_deleted_run_was_there_and_all_brings_those_that_were_deleted_by_then(past: Past) -> None:
    root, _ = past
    found = {run["name"]: run for run in document(root, "runs", "--at", when(5.5))["runs"]}
    assert found["gone"]["lifecycle"] == "active"
    every = {run["name"]: run for run in document(root, "runs", "--all", "--at", when(7.5))["runs"]}
    assert every["gone"]["lifecycle"] == "deleted"


def test_every_form_is_of_then_and_ages_count_from_it(past: Past) -> None:
    root, ids = past
    for form in ("--csv", "--md"):
        said = mltui(root, "runs", form, "--at", "v0.1").stdout
        assert "first" not in said
        said = mltui(root, "runs", form, "--at", when(1.5)).stdout
        assert "first" in said
        assert "long" not in said
    assert ids["first"] in mltui(root, "runs", "--csv", "--at", when(1.5)).stdout
    assert " 12 h" in mltui(root, "runs", "--at", when(1.5)).stdout
    young = document(root, "runs", "--at", when(4.5), "--filter", "age < 1d")
    assert [run["name"] for run in young["runs"]] == ["long"]
    groups = json.loads(mltui(root, "runs", "--json", "--group-by", "status", "--at", when(4.5)).stdout)
    assert groups["at"]["said"] == when(4.5)
    assert {each["attributes.status"] for each in groups["groups"]} == {"FINISHED", "RUNNING"}


def versions(said: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    return {
        f"{model['name']}/{each['version']}": (each["stage"], each["aliases"])
        for model in said["models"]
        for each in model["versions"]
    }


def test_models_now(past: Past) -> None:
    root, _ = past
    said = document(root, "models")
    assert said["at"] is None
    assert versions(said) == {
        "fraud/2": ("Production", []),
        "fraud/1": ("Archived", ["champion"]),
        "churn/v2.0.0": ("", ["prod"]),
        "churn/v1.0.0": ("", []),
    }
    assert "fraud/2" in mltui(root, "models", "fraud").stdout
    assert "vs champion" in mltui(root, "models", "fraud").stdout  # the figures too, as in the place
    assert "churn" not in mltui(root, "models", "fraud").stdout
    assert "did you mean fraud" in mltui(root, "models", "freud", code=2).stderr


def test_a_legacy_stage_is_known_where_the_version_was_not_changed_since(past: Past) -> None:
    root, _ = past
    before = document(root, "models", "--at", when(7.5))
    assert versions(before)["fraud/1"] == versions(before)["fraud/2"] == ("", [])
    summaries = [each["summary"] for each in before["problems"]]
    assert any("the stage then of fraud/2, fraud/1 is not known" in each for each in summaries)
    assert any("aliases carry no time" in each for each in summaries)
    after = document(root, "models", "--at", when(8.5))
    assert versions(after)["fraud/2"] == ("Production", [])
    assert versions(after)["fraud/1"] == ("Archived", [])
    assert not any("stage" in each["summary"] for each in after["problems"])
    assert "fraud" not in {model["name"] for model in document(root, "models", "--at", when(2.5))["models"]}


@pytest.mark.parametrize(
    ("day", "known"),
    [
        (1, {}),
        (3, {"churn/v1.0.0": []}),
        (5, {"churn/v1.0.0": ["prod"]}),
        (6.5, {"churn/v1.0.0": ["prod"], "churn/v2.0.0": []}),
        (7.5, {"churn/v1.0.0": [], "churn/v2.0.0": ["prod"]}),
    ],
)
def test_gto_is_told_exactly_by_the_times_of_its_tags(past: Past, day: float, known: dict[str, list[str]]) -> None:
    root, _ = past
    said = versions(document(root, "models", "--at", when(day)))
    assert {name: held for name, (_, held) in said.items() if name.startswith("churn")} == known


@pytest.mark.parametrize(("day", "count"), [(0.5, 1), (2.5, 2), (5.5, 2), (6, 3)])
def test_data_with_its_versions_up_to_then(past: Past, day: float, count: int) -> None:
    root, ids = past
    said = document(root, "data", "--at", when(day))
    (one,) = said["datasets"]
    assert [each["number"] for each in one["versions"]] == list(range(1, count + 1))
    assert one["versions"][-1]["hash"] == one["hash"]
    assert one["versions"][-1]["commit"] == ids[f"c{count}"]
    timeline = mltui(root, "data", "data.csv", "--at", when(day)).stdout
    assert f"{count} version" in timeline
    assert f"v{count + 1}" not in timeline


def test_before_the_first_commit_there_is_nothing(past: Past) -> None:
    root, _ = past
    said = document(root, "data", "--at", when(-1))
    assert (said["datasets"], said["at"]["commit"]) == ([], None)
    assert document(root, "runs", "--at", when(-1))["runs"] == []


def test_a_revision_is_its_committer_date(past: Past) -> None:
    root, ids = past
    for word in ("v0.1", "HEAD~2", ids["c1"], ids["c1"][:8]):
        assert document(root, "data", "--at", word)["at"] == {
            "rev": word, "said": word, "commit": ids["c1"], "date": T0 * 1000,
        }  # fmt: skip


def test_a_date_is_the_end_of_its_day_and_a_span_goes_back(past: Past) -> None:
    root, ids = past
    said = document(root, "data", "--at", "2023-11-14T23:59Z")["at"]
    assert (said["commit"], said["date"]) == (ids["c1"], 1_700_006_399_999)
    assert document(root, "data", "--at", "1d")["at"]["commit"] == ids["c3"]


def test_lineage_of_then(past: Past) -> None:
    root, ids = past
    said = document(root, "lineage", f"run:{ids['first']}", "--at", when(2.5))
    assert said["at"]["said"] == when(2.5)
    assert not any(node["kind"] in ("model", "alias") for node in said["nodes"])
    later = document(root, "lineage", f"run:{ids['first']}", "--at", when(8.5))
    known = {node["id"] for node in later["nodes"]}
    assert {"model:fraud/1", "alias:fraud@Archived"} <= known
    assert "alias:fraud@champion" not in known
    assert any("aliases carry no time" in each["summary"] for each in later["problems"])
    assert "was not there as of" in mltui(root, "lineage", f"run:{ids['last']}", "--at", when(8.5), code=2).stderr
    assert "is not recorded" in mltui(root, "lineage", "fraud@champion", "--at", when(8.5), code=2).stderr
    held = document(root, "lineage", "churn@prod", "--at", when(5))
    assert "model:churn/v1.0.0" in {node["id"] for node in held["nodes"]}


def test_words_that_name_no_moment(past: Past) -> None:
    root, _ = past
    for command in (("data",), ("runs",), ("models",), ("lineage", "HEAD")):
        said = mltui(root, *command, "--at", "v0.2", code=2).stderr
        assert "names no commit of this clone, and is no date" in said
        assert "did you mean v0.1?" in said
        assert "still to come" in mltui(root, *command, "--at", "2124-01-01", code=2).stderr


def test_what_could_be_a_date_and_a_tag_is_the_tag_and_that_is_said(past: Past, tmp_path: Path) -> None:
    source, ids = past
    root = tmp_path / "copy"
    shutil.copytree(source, root)
    subprocess.run(["git", "tag", "2023-11-20", ids["c1"]], cwd=root, check=True)
    done = mltui(root, "data", "--json", "--at", "2023-11-20")
    assert json.loads(done.stdout)["at"]["commit"] == ids["c1"]
    assert "taken for the revision" in done.stderr
