"""The fast reader of meta.yaml gives what PyYAML gives, or leaves the file to it."""

from __future__ import annotations

import io

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mltui.errors import Unreadable
from mltui.sources.mlflow.files.meta import parse, parse_flat, parse_yaml

MLFLOW_2 = """artifact_uri: file:///mnt/c/Users/Matt/Bank%20Marketing/mlruns/0/05ebbec095e84bec972e1cc382f5057e/artifacts
end_time: null
entry_point_name: ''
experiment_id: '0'
lifecycle_stage: active
run_id: 05ebbec095e84bec972e1cc382f5057e
run_name: it''s
run_uuid: 05ebbec095e84bec972e1cc382f5057e
source_version: ''
start_time: 1754898730204
status: 3
tags: []
user_id: matt
"""

KEYS = ["name", "status", "run_id", "end_time", "tags", "source", "description", "artifact_uri", "lifecycle_stage"]
TRICKY = [
    *("", "null", "~", "yes", "On", "true", "0x1f", "0b1", "017", "1e5", "1.5", ".inf", "12:30", "2020-01-01", "-"),
    *("- a", "a: b", "a:", "a #b", "#", "'", '"', "it's", "[a]", "{}", "&a", "*a", "!x", "%", "@", "`", "|", ">", "?"),
    *("./mlruns/0", "file:///C:/a b/%20c", "C:\\x", "naïve", "two\nlines", "tab\there", " lead", "trail ", "a  b", "="),
    *(
        "0" * 32,
        "0b" + "1" * 30,
        "0x" + "a" * 30,
        "12345678901234567890123456789012",
        "1835902d18b84827ad446b56afa03f2f",
    ),
]
values = st.one_of(
    st.sampled_from(TRICKY),
    st.text(max_size=40),
    st.integers(-(10**20), 10**20),
    st.none(),
    st.booleans(),
    st.floats(),
    st.just([]),
    st.just({}),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
    st.text("0123456789abcdef", min_size=32, max_size=32),
)


def same(one: object, other: object) -> bool:
    return repr(one) == repr(other)  # nan is nan


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), values, min_size=1, max_size=6))
def test_what_mlflow_dumps_reads_the_same_both_ways(meta: dict[str, object]) -> None:
    text = io.StringIO()
    yaml.dump(meta, text, default_flow_style=False, allow_unicode=True, Dumper=yaml.CSafeDumper)
    flat = parse_flat(text.getvalue())
    assert flat is None or same(flat, parse_yaml(text.getvalue()))
    assert same(parse(text.getvalue()), yaml.load(text.getvalue(), Loader=yaml.CSafeLoader))


@settings(max_examples=600, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(KEYS), st.sampled_from([": ", ":", ":  "]), st.one_of(st.sampled_from(TRICKY), st.text())
        ),
        min_size=1,
        max_size=3,
    )
)
def test_lines_nobody_quoted_read_the_same_both_ways(lines: list[tuple[str, str, str]]) -> None:
    text = "".join(f"{key}{colon}{value}\n" for key, colon, value in lines)
    flat = parse_flat(text)
    if flat is not None:
        assert same(flat, parse_yaml(text))


def test_the_usual_file_takes_the_fast_way() -> None:
    usual = MLFLOW_2.replace("it''s", "nice-owl-1")
    assert parse_flat(usual) == yaml.safe_load(usual)
    assert parse_flat(usual) is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("just words", "not a mapping"),
        ("a: [1\nb: 2\n", "line 2"),
        ("a: 'half", "line"),
        ("a: 1\x00", ""),
    ],
)
def test_what_is_no_mapping_says_why(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(text)
    assert why in caught.value.summary
    assert "\n" not in caught.value.summary
