"""What the Overview reads of holders besides the registry: moves once the journal was read, and not again until one of
both moved; gates only of challengers, once for each policy and champion; and the small words of a glance."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sample_workspace import SampleWorkspace

from churn_sample import HOUR, MODELS, NOW, RUNS, WHOLE
from mltui.model.gates import Gate, Policy
from mltui.model.journal import JournalRead
from mltui.model.moves import Move
from mltui.model.part import Part
from mltui.model.promotion import Plan, Target
from mltui.model.registry import RegisteredModel
from mltui.present.model_moves import with_since as with_column
from mltui.present.models import version_rows
from mltui.present.overview import Overview, holders
from mltui.present.run_scene import RunScene
from mltui.present.text import UNICODE, plain
from mltui.sources.gates.at_a_glance import Glance
from mltui.sources.promotion.moves import with_since
from mltui.tui.places import holders_read
from mltui.tui.places.holders_read import HoldersRead
from mltui.tui.places.parts import scene_of

MOVE = Move("churn", "@champion", "3", "4", NOW - 72 * HOUR, who="ada@example.org")


def tagged() -> RegisteredModel:
    told = {"schema": 1, "kind": "promote", "target": "@champion", "from": "3", "to": "4", "at": MOVE.at, "who": "ada"}
    tags = {"mltui.move.20260301-101504-00000004": json.dumps(told)}
    versions = (replace(each, tags=tags) if each.version == "4" else each for each in MODELS[0].versions)
    return replace(MODELS[0], versions=tuple(versions))


def view(*models: RegisteredModel) -> Overview:
    by_id = {run.run_id: run for run in RUNS}
    snapshot: Any = SimpleNamespace(models=Part("x", models))
    return Overview(snapshot, RunScene(NOW, UNICODE), (), by_id, {}, (), holders(snapshot, by_id), ())


@pytest.fixture
def workspace(tmp_path: Path) -> Any:
    space: Any = SampleWorkspace(tmp_path, **{**WHOLE, "models": (tagged(),)})
    return space


def test_moves_are_read_once_the_journal_was_and_kept_until_something_moved(
    workspace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real = holders_read.moves_by_model
    monkeypatch.setattr(holders_read, "moves_by_model", lambda *each: asked.append(1) or real(*each))
    reading, seen = HoldersRead(), view(tagged())
    parts: dict[str, Any] = {"models": Part("x", (tagged(),)), "journal": None}
    assert not reading.facts(workspace, seen, parts).moves
    assert asked == [], "the first paint waits for nothing"
    parts["journal"] = Part("x", JournalRead())
    for _ in range(3):
        found = reading.facts(workspace, seen, parts)
    assert [(each.after, each.who) for each in found.moves["churn"] if not each.outside] == [("4", "ada")]
    assert asked == [1]
    parts["journal"] = Part("x", JournalRead())
    reading.facts(workspace, seen, parts)
    assert asked == [1, 1]


def test_gates_are_asked_of_challengers_once(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str, str]] = []
    marks = ["a policy"]

    def glance(_: Any, __: Policy, model: RegisteredModel, version: Any, target: Target) -> Glance:
        asked.append((model.name, version.version, target.word))
        return Glance(3, 5, 1)

    rules = Policy((Gate("metric", "metrics.auc >= 0.8"),))
    monkeypatch.setattr("mltui.sources.gates.policy.policy", lambda _: rules)
    monkeypatch.setattr("mltui.sources.gates.policy.fingerprint", lambda _: marks[0])
    monkeypatch.setattr("mltui.sources.gates.at_a_glance.glance", glance)
    reading, seen = HoldersRead(), view(tagged())
    assert reading.read_gates(workspace, seen), "they were not known before"
    assert not reading.read_gates(workspace, seen)
    assert asked == [("churn", "5", "@champion")]
    assert reading.facts(workspace, seen, {}).gates == {"churn/5": "gates 3 of 5, 1 unasked"}
    marks[0] = "another one"
    assert not reading.read_gates(workspace, seen), "asked again, and the same"
    moved = replace(tagged(), aliases={"champion": "3", "challenger": "5"})
    reading.read_gates(workspace, view(moved))
    assert len(asked) == 3, "another champion to compare with"
    workspace.as_of = SimpleNamespace(at=NOW)
    assert not HoldersRead().read_gates(workspace, seen), "of another time nothing is asked"


def test_a_glance_in_words() -> None:
    assert Glance(0, 0).words == ""
    assert Glance(4, 5).words == "gates 4 of 5"
    assert Glance(3, 5, 2).words == "gates 3 of 5, 2 unasked"


def test_a_plan_knows_the_move_that_brought_its_target_where_it_is() -> None:
    model = MODELS[0]
    plan = Plan(model, model.versions[0], Target("alias", "champion"), "4")
    older = replace(MOVE, before="2", after="3", at=NOW - 200 * HOUR)
    other = replace(MOVE, target="@shadow")
    assert with_since(plan, (older, MOVE, other)).since == MOVE
    assert with_since(replace(plan, now="3"), (older, MOVE)).since == older, "it was set back by somebody"
    assert with_since(replace(plan, now=None), (MOVE,)).since is None
    assert with_since(plan, (replace(MOVE, model="fraud"),)).since is None
    copy = replace(plan, target=Target("copy", "prod.churn", "champion"))
    told = replace(MOVE, model="prod.churn")
    assert with_since(copy, (MOVE, told)).since == told, "of the model that it is copied to"


def test_a_column_says_since_when_only_where_somebody_noted_it() -> None:
    rows = version_rows(MODELS, {}, RunScene(NOW, UNICODE))
    assert with_column(rows, (), NOW) is rows
    assert with_column(rows, (replace(MOVE, outside=True, at=None),), NOW) is rows, "nobody promotes with mltui here"
    told = with_column(rows, (MOVE,), NOW)
    at = [each.key for each in told.columns].index("since")
    said = {told.key(index): plain(told.row(index).cells[at]) for index in range(len(told))}
    assert said["churn/4"] == "3 d, ada"
    assert {said[key] for key in said if key != "churn/4"} == {""}


def test_what_is_registered_of_runs_is_found_once_for_the_same_models(monkeypatch: pytest.MonkeyPatch) -> None:
    models = Part("x", (tagged(),))
    first, second = (scene_of(None, models, None, NOW, UNICODE) for _ in range(2))
    assert first.versions is second.versions
    other = scene_of(None, Part("x", (MODELS[0],)), None, NOW, UNICODE)
    assert other.versions is not first.versions
    assert first.versions == other.versions
    assert scene_of(None, None, None, NOW, UNICODE).versions == {}
