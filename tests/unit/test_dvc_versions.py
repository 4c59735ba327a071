"""Dataset versions from a history of blobs: one a distinct hash, numbered by when it was first committed."""

from __future__ import annotations

from mltui.model.git import FileChange, FileChanges, FileCommit
from mltui.sources.dvc.blocks import LockParser
from mltui.sources.dvc.versions import Rows, histories, rows_of


def commit(sha: str, time: int, *changes: tuple[str, str | None, str | None, str]) -> FileCommit:
    return FileCommit(sha, "Ada", "ada@example.org", time, time, tuple(FileChange(*change) for change in changes))


def rows(**blobs: str) -> dict[str, Rows]:
    return {sha: [[None, "x.csv", value, 1, None]] for sha, value in blobs.items()}


def summary(found: object, path: str) -> list[tuple[str, str]]:
    assert isinstance(found, dict)
    return [(version.hash, version.commit) for version in found.get(path, ())]


def test_one_a_hash_by_first_committer_date() -> None:
    changes = FileChanges(
        (
            commit("4", 40, ("M", "b", "a", "d/x.csv.dvc")),
            commit("2", 20, ("M", "a", "b", "d/x.csv.dvc")),
            commit("1", 30, ("A", None, "a", "d/x.csv.dvc")),  # a clock that went wrong
        )
    )
    found = histories(changes, rows(a="md5:a", b="md5:b"), {})
    assert summary(found, "d/x.csv") == [("md5:b", "2"), ("md5:a", "1")]


def test_a_rename_brings_its_history_along() -> None:
    changes = FileChanges(
        (
            commit("4", 40, ("A", None, "c", "x.csv.dvc")),
            commit("3", 30, ("M", "b", "d", "new/x.csv.dvc")),
            commit("2", 20, ("D", "b", None, "x.csv.dvc"), ("A", None, "b", "new/x.csv.dvc")),
            commit("1", 15, ("M", "a", "b", "x.csv.dvc")),
            commit("0", 10, ("A", None, "a", "x.csv.dvc")),
        )
    )
    found = histories(changes, rows(a="md5:a", b="md5:b", c="md5:c", d="md5:d"), {})
    assert summary(found, "new/x.csv") == [("md5:a", "0"), ("md5:b", "1"), ("md5:d", "3")]
    assert summary(found, "x.csv") == [("md5:a", "0"), ("md5:b", "1"), ("md5:c", "4")]


def test_an_ambiguous_rename_is_none() -> None:
    both = (("D", "a", None, "x.csv.dvc"), ("A", None, "a", "m/x.csv.dvc"), ("A", None, "a", "n/x.csv.dvc"))
    changes = FileChanges((commit("1", 20, *both), commit("0", 10, ("A", None, "a", "x.csv.dvc"))))
    assert summary(histories(changes, rows(a="md5:a"), {}), "m/x.csv") == [("md5:a", "1")]


def test_a_missing_blob_is_left_out() -> None:
    changes = FileChanges((commit("1", 20, ("A", None, "gone", "x.csv.dvc")),))
    assert histories(changes, {}, {}) == {}


def test_pipeline_outs_by_the_stages_directory() -> None:
    outs = b"    - {path: ../out, md5: '00'}\n    - {path: z, md5: '11'}\n"
    lock = b"schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n" + outs
    found = list(rows_of("p/dvc.lock", lock, ["p/out"], LockParser()))
    assert found == [["s", "../out", "md5:00", None, None]]
    changes = FileChanges((commit("1", 20, ("A", None, "l", "p/dvc.lock")),))
    assert summary(histories(changes, {"l": found}, {("p/dvc.lock", "s"): "p/deep"}), "p/out") == [("md5:00", "1")]


def test_what_a_dvc_file_says() -> None:
    assert list(rows_of("x.dvc", b"outs:\n- {path: x, md5: a.dir, size: 3, nfiles: 2}\n- {path: y}\n", (), None)) == [
        [None, "x", "md5:a.dir", 3, 2]
    ]
    assert list(rows_of("x.dvc", b"cmd: a stage of dvc 0.x\nouts:\n- {path: x, md5: a}\n", (), None)) == []
    assert list(rows_of("x.dvc", b"{[", (), None)) == []
    assert list(rows_of("x.dvc", b"", (), None)) == []
