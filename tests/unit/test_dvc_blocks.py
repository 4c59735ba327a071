"""Cutting dvc.lock into blocks gives what parsing it whole gives, whatever is in it."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mltui.sources.dvc import blocks, readable, recorded
from mltui.sources.dvc.blocks import LockParser

text = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=60)
scalar = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), text)
value = st.recursive(
    scalar, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(text, inner, max_size=3))
)
entry = st.fixed_dictionaries(
    {"cmd": st.one_of(text, st.just("a: b # c"), st.just("line\n  other:\n  more\n"))},
    optional={
        "deps": st.lists(
            st.fixed_dictionaries({"path": text, "md5": st.text("0123456789abcdef", min_size=32, max_size=32)}),
            max_size=3,
        ),
        "params": st.dictionaries(text, value, max_size=2),
        "outs": st.lists(value, max_size=2),
    },
)
stages = st.dictionaries(st.one_of(text, st.from_regex(r"\A[a-z]{1,8}(@[a-z0-9/._-]{1,6})?\Z")), entry, max_size=5)


@settings(max_examples=200, deadline=None)
@given(stages, st.sampled_from(["2.0", "1.0"]), st.sampled_from(["\n", "\r\n"]), st.integers(20, 200), st.booleans())
def test_cut_is_whole(content: dict[str, object], schema: str, newline: str, width: int, unicode: bool) -> None:
    document = {"schema": "2.0", "stages": content} if schema == "2.0" else content
    dumped = yaml.safe_dump(document, sort_keys=False, width=width, allow_unicode=unicode)
    raw = dumped.replace("\n", newline).encode()
    assert LockParser().stages(raw) == recorded.lock_stages(readable.parse(raw))


LOCK = """\
schema: '2.0'
stages:
  a:
    cmd: x
    outs:
    - path: o
      md5: '00'
  b@c/d:
    cmd: |
      y
      z: 1
"""


@pytest.mark.parametrize(
    "lock",
    [
        LOCK,
        LOCK + "  a:\n    cmd: twice\n",
        LOCK + "datasets:\n- name: d\n  url: u\n",
        LOCK.replace("cmd: x", 'cmd: "x\n  y: z"'),
        LOCK.replace("cmd: x", "cmd: 'x\n\n  y:\n  z'"),
        LOCK.replace("  a:", "# note\n  a:  # note"),
        LOCK.replace("\n  a:", "\n  ? a\n  :"),
        "schema: '2.0'\nstages:\n    a:\n        cmd: x\n    b:\n        cmd: y\n",
        LOCK.replace("cmd: x", "cmd: &n x").replace("cmd: |\n      y\n      z: 1", "cmd: *n"),
        LOCK.replace("schema: '2.0'\n", ""),
        "schema: '2.0'\nstages: {}\n",
        "schema: '2.0'\n",
        "",
    ],
)
def test_unusual_locks(lock: str) -> None:
    assert LockParser().stages(lock.encode()) == recorded.lock_stages(readable.parse(lock))


def test_a_block_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def parse(text: str) -> object:
        parsed.append(text)
        return readable.parse(text)

    monkeypatch.setattr(blocks, "parse", parse)
    parser = LockParser()
    parser.stages(LOCK.encode())
    parser.stages(LOCK.replace("cmd: x", "cmd: other").encode())
    assert len(parsed) == 3


@pytest.mark.parametrize("lock", ["schema: '2.0'\nstages:\n  a: [\n", "\ta: b", "a: b: c"])
def test_no_yaml(lock: str) -> None:
    with pytest.raises(ValueError):
        LockParser().stages(lock.encode())
