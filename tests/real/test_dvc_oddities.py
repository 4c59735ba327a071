"""Projects that break a naive reader: what DVC can't read is unknown with a reason, everything else is true."""

from __future__ import annotations

import os
from pathlib import Path

import dvc_project as dp
import pytest

from mltui.model.dvc import Dataset, Pipeline, Stage

pytestmark = pytest.mark.real

FINE = "stages:\n  fine:\n    cmd: echo x > x.txt\n    outs: [x.txt]\n"


@pytest.fixture(scope="module")
def template(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dp.empty(tmp_path_factory.mktemp("empty") / "project")


@pytest.fixture
def project(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    return dp.copy(template, tmp_path / "project")


def load(project: Path, files: dict[str, str]) -> Pipeline:
    dp.write(project, files)
    return dp.load(project)


def by_address(pipeline: Pipeline) -> dict[str, Stage | Dataset]:
    return {one.address: one for one in (*pipeline.stages, *pipeline.datasets)}


def why(one: Stage | Dataset) -> list[tuple[str, str]]:
    return [(reason.kind, reason.change) for reason in one.reasons]


BROKEN = {
    "no yaml": "stages:\n  bad:\n    cmd: >-\n  x\n      y\n",
    "lies": "stages:\n  bad:\n    cmd: x\n    other:\n      cmd: y\n    cmd: z\n",
    "no such variable": "stages:\n  bad:\n    cmd: echo ${nothing}\n",
    "unknown key": "stages:\n  bad:\n    cmd: x\n    metrics_no_cache: [m.json]\n",
    "a list": "stages:\n- bad\n",
    "bad params": "stages:\n  bad:\n    cmd: x\n    params: [{3: 4}]\n",
    "no cmd": "stages:\n  bad:\n    outs: [y]\n",
    "foreach of nothing": "stages:\n  bad:\n    foreach: ${nothing}\n    do: {cmd: x}\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_broken_file_makes_its_own_stages_unknown(project: Path, name: str) -> None:
    pipeline = load(project, {"dvc.yaml": FINE, "sub/dvc.yaml": BROKEN[name]})
    found = by_address(pipeline)
    assert found["fine"].status == "missing"
    if name != "a list":
        bad = found["sub/dvc.yaml:bad"]
        assert bad.status == "unknown"
        assert bad.reasons[0].kind == "unreadable"
        assert bad.reasons[0].path == "sub/dvc.yaml"
        assert len(bad.reasons[0].change) > 10
    (problem,) = pipeline.problems
    assert problem.path == "sub/dvc.yaml"
    again = dp.source(project).remembered()
    assert again == pipeline
    dp.write(project, {"sub/dvc.yaml": FINE})
    assert dp.addresses(dp.load(project)) == {"fine", "sub/dvc.yaml:fine"}


def test_what_was_missing_is_looked_for(project: Path) -> None:
    """A file that is not there can't have been opened; yet it is the one to wait for."""
    pipeline = load(project, {"dvc.yaml": "vars: [conf/named.yaml]\n" + FINE})
    assert pipeline.stages[0].status == "unknown"
    dp.write(project, {"conf/named.yaml": "a: 1\n"})
    again = dp.source(project).remembered()
    assert again is not None
    assert not again.settled
    assert dp.load(project).stages[0].status == "missing"


def test_the_users_configuration_takes_part(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dp.write(project, {"dvc.yaml": FINE})
    monkeypatch.setenv("DVC_GLOBAL_CONFIG_DIR", str(tmp_path / "users"))
    dp.load(project)
    before = dp.source(project).remembered()
    assert before is not None
    assert before.settled
    dp.write(tmp_path, {"users/config": "[cache]\n    dir = /nowhere\n"})
    after = dp.source(project).remembered()
    assert after is not None
    assert not after.settled


@pytest.mark.parametrize("name", ["sub/dvc.yaml", "dvc.lock", "more.dvc", "params.yaml"])
def test_a_pipe_is_not_waited_for(project: Path, name: str) -> None:
    """Opening one to read waits for a writer, for ever."""
    dp.write(project, {"dvc.yaml": FINE, "sub/keep": ""})
    os.mkfifo(project / name)
    pipeline = dp.load(project)
    assert [stage.address for stage in pipeline.stages] == ["fine"]
    assert pipeline.problems


def test_stages_of_a_file_that_is_closed_to_us_are_known_from_the_lock(project: Path) -> None:
    dp.write(project, {"dvc.lock": "schema: '2.0'\nstages:\n  fine:\n    cmd: echo\n"})
    os.mkfifo(project / "dvc.yaml")
    assert [(stage.address, stage.status) for stage in dp.load(project).stages] == [("fine", "unknown")]


def test_a_broken_lock(project: Path) -> None:
    pipeline = load(project, {"dvc.yaml": FINE, "dvc.lock": "schema: '2.0'\nstages:\n  fine: [\n"})
    (stage,) = pipeline.stages
    assert (stage.address, stage.status) == ("fine", "unknown")


def test_a_lock_of_dvc_1(project: Path) -> None:
    lock = "fine:\n  cmd: echo x > x.txt\n  outs:\n  - {path: x.txt, md5: 401b30e3b8b5d629635a5c613cdb7919}\n"
    (stage,) = load(project, {"dvc.yaml": FINE, "dvc.lock": lock}).stages
    assert (stage.address, stage.status, stage.outs[0].hash) == (
        "fine",
        "unknown",
        "md5:401b30e3b8b5d629635a5c613cdb7919",
    )


def test_old_hashes(project: Path) -> None:
    """Hashes of DVC 2 (md5 of text with unix line ends; a directory's in the old cache) are believed, and nothing is
    written into the old cache to find out."""
    import hashlib

    dp.write(project, {"t.txt": "", "d/one": "1"})
    (project / "t.txt").write_bytes(b"a\r\nb\r\n")
    digest = hashlib.md5(b"a\nb\n").hexdigest()
    tree = f'[{{"md5": "{hashlib.md5(b"1").hexdigest()}", "relpath": "one"}}]'
    whole = hashlib.md5(tree.encode()).hexdigest()
    stages = "stages:\n  old:\n    cmd: x\n    deps: [t.txt, d]\n    outs: [{o: {cache: false}}]\n"
    lock = (
        "schema: '2.0'\nstages:\n  old:\n    cmd: x\n    deps:\n"
        f"    - {{path: d, md5: {whole}.dir}}\n    - {{path: t.txt, md5: {digest}}}\n"
        "    outs:\n    - {path: o, md5: d41d8cd98f00b204e9800998ecf8427e}\n"
    )
    before = dp.listing(project)
    pipeline = load(project, {"dvc.yaml": stages, "dvc.lock": lock, "o": ""})
    assert pipeline.stages[0].status == "fresh"
    added = set(dp.listing(project)) - set(before)
    assert added == {"dvc.yaml", "dvc.lock", "o"}
    assert dp.entries(pipeline) == dp.own_status(project)


def test_stage_files_of_dvc_0(project: Path) -> None:
    """Today's DVC refuses a command in a .dvc file, and does not see a Dvcfile: they are shown, and said to be old."""
    md5 = "  md5: d41d8cd98f00b204e9800998ecf8427e\n"
    files = {
        "train.dvc": f"cmd: cp in out\ndeps:\n- path: in\n{md5}outs:\n- path: out\n  cache: true\n{md5}",
        "early.dvc": f"cmd: null\ndeps: []\nouts:\n- cache: true\n  path: e\n{md5}",
        "Dvcfile": "cmd: x\n",
    }
    pipeline = load(project, files)
    found = by_address(pipeline)
    train = found["train.dvc"]
    assert isinstance(train, Stage)
    assert (train.status, train.cmd) == ("unknown", "cp in out")
    assert train.reasons[0].kind == "unreadable"
    assert {stage.address for stage in pipeline.stages} == {"train.dvc"}
    assert found["early.dvc"].status == "unknown"
    assert {problem.path for problem in pipeline.problems} == {"Dvcfile", "early.dvc", "train.dvc"}
    (project / "train.dvc").unlink()
    (project / "early.dvc").unlink()
    pipeline = dp.load(project)
    assert dp.entries(pipeline) == dp.own_status(project)
    assert dp.addresses(pipeline) == set(dp.own_addresses(project))


def test_remotes_are_never_asked(project: Path) -> None:
    """Imports from private repositories and URLs, frozen and thawed: the child makes no connection."""
    repo = "  repo: {url: 'git@127.0.0.1:a/b.git', rev_lock: a123456789012345678901234567890123456789}\n"
    md5 = "  md5: d41d8cd98f00b204e9800998ecf8427e\n"
    url = "http://me:secret@127.0.0.1:1/b"
    frozen = {
        "a.dvc": f"frozen: true\ndeps:\n- path: a\n{repo}outs:\n- path: a\n{md5}",
        "b.dvc": f"frozen: true\ndeps:\n- path: {url}\n  checksum: abcdef\nouts:\n- path: b\n{md5}",
        "none.dvc": f"frozen: true\ndeps:\n- path: none\n{repo}outs:\n- path: none\n",
    }
    pipeline = load(project, frozen)
    assert dp.entries(pipeline) == dp.own_status(project)
    found = by_address(pipeline)
    imports = {one.path: one.imported for one in pipeline.datasets}
    assert imports == {"a": "git@127.0.0.1:a/b.git", "b": "http://127.0.0.1:1/b", "none": "git@127.0.0.1:a/b.git"}
    assert found["none.dvc"].hash is None  # type: ignore[union-attr]
    assert "secret" not in repr(pipeline)
    thawed = {name: text.removeprefix("frozen: true\n") for name, text in frozen.items()}
    found = by_address(load(project, thawed))
    for name in ("a.dvc", "b.dvc"):
        assert found[name].status == "unknown"
        assert ("remote", "not asked") in why(found[name])


def test_odd_paths(project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("1")
    stages = (
        "stages:\n  s:\n    cmd: x\n    wdir: sub\n    deps:\n"
        f"    - {outside}\n    - ../../above.txt\n    - ../with space.txt\n    - '..\\win\\x'\n    - ../ünï.txt\n"
        "    outs: [{../o: {cache: false}}]\n"
    )
    dp.write(project, {"with space.txt": "1", "ünï.txt": "1", "sub/keep": ""})
    pipeline = load(project, {"dvc.yaml": stages})
    assert dp.entries(pipeline) == dp.own_status(project)
    paths = [dep.path for dep in pipeline.stages[0].deps]
    assert paths[0] == str(outside)
    assert "with space.txt" in paths
    assert "ünï.txt" in paths


def test_a_datasets_section(project: Path) -> None:
    """``ds://`` deps live in dvc.lock; nobody needs to be asked."""
    content = (
        "datasets:\n- {name: web, url: 'https://127.0.0.1:1/x', type: url}\n"
        "stages:\n  s:\n    cmd: x\n    deps: ['ds://web']\n    outs: [{o: {cache: false}}]\n"
    )
    pipeline = load(project, {"dvc.yaml": content})
    assert dp.entries(pipeline) == dp.own_status(project)
    assert pipeline.stages[0].deps[0].path == "ds://web"


def test_cloud_versioned_outs(project: Path) -> None:
    content = (
        "outs:\n- path: d\n  hash: md5\n  files:\n  - relpath: one\n    md5: c4ca4238a0b923820dcc509a6f75849b\n"
        "    size: 1\n    cloud: {store: {etag: abcd, version_id: vers}}\n"
    )
    pipeline = load(
        project, {"d.dvc": content, "d/one": "1", ".dvc/config": "['remote \"store\"']\n    url = s3://b\n"}
    )
    assert dp.entries(pipeline) == dp.own_status(project)
    (dataset,) = pipeline.datasets
    assert str(dataset.hash).endswith(".dir")
    assert (dataset.size, dataset.nfiles) == (1, 1)


def test_a_configuration_dvc_refuses(project: Path) -> None:
    pipeline = load(project, {"dvc.yaml": FINE, ".dvc/config": "[global]\n    x = 1\n"})
    (stage,) = pipeline.stages
    assert stage.status == "unknown"
    assert "extra keys" in pipeline.problems[0].summary
    assert dp.source(project).remembered() == pipeline


def test_no_project_at_all(tmp_path: Path) -> None:
    """.dvc files without any .dvc directory, outside git too."""
    content = "outs:\n- path: x.csv\n  md5: d41d8cd98f00b204e9800998ecf8427e\n  size: 5\n"
    pipeline = load(tmp_path / "plain", {"data/x.csv.dvc": content})
    (dataset,) = pipeline.datasets
    assert (dataset.path, dataset.size, dataset.status) == ("data/x.csv", 5, "unknown")
    assert "no .dvc directory" in dataset.reasons[0].change
    assert not pipeline.problems
    assert dp.source(tmp_path / "plain").remembered() == pipeline


def test_two_projects_in_one_repository(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a subrepo below a project: each has its own cache and addresses, and nothing is shown twice."""
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    top = tmp_path / "top"
    top.mkdir()
    dp.run(top, "git", "init", "-q")
    for name in ("one", "two", "two/below"):
        (top / name).mkdir()
        dp.dvc(top / name, "init", "-q", "--subdir")
        dp.write(top / name, {"dvc.yaml": FINE})
    dp.write(top / "one", {"own.dvc": "outs:\n- path: own\n"})
    dp.write(top / "two", {"dvc.yaml": FINE + "  more:\n    cmd: ls\n    deps: [x.txt]\n"})
    dp.dvc(top / "two", "repro", "-q")
    pipeline = dp.load(top)
    assert pipeline.roots == ("one", "two", "two/below")
    addresses = [stage.address for stage in pipeline.stages]
    assert addresses == ["one/dvc.yaml:fine", "two/dvc.yaml:fine", "more", "two/below/dvc.yaml:fine"]
    by = {stage.address: stage for stage in pipeline.stages}
    assert by["more"].parents == ("two/dvc.yaml:fine",)
    assert by["two/dvc.yaml:fine"].status == "fresh"
    assert by["one/dvc.yaml:fine"].status == "missing"
    assert by["two/dvc.yaml:fine"].outs[0].path == "two/x.txt"
    assert [(one.path, one.address) for one in pipeline.datasets] == [("one/own", "own.dvc")]
    for root in pipeline.roots:
        mine = {one.path for one in pipeline.stages if Path(one.path).parent == Path(root)}
        assert len(mine) == 1
        assert len(dp.own_addresses(top / root)) == len(
            [one for one in pipeline.stages if Path(one.path).parent == Path(root)]
        ) + (root == "one")


def test_a_git_root_above_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    top = tmp_path / "top"
    (top / "ml").mkdir(parents=True)
    dp.run(top, "git", "init", "-q")
    dp.dvc(top / "ml", "init", "-q", "--subdir")
    pipeline = load(top, {"ml/dvc.yaml": FINE})
    assert [(stage.address, stage.path) for stage in pipeline.stages] == [("fine", "ml/dvc.yaml")]
    assert dp.entries(pipeline) == dp.own_status(top / "ml")


def test_big_data_is_not_hashed_unasked(project: Path) -> None:
    """Over the limits and moved: unknown. Hashed when asked to; then it stands. What DVC hashed itself is known."""
    limits = {"hash_file_bytes": 100, "hash_dir_bytes": 1000, "hash_dir_files": 3}
    dp.write(project, {"big": "x" * 200, "small": "y", **{f"many/{n}": str(n) for n in range(5)}})
    dp.dvc(project, "add", "-q", "big", "small", "many")
    for name in ("big", "small", "many/0"):
        (project / name).unlink()
        dp.write(project, {name: "z" * 200 if name == "big" else "z"})
    reader = dp.source(project, **limits)
    try:
        pipeline = reader.load()
        found = {one.path: one for one in pipeline.datasets}
        assert {path: one.status for path, one in found.items()} == {
            "big": "unknown",
            "small": "stale",
            "many": "unknown",
        }
        assert why(found["big"]) == [("unhashed", "moved, not hashed")]
        assert why(found["many"]) == [("unhashed", "moved, not hashed")]
        assert found["big"].dvc == ()
        hashing = reader.hashing()
        assert hashing is not None
        assert set(hashing.paths) == {"big", "many"}
        hashing.run()
        pipeline = reader.hashed(hashing)
        assert {one.status for one in pipeline.datasets} == {"stale"}
        assert dp.entries(pipeline) == dp.own_status(project)
    finally:
        reader.close()
    again = dp.source(project, **limits).remembered()
    assert again is not None
    assert {one.status for one in again.datasets} == {"stale"}


def test_what_dvc_hashed_is_known(project: Path) -> None:
    """A training has written and hashed big data: its status is known at once, from a copy of DVC's hash database."""
    limits = {"hash_file_bytes": 100}
    load(project, {"dvc.yaml": FINE})
    dp.write(project, {"big": "x" * 200})
    dp.dvc(project, "add", "-q", "big")
    (one,) = dp.load(project, **limits).datasets
    assert one.status == "fresh"


def test_a_directory_nobody_may_read(project: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    pipeline = load(project, {"dvc.yaml": FINE + "  s:\n    cmd: x\n    deps: [shut]\n", "shut/x": "1"})
    (project / "shut").chmod(0)
    try:
        pipeline = dp.load(project)
    finally:
        (project / "shut").chmod(0o755)
    assert {stage.address: stage.status for stage in pipeline.stages}["fine"] == "missing"
