"""Which file of a commit a run's source is, with git's own trees."""

from __future__ import annotations

from pathlib import Path

from tests.real.dvc_project import run, write

from mltui.sources.git.locate import open_project
from mltui.sources.lineage.scripts import Scripts
from mltui.sources.runner import ProcessRunner


def test_sources_as_files_of_a_commit(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    run(root, "git", "init", "-q")
    write(root, {"train.py": "", "tries/train.py": "", "src/fit.py": ""})
    run(root, "git", "add", "-A")
    run(root, "git", "commit", "-qm", "all")
    head = run(root, "git", "rev-parse", "HEAD").strip()
    runner = ProcessRunner()
    scripts = Scripts(open_project(root, runner), runner)
    assert scripts(head, "train.py") == {"train.py", "tries/train.py"}
    assert scripts(head, "./tries/train.py") == {"tries/train.py"}
    assert scripts(head, "fit.py") == {"src/fit.py"}
    assert scripts(head, "scratch/train.py") == frozenset()
    assert scripts(head, f"{root}/scratch/train.py") == {"scratch/train.py"}
    assert scripts(head, "/home/ci/clone/tries/train.py") == {"tries/train.py"}
    assert scripts(head, "C:/clone/train.py") == {"train.py"}
    assert scripts("0" * 40, "train.py") is None, "a tree that is not here"
