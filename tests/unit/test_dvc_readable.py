"""What can be told of DVC's files without DVC: every oddity that real files had, in a few lines of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from mltui.model.dvc import Entry
from mltui.sources.dvc import without_dvc
from mltui.sources.dvc.facts import Facts


def read(tmp_path: Path, name: str, content: str | bytes, **others: str) -> tuple[Facts, ...]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    for other, text in others.items():
        path.with_name(other.replace("_", ".")).write_text(text)
    return without_dvc.read(tmp_path, str(tmp_path), name, "unreadable", "why")


LOCK_2 = """\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - path: data/x
      md5: 0123456789abcdef0123456789abcdef.dir
      size: 10
      nfiles: 2
    outs:
    - path: model
      md5: 00a00000000000000000000000000000
"""
LOCK_1 = "\n".join(line[2:] for line in LOCK_2.splitlines()[2:])


@pytest.mark.parametrize("lock", [LOCK_2, LOCK_1, LOCK_2.replace("\n", "\r\n")], ids=["2.0", "1.0", "CRLF"])
def test_stages_have_the_locks_hashes(tmp_path: Path, lock: str) -> None:
    (facts,) = read(tmp_path, "sub/dvc.yaml", "stages:\n  train:\n    cmd: x\n", dvc_lock=lock)
    stage = facts.stage
    assert (stage.address, stage.name, stage.path) == ("sub/dvc.yaml:train", "train", "sub/dvc.yaml")
    assert stage.status == "unknown"
    assert [(reason.kind, reason.change) for reason in stage.reasons] == [("unreadable", "why")]
    assert stage.cmd == "python train.py"
    assert stage.deps == (Entry("sub/data/x", "md5:0123456789abcdef0123456789abcdef.dir", 10, 2),)
    assert stage.outs == (Entry("sub/model", "md5:00a00000000000000000000000000000"),)


def test_a_foreach_group_is_the_locks_stages(tmp_path: Path) -> None:
    """Names may contain a slash behind the @."""
    lock = "schema: '2.0'\nstages:\n  schema@lib/edition-works: {cmd: a}\n  schema@b: {cmd: b}\n  gone: {cmd: c}\n"
    content = "stages:\n  schema:\n    foreach: [lib/edition-works, b]\n    do: {cmd: x}\n"
    found = read(tmp_path, "dvc.yaml", content, dvc_lock=lock)
    assert [facts.stage.address for facts in found] == ["schema@lib/edition-works", "schema@b"]


@pytest.mark.parametrize("content", ["", "# nothing\n", "[]", "stages:\n", "stages: 3\n", "plots: []\n"])
def test_a_dvc_yaml_without_stages(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, "dvc.yaml", content) == ()


def test_unparsable_yaml_still_names_its_stages(tmp_path: Path) -> None:
    content = "stages:\n  embed:\n    cmd: >-\n  python a\n      --b\n  train:\n    deps: [x\n"
    assert [facts.stage.name for facts in read(tmp_path, "dvc.yaml", content)] == ["embed", "train"]


def test_unparsable_yaml_and_nothing_to_see(tmp_path: Path) -> None:
    found = read(tmp_path, "dvc.yaml", "{[", dvc_lock=LOCK_2)
    assert [facts.stage.name for facts in found] == ["train"]


def test_yaml_that_lies(tmp_path: Path) -> None:
    """One stage is indented into another: two ``cmd`` keys, and a stage that is no more."""
    content = "stages:\n  ingest:\n    cmd: a\n    train:\n      cmd: b\n    cmd: c\n    outs: {x: 3}\n    deps: text\n"
    (facts,) = read(tmp_path, "dvc.yaml", content)
    assert (facts.stage.name, facts.stage.cmd, facts.stage.deps) == ("ingest", "c", ())


def test_keys_nobody_knows(tmp_path: Path) -> None:
    content = "stages:\n  a:\n    cmd: [x, y]\n    outs_no_cache: [b]\n    artifacts: {d: {path: e}}\n"
    (facts,) = read(tmp_path, "dvc.yaml", content)
    assert facts.stage.cmd == "x\ny"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/data/corpora/x", "/data/corpora/x"),
        ("../src/x", "src/x"),
        ("../../x", "../x"),
        ("..\\src\\commands", "sub/..\\src\\commands"),
        ("C:\\data\\x", "C:\\data\\x"),
        ("remote://store/x.csv", "remote://store/x.csv"),
        ("pgstat://table", "pgstat://table"),
        ("s3://bucket/x", "s3://bucket/x"),
    ],
)
def test_paths(tmp_path: Path, path: str, shown: str) -> None:
    (facts,) = read(tmp_path, "sub/x.dvc", f"deps:\n- path: '{path}'\nouts:\n- path: y\n")
    assert facts.stage.deps[0].path == shown


def test_a_tracked_file(tmp_path: Path) -> None:
    content = (
        "outs:\r\n- md5: d41d8cd98f00b204e9800998ecf8427e\r\n  size: 0\r\n  path: x.csv\r\ndesc: mine\r\nwdir: ..\r\n"
    )
    (facts,) = read(tmp_path, "data/x.csv.dvc", content)
    assert facts.data
    assert facts.stage.address == "data/x.csv.dvc"
    assert facts.stage.outs == (Entry("x.csv", "md5:d41d8cd98f00b204e9800998ecf8427e", 0),)
    assert facts.stage.desc == "mine"


def test_an_import_from_a_private_repository(tmp_path: Path) -> None:
    content = "frozen: true\ndeps:\n- path: d\n  repo: {url: git@host:a/b.git, rev_lock: abc}\nouts:\n- path: d\n"
    (facts,) = read(tmp_path, "d.dvc", content)
    assert facts.imported == "git@host:a/b.git"
    assert facts.data
    assert facts.stage.outs[0].hash is None


def test_an_import_with_an_etag(tmp_path: Path) -> None:
    content = "deps:\n- etag: '\"1-2\"'\n  path: https://example.org/x\nouts:\n- etag: abc\n  path: x\n"
    (facts,) = read(tmp_path, "x.dvc", content)
    assert facts.stage.outs[0].hash == "etag:abc"
    assert facts.imported == "https://example.org/x"


@pytest.mark.parametrize("name", ["train.dvc", "Dvcfile"])
def test_stage_files_of_dvc_0(tmp_path: Path, name: str) -> None:
    content = "md5: abc\ncmd: python train.py\nouts:\n- path: m.json\n  cache: false\n  metric: true\n  md5: 0a\n"
    (facts,) = read(tmp_path, name, content)
    assert not facts.data
    assert (facts.stage.address, facts.stage.cmd) == (name, "python train.py")
    assert facts.stage.outs == (Entry("m.json", "md5:0a", cached=False),)


def test_the_earliest_stage_files_have_no_command_and_no_md5(tmp_path: Path) -> None:
    (facts,) = read(tmp_path, "x.dvc", "cmd: null\ndeps: []\nouts:\n- cache: true\n  md5: 0a\n  path: x\n")
    assert facts.data
    assert facts.stage.outs[0] == Entry("x", "md5:0a")


@pytest.mark.parametrize("content", ["", "{[", "- a list\n", "outs: 3\n", b"\xff\xfe\x00"])
def test_an_unreadable_dvc_file_is_its_own_name(tmp_path: Path, content: str | bytes) -> None:
    (facts,) = read(tmp_path, "data/x.csv.dvc", content)
    assert facts.data
    assert facts.stage.outs == (Entry("data/x.csv"),)


def test_cloud_versioned(tmp_path: Path) -> None:
    """A directory without a hash of its own has that of its files, as DVC computes it."""
    content = """\
outs:
- path: one
  md5: d41d8cd98f00b204e9800998ecf8427e
  cloud: {store: {etag: a, version_id: b}}
- path: many
  files:
  - {relpath: b/c, md5: 22a1a2931c8370d3aeedd7183606fd7f, size: 3, cloud: {store: {version_id: x}}}
  - {relpath: a, md5: d41d8cd98f00b204e9800998ecf8427e, size: 0}
"""
    (facts,) = read(tmp_path, "x.dvc", content)
    assert [out.hash for out in facts.stage.outs] == [
        "md5:d41d8cd98f00b204e9800998ecf8427e",
        "md5:" + own_tree_hash(),
    ]


def own_tree_hash() -> str:
    """The same directory, hashed by DVC's own code."""
    from dvc_data.hashfile.tree import Tree

    rows = [
        {"relpath": "b/c", "md5": "22a1a2931c8370d3aeedd7183606fd7f"},
        {"relpath": "a", "md5": "d41d8cd98f00b204e9800998ecf8427e"},
    ]
    tree = Tree.from_list(rows)
    tree.digest()
    return str(tree.oid)


def test_a_stage_that_works_elsewhere_has_the_paths_of_there(tmp_path: Path) -> None:
    content = (
        "stages:\n  a: {cmd: x, wdir: src, deps: [in]}\n  g:\n    foreach: [1]\n    do: {cmd: y, wdir: w, outs: [m]}\n"
    )
    lock = "schema: '2.0'\nstages:\n  g@1: {cmd: y 1, outs: [{path: m, md5: 0a}]}\n"
    first, second = read(tmp_path, "sub/dvc.yaml", content, dvc_lock=lock)
    assert (first.stage.wdir, first.stage.deps) == ("sub/src", (Entry("sub/src/in"),))
    assert (second.stage.wdir, second.stage.outs) == ("sub/w", (Entry("sub/w/m", "md5:0a"),))
