"""What is typed in the form of params reaches DVC as the value that was meant."""

from __future__ import annotations

from typing import Any

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st

from mltui.model.param_text import as_override, param_fault, param_text
from mltui.model.retrain import ParamField, ParamKind


def field(kind: ParamKind, value: Any = None) -> ParamField:
    return ParamField("params.yaml", "train.lr", value, kind)


def read(override: str) -> Any:
    """As DVC reads it (dvc.utils.hydra): by Hydra's own parser."""
    return OverridesParser.create().parse_override(override).value()


TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=("C",)), max_size=12)


@given(TEXT)
def test_text_stays_text(text: str) -> None:
    value = read(as_override(field("str"), text))
    assert str(getattr(value, "text", value)) == text
    assert isinstance(value, str) or hasattr(value, "text")


@pytest.mark.parametrize(
    "text", ["true", "null", "3", "1e-3", ".5", "a,b", "[x]", "it's", 'say "x"', " a ", "", "${a}", "\\"]
)
def test_text_that_looks_like_something_else(text: str) -> None:
    value = read(as_override(field("str"), text))
    assert str(getattr(value, "text", value)) == text


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("int", "42", 42),
        ("float", "0.05", 0.05),
        ("float", "1e-3", 0.001),
        ("bool", "true", True),
        ("list", "[1,2]", [1, 2]),
        ("none", "null", None),
        ("int", "null", None),
    ],
)
def test_values_keep_their_kind(kind: ParamKind, text: str, expected: Any) -> None:
    assert not param_fault(kind, text)
    assert read(as_override(field(kind), text)) == expected


@pytest.mark.parametrize(
    ("kind", "text"),
    [("int", "1.5"), ("int", "x"), ("float", "fast"), ("bool", "yes"), ("list", "1,2"), ("dict", "[]")],
)
def test_faults(kind: ParamKind, text: str) -> None:
    assert param_fault(kind, text)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "null"), (True, "true"), (3, "3"), ([1, "a"], "[1,a]"), ({"a": 1}, "{a:1}"), ("x y", "x y")],
)
def test_values_as_they_stand_in_the_form(value: Any, text: str) -> None:
    assert param_text(value) == text


def test_another_file_is_named() -> None:
    assert as_override(ParamField("conf.json", "lr", 1, "float"), "2") == "conf.json:lr=2"
