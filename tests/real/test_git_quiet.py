"""What every git process of mltui's is told: nothing may fetch, lock, prompt or run a program of the repository."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from git_repository import commit, git, make

from mltui.sources import standing
from mltui.sources.dvc.experiments import ExperimentsSource
from mltui.sources.git.blobs import BlobReader
from mltui.sources.git.detail import commit_detail
from mltui.sources.git.files import file_changes
from mltui.sources.git.history import HistorySource
from mltui.sources.git.locate import open_project
from mltui.sources.git.state import GitSource
from mltui.sources.mlflow import scope
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real

RUNNER = ProcessRunner()
SAID = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
}
#: Words of a command that looks at contents to show differences.
SHOWING = {"--raw", "--numstat", "--patch", "diff", "diff-tree"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = make(tmp_path / "repository")
    for number in range(3):
        commit(path, f"number {number}", f"{1700000000 + number} +0000", a_txt=f"{number}\n")
    return path


def read_everything(path: Path) -> None:
    """Every question that mltui puts to git."""
    project = open_project(path, RUNNER)
    state = GitSource(project, RUNNER).load()
    history = HistorySource(project, RUNNER)
    history.load()
    history.more()
    changes = file_changes(project, RUNNER, ["*"])
    commit_detail(project, str(state.commit))
    ExperimentsSource(project, RUNNER).load()
    scope.remotes(project, RUNNER)
    scope.known_commits(project, RUNNER, [str(state.commit)])
    with BlobReader(project, RUNNER) as reader:
        list(reader.read([str(change.new) for each in changes.commits for change in each.changes]))
    for question in standing.QUESTIONS:
        standing._Asked(str(path), question).answer()


def test_every_git_process_is_told_to_be_quiet(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git in front of the real one writes down what it was told, each in a file of its own: two may run at once."""
    notes, real = tmp_path / "notes", shutil.which("git")
    notes.mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(
        f"""#!/bin/sh
{{ echo "$@"; for name in {" ".join(SAID)} GIT_INDEX_FILE; do eval echo "$name=\\$$name"; done; }} > {notes}/$$
exec {real} "$@"
"""
    )
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "of a hook"))
    read_everything(repository)
    blocks = [note.read_text().splitlines() for note in notes.iterdir()]
    blocks = [block for block in blocks if block[0] != "version"]  # GitPython asks for it, of no repository
    commands = [line.split(" ") for line, *_ in blocks]
    assert {"status", "log", "for-each-ref", "cat-file", "ls-files", "config"} <= {
        w for words in commands for w in words
    }
    assert any(SHOWING & set(words) for words in commands)
    for words, (line, *said) in zip(commands, blocks, strict=True):
        told = dict(one.split("=", 1) for one in said)
        assert told.items() >= SAID.items(), line
        assert not told["GIT_INDEX_FILE"] or not {"status", "ls-files", "diff"} & set(words), line
        assert {"core.fsmonitor=false", "log.showSignature=false"} <= set(words), line
        if SHOWING & set(words):
            assert {"--no-ext-diff", "--no-textconv"} <= set(words), line


def test_nothing_is_fetched_for_a_blobless_clone(repository: Path, tmp_path: Path) -> None:
    """Its origin is there and would give what it lacks."""
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{repository}", "blobless")
    clone = tmp_path / "blobless"
    before = git(clone, "count-objects", "-v")
    read_everything(clone)
    assert git(clone, "count-objects", "-v") == before
    git(clone, "log", "-p")
    assert git(clone, "count-objects", "-v") != before, "git itself fetches"


def test_signatures_are_not_checked(repository: Path, tmp_path: Path) -> None:
    trap = tmp_path / "gpg"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    git(repository, "config", "gpg.program", str(trap))
    git(repository, "config", "log.showSignature", "true")
    head, _, message = git(repository, "cat-file", "commit", "HEAD").partition("\n\n")
    signed = f"{head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n\n{message}\n"
    sha = git(repository, "hash-object", "-t", "commit", "-w", "--stdin", stdin=signed.encode())
    git(repository, "update-ref", "HEAD", sha)
    read_everything(repository)
    assert not (tmp_path / "sprung").exists()
    git(repository, "log", "-1")
    assert (tmp_path / "sprung").exists(), "git itself runs it"
