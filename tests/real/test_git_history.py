"""History, refs, the history of files and blobs, in real repositories."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from git_repository import commit, git, make, raw_commit

from mltui.errors import NotFound
from mltui.sources.git.blobs import BlobReader, BlobTalk
from mltui.sources.git.detail import commit_detail
from mltui.sources.git.files import file_changes, still_reached
from mltui.sources.git.history import HistorySource
from mltui.sources.git.locate import open_project
from mltui.sources.git.refs import read_refs, refs_fingerprint
from mltui.sources.git.state import GitSource
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real
RUNNER = ProcessRunner()


def opened(path: Path) -> Project:
    return open_project(path, RUNNER)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = make(tmp_path / "repository")
    for number in range(4):
        commit(path, f"change {number}", f"{1700000000 + number} +0000", data_dvc=f"version {number}\n")
    return path


@pytest.fixture(scope="session")
def long_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,207 commits, each with the number of the one before."""
    path = make(tmp_path_factory.mktemp("long"))
    stream = []
    for number in range(1207):
        stream.append(
            f"commit refs/heads/main\ncommitter Ada <ada@example.org> {1700000000 + number} +0000\n"
            f"data <<E\nchange {number}\nE\nM 644 inline number\ndata <<E\n{number}\nE\n"
        )
    git(path, "fast-import", "--quiet", stdin="\n".join(stream).encode())
    git(path, "reset", "-q", "--hard")
    return path


def test_the_rest_comes_page_by_page(long_repository: Path) -> None:
    source = HistorySource(opened(long_repository), RUNNER)
    first = source.load()
    assert (len(first.commits), first.complete) == (500, False)
    second = source.more(500)
    assert (len(second.commits), second.complete) == (1000, False)
    last = source.more(500)
    assert (len(last.commits), last.complete) == (1207, True)
    assert source.more() is last
    assert [commit.subject for commit in last.commits] == [f"change {number}" for number in reversed(range(1207))]


def test_all_the_rest_at_once_and_a_reload_keeps_it(long_repository: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(long_repository, copy)
    source = HistorySource(opened(copy), RUNNER)
    source.load()
    assert len(source.more(None).commits) == 1207
    before = source.fingerprint()
    commit(copy, "newest", "1800000000 +0000")
    assert source.fingerprint() != before
    assert source.load().commits[0].subject == "newest"
    assert len(source.load().commits) == 1208


def test_a_page_belongs_to_the_history_it_was_asked_of(long_repository: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(long_repository, copy)
    source = HistorySource(opened(copy), RUNNER)
    source.load()
    commit(copy, "meanwhile", "1800000000 +0000")
    subjects = [commit.subject for commit in source.more(None).commits]
    assert subjects == [f"change {number}" for number in reversed(range(1207))]


def test_only_branches_tags_and_remote_branches_are_history(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(repository), "clone")
    clone = tmp_path / "clone"
    for namespace in ("refs/pull/1/head", "refs/exps/aa/bb/exp", "refs/notes/x"):
        hidden = raw_commit(clone, b"H <h@x> 1800000000 +0000", namespace.encode())
        git(clone, "update-ref", namespace, hidden)
    (clone / "data.dvc").write_text("stashed")
    git(clone, "stash", "-q")
    tagged = raw_commit(clone, b"T <t@x> 1 +0000", b"only tagged")
    git(clone, "tag", "-a", "-m", "inner", "inner", tagged)
    git(clone, "tag", "-a", "-m", "outer", "outer", "inner")
    git(clone, "tag", "of-a-blob", "HEAD:data.dvc")
    project = opened(clone)
    commits = HistorySource(project, RUNNER).load().commits
    assert [commit.subject for commit in commits] == [*(f"change {number}" for number in (3, 2, 1, 0)), "only tagged"]
    assert {(ref.kind, ref.name) for ref in commits[0].refs} == {("head", "main"), ("remote", "origin/main")}
    assert {ref.name for ref in commits[-1].refs} == {"inner", "outer"}
    assert len(file_changes(project, RUNNER, ["data.dvc"]).commits) == 4


def test_odd_names_authors_and_dates(tmp_path: Path) -> None:
    path = make(tmp_path / "odd")
    one = raw_commit(path, b"Jos\xe9 <j@x> 0 +0000", b"caf\xe9 \x1b[31m")
    two = raw_commit(path, b" <> 4102444800 +0000", b"", one)
    git(path, "update-ref", "refs/heads/HEAD", two)
    for name in ("refs/heads/-dash-first", "refs/tags/main", "refs/heads/🐍", "refs/heads/it's", "refs/heads/$(x)"):
        git(path, "update-ref", name, one)
    git(path, "update-ref", "refs/heads/main", two)
    project = opened(path)
    newest, oldest = HistorySource(project, RUNNER).load().commits
    assert (newest.author, newest.subject, newest.time) == ("", "", 4_102_444_800_000)
    assert {(ref.kind, ref.name) for ref in newest.refs} == {("head", "main"), ("branch", "HEAD")}
    assert (oldest.author, oldest.time, oldest.subject) == ("Jos\ufffd", 0, "caf\ufffd \x1b[31m")
    assert {ref.name for ref in oldest.refs} == {"-dash-first", "main", "🐍", "it's", "$(x)"}
    assert GitSource(project, RUNNER).load().branch == "main"
    assert commit_detail(project, one).message == "caf\ufffd \x1b[31m"
    assert commit_detail(project, two).author == ""


def test_a_ref_to_an_object_that_is_not_here(repository: Path) -> None:
    (repository / ".git" / "refs" / "heads" / "broken").write_text("1" * 40 + "\n")
    git(repository, "tag", "v1")
    project = opened(repository)
    commits = HistorySource(project, RUNNER).load().commits
    assert len(commits) == 4
    assert {ref.name for ref in commits[0].refs} == {"main", "v1"}


def test_the_fingerprint_moves_with_refs_and_only_with_them(repository: Path) -> None:
    project = opened(repository)
    seen = [refs_fingerprint(project)]
    assert refs_fingerprint(project) == seen[0]
    (repository / "data.dvc").write_text("edited")
    git(repository, "add", "-A")
    git(repository, "update-ref", "refs/exps/aa/bb/x", "HEAD")
    assert refs_fingerprint(project) == seen[0]
    exps = refs_fingerprint(project, "exps")
    for args in (
        ("tag", "v1"),
        ("branch", "deep/er"),
        ("update-ref", "refs/heads/deep/er", "HEAD~1"),
        ("pack-refs", "--all"),
        ("checkout", "-q", "--detach"),
        ("branch", "-D", "deep/er"),
    ):
        git(repository, *args)
        seen.append(refs_fingerprint(project))
    assert len(set(seen)) == len(seen)
    git(repository, "update-ref", "-d", "refs/exps/aa/bb/x")
    assert refs_fingerprint(project, "exps") != exps


def test_the_state_is_asked_again_only_after_a_rest(repository: Path) -> None:
    now = [0.0]
    runner = ProcessRunner()
    source = GitSource(opened(repository), runner, clock=lambda: now[0])
    source.load()
    clean = source.fingerprint()
    (repository / "data.dvc").write_text("edited")
    assert source.fingerprint() == clean
    assert len(runner.log) == 1
    now[0] += 1000.0
    assert source.fingerprint() != clean


def test_the_history_of_files_follows_side_branches_merges_and_renames(tmp_path: Path) -> None:
    path = make(tmp_path / "merged")
    commit(path, "base", "1700000000 +0000", x_dvc="0\n", other="")
    git(path, "checkout", "-q", "-b", "side")
    commit(path, "side", "1700000001 +0000", x_dvc="side\n")
    commit(path, "side undone", "1700000002 +0000", x_dvc="0\n")
    git(path, "checkout", "-q", "main")
    commit(path, "main", "1700000003 +0000", other="x")
    git(path, "merge", "-q", "--no-commit", "side")
    (path / "x.dvc").write_text("evil\n")
    merge = commit(path, "merge", "1700000004 +0000")
    git(path, "mv", "x.dvc", "y.dvc")
    commit(path, "rename", "1700000005 +0000")
    history = file_changes(opened(path), RUNNER, [":(glob)**/*.dvc"])
    changes = [[(change.status, change.path) for change in commit.changes] for commit in history.commits]
    assert changes == [
        [("D", "x.dvc"), ("A", "y.dvc")],
        [("M", "x.dvc")],
        [("M", "x.dvc")],
        [("M", "x.dvc")],
        [("A", "x.dvc")],
    ]
    assert (history.commits[1].sha, history.problem) == (merge, "")
    renamed = history.commits[0].changes
    assert renamed[0].old == renamed[1].new


def test_a_walk_can_go_on_where_the_last_one_ended(repository: Path) -> None:
    project = opened(repository)
    tips = [ref.sha for ref in read_refs(project, RUNNER)]
    commit(repository, "new", "1800000000 +0000", data_dvc="new\n")
    assert still_reached(project, RUNNER, tips)
    (only,) = file_changes(project, RUNNER, ["*.dvc"], seen=tips).commits
    assert only.time == 1_800_000_000_000
    later = [ref.sha for ref in read_refs(project, RUNNER)]
    git(repository, "reset", "-q", "--hard", "HEAD~1")
    assert not still_reached(project, RUNNER, later)
    assert not still_reached(project, RUNNER, ["1" * 40])


def test_blobs_in_the_order_asked_for(repository: Path) -> None:
    project = opened(repository)
    history = file_changes(project, RUNNER, ["data.dvc"])
    shas = [str(change.new) for commit in history.commits for change in commit.changes]
    asked = [*shas, "1" * 40, shas[0]]
    with BlobReader(project, RUNNER) as reader:
        answers = list(reader.read(asked))
    assert [sha for sha, _ in answers] == asked
    newest = b"version 3\n"
    assert [content for _, content in answers] == [newest, b"version 2\n", b"version 1\n", b"version 0\n", None, newest]


def test_a_reader_of_blobs_can_stop_early(repository: Path) -> None:
    project = opened(repository)
    blob = git(repository, "rev-parse", "HEAD:data.dvc")
    with BlobReader(project, RUNNER) as reader:
        for _sha, content in reader.read([blob] * 100_000):
            assert content == b"version 3\n"
            break
    with BlobReader(project, RUNNER) as reader:
        assert len(list(reader.read([blob] * 3))) == 3


def test_a_path_that_is_no_text_does_not_silence_the_others(repository: Path) -> None:
    asked = ["HEAD:data.dvc", os.fsdecode(b"HEAD:d\xe9.dvc"), "HEAD:data.dvc"]
    with BlobReader(opened(repository), RUNNER) as reader:
        answers = list(reader.read(asked))
    assert answers == [(asked[0], b"version 3\n"), (asked[1], None), (asked[2], b"version 3\n")]


def test_blobs_asked_for_one_by_one_come_from_one_process(repository: Path) -> None:
    runner = ProcessRunner()
    talk = BlobTalk(opened(repository), runner)
    names = [
        "HEAD:data.dvc",
        "HEAD:nothing",
        "1" * 40,
        "HEAD:data\nHEAD:data.dvc",
        os.fsdecode(b"HEAD:d\xe9"),
        "HEAD~1:data.dvc",
    ]
    assert [talk.read(name) for name in names] == [b"version 3\n", None, None, None, None, b"version 2\n"]
    assert len(runner.log) == 1
    process = talk._process
    assert process is not None
    talk.close()
    assert process.poll() is not None
    assert talk.read("HEAD:data.dvc") == b"version 3\n"
    talk.close()


def test_several_threads_each_get_their_own_answer(repository: Path) -> None:
    talk = BlobTalk(opened(repository), RUNNER)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda at: talk.read(f"HEAD~{at % 4}:data.dvc"), range(200)))
    talk.close()
    assert answers == [f"version {3 - at % 4}\n".encode() for at in range(200)]


@pytest.fixture
def blobless(repository: Path, tmp_path: Path) -> Path:
    """A clone without blobs whose origin is gone: whatever is not there stays away."""
    for number in range(30):
        commit(repository, f"more {number}", f"{1700001000 + number} +0000", data_dvc=f"more {number}\n")
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{repository}", "blobless")
    shutil.rmtree(repository)
    return tmp_path / "blobless"


def test_a_blobless_clone_says_what_it_has(blobless: Path) -> None:
    project = opened(blobless)
    state = GitSource(project, RUNNER).load()
    assert (state.partial, state.dirty, state.branch) == (True, False, "main")
    assert len(HistorySource(project, RUNNER).load().commits) == 34
    history = file_changes(project, RUNNER, ["data.dvc"])
    assert len(history.commits) == 34
    detail = commit_detail(project, history.commits[5].sha)
    assert [(file.path, file.added) for file in detail.files] == [("data.dvc", None)]
    shas = [str(change.new) for commit in history.commits for change in commit.changes]
    with BlobReader(project, RUNNER) as reader:
        answers = list(reader.read([*shas, shas[0]]))
    assert [sha for sha, _ in answers] == [*shas, shas[0]]
    assert [content for _, content in answers] == [b"more 29\n", *[None] * 33, b"more 29\n"]


def test_one_by_one_a_blobless_clone_says_what_it_has(blobless: Path) -> None:
    talk = BlobTalk(opened(blobless), RUNNER)
    assert [talk.read(f"HEAD~{at}:data.dvc") for at in (0, 1, 2, 0)] == [b"more 29\n", None, None, b"more 29\n"]
    talk.close()


def test_a_renamed_file_in_a_blobless_clone(blobless: Path) -> None:
    git(blobless, "mv", "data.dvc", "renamed.dvc")
    (blobless / "renamed.dvc").write_text("more 29\nand a line\n")
    git(blobless, "add", "-A")
    assert GitSource(opened(blobless), RUNNER).load().dirty


def test_a_treeless_clone_tells_that_it_lacks_files(repository: Path, tmp_path: Path) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=tree:0", f"file://{repository}", "treeless")
    shutil.rmtree(repository)
    project = opened(tmp_path / "treeless")
    commits = HistorySource(project, RUNNER).load().commits
    assert len(commits) == 4
    assert commit_detail(project, commits[3].sha).files == ()


def test_the_detail_of_a_commit(repository: Path) -> None:
    sha = commit(repository, "subject\n\nbody\n", data_dvc="1\n2\n", picture=b"\0\1")
    detail = commit_detail(opened(repository), sha)
    assert (detail.message, detail.committer) == ("subject\n\nbody", "Ada")
    assert [(file.path, file.added, file.deleted) for file in detail.files] == [
        ("data.dvc", 2, 1),
        ("picture", None, None),
    ]


@pytest.mark.parametrize("sha", ["1" * 40, "--output=x", "main", "HEAD"])
def test_a_commit_that_is_not_here(repository: Path, sha: str) -> None:
    with pytest.raises(NotFound):
        commit_detail(opened(repository), sha)
