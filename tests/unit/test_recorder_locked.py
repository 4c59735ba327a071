"""The recorder's reader of dvc.lock and .dvc files, against what DVC's own writer was given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dvc.utils.serialize import dump_yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mltui_recorder.locked import Locked, Out, Unreadable, dvc_file, lock_stages

MD5 = "0123456789abcdef0123456789abcdef"

#: Names as people give them: letters of any script, spaces, quotes, digits that look like numbers.
ordinary = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789_-./ '\"#:@&*!%,[]{}=+~éжß"), min_size=1)
paths = ordinary.filter(lambda text: "\n" not in text) | st.from_regex(
    r"[a-z]{1,30}( [a-z]{1,30}){0,12}", fullmatch=True
)
hashes = st.from_regex(r"[0-9a-f]{32}(\.dir)?", fullmatch=True) | st.from_regex(r"[0-9]{32}", fullmatch=True)
values: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.text(max_size=120)
    | st.lists(st.text(max_size=90), max_size=2)
    | st.dictionaries(st.text(max_size=9), st.text(max_size=90), max_size=2)
)
entries = st.fixed_dictionaries(
    {"path": paths},
    optional={
        "hash": st.sampled_from(["md5", "etag"]),
        "md5": hashes,
        "size": st.integers(0, 10**15),
        "nfiles": st.integers(0, 10**6),
        "isexec": st.booleans(),
        "cloud": st.dictionaries(st.text(max_size=5), values, min_size=1, max_size=2),
        "files": st.lists(
            st.dictionaries(st.sampled_from(["relpath", "md5", "path"]), ordinary, min_size=1), min_size=1
        ),
    },
)
stages = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_-]{0,40}(@[a-z0-9.-]{1,20})?", fullmatch=True),
    st.fixed_dictionaries(
        {"cmd": st.text(min_size=1, max_size=300) | st.lists(st.text(min_size=1, max_size=150), min_size=1)},
        optional={
            "deps": st.lists(entries, min_size=1, max_size=2),
            "params": st.dictionaries(paths, st.dictionaries(ordinary, values, min_size=1), min_size=1, max_size=2),
            "outs": st.lists(entries, min_size=1, max_size=2),
        },
    ),
    min_size=1,
    max_size=2,
)


def as_dvc_writes(document: dict[str, Any], folder: Path) -> str:
    path = folder / "written"
    dump_yaml(str(path), document)
    return path.read_text(encoding="utf-8")


def expected(rows: list[dict[str, Any]] | None) -> tuple[Out, ...]:
    found = []
    for row in rows or ():
        usable = row.get("hash", "md5") == "md5"
        md5 = row.get("md5") if usable else None
        found.append(Out(row["path"], md5, row.get("size"), row.get("nfiles"), "hash" in row))
    return tuple(found)


@settings(max_examples=50, deadline=None)
@given(stages)
def test_says_what_dvc_wrote_or_gives_up(tmp_path_factory: pytest.TempPathFactory, made: dict[str, Any]) -> None:
    text = as_dvc_writes({"schema": "2.0", "stages": made}, tmp_path_factory.getbasetemp())
    try:
        found = lock_stages(text)
    except Unreadable:
        return
    assert found.keys() == made.keys()
    for name, stage in found.items():
        said = made[name]
        assert (stage.deps, stage.outs) == (expected(said.get("deps")), expected(said.get("outs")))
        assert set(stage.params) <= set(said.get("params", {}))


plain = st.from_regex(r"[a-z][a-z0-9_./-]{0,40}( [a-z0-9_./-]{1,40}){0,4}", fullmatch=True)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(plain, hashes, st.integers(0, 10**15)), min_size=1, max_size=2),
    st.text(min_size=1, max_size=300),
    st.dictionaries(plain, st.dictionaries(plain, values, min_size=1), min_size=1, max_size=2),
)
def test_does_not_give_up_on_ordinary_names(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, int]],
    cmd: str,
    params: dict[str, dict[str, Any]],
) -> None:
    outs = [{"path": path, "hash": "md5", "md5": md5, "size": size} for path, md5, size in rows]
    made = {"train": {"cmd": cmd, "params": params, "outs": outs}}
    text = as_dvc_writes({"schema": "2.0", "stages": made}, tmp_path_factory.getbasetemp())
    found = lock_stages(text)["train"]
    assert found.outs == tuple(Out(path, md5, size) for path, md5, size in rows)
    assert set(found.params) == set(params)
    data = as_dvc_writes({"outs": outs, "wdir": "some/where"}, tmp_path_factory.getbasetemp())
    assert dvc_file(data) == ("some/where", found.outs)


def lock(block: str) -> str:
    return f"schema: '2.0'\nstages:\n  train:\n    cmd: x\n{block}"


def test_a_long_path_goes_on_below() -> None:
    text = lock(
        f"    outs:\n    - path: \n        a/very/long one\n        and more\n      hash: md5\n      md5: {MD5}\n"
    )
    assert lock_stages(text) == {"train": Locked(outs=(Out("a/very/long one and more", MD5),))}


def test_only_the_stages_that_are_about_something() -> None:
    one = "  {0}:\n    cmd: x\n    outs:\n    - path: {0}.csv\n      md5: " + MD5 + "\n"
    text = "schema: '2.0'\nstages:\n" + one.format("first") + one.format("second")
    assert list(lock_stages(text, ["second.csv"])) == ["second"]
    assert list(lock_stages(text)) == ["first", "second"]
    assert lock_stages(text)["first"].outs[0].modern is False


@pytest.mark.parametrize(
    "text",
    [
        "",
        "train:\n  cmd: x\n",  # DVC 1
        "schema: '3.0'\nstages:\n",
        "stages: {a: {cmd: x}}\n",
        lock("    outs: [{path: a}]\n"),
        lock("    outs:\n    - {path: a}\n"),
        lock("    outs:\n      - path: a\n"),
        lock("    outs:\n    - md5: a\n"),
        lock("    outs:\n    - path: &a b\n"),
        lock("    outs:\n    - path: |\n        b\n"),
        lock("    outs:\n    - path: 'a\n"),
        lock("    outs:\n    - path: a\n      path: b\n"),
        lock("    outs:\n    - path: a # b\n"),
        lock("<<<<<<< HEAD\n    outs:\n    - path: a\n"),
        lock("    deps:\n    - path: a\n    deps:\n    - path: b\n"),
        lock("  train:\n    cmd: y\n"),
        lock("\tx\n"),
    ],
)
def test_gives_up_on_anything_else(text: str) -> None:
    with pytest.raises(Unreadable):
        lock_stages(text)


def test_a_dvc_file_with_what_people_add() -> None:
    text = (
        f"# ours\nmd5: {MD5}\nfrozen: true\ndeps:\n- path: https://x\n  etag: a\nouts:\n- md5: {MD5}\n  path: d.csv\n"
    )
    text += "  desc: |\n    two\n\n    lines\nwdir: ..\nmeta:\n  who: {a: [b]}\n"
    assert dvc_file(text) == ("..", (Out("d.csv", MD5, modern=False),))
    with pytest.raises(Unreadable):
        dvc_file("outs: [{path: a}]\n")
    with pytest.raises(Unreadable):
        dvc_file("<<<<<<< HEAD\nouts:\n- path: a\n")
