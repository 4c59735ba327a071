"""What single files say: paths of every kind, working directories, formats of long ago."""

from __future__ import annotations

import json

import pytest

from mltui.sources.dvc.history.blobs import Blobs
from mltui.sources.dvc.history.rows import packed, posix, unpacked
from mltui.sources.dvc.history.wdirs import wdir_of, wdirs

EACH = "stages:\n  s:\n    foreach:"
KEYED = "${key}/${item.n}"
MATRIX = "stages:\n  s:\n    matrix: {m: [a, true], n: [1]}\n"


def row(path: str, content: bytes) -> list[object]:
    blobs = Blobs({}, [], {})
    blobs.add([("b", content)], {"b": path})
    assert json.loads(json.dumps(blobs.rows)) == blobs.rows, "it is kept as JSON"
    return blobs.rows["b"]


@pytest.mark.parametrize(
    ("content", "outs"),
    [
        (b"outs:\n- {path: x, md5: a.dir, size: 3, nfiles: 2}\n", [["x", "md5:a.dir", 3, 2, True]]),
        (b"outs:\n- {path: y}\n", [["y", None, None, None, True]]),
        (b"wdir: ../w\nouts:\n- {path: x, md5: a, cache: false}\n", [["../w/x", "md5:a", None, None, False]]),
        (b"outs:\n- {path: ..\\data\\x, md5: a}\n", [["../data/x", "md5:a", None, None, True]]),
        (b"outs:\n- {path: /abs/x, etag: e}\n", [["/abs/x", "etag:e", None, None, True]]),
        (b"outs:\n- {path: 'C:\\x\\y', checksum: c}\n", [["C:\\x\\y", "checksum:c", None, None, True]]),
        (b"outs:\n- {path: s3://b/x, etag: e}\n", [["s3://b/x", "etag:e", None, None, True]]),
        (b"outs:\n- {path: remote://r/x, md5: null}\n", [["remote://r/x", None, None, None, True]]),
        (b"cmd: null\nouts:\n- {cache: true, path: x, md5: a, metric: false}\n", [["x", "md5:a", None, None, True]]),
        (b"outs: nothing\n", []),
        (b"outs:\n- [x]\n- 3\n- {path: [x]}\n- {path: 7, md5: a}\n", [["7", "md5:a", None, None, True]]),
        (b"", []),
    ],
)  # fmt: skip
def test_dvc_files(content: bytes, outs: list[object]) -> None:
    assert row("x.dvc", content) == ["d", outs]


def test_a_backslash_in_the_files_own_name_is_part_of_a_name() -> None:
    assert row("a\\b.dvc", b"outs:\n- {path: 'a\\b', md5: a}\n") == ["d", [["a\\b", "md5:a", None, None, True]]]


@pytest.mark.parametrize(
    ("path", "content", "why"),
    [
        ("x.dvc", b"{[", "is no YAML"),
        ("x.dvc", b"- a", "is no .dvc file"),
        ("x.dvc", b"\xff\xfe\xff", "is no YAML"),
        ("dvc.lock", b"a: b: c", "is no YAML"),
        ("dvc.lock", b"\xff", "is no YAML"),
        ("dvc.yaml", b"wdir: [", "is no YAML"),
        ("dvc.lock", b"schema: '2.0'\nstages:\n  s:\n    cmd: x\n    params:\n      p: &a {k: *a}\n", "is no YAML"),
    ],
)
def test_what_can_not_be_read_says_why(path: str, content: bytes, why: str) -> None:
    kind, reason = row(path, content)
    assert kind == "e"
    assert str(reason).startswith(why)
    assert len(str(reason)) < 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stages:\n  s: {cmd: x}\n", {}),
        ("stages:\n  s: {cmd: x, wdir: a/b}\n  t: {wdir: 3}\n", {"s": "a/b"}),
        (f"{EACH} [p, q]\n    do: {{wdir: 'd/${{item}}'}}\n", {"s@p": "d/p", "s@q": "d/q", "s@": "d/${item}"}),
        (f"{EACH} [{{n: p}}]\n    do: {{wdir: '${{ item.n }}'}}\n", {"s@0": "p", "s@": "${ item.n }"}),
        (f"{EACH} {{k: {{n: p}}}}\n    do: {{wdir: '${{key}}/${{item.n}}'}}\n", {"s@k": "k/p", "s@": KEYED}),
        (f"{MATRIX}    wdir: ${{item.m}}\n", {"s@a-1": "a", "s@true-1": "true", "s@": "${item.m}"}),
        (f"{EACH} ${{list}}\n    do: {{wdir: w}}\n", {"s@": "w"}),
        ("vars: [{r: root}, params.yaml]\nstages:\n  s: {wdir: '${r}/${other}'}\n", {"s": "root/${other}"}),
        ("wdir\n", {}),
        ("stages: [wdir]\n", {}),
    ],
)  # fmt: skip
def test_working_directories(text: str, said: dict[str, str]) -> None:
    assert wdirs(text.encode()) == said


def test_a_group_whose_items_are_elsewhere_has_one_directory() -> None:
    assert wdir_of({"s@": "w", "t": "v"}, "s@any") == "w"
    assert wdir_of({"s@": "w", "t": "v"}, "t") == "v"
    assert wdir_of({"s@": "w"}, "s") == ""


def test_each_distinct_block_is_kept_once() -> None:
    text = "schema: '2.0'\nstages:\n  a:\n    cmd: x\n  b:\n    cmd: y\n"
    blobs = Blobs({}, [], {})
    blobs.add([("1", text.encode())], {"1": "dvc.lock"})
    again = Blobs(*json.loads(json.dumps([blobs.rows, blobs.blocks, blobs.digests])))
    again.add([("2", text.replace("cmd: y", "cmd: z").encode())], {"2": "p/dvc.lock"})
    assert again.rows == {"1": ["l", packed([0, 1])], "2": ["l", packed([0, 2])]}
    assert [name for name, _ in again.blocks] == ["a", "b", "b"]


@pytest.mark.parametrize("numbers", [(), (0,), (1, 299, 70_000, 0, 2**32 - 1)])
def test_numbers_of_blocks_are_one_short_text(numbers: tuple[int, ...]) -> None:
    assert unpacked(packed(numbers)) == numbers


@pytest.mark.parametrize(
    ("path", "shown"),
    [("..\\src\\x", "../src/x"), ("a/b", "a/b"), ("\\\\host\\share", "\\\\host\\share"), ("D:\\x", "D:\\x")],
)
def test_posix(path: str, shown: str) -> None:
    assert posix(path) == shown
