"""The DVC child parses the same text once."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any

import pytest

from mltui.sources.dvc.child.parsing import KEPT, MOST, WORTH, Kept, is_plain, once_parsed, once_validated, readers


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(str(tmp_path / "parsed"), "dvc 3")


def test_a_text_is_parsed_once_and_each_caller_may_change_what_it_gets(kept: Kept) -> None:
    seen: list[tuple[str, str]] = []

    def parse(text: str, path: str, typ: str = "safe") -> dict[str, Any]:
        seen.append((text, typ))
        return {"stages": {text: [1]}}

    parsed = once_parsed(parse, kept)
    first = parsed("a", "dvc.yaml")
    first["stages"]["a"].append(2)
    assert parsed("a", "dvc.lock") == {"stages": {"a": [1]}}
    assert parsed("b", "dvc.yaml") == {"stages": {"b": [1]}}
    assert parsed("a", "dvc.yaml", typ="rt") is not parsed("a", "dvc.yaml", typ="rt")
    assert seen == [("a", "safe"), ("b", "safe"), ("a", "rt"), ("a", "rt")]
    parsed("x" * MOST, "dvc.yaml")
    parsed("a", "dvc.yaml")
    assert seen[-1] == ("a", "safe"), "too much was remembered"


def test_a_text_passes_each_schema_once_and_what_fails_is_asked_again(kept: Kept) -> None:
    asked: list[object] = []

    def validate(data: Any, schema: Any, text: str | None = None, path: str | None = None) -> Any:
        asked.append((schema, text, path))
        if data == "bad":
            raise ValueError(data)
        return data

    validated = once_validated(validate, kept, {})
    one, other = object(), object()
    for schema in (one, one, other):
        assert validated("good", schema, text="t", path="p") == "good"
    assert asked == [(one, "t", "p"), (other, "t", "p")]
    for _ in range(2):
        with pytest.raises(ValueError, match="bad"):
            validated("bad", one, text="u")
    validated("good", one)
    validated("good", one)
    assert len(asked) == 6, "without its text nothing is known of it"


def test_the_next_child_knows_what_a_text_says_and_what_it_has_passed(kept: Kept) -> None:
    asked: list[str] = []

    def parse(text: str, path: str, typ: str = "safe") -> dict[str, Any]:
        asked.append("parsed")
        return {"text": text, "n": [1, 1.0, True, None, float("inf")]}

    def validate(data: Any, schema: Any, text: str | None = None) -> Any:
        asked.append(f"validated by {schema}")
        return data

    text, own, dvc = "a: b\n" * WORTH, "own", "dvc's"
    names = {id(dvc): "COMPILED"}  # dvc's own has a name, another one has none
    for who in ("dvc 3", "dvc 3", "dvc 4"):
        again = Kept(kept.folder, who)
        parsed, validated = once_parsed(parse, again), once_validated(validate, again, names)
        data = parsed(text, "dvc.yaml")
        assert repr(data) == repr(parse(text, "dvc.yaml"))
        asked.pop()
        validated(data, dvc, text=text)
        validated(data, own, text=text)
    first = ["parsed", "validated by dvc's", "validated by own"]
    assert asked == [*first, "validated by own", *first], "another dvc parses anew"


def test_who_reads_with_other_libraries_parses_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    import ruamel.yaml
    import voluptuous

    known = {readers()}
    for module, name in ((ruamel.yaml, "__with_libyaml__"), (ruamel.yaml, "__version__"), (voluptuous, "__version__")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, "another")
            known.add(readers())
    assert len(known) == 4 and readers() in known


def test_what_json_would_change_and_what_costs_nothing_is_not_kept(kept: Kept) -> None:
    twice = ["x"]
    for data in ({"d": datetime.date(2026, 1, 1)}, {1: "x"}, {"a": twice, "b": twice}, {"s": {"x"}}, ("x",)):
        assert not is_plain(data)
        kept.put("x" * WORTH, data)
    kept.put("short", {"a": 1})
    assert not Path(kept.folder).exists()


def test_a_file_that_is_damaged_is_none_and_the_oldest_go(kept: Kept) -> None:
    text = "x" * WORTH
    kept.put(text, {"a": 1})
    Path(kept.path(text)).write_text('{"passed": [')
    assert kept.get(text) is None
    kept.put(text, {"a": 1})
    os.utime(kept.path(text), (1, 1))
    assert kept.get(text) == {"a": 1}, "and it is the newest now"
    for at in range(KEPT):
        os.utime(kept.path(text), (1, 1))
        kept.put(f"{at}{text}", {"a": at})
    assert kept.get(text) is None
    assert len(os.listdir(kept.folder)) == KEPT  # noqa: PTH208
