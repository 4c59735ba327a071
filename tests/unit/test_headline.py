"""The Overview in one line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from churn_sample import MODELS, NOW, PIPELINE, RUNS
from mltui.model.metric import PrimaryMetric
from mltui.model.part import Part
from mltui.model.status import Snapshot
from mltui.present.headline import headline
from mltui.present.overview import overview
from mltui.present.text import ASCII, UNICODE

WHOLE = "train stale (lr 0.1 → 0.05), churn/5 +0.0050 over champion"


def told(room: int = 100, symbols=UNICODE, **parts: object) -> str:
    values = (
        dict.fromkeys(("git", "stores", "newest", "experiments")) | {"pipeline": PIPELINE, "models": MODELS} | parts
    )
    known = {name: Part(name, value) for name, value in values.items()}
    primary = PrimaryMetric("auc", "max", guessed=False)
    return headline(overview(Snapshot("churn", **known, primary=primary), RUNS, NOW, symbols), room)


@pytest.mark.parametrize(
    ("room", "said"),
    [
        (100, WHOLE),
        (len(WHOLE), WHOLE),
        (len(WHOLE) - 1, "train stale (lr 0.1 → 0.05), challenger +0.0050"),
        (46, "train stale, churn/5 +0.0050 over champion"),
        (40, "train stale, challenger +0.0050"),
        (30, "train stale (lr 0.1 → 0.05)"),
        (12, "train stale"),
        (5, ""),
    ],
)
def test_the_longest_form_that_fits_both_halves_first(room: int, said: str) -> None:
    assert told(room) == said


def test_ascii() -> None:
    assert told(symbols=ASCII).startswith("train stale (lr 0.1 -> 0.05)")


def test_fresh_and_nothing_to_compare() -> None:
    fresh = replace(PIPELINE, stages=PIPELINE.stages[:2])
    assert told(pipeline=fresh, models=()) == "pipeline fresh"
    assert told(pipeline=None, models=()) == ""
    alone = replace(MODELS[0], aliases={"champion": "4"})
    assert told(pipeline=None, models=(alone,)) == ""


def test_a_worse_challenger_and_several_stale_stages() -> None:
    swapped = replace(MODELS[0], aliases={"champion": "5", "challenger": "4"})
    assert told(pipeline=None, models=(swapped,)) == "churn/4 -0.0050 to champion"
    again = replace(next(each for each in PIPELINE.stages if each.address == "train"), address="fit")
    both = replace(PIPELINE, stages=(*PIPELINE.stages, again))
    assert told(pipeline=both, models=()) == "train and 1 more stale (lr 0.1 → 0.05)"


def test_names_from_outside_are_shown_and_not_obeyed() -> None:
    evil = tuple(replace(each, address="tr\x1b[2Jain") if each.name == "train" else each for each in PIPELINE.stages)
    assert "\x1b" not in told(pipeline=replace(PIPELINE, stages=evil))
