"""Files of DVC's as real repositories have them, a few lines each, beside what dvc itself says of them."""

from __future__ import annotations

from pathlib import Path

import dvc_project as dp
import pytest
from git_repository import commit, git

from mltui.model.dvc import Dataset, Pipeline, Stage

pytestmark = pytest.mark.real

FINE = "stages:\n  fine:\n    cmd: echo x > x.txt\n    outs: [x.txt]\n"
EMPTY_MD5 = "d41d8cd98f00b204e9800998ecf8427e"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dp.empty(tmp_path_factory.mktemp("odd") / "project")


@pytest.fixture
def project(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    return dp.copy(template, tmp_path / "project")


def by_address(pipeline: Pipeline) -> dict[str, Stage | Dataset]:
    return {one.address: one for one in (*pipeline.stages, *pipeline.datasets)}


def as_dvc_says(project: Path) -> Pipeline:
    """The pipeline, the same as that of dvc, which reads all of it."""
    pipeline = dp.load(project)
    assert dp.entries(pipeline) == dp.own_status(project)
    assert dp.addresses(pipeline) == set(dp.own_addresses(project))
    assert not pipeline.problems
    return pipeline


def test_empty_files(project: Path) -> None:
    """bookdata's ``data/dvc.yaml``, and nearly everybody's ``.dvc/config``."""
    dp.write(project, {"dvc.yaml": FINE, "data/dvc.yaml": "", "more/dvc.yaml": "# nothing yet\n", ".dvc/config": ""})
    assert [stage.address for stage in as_dvc_says(project).stages] == ["fine"]


def test_a_lock_that_knows_stages_that_are_no_more_and_lacks_others(project: Path) -> None:
    """boilercv's has 30 of the former, bluebrain's two of the latter."""
    lock = (
        "schema: '2.0'\nstages:\n  gone:\n    cmd: y\n    outs:\n"
        f"    - {{path: y.txt, hash: md5, md5: {EMPTY_MD5}, size: 0}}\n"
        "  fine:\n    cmd: echo x > x.txt\n    outs:\n"
        "    - {path: x.txt, hash: md5, md5: 401b30e3b8b5d629635a5c613cdb7919, size: 2}\n"
    )
    dp.write(project, {"dvc.yaml": FINE + "  new:\n    cmd: z\n    outs: [z.txt]\n", "dvc.lock": lock, "x.txt": "x\n"})
    found = by_address(as_dvc_says(project))
    assert {address: one.status for address, one in found.items()} == {"fine": "missing", "new": "missing"}


def test_a_lock_that_lies(project: Path) -> None:
    """ccao's at 2f3db872: one stage is indented into another, which has two ``cmd`` then."""
    lock = "schema: '2.0'\nstages:\n  fine:\n    cmd: a\n    train:\n    cmd: b\n    outs: [x.txt]\n"
    dp.write(project, {"dvc.yaml": FINE, "dvc.lock": lock, "sub/dvc.yaml": FINE})
    pipeline = dp.load(project)
    found = by_address(pipeline)
    assert found["fine"].status == "unknown"
    assert found["sub/dvc.yaml:fine"].status == "missing", "the other file is fine"
    assert [problem.path for problem in pipeline.problems] == ["dvc.lock"]
    assert [reason.path for reason in found["fine"].reasons] == ["dvc.lock"]


def test_a_slash_behind_the_at(project: Path) -> None:
    """bookdata's ``schema@openlibrary/edition-works``."""
    stages = "stages:\n  schema:\n    foreach: [lib/works, plain]\n    do:\n      cmd: echo ${item}\n"
    dp.write(project, {"dvc.yaml": stages})
    assert {stage.address for stage in as_dvc_says(project).stages} == {"schema@lib/works", "schema@plain"}


def test_windows_line_ends_everywhere(project: Path) -> None:
    """ccao's history; the params of example-get-started-experiments."""
    stages = "stages:\n  fine:\n    cmd: echo x > x.txt\n    deps: [in.csv]\n    params: [lr]\n    outs: [x.txt]\n"
    lock = (
        "schema: '2.0'\nstages:\n  fine:\n    cmd: echo x > x.txt\n    deps:\n"
        f"    - {{path: in.csv, hash: md5, md5: {EMPTY_MD5}, size: 0}}\n"
        "    params:\n      params.yaml:\n        lr: 0.1\n"
    )
    tracked = f"outs:\n- md5: {EMPTY_MD5}\n  size: 0\n  hash: md5\n  path: in.csv\n"
    files = {
        "dvc.yaml": stages,
        "dvc.lock": lock,
        "params.yaml": "lr: 0.2\n",
        "in.csv.dvc": tracked,
        ".dvc/config": "[core]\n    autostage = false\n",
    }
    dp.write(project, {name: text.replace("\n", "\r\n") for name, text in files.items()} | {"in.csv": ""})
    found = by_address(as_dvc_says(project))
    assert [(reason.key, reason.old, reason.new) for reason in found["fine"].reasons if reason.kind == "param"] == [
        ("lr", 0.1, 0.2)
    ]


@pytest.mark.parametrize(
    "line", ["outs_no_cache: [y.txt]", "metrics_no_cache: [m.json]", "artifacts: {m: {path: x.txt}}", "live: logs"]
)
def test_keys_of_a_stage_that_todays_dvc_does_not_know(project: Path, line: str) -> None:
    dp.write(project, {"dvc.yaml": FINE, "old/dvc.yaml": f"stages:\n  old:\n    cmd: x\n    {line}\n"})
    pipeline = dp.load(project)
    found = by_address(pipeline)
    assert (found["fine"].status, found["old/dvc.yaml:old"].status) == ("missing", "unknown")
    assert [problem.path for problem in pipeline.problems] == ["old/dvc.yaml"]


def test_outs_without_a_checksum_and_of_a_scheme_of_their_own(project: Path) -> None:
    """bookdata's ``import/*.dvc`` of DVC 0.x."""
    files = {
        "dvc.yaml": FINE,
        "none.dvc": "outs:\n- path: none.csv\n  cache: true\n",
        "table.dvc": f"outs:\n- path: pgstat://table\n  md5: {EMPTY_MD5}\n",
        "store.dvc": f"deps:\n- path: remote://s/x.csv\n  md5: {EMPTY_MD5}\nouts:\n- path: x.csv\n  md5: {EMPTY_MD5}\n",
    }
    dp.write(project, files)
    pipeline = dp.load(project)
    found = by_address(pipeline)
    assert found["fine"].status == "missing"
    assert set(found) == {"fine", "none.dvc", "table.dvc", "store.dvc"}
    none = found["none.dvc"]
    assert isinstance(none, Dataset)
    assert none.hash is None
    assert found["table.dvc"].status == "unknown"
    assert found["store.dvc"].status == "unknown"


def test_dvc_files_here_and_the_project_on_another_branch(project: Path) -> None:
    """multitask: no ``.dvc`` directory at HEAD, 99 stages elsewhere."""
    dp.write(project, {"dvc.yaml": FINE})
    commit(project, "the pipeline")
    git(project, "checkout", "-q", "--orphan", "data")
    git(project, "rm", "-rfq", ".")
    for md5, size in (("a" * 32, 5), ("b" * 32, 55)):
        dp.write(project, {"x.csv.dvc": f"outs:\n- path: x.csv\n  md5: {md5}\n  size: {size}\n"})
        commit(project, md5)
    assert not (project / ".dvc" / "config").exists()
    pipeline = dp.load(project)
    assert pipeline.stages == ()
    (dataset,) = pipeline.datasets
    assert (dataset.path, dataset.hash, dataset.versions) == ("x.csv", f"md5:{'b' * 32}", 2)
