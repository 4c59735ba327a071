"""Dataset versions over real history, and experiments, without DVC's help."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import dvc_project as dp
import pytest
from git_repository import commit, git, make

from mltui.sources.dvc.experiments import ExperimentsSource
from mltui.sources.dvc.history.brief import BriefSource
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real


def write(root: Path, files: dict[str, str]) -> None:
    """Write files as of now: git takes a file of the same size and an older time for unchanged."""
    dp.write(root, files)
    for name in files:
        os.utime(root / name)


HEX = "0123456789abcdef" * 2


def tracked(digit: int, path: str = "x.csv") -> str:
    return f"outs:\n- md5: {HEX[:31]}{digit}\n  size: {digit}\n  path: {path}\n"


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Three versions on two branches, a rename, and the first version come back."""
    root = make(tmp_path / "repository")
    for name in (".dvc", "d"):
        (root / name).mkdir()
    (root / ".dvc" / "config").write_text("")
    write(root, {"d/x.csv.dvc": tracked(1)})
    commit(root, "one", "1700000100 +0000")
    git(root, "switch", "-q", "-c", "side")
    write(root, {"d/x.csv.dvc": tracked(2)})
    commit(root, "two", "1700000200 +0000")
    git(root, "switch", "-q", "main")
    write(root, {"d/x.csv.dvc": tracked(3)})
    commit(root, "three", "1700000300 +0000")
    (root / "e").mkdir()
    git(root, "mv", "d/x.csv.dvc", "e/x.csv.dvc")
    commit(root, "moved", "1700000400 +0000")
    write(root, {"e/x.csv.dvc": tracked(1)})
    commit(root, "back", "1700000500 +0000")
    return root


def test_versions(history: Path) -> None:
    pipeline = dp.load(history)
    (dataset,) = pipeline.datasets
    subjects = [git(history, "log", "-1", "--format=%s", one.commit) for one in dataset.history]
    assert subjects == ["one", "two", "three"]
    assert [one.size for one in dataset.history] == [1, 2, 3]
    assert [one.time for one in dataset.history] == [1700000100000, 1700000200000, 1700000300000]
    assert dataset.versions == 3
    assert dataset.hash == dataset.history[0].hash


def test_a_new_commit_is_noticed(history: Path) -> None:
    dp.load(history)
    again = dp.source(history).remembered()
    assert again is not None
    assert again.settled
    assert again.datasets[0].versions == 3
    write(history, {"e/x.csv.dvc": tracked(4)})
    commit(history, "four", "1700000600 +0000")
    again = dp.source(history).remembered()
    assert again is not None
    assert not again.settled
    assert dp.load(history).datasets[0].versions == 4


def test_no_ref_moved_no_git(history: Path) -> None:
    """Warm, not one process is started for the versions."""
    dp.load(history)
    runner = ProcessRunner()
    brief = BriefSource(open_project(history, runner), (), lambda: pytest.fail("the history was read"))
    assert brief.stand()
    assert len(brief.load().versions["e/x.csv"]) == 3
    assert not runner.log


def test_marked_pipeline_outs(tmp_path: Path) -> None:
    root = make(tmp_path / "repository")
    (root / ".dvc").mkdir()
    (root / ".dvc/config").write_text("")
    write(root, {"p/dvc.yaml": "stages:\n  s:\n    cmd: x\n    wdir: ..\n    outs: [data/out]\n"})
    for digit in (1, 2, 1):
        entry = f"    - path: data/out\n      md5: {HEX[:31]}{digit}\n      size: {digit}\n"
        write(root, {"p/dvc.lock": f"schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n{entry}"})
        commit(root, str(digit))
    pipeline = dp.load(root, data_outs=("data/out",))
    (dataset,) = pipeline.datasets
    assert (dataset.path, dataset.address, dataset.versions) == ("data/out", "p/dvc.yaml:s", 2)
    assert dataset.dvc == pipeline.stages[0].dvc
    assert dataset.status == pipeline.stages[0].status == "missing"


def test_experiments(tmp_path: Path) -> None:
    """As DVC keeps them: a commit under refs/exps, whose path is the baseline's id."""
    root = make(tmp_path / "repository")
    write(
        root,
        {
            "dvc.yaml": "metrics: [out/m.json]\nstages:\n  t:\n    cmd: x\n    metrics: [{n.yaml: {cache: false}}]\n",
            "params.yaml": "lr: 1\n",
        },
    )
    baseline = commit(root, "base")
    write(
        root,
        {
            "out/m.json": json.dumps({"auc": 0.5, "deep": {"f1": 1}, "word": "x", "flag": True}),
            "n.yaml": "loss: 2.5\n",
            "dvc.lock": "schema: '2.0'\nstages:\n  t:\n    cmd: x\n    params:\n"
            "      params.yaml:\n        lr: 0.25\n        names: [a, b]\n",
        },
    )
    experiment = commit(root, "exp", "1700000900 +0000")
    git(root, "update-ref", f"refs/exps/{baseline[:2]}/{baseline[2:]}/odd-name", experiment)
    git(root, "update-ref", "refs/exps/stash", experiment)
    git(root, "update-ref", "refs/exps/exec/EXEC_BASELINE", baseline)
    runner = ProcessRunner()
    source = ExperimentsSource(open_project(root, runner), runner)
    before = source.fingerprint()
    (found,) = source.load()
    assert (found.name, found.commit, found.baseline) == ("odd-name", experiment, baseline)
    assert (found.author, found.time) == ("Ada", 1700000900000)
    assert dict(found.metrics) == {"auc": 0.5, "deep.f1": 1.0, "loss": 2.5}
    assert dict(found.params) == {"lr": "0.25", "names": '["a", "b"]'}
    started = len(runner.log)
    assert source.load() == (found,)
    assert len(runner.log) == started + 1, "what a commit holds is read once"
    git(root, "update-ref", "-d", f"refs/exps/{baseline[:2]}/{baseline[2:]}/odd-name")
    assert source.fingerprint() != before
    assert source.load() == ()


def test_experiments_of_a_blobless_clone_are_read_once_their_files_came(tmp_path: Path) -> None:
    root = make(tmp_path / "whole")
    base = commit(root, "base")
    write(root, {"dvc.yaml": "metrics: [m.json]\n", "m.json": '{"auc": 0.5}'})
    experiment = commit(root, "exp")
    git(root, "update-ref", f"refs/exps/{base[:2]}/{base[2:]}/late", experiment)
    git(root, "reset", "-q", "--hard", base)
    git(root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{root}", "clone")
    clone = tmp_path / "clone"
    git(clone, "fetch", "-q", "origin", "refs/exps/*:refs/exps/*")
    runner = ProcessRunner()
    source = ExperimentsSource(open_project(clone, runner), runner)
    assert [dict(one.metrics) for one in source.load()] == [{}]
    git(clone, "cat-file", "-p", f"{experiment}:dvc.yaml")  # git fetches what it lacks
    git(clone, "cat-file", "-p", f"{experiment}:m.json")
    assert [dict(one.metrics) for one in source.load()] == [{"auc": 0.5}]


def test_the_child_never_outlives_mltui(history: Path) -> None:
    """Killed without a chance to say goodbye: the child sees its stdin close."""
    script = (
        "import os, signal, sys; sys.path.insert(0, sys.argv[2]); import dvc_project as dp; from pathlib import Path\n"
        "reader = dp.source(Path(sys.argv[1])); reader.load()\n"
        "print(reader._child._process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    argv = [sys.executable, "-c", script, str(history), str(Path(__file__).parent)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    waited = subprocess.run(["timeout", "600", "tail", f"--pid={pid}", "-f", "/dev/null"], check=False)
    assert waited.returncode == 0


def test_a_repository_can_not_slip_code_in(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ``dvc`` package, a sitecustomize and a committed .venv in the repository are not run."""
    trap = "import pathlib; pathlib.Path(__file__).with_name('ran').write_text('')\n"
    write(
        history,
        {
            "dvc/__init__.py": trap,
            "json.py": trap,
            "sitecustomize.py": trap,
            ".venv/bin/python": "#!/bin/sh\ntouch ran\n",
        },
    )
    (history / ".venv/bin/python").chmod(0o755)
    git(history, "add", "-A", "-f")
    monkeypatch.setenv("PYTHONPATH", str(history))
    monkeypatch.chdir(history)
    pipeline = dp.load(history)
    assert pipeline.datasets[0].status == "missing"
    assert not list(history.rglob("ran"))


def test_no_dvc_in_the_projects_python(history: Path, tmp_path: Path) -> None:
    """Chosen in the configuration and without dvc: what can be read is shown, with the reason."""
    import venv

    venv.create(tmp_path / "bare", with_pip=False)
    python = tmp_path / "bare" / "bin" / "python"
    pipeline = dp.load(history, python=str(python))
    (dataset,) = pipeline.datasets
    assert (dataset.status, dataset.size, dataset.versions) == ("unknown", 1, 3)
    assert "no dvc in" in dataset.reasons[0].change
    assert "pip install dvc" in dataset.reasons[0].change
    assert pipeline.reader.startswith("dvc.yaml and dvc.lock alone")
