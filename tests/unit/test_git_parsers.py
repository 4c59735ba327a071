"""Git's formats, from bytes: what real repositories hold and what nobody would think of."""

from __future__ import annotations

import io
import os

import pytest

from mltui.errors import Denied, NotFound, Unreadable
from mltui.model.git import Change, ChangedFile, FileChange, Ref
from mltui.sources.git.blobs import read_answer
from mltui.sources.git.command import failure
from mltui.sources.git.detail import parse_detail, parse_numstat
from mltui.sources.git.files import parse_log, seconds_to_ms
from mltui.sources.git.history import parse_commits
from mltui.sources.git.refs import parse_refs
from mltui.sources.git.state import parse_status
from mltui.sources.runner import Done

A, B, C, ZERO = "a" * 40, "b" * 40, "c" * 40, "0" * 40


def nul(*fields: str | bytes) -> bytes:
    return b"".join((field if isinstance(field, bytes) else field.encode()) + b"\0" for field in fields)


def test_status_of_a_branch_with_upstream_and_changes() -> None:
    raw = nul(
        f"# branch.oid {A}",
        "# branch.head main",
        "# branch.upstream origin/main",
        "# branch.ab +3 -1",
        "# stash 2",
        f"1 .M N... 100644 100644 100644 {A} {B} with blank.py",
        f"2 R. N... 100644 100644 100644 {A} {B} R100 new name",
        "? old name looks like an untracked one",
        f"u UU N... 100644 100644 100644 100644 {A} {B} {C} both",
        "? new/",
        "! ignored",
    )
    state = parse_status(raw, "/r")
    assert (state.branch, state.commit, state.upstream, state.ahead, state.behind) == ("main", A, "origin/main", 3, 1)
    assert state.changes == (Change(".M", "with blank.py"), Change("R.", "new name"), Change("UU", "both"))
    assert (state.untracked, state.dirty) == (1, True)


def test_status_without_a_commit_and_of_a_detached_head() -> None:
    unborn = parse_status(nul("# branch.oid (initial)", "# branch.head main"), "/r")
    assert (unborn.branch, unborn.commit, unborn.ahead, unborn.behind, unborn.dirty) == (
        "main",
        None,
        None,
        None,
        False,
    )
    detached = parse_status(nul(f"# branch.oid {A}", "# branch.head (detached)"), "/r")
    assert (detached.branch, detached.commit) == (None, A)


def test_an_upstream_that_is_gone_or_not_compared_has_no_numbers() -> None:
    gone = parse_status(nul(f"# branch.oid {A}", "# branch.head x", "# branch.upstream origin/x"), "/r")
    assert (gone.upstream, gone.ahead, gone.behind) == ("origin/x", None, None)
    unasked = parse_status(nul("# branch.ab +? -?"), "/r")
    assert (unasked.ahead, unasked.behind) == (None, None)


def test_a_path_that_is_not_utf8_can_be_turned_back() -> None:
    state = parse_status(nul(f"1 .M N... 100644 100644 100644 {A} {B} ".encode() + b"caf\xe9"), "/r")
    assert os.fsencode(state.changes[0].path) == b"caf\xe9"


def test_commits_keep_odd_authors_dates_and_subjects() -> None:
    raw = nul(
        A, f"{B} {C}", "", "", "0", "4102444800", "",
        B, "", b"Jos\xe9", "j@x", "", "1", "a $(x) 'quote' \x1b[31m [bold] 🐍",
    )  # fmt: skip
    first, second = parse_commits(raw, (Ref("tag", "v1", A), Ref("head", "main", A)))
    assert first.parents == (B, C)
    assert (first.author, first.email, first.subject, first.author_time) == ("", "", "", 0)
    assert first.time == 4_102_444_800_000
    assert [ref.name for ref in first.refs] == ["v1", "main"]
    assert (second.author, second.author_time, second.refs) == ("Jos\N{REPLACEMENT CHARACTER}", 0, ())
    assert second.subject == "a $(x) 'quote' \x1b[31m [bold] 🐍"


def test_no_commits() -> None:
    assert list(parse_commits(b"")) == []


def test_a_date_git_cannot_read_is_zero() -> None:
    assert seconds_to_ms(b"") == 0
    assert seconds_to_ms("12") == 12_000


def raw_line(old: str, new: str, status: str) -> str:
    return f":100644 100644 {old} {new} {status}"


def test_the_history_of_files_gives_blobs_and_paths() -> None:
    raw = nul(
        "\x01" + A, "Ada", "a@x", "5", "7",
        "\n" + raw_line(ZERO, B, "A"), b"dir/caf\xe9\n.dvc", raw_line(C, ZERO, "D"), ":looks like raw",
        "\x01" + B, "", "", "0", "1",
        "\n" + raw_line(C, B, "M"), "\x01looks like a commit",
    )  # fmt: skip
    one, two = parse_log(raw)
    assert (one.sha, one.author, one.email, one.author_time, one.time) == (A, "Ada", "a@x", 5000, 7000)
    assert one.changes == (
        FileChange("A", None, B, os.fsdecode(b"dir/caf\xe9\n.dvc")),
        FileChange("D", C, None, ":looks like raw"),
    )
    assert two.changes == (FileChange("M", C, B, "\x01looks like a commit"),)


def test_a_merge_is_one_commit_with_what_differs_from_any_parent() -> None:
    head = ("\x01" + A, "Ada", "a@x", "5", "7")
    both = raw_line(B, C, "M")
    raw = nul(*head, "\n" + both, "x", *head, "\n" + both, "x", raw_line(ZERO, C, "A"), "y")
    (merge,) = parse_log(raw)
    assert merge.changes == (FileChange("M", B, C, "x"), FileChange("A", None, C, "y"))


def test_a_log_cut_short_keeps_what_is_whole() -> None:
    whole = nul("\x01" + A, "Ada", "a@x", "5", "7", "\n" + raw_line(ZERO, B, "A"), "x")
    (commit,) = parse_log(whole + nul("\x01" + B, "Ada")[:-3])
    assert (commit.sha, len(commit.changes)) == (A, 1)
    (cut,) = parse_log(whole[:-2])
    assert cut.changes == ()


def test_a_log_of_something_else_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        parse_log(nul("one", "two", "three", "four", "five", "six"))


def refs_line(*fields: str) -> str:
    return "\0".join(fields) + "\n"


def test_refs_peel_tags_and_leave_out_what_is_no_commit() -> None:
    raw = (
        refs_line("refs/heads/HEAD", "", " ", A, "commit", "", "")
        + refs_line("refs/heads/main", "", "*", B, "commit", "", "")
        + refs_line("refs/remotes/origin/HEAD", "refs/remotes/origin/main", " ", B, "commit", "", "")
        + refs_line("refs/remotes/origin/-dash", "", " ", B, "commit", "", "")
        + refs_line("refs/tags/main", "", " ", C, "tag", A, "commit")
        + refs_line("refs/tags/a-tree", "", " ", C, "tree", "", "")
        + refs_line("refs/tags/of-a-blob", "", " ", C, "tag", B, "blob")
        + refs_line("refs/tags/nested", "", " ", C, "tag", B, "tag")
        + refs_line("refs/exps/aa/bb/exp", "", " ", C, "commit", "", "")
    )
    refs, nested = parse_refs(raw.encode())
    assert refs == (
        Ref("branch", "HEAD", A),
        Ref("head", "main", B),
        Ref("remote", "origin/-dash", B),
        Ref("tag", "main", A),
    )
    assert nested == (Ref("tag", "nested", B),)


def test_answers_of_cat_file() -> None:
    pipe = io.BytesIO(f"{A} blob 3\nx\ny\n{B} missing\n{C} blob 9\nshort".encode())
    assert read_answer(pipe) == (b"x\ny",)
    assert read_answer(pipe) == (None,)
    assert read_answer(pipe) is None
    assert read_answer(io.BytesIO(b"half a hea")) is None


def test_the_detail_of_a_commit() -> None:
    raw = nul(A, B, "Ada", "a@x", "1", "Bo", "b@x", "2", "subject\n\nbody\n")
    detail = parse_detail(raw)
    assert (detail.message, detail.committer, detail.author_time, detail.time) == ("subject\n\nbody", "Bo", 1000, 2000)
    with pytest.raises(Unreadable):
        parse_detail(b"")


def test_numstat_has_no_numbers_for_binary_files() -> None:
    raw = nul("3\t1\ta\tb.txt", "-\t-\tpicture.png")
    assert list(parse_numstat(raw)) == [ChangedFile("a\tb.txt", 3, 1), ChangedFile("picture.png", None, None)]


@pytest.mark.parametrize(
    ("stderr", "kind", "hint"),
    [
        ("fatal: not a git repository (or any of the parent directories): .git", NotFound, ""),
        (
            "fatal: detected dubious ownership in repository at '/x y/z'\nTo add an exception …",
            Denied,
            "git config --global --add safe.directory '/x y/z'",
        ),
        ("warning: hm\nerror: object file is empty\nfatal: loose object is corrupt", Unreadable, ""),
        (
            "fatal: could not fetch 0454337e from promisor remote",
            Unreadable,
            "this clone is partial: git fetch --refetch --tags --no-filter brings what it lacks",
        ),
        ("", Unreadable, ""),
    ],
)
def test_what_failures_mean(stderr: str, kind: type[Exception], hint: str) -> None:
    error = failure(Done(("git",), 128, b"", stderr, 0.0))
    assert type(error) is kind
    assert error.hint == hint
    assert "\n" not in error.summary
