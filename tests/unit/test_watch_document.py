"""The lines of `mltui status --watch --json`: whoever lays them over the first moment has the present one."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from importlib import resources
from typing import Any

import jsonschema
from test_status_json import NOW, moment, schema

from mltui.cli.watch_screen import fitted
from mltui.model.carrying import carried
from mltui.model.part import Part, Problem
from mltui.model.registry import RegisteredModel
from mltui.model.runs import Run
from mltui.model.status import Snapshot
from mltui.present.text import ASCII, UNICODE, line, plain
from mltui.present.watch_document import WINDOW, change_lines, start_line, watch_document

#: Where in the status document the things of an event are, and what they go by.
LISTS = {
    "stage": ("pipeline", "stages", "address"),
    "dataset": ("data", "datasets", "path"),
    "store": ("mlflow", "stores", "uri"),
    "model": (None, "models", "name"),
    "job": (None, "jobs", "id"),
    "attention": (None, "attention", "what"),
    "problem": (None, "problems", "path"),
}


def lines(old: Snapshot, new: Snapshot) -> list[dict[str, Any]]:
    """What changed, each line as the schema wants it."""
    told = list(change_lines(watch_document(old), watch_document(new), NOW))
    for each in told:
        jsonschema.validate(each, schema("watch"))
    return told


def short(told: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    return [(each["event"], each["what"], each["field"]) for each in told]


def applied(document: dict[str, Any], told: list[dict[str, Any]]) -> dict[str, Any]:
    """What a script does that follows: the lines laid over the first moment."""
    found = copy.deepcopy(document)
    for each in told:
        if each["event"] == "git":
            found["status"]["git"][each["field"]] = each["new"]
            continue
        if each["event"] == "run":
            entries, key = found["runs"], "run_id"
        else:
            above, name, key = LISTS[each["event"]]
            entries = (found["status"][above] if above else found["status"])[name]
        if each["field"] is not None:
            (entry,) = (one for one in entries if one[key] == each["what"])
            assert entry[each["field"]] == each["old"]
            entry[each["field"]] = each["new"]
        elif each["old"] is None:
            entries.append(each["new"])
        else:
            entries.remove(each["old"])
    return found


def ageless(value: Any) -> Any:
    """Without ages, and with lists in one order."""
    if isinstance(value, dict):
        return {key: ageless(each) for key, each in value.items() if key != "as_of"}
    if isinstance(value, list):
        return sorted((ageless(each) for each in value), key=json.dumps)
    return value


def changed() -> Snapshot:
    """The moment of `moment`, and then all kinds of things happened."""
    before = moment()
    assert before.pipeline.value and before.git.value and before.models.value and before.stores.value
    stage = before.pipeline.value.stages[0]
    pipeline = replace(
        before.pipeline.value,
        stages=(replace(stage, status="running", as_of=NOW + 1), replace(stage, name="late", address="late")),
        datasets=(),
        as_of=NOW + 1,
    )
    git = replace(before.git.value, branch="other", dirty=False, ahead=1)
    models = (before.models.value[0], RegisteredModel("churn", "gto", (), {"prod": "v1"}))
    stores = (replace(before.stores.value[0], runs=25, problem="locked"),)
    return moment(
        git=Part("git", git),
        pipeline=Part("pipeline", pipeline),
        models=Part("models", models),
        stores=Part("stores", stores),
        newest=Part("newest", (run("b", 2), run("a", 1, "FAILED"))),
    )


def run(run_id: str, start: int, status: Any = "FINISHED") -> Run:
    return Run(run_id, f"run {run_id}", "run", "churn", "1", status, "active", start, None, None)


def test_the_lines_make_the_one_moment_of_the_other() -> None:
    old, new = moment(newest=Part("newest", (run("a", 1, "RUNNING"),))), changed()
    told = lines(old, new)
    for before, after in ((old, new), (new, old)):
        there = applied(watch_document(before), lines(before, after))
        assert ageless(there)["runs"] == ageless(watch_document(after))["runs"]
        for key in ("git", "pipeline", "data", "mlflow", "models", "attention", "problems"):
            assert ageless(there)["status"][key] == ageless(watch_document(after))["status"][key], key
    assert {each["event"] for each in told} >= {"git", "stage", "dataset", "store", "model", "run", "problem"}
    assert ("stage", "train", "status") in short(told)
    assert ("stage", "late", None) in short(told)
    assert ("run", "a", "status") in short(told)
    assert ("git", "HEAD", "branch") in short(told) and ("git", "worktree", "dirty") in short(told)


def test_ages_are_no_change() -> None:
    old = moment()
    assert old.pipeline.value
    later = replace(old.pipeline.value, as_of=NOW + 60_000)
    assert lines(old, moment(pipeline=Part("pipeline", later, None, NOW + 60_000))) == []


def test_the_first_line_has_all_of_it() -> None:
    first = start_line(watch_document(changed()), NOW)
    jsonschema.validate(first, schema("watch"))
    jsonschema.validate(first["status"], schema("status"))
    assert list(first)[:3] == ["schema", "at", "event"] and first["event"] == "start"


def test_a_run_leaves_the_window_of_the_newest_without_a_word() -> None:
    full = tuple(run(f"{at:03}", at) for at in range(WINDOW, 0, -1))
    more = (run("new", WINDOW + 1), *full[:-1])
    old, new = moment(newest=Part("newest", full)), moment(newest=Part("newest", more))
    assert short(lines(old, new)) == [("run", "new", None)]
    assert short(lines(new, old)) == [("run", "new", None)], "deleted: the one that came back into sight is not new"
    few = moment(newest=Part("newest", full[:3]))
    assert short(lines(few, moment(newest=Part("newest", full[:2])))) == [("run", full[2].run_id, None)]


def test_what_can_not_be_read_is_told_and_stays_as_it_was() -> None:
    before = moment()
    locked = moment(models=Part("models", None, Problem("mlflow", "database is locked", "", "mlflow.db")))
    there = carried(before, locked)
    assert there.models.value == before.models.value and there.models.problem == locked.models.problem
    assert {each["event"] for each in lines(before, there)} == {"problem", "attention"}
    gone = moment(models=Part("models", None, Problem("mlflow", "no store", absent=True)))
    assert carried(before, gone) == gone
    assert carried(None, locked) == locked
    assert short(lines(before, gone)) == [("model", "churn", None)]


def test_what_has_no_room_is_counted() -> None:
    ten = [line(str(at)) for at in range(10)]
    assert fitted(ten, 10, UNICODE) == ten
    assert list(map(plain, fitted(ten, 4, UNICODE))) == ["0", "1", "2", "… 7 lines below"]
    assert list(map(plain, fitted(ten, 1, ASCII))) == ["... 10 lines below"]


def test_the_schema_ships() -> None:
    assert resources.files("mltui.schema").joinpath("watch.schema.json").is_file()
