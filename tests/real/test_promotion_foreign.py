"""A writer that claims nothing sets the alias while mltui promotes, 50 times, at every moment there is: mltui never
believes that it has what it has not.

It can't be kept out. What it sets before mltui's last look is found there, what it sets after mltui's own write is read
back or watched. In between, within one request, mltui's write comes after: the alias is where mltui says.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from tests.real.promoting import Foreigner, Promoter, fill, project_of, several, told

pytestmark = pytest.mark.real

#: Where the foreign writer comes in, and what mltui says of it then. "moved": it was done, and the watch saw more.
MOMENTS = {
    ("before", "begin", 0): "refused",
    ("before", "set_model_tag", 1): "refused",
    ("after", "set_model_tag", 1): "refused",
    ("before", "set_alias", 1): "done",
    ("after", "set_alias", 1): "failed",
    ("before", "set_version_tag", 1): "moved",
    ("after", "set_version_tag", 1): "moved",
    ("before", "delete_model_tag", 1): "moved",
    ("after", "delete_model_tag", 1): "moved",
}
ROUNDS = 50


def test_nothing_is_lost_silently(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    fill(uri, tmp_path, *[0.9] * 6)
    mltui, foreign = Promoter(project_of(tmp_path / "churn"), uri, "ada"), Foreigner(uri, tmp_path)
    with several(mltui, foreign):
        mltui.up()
        foreign.up()
        moments = itertools.islice(itertools.cycle(MOMENTS.items()), ROUNDS)
        for number, (moment, says) in enumerate(moments):
            wanted, theirs = (("3", "4"), ("5", "6"))[number % 2]
            answer = _round(mltui, foreign, wanted, theirs, moment)
            _judged(answer, says, wanted, theirs)
    said = told(uri, tmp_path)
    assert said["tags"] == {}, "no claim is left"


def _round(
    mltui: Promoter, foreign: Foreigner, wanted: str, theirs: str, moment: tuple[str, str, int]
) -> dict[str, Any]:
    mltui.ask(wanted, pause=moment)
    assert mltui.answer() == {"ready": True}
    mltui.say("go")
    assert mltui.answer() == {"paused": True}
    foreign.set(theirs)
    mltui.say("go on")
    return mltui.answer()


def _judged(answer: dict[str, Any], says: str, wanted: str, theirs: str) -> None:
    seen = "moved" if answer.get("moved") else answer["state"]
    assert seen == says, answer
    told = {"refused": answer["summary"], "failed": " ".join(answer.get("left", ())), "moved": answer.get("said", "")}
    if says in told:
        assert f"it is at churn/{theirs}" in told[says] or f"it is at {theirs}" in told[says], answer
    else:
        assert f"champion is {wanted}" in answer["summary"], answer
