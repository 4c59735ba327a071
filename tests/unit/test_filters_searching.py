"""What of a filter is to be searched elsewhere, and that what was found there decides."""

from __future__ import annotations

import pytest

from mltui.model.filters import Facts, parse
from mltui.model.runs import Run, RunInput

NOW = 1_700_000_000_000


def run(run_id: str, name: str, **more: object) -> Run:
    return Run(run_id, name, "run", "churn", "1", "FINISHED", "active", NOW, NOW, None, **more)  # type: ignore[arg-type]


RUNS = (run("a", "lr-1", params={"note": "long"}), run("b", "lr-2"), run("c", "lr-1"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name ~ 'lr-1'", []),
        ("name ~ '^[lr].$'", []),
        ("name = '(a+)+$'", []),
        ("name like '(a+)+$'", []),
        ("name ~ '(a+)+$'", [("(a+)+$", {"lr-1", "lr-2"})]),
        ("status = FAILED and not (name not ~ 'a|b')", [("a|b", {"lr-1", "lr-2"})]),
        ("params.note ~ 'o*' or name ~ 'l{2}'", [("o*", {"long"}), ("l{2}", {"lr-1", "lr-2"})]),
    ],
)
def test_what_could_take_for_ever_is_searched_elsewhere(text: str, found: list[tuple[str, set[str]]]) -> None:
    searches = parse(text).searches(RUNS, NOW)
    assert [(each.pattern, set(each.texts)) for each in searches] == found
    assert [text[slice(*each.at)].strip("'") for each in searches] == [pattern for pattern, _ in found]


def test_datasets_are_searched_by_what_the_store_knows() -> None:
    facts = Facts(
        inputs={"a": (RunInput("wine", "sha", "", "", "training"),), "b": (RunInput("bank", "md5", "", "", ""),)}
    )
    (search,) = parse("dataset.name ~ 'w.*'").searches(RUNS, NOW, facts)
    assert search.texts == {"wine", "bank"}


@pytest.mark.parametrize(("text", "ids"), [("name ~ 'never+'", "b"), ("name not ~ 'never+'", "ac")])
def test_what_was_found_elsewhere_decides(text: str, ids: str) -> None:
    matches = parse(text).predicate(NOW, Facts(matched={"never+": frozenset({"lr-2"})}))
    assert "".join(each.run_id for each in RUNS if matches(each)) == ids


def test_an_equal_text_is_no_pattern() -> None:
    matches = parse("name = 'lr-1' and name ~ 'lr-1'").predicate(NOW, Facts(matched={"lr-1": frozenset({"lr-1"})}))
    assert not parse("name = 'lr-1'").predicate(NOW, Facts(matched={"lr-1": frozenset({"lr-2"})}))(RUNS[1])
    assert [each.run_id for each in RUNS if matches(each)] == ["a", "c"]
