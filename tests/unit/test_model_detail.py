"""The detail of a model version: who moved what, how to get back, what it came from; champion against challenger."""

from __future__ import annotations

import json
from dataclasses import replace

from churn_sample import HARE, HOUR, LYNX, MODELS, NOW, RUNS
from mltui.model.alias_history import moves_of
from mltui.model.lineage.graph import Edge, Graph, Node
from mltui.model.metric import PrimaryMetric
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.present.model_against import against_lines, rivals
from mltui.present.model_detail import Told, version_detail
from mltui.present.model_lineage import lineage_line
from mltui.present.models import Held, held
from mltui.present.models_document import models_document
from mltui.present.run_scene import RunScene
from mltui.present.text import UNICODE, plain

BY_ID = {each.run_id: each for each in RUNS}
SCENE = RunScene(NOW, UNICODE, PrimaryMetric("auc", "max", guessed=False), goals={"loss": "min"})


def tagged(to: str, before: str, at: int, forced: bool = False, verdict: str = "passed") -> dict[str, str]:
    told = {
        "schema": 1,
        "kind": "promote",
        "target": "@champion",
        "from": before,
        "to": to,
        "at": at,
        "who": "ada@example.org",
        "reason": "better on the holdout",
        "forced": forced,
        "gates": [
            {"gate": "metrics.auc >= 0.8", "verdict": "passed", "figure": "0.94", "why": ""},
            {"gate": "data pushed", "verdict": verdict, "figure": "", "why": "only in the local cache"},
        ],
    }
    return {f"mltui.move.20260301-101500-0000000{to}": json.dumps(told)}


def with_tags(tags: dict[str, dict[str, str]]) -> RegisteredModel:
    versions = tuple(replace(each, tags={**each.tags, **tags.get(each.version, {})}) for each in MODELS[0].versions)
    return replace(MODELS[0], versions=versions)


def detail_of(model: RegisteredModel, version: str | None, graph: Graph | None = None) -> str:
    rows = {row.version.version if row.version else None: row for row in held([model], BY_ID)}
    rows[None] = Held(model, None, None)
    told = Told(moves_of([model], ()), graph, BY_ID)
    return "\n".join(map(plain, version_detail(rows[version], SCENE, told)))


def test_who_set_it_when_why_and_how_to_get_back() -> None:
    text = detail_of(with_tags({"4": tagged("4", "3", NOW - 3 * 24 * HOUR)}), "4")
    assert "@champion  set 3 d ago by ada@example.org" in text
    assert "better on the holdout" in text
    assert "B rolls @champion back to 3" in text
    assert "@champion  3 → 4  3 d ago, ada\n" in text
    assert "gates 2 of 2" in text
    assert "mltui.move" not in text, "history, and not the JSON it is"


def test_a_move_past_its_gates_says_so_with_the_gate_that_failed() -> None:
    text = detail_of(with_tags({"4": tagged("4", "3", NOW - HOUR, forced=True, verdict="failed")}), "4")
    assert "forced past its gates" in text
    assert "gates 1 of 2\n    ✗ data pushed  only in the local cache" in text
    assert "✓ metrics.auc" not in text, "those that held are counted"


def test_a_move_by_others_is_told_as_such() -> None:
    """mltui set @champion to 3 and somebody else to 4, where it is."""
    text = detail_of(with_tags({"3": tagged("3", "2", NOW - 24 * HOUR)}), "4")
    assert "moved outside mltui" in text
    assert "set 3 d" not in text
    assert "B rolls @champion back to 3" in text


def test_where_nobody_promotes_with_mltui_nothing_is_made_up() -> None:
    text = detail_of(MODELS[0], "4")
    assert "not by mltui: a registry does not say who sets an alias, or when" in text
    assert "Moves" not in text
    assert "back to" not in text


def test_nobody_is_rolled_back_to_a_version_that_is_gone() -> None:
    model = with_tags({"4": tagged("4", "2", NOW - HOUR)})  # the sample has 5, 4 and 3
    assert "back to" not in detail_of(model, "4")


def test_what_is_not_ready_says_why() -> None:
    failed = replace(MODELS[0].versions[0], status="FAILED_REGISTRATION", status_message="no space left\x1b[31m")
    (row,) = held([replace(MODELS[0], versions=(failed,))], BY_ID)
    text = "\n".join(map(plain, version_detail(row, SCENE)))
    assert "status   ✗ failed  no space left␛[31m" in text


def lineage_graph(kind: str) -> Graph:
    version, run, data = f"model:churn/4", f"run:{HARE.run_id}", "data:data/customers.csv@md5:1"  # noqa: F541
    nodes = (
        Node("model", version, "churn/4"),
        Node("run", run, HARE.name),
        Node("data", data, "data/customers.csv v3"),
        Node("data", "data:src/train.py@md5:2", "src/train.py 01bc04e7"),
    )
    edges = (
        Edge(run, version, "recorded", "model version's source run"),
        Edge(data, run, kind, "dvc.lock"),  # type: ignore[arg-type]
        Edge("data:src/train.py@md5:2", run, "inferred", "dvc.lock"),
    )
    return Graph.of(nodes, edges)


def test_lineage_in_one_line_says_what_is_derived() -> None:
    _, champion, _ = held(MODELS, BY_ID)
    assert plain(lineage_line(champion, None, UNICODE)) == "3f2a1c9 · lr=0.1 depth=6 · run stormy-hare"
    known = plain(lineage_line(champion, lineage_graph("recorded"), UNICODE))
    assert known == "3f2a1c9 · customers.csv v3 · lr=0.1 depth=6 · run stormy-hare"
    assert "~customers.csv v3" in plain(lineage_line(champion, lineage_graph("inferred"), UNICODE))


def test_params_that_have_no_room_are_counted() -> None:
    long = replace(HARE, params={"lr": "0.1", "about": "x" * 200, "empty": "", "depth": "6"})
    row = Held(MODELS[0], MODELS[0].versions[1], long)
    assert "lr=0.1 depth=6 +2" in plain(lineage_line(row, None, UNICODE))


def compared(goal: str | None, **changes: dict[str, float]) -> list[str]:
    hare = replace(HARE, params={"lr": "0.1", "depth": "6"}, metrics={"auc": 0.942, "loss": 0.2, "extra": 1.0})
    lynx = replace(LYNX, params={"lr": "0.1", "depth": "8"}, metrics={"auc": 0.947, "loss": 0.3, "extra": 2.0})
    pair = rivals(MODELS[0], {hare.run_id: hare, lynx.run_id: lynx})
    assert pair is not None
    scene = RunScene(NOW, UNICODE, PrimaryMetric("auc", goal, guessed=False), goals={"loss": "min"} if goal else {})  # type: ignore[arg-type]
    return [plain(each) for each in against_lines(*pair, scene, None)]


def test_better_and_worse_are_words_and_only_where_the_direction_is_known() -> None:
    lines = compared("max")
    assert lines[1].split() == ["auc", "0.9420", "0.9470", "+0.0050", "better"]
    assert lines[2].split() == ["loss", "0.2000", "0.3000", "+0.1000", "worse"]
    assert lines[3].split() == ["extra", "1", "2", "+1"]
    assert any(each.split() == ["depth", "6", "8"] for each in lines)
    assert not any(each.startswith("lr ") for each in lines), "what is the same needs no line"


def test_without_any_direction_nothing_is_better() -> None:
    lines = compared(None)
    assert not any(("better" in each and "No direction" not in each) or "worse\n" in each for each in lines)
    assert any(each.startswith("No direction is known") for each in lines)


def test_a_model_row_shows_both_side_by_side() -> None:
    text = detail_of(MODELS[0], None)
    assert "Champion 4 against challenger 5" in text
    assert text.index("4  @champion") < text.index("5  @challenger")
    assert "3  Archived" not in text


def test_a_model_without_versions_says_what_makes_one() -> None:
    gto = RegisteredModel("m", "gto", (), {})
    mlflow = RegisteredModel("m", "mlflow", (), {})
    assert "none yet: gto register m" in "\n".join(map(plain, version_detail(Held(gto, None, None), SCENE)))
    assert "none yet: mlflow.register_model" in "\n".join(map(plain, version_detail(Held(mlflow, None, None), SCENE)))


def test_the_document_tells_who_holds_what_by_whom() -> None:
    model = with_tags({"4": tagged("4", "3", 1000)})
    (said,) = models_document([model], (), None, moves_of([model], ()))["models"]
    told = {each["target"]: each for each in said["held"]}
    assert (told["@champion"]["version"], told["@champion"]["since"]) == ("4", 1000)
    assert told["@champion"]["who"] == "ada@example.org"
    assert told["@champion"]["gates"][0] == {
        "gate": "metrics.auc >= 0.8",
        "verdict": "passed",
        "figure": "0.94",
        "why": "",
    }
    assert told["@challenger"] == {
        "target": "@challenger",
        "version": "5",
        "since": None,
        "who": None,
        "reason": None,
        "forced": None,
        "kind": None,
        "gates": [],
        "outside": False,
    }


def test_a_run_of_a_logged_model_is_the_source_run() -> None:
    """MLflow 3 registers logged models: such a version names no run itself."""
    version = ModelVersion("m", "1", None, NOW, model_id="m-1", source_run_id=HARE.run_id)
    (row,) = held([RegisteredModel("m", "mlflow", (version,), {})], BY_ID)
    assert row.run is HARE or row.run == HARE
