"""Names and subjects as real repositories have them, read through git and shown as text."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from git_repository import git, make, raw_commit

from mltui.model.traces import traces
from mltui.present.history import commit_detail as detail_lines
from mltui.present.history import commit_rows
from mltui.present.runs import RunScene
from mltui.present.text import UNICODE, plain
from mltui.sources.git.detail import commit_detail
from mltui.sources.git.history import HistorySource
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real

RUNNER = ProcessRunner()
SCENE = RunScene(1_700_000_000_000, UNICODE, None, {})
#: boilercv's; GTO's of dataset-registry.
BRANCH = "renovate/" + "a==1.2.3-and-" * 5 + "end"
TAGS = ("get-started-data#prod!#6", "get-started-data@v1.0.0", "v1.0]rc")
LONG = "all in one line " * 25
SUBJECTS = (b"[red]bold[/] and [link=x]y[/link]", b"", LONG.encode(), b"caf\xe9", b"\x1b[2J\x9b1m\r")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A commit for each subject, the newest last."""
    path = make(tmp_path / "repository")
    sha = ""
    for number, subject in enumerate(SUBJECTS):
        who = f"A <a@x> {1_700_000_000 + number} +0000".encode()
        sha = raw_commit(path, who, subject, *([sha] if sha else []))
    git(path, "update-ref", f"refs/heads/{BRANCH}", sha)
    git(path, "symbolic-ref", "HEAD", f"refs/heads/{BRANCH}")
    git(path, "reset", "-q", "--hard")
    for tag in TAGS:
        git(path, "update-ref", f"refs/tags/{tag}", sha)
    return path


def test_subjects_are_text(repository: Path) -> None:
    commits = HistorySource(open_project(repository, RUNNER), RUNNER).load().commits
    rows = commit_rows(commits, traces((), (), ()), SCENE)
    at = [column.key for column in rows.columns].index("subject")
    shown = [plain(rows.row(number).cells[at]) for number in reversed(range(len(SUBJECTS)))]
    assert shown[0].endswith("[red]bold[/] and [link=x]y[/link]")
    assert shown[1].endswith("no message")
    assert LONG.strip() in shown[2]
    assert shown[3].endswith("caf\N{REPLACEMENT CHARACTER}")
    assert all(text.isprintable() for text in shown)


def test_names_are_text(repository: Path) -> None:
    project = open_project(repository, RUNNER)
    newest = HistorySource(project, RUNNER).load().commits[0]
    assert {(ref.kind, ref.name) for ref in newest.refs} == {("head", BRANCH), *(("tag", tag) for tag in TAGS)}
    whole = commit_detail(project, newest.sha)
    text = "\n".join(map(plain, detail_lines(newest, whole, traces((), (), ()).of(newest.sha), SCENE)))
    assert all(name in text for name in (BRANCH, *TAGS))


def test_on_the_command_line(repository: Path) -> None:
    argv = [sys.executable, "-m", "mltui", "status"]
    said = subprocess.run(argv, cwd=repository, capture_output=True, text=True, check=True).stdout
    assert BRANCH in said
    document = json.loads(subprocess.run([*argv, "--json"], cwd=repository, capture_output=True, check=True).stdout)
    assert document["git"]["branch"] == BRANCH
