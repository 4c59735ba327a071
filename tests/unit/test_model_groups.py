"""Versions below their models: what folds, what a filter leaves, in which order models stand, what a heading says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from churn_sample import MODELS, NOW, RUNS
from mltui.model.metric import PrimaryMetric
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.runs import Run
from mltui.present.model_groups import OPEN, Folds, ModelGroups, holders_line
from mltui.present.models import Held
from mltui.present.rows import Rows
from mltui.present.run_scene import RunScene
from mltui.present.text import UNICODE, plain

BY_ID = {each.run_id: each for each in RUNS}
SCENE = RunScene(NOW, UNICODE, PrimaryMetric("auc", "max", guessed=False))
NOTHING = Folds({})


def model(name: str, versions: int = 3, **aliases: str) -> RegisteredModel:
    made = tuple(ModelVersion(name, str(at), None, at * 1000) for at in range(versions, 0, -1))
    return RegisteredModel(name, "mlflow", made, aliases)


def groups(*models: RegisteredModel, runs: dict[str, Run] | None = None) -> ModelGroups:
    return ModelGroups(models, runs or {}, SCENE)


def shown(rows: Rows[Held]) -> list[str]:
    return [plain(rows.row(at).cells[0]) for at in range(len(rows))]


def test_few_versions_are_shown_below_their_models() -> None:
    made = groups(model("a", 2), model("b", 0), model("c", 1))
    assert shown(made.folded(made.rows, NOTHING)) == ["▾ a", "  a/2", "  a/1", "b  no versions", "▾ c", "  c/1"]
    assert len(made.rows) == 4, "headings are not counted"


def test_more_than_a_screenful_is_folded_until_somebody_unfolds_it() -> None:
    made = groups(model("a", OPEN), model("b", 1))
    rows = made.folded(made.rows, NOTHING)
    assert shown(rows) == [f"▸ a  {OPEN} versions", "▸ b  1 version"]
    assert rows.folds == {"a": True, "b": True}
    rows = made.folded(made.rows, NOTHING.fold(("b",), False))
    assert shown(rows) == [f"▸ a  {OPEN} versions", "▾ b", "  b/1"]
    assert shown(groups(model("a", OPEN)).folded(groups(model("a", OPEN)).rows, NOTHING))[0] == "▾ a"


def test_a_filter_shows_what_it_found_and_nothing_else() -> None:
    made = groups(model("a", OPEN, champion="7"), model("b", OPEN, champion="3"))
    assert shown(made.folded(made.rows.matching("@champion"), NOTHING)) == ["▾ a", "  a/7", "▾ b", "  b/3"]
    assert shown(made.folded(made.rows.matching("b/"), NOTHING))[0] == "▾ b"
    all_of_them = groups(*(model(f"m{at:03}", 2, champion="1") for at in range(OPEN + 1)))
    found = shown(all_of_them.folded(all_of_them.rows.matching("@champion"), NOTHING))
    assert found[:4] == ["▾ m000", "  m000/1", "▾ m001", "  m001/1"], "however many: they are what was asked for"
    many = groups(*(model(name, OPEN) for name in ("aa", "ab", "b")))
    folded = shown(many.folded(many.rows.matching("a"), NOTHING))
    assert folded == [f"▸ aa  {OPEN} versions", f"▸ ab  {OPEN} versions"], "whole models stay folded"


def test_a_model_stands_where_its_first_version_would() -> None:
    made = groups(model("a", 2), model("b", 3))
    newest = made.rows.ordered([("created", True)])
    assert shown(made.folded(newest, NOTHING)) == ["▾ b", "  b/3", "  b/2", "  b/1", "▾ a", "  a/2", "  a/1"]


def test_a_folded_model_says_who_holds_what_and_how_the_challenger_compares() -> None:
    made = ModelGroups(MODELS, BY_ID, SCENE)
    rows = made.folded(made.rows, NOTHING.fold(("churn",), True))
    cells = dict(zip((each.key for each in rows.columns), map(plain, rows.row(0).cells), strict=True))
    assert cells["aliases"] == "@champion 4  @challenger 5"
    assert (cells["primary"], cells["versus"]) == ("0.9420", "+0.0050")
    opened = made.folded(made.rows, NOTHING)
    cells = dict(zip((each.key for each in opened.columns), map(plain, opened.row(0).cells), strict=True))
    assert cells["aliases"] == cells["primary"] == cells["versus"] == "", "its versions say it"


def test_two_keepers_of_one_name_are_two_headings() -> None:
    both = model("m", 1), replace(model("m", 1), source="gto")
    made = groups(*both)
    assert [made.folded(made.rows, NOTHING).key(at) for at in (0, 2)] == ["m", "m (GTO)"]


@pytest.mark.parametrize(
    ("aliases", "told"),
    [
        ({"shadow": "1", "champion": "2"}, "@champion 2  @shadow 1"),
        ({f"a{at}": "1" for at in range(6)}, "@a0 1  @a1 1  @a2 1  @a3 1  +2"),
        ({}, ""),
    ],
)
def test_holders_in_one_line(aliases: dict[str, str], told: str) -> None:
    assert plain(holders_line(model("m", 2, **aliases))) == told


def test_legacy_stages_are_holders_where_there_is_no_alias() -> None:
    staged = tuple(replace(each, stage="Production") for each in model("m", 2).versions)
    assert plain(holders_line(replace(model("m"), versions=staged))) == "Production 2"
