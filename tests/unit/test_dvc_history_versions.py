"""Dataset versions over histories: one a distinct hash, renames followed, branches and tags told, nothing merged."""

from __future__ import annotations

import pytest
from histories import Made, lock, tracking

from mltui.model.dvc_history import DvcHistory

A, B, C, D = ("a" * 32, "b" * 32, "c" * 32, "d" * 32)


def told(history: DvcHistory, path: str) -> list[tuple[str, str]]:
    """(first letter of the hash, commit) of each version."""
    return [(one.hash.removeprefix("md5:")[:1], one.commit) for one in history.versions.get(path, ())]


def test_one_a_hash_by_first_committer_date() -> None:
    made = Made()
    made.commit("1", {"d/x.csv.dvc": tracking(A)}, time=30)  # a clock that went wrong
    made.commit("2", {"d/x.csv.dvc": tracking(B)}, "1", time=20)
    made.commit("4", {"d/x.csv.dvc": tracking(A)}, "2", time=40)
    assert told(made.history(), "d/x.csv") == [("b", "2"), ("a", "1")]


def test_what_a_version_says() -> None:
    made = Made()
    made.commit("1", {"x.csv.dvc": tracking(f"{A}.dir", size=3, nfiles=2)})
    (version,) = made.history().versions["x.csv"]
    assert (version.hash, version.size, version.nfiles) == (f"md5:{A}.dir", 3, 2)
    assert (version.commit, version.author, version.time, version.path) == ("1", "author of 1", 10, "")


def test_a_rename_brings_its_history_along() -> None:
    made = Made()
    made.commit("0", {"x.csv.dvc": tracking(A)})
    made.commit("1", {"x.csv.dvc": tracking(B)}, "0")
    made.commit("2", {"new/x.csv.dvc": tracking(B)}, "1")
    made.commit("3", {"new/x.csv.dvc": tracking(D)}, "2")
    made.commit("4", {"new/x.csv.dvc": tracking(D), "x.csv.dvc": tracking(C)}, "3")
    history = made.history()
    assert told(history, "new/x.csv") == [("a", "0"), ("b", "1"), ("d", "3")]
    assert [one.path for one in history.versions["new/x.csv"]] == ["x.csv", "x.csv", ""]
    assert told(history, "x.csv") == [("a", "0"), ("b", "1"), ("c", "4")]
    assert history.moved == {}, "there is another one at the old place"


def test_a_rename_with_an_edited_path_is_seen_by_the_content() -> None:
    made = Made()
    made.commit("0", {"x.csv.dvc": tracking(A)})
    made.commit("1", {"d/y.csv.dvc": tracking(A, "y.csv")}, "0")
    made.commit("2", {"d/y.csv.dvc": tracking(A, "../z.csv")}, "1")
    history = made.history()
    assert told(history, "z.csv") == [("a", "0")]
    assert history.moved == {"x.csv": "z.csv", "d/y.csv": "z.csv"}


@pytest.mark.parametrize(
    "after",
    [
        {"m/x.csv.dvc": tracking(A), "n/x.csv.dvc": tracking(A)},
        {"m.csv.dvc": tracking(A, "m.csv"), "n.csv.dvc": tracking(A, "n.csv")},
    ],
)
def test_an_ambiguous_rename_is_none(after: dict[str, str]) -> None:
    made = Made()
    made.commit("0", {"x.csv.dvc": tracking(A)})
    made.commit("1", after, "0")
    history = made.history()
    assert history.moved == {}
    assert {commit for name in history.versions if name != "x.csv" for _, commit in told(history, name)} == {"1"}


def test_two_of_one_content_that_move_together_are_told_apart_by_their_files() -> None:
    made = Made()
    made.commit("0", {"x.dvc": tracking(A, "x"), "y.dvc": tracking(A, "y")})
    made.commit("1", {"d/x.dvc": tracking(A, "x"), "d/y.dvc": tracking(A, "y")}, "0")
    assert made.history().moved == {"x": "d/x", "y": "d/y"}


def test_empty_files_are_no_renames() -> None:
    empty = "d41d8cd98f00b204e9800998ecf8427e"
    made = Made()
    made.commit("0", {"x.csv.dvc": tracking(empty)})
    made.commit("1", {"y.csv.dvc": tracking(empty, "y.csv")}, "0")
    assert made.history().moved == {}


def test_a_loop_of_renames_ends() -> None:
    made = Made()
    made.commit("0", {"a.dvc": tracking(A, "a")})
    made.commit("1", {"b.dvc": tracking(A, "b")}, "0")
    made.commit("2", {"a.dvc": tracking(A, "a")}, "1")
    made.commit("3", {"a.dvc": tracking(B, "a")}, "2")
    made.commit("4", {"b.dvc": tracking(B, "b")}, "3")
    history = made.history()
    assert told(history, "b") == [("a", "0"), ("b", "3")]
    assert history.moved == {"a": "b"}


def test_a_merge_takes_either_side_and_its_versions_are_not_new() -> None:
    made = Made()
    made.commit("0", {"x.csv.dvc": tracking(A)})
    made.commit("1", {"x.csv.dvc": tracking(B)}, "0")
    made.commit("2", {"x.csv.dvc": tracking(C)}, "0")
    made.commit("3", {"x.csv.dvc": tracking(C)}, "1", "2")
    made.commit("4", {"x.csv.dvc": tracking(D)}, "3", "1")
    made.ref("main", "4", "head")
    made.ref("side", "2")
    history = made.history()
    assert told(history, "x.csv") == [("a", "0"), ("b", "1"), ("c", "2"), ("d", "4")]
    assert [one.refs for one in history.versions["x.csv"]] == [("main", "side"), ("main",), ("main", "side"), ("main",)]
    assert [one.tips for one in history.versions["x.csv"]] == [(), (), ("side",), ("main",)]
    assert history.at("3") == history.at("2")


def test_a_version_that_came_back_is_in_the_refs_of_both_times() -> None:
    made = Made()
    made.commit("0", {})
    made.commit("1", {"x.csv.dvc": tracking(A)}, "0")
    made.commit("2", {"x.csv.dvc": tracking(A)}, "0")
    made.ref("one", "1")
    made.ref("two", "2")
    made.ref("none", "0")
    (version,) = made.history().versions["x.csv"]
    assert (version.commit, version.refs, version.tips) == ("1", ("one", "two"), ("one", "two"))


def test_what_a_merge_brings_along_under_a_new_name_came_where_it_came() -> None:
    made = Made()
    made.commit("0", {"x.csv.dvc": tracking(A)})
    made.commit("1", {"d/x.csv.dvc": tracking(A)}, "0")
    made.commit("2", {"x.csv.dvc": tracking(B)}, "0")
    made.commit("3", {"d/x.csv.dvc": tracking(B)}, "1", "2")
    made.ref("side", "2")
    versions = made.history().versions["d/x.csv"]
    assert [(one.hash[4], one.commit, one.path, one.refs) for one in versions] == [
        ("a", "0", "x.csv", ("side",)),
        ("b", "2", "x.csv", ("side",)),
    ]


def test_a_tip_that_has_the_dataset_under_its_old_name_has_it() -> None:
    made = Made()
    made.commit("0", {"x.csv.dvc": tracking(A)})
    made.commit("1", {"d/x.csv.dvc": tracking(A)}, "0")
    made.commit("2", {"d/x.csv.dvc": tracking(B), "x.csv.dvc": tracking(A)}, "1")
    made.ref("v1", "0", "tag")
    made.ref("main", "2", "head")
    first, second = made.history().versions["d/x.csv"]
    assert (first.tips, second.tips) == (("v1",), ("main",))
    assert (first.refs, second.refs) == (("main", "v1"), ("main",))


def test_names_that_a_branch_and_a_tag_share_are_told_apart() -> None:
    made = Made()
    made.commit("0", {"x.csv.dvc": tracking(A)})
    for kind, name in (("head", "v1"), ("tag", "v1"), ("branch", "origin/x"), ("remote", "origin/x"), ("tag", "HEAD")):
        made.ref(name, "0", kind)
    (version,) = made.history().versions["x.csv"]
    assert version.refs == ("heads/v1", "heads/origin/x", "remotes/origin/x", "tags/HEAD", "tags/v1")


def test_a_remotes_branch_is_named_only_where_ones_own_is_not() -> None:
    made = Made()
    made.commit("0", {"x.csv.dvc": tracking(A)})
    made.commit("1", {"x.csv.dvc": tracking(B)}, "0")
    made.ref("main", "0", "head")
    made.ref("origin/main", "1", "remote")
    first, second = made.history().versions["x.csv"]
    assert (first.refs, second.refs) == (("main",), ("origin/main",))


def test_two_projects_with_one_path_are_two_datasets() -> None:
    made = Made()
    path = "/data/shared.csv"
    made.commit("0", {"p/s.dvc": tracking(A, path)})
    made.commit("1", {"p/s.dvc": tracking(A, path), "q/s.dvc": tracking(B, path)}, "0")
    made.commit("2", {"p/s.dvc": tracking(C, path), "q/s.dvc": tracking(B, path)}, "1")
    history = made.history()
    assert told(history, f"{path} (p/s.dvc)") == [("a", "0"), ("c", "2")]
    assert told(history, f"{path} (q/s.dvc)") == [("b", "1")]
    files = history.at("2")
    assert files is not None
    assert {name: entry.path for name, entry in files.tracked.items()} == {
        f"{path} (p/s.dvc)": path,
        f"{path} (q/s.dvc)": path,
    }


def test_what_a_remote_is_called_is_a_projects_own_affair() -> None:
    made = Made()
    made.commit("0", {"p/s.dvc": tracking(A, "remote://store/x")})
    made.commit("1", {"q/s.dvc": tracking(B, "remote://store/x")}, "0")
    assert set(made.history().versions) == {"remote://store/x (p/s.dvc)", "remote://store/x (q/s.dvc)"}


def test_one_path_that_moves_to_another_file_is_one_dataset() -> None:
    made = Made()
    made.commit("0", {"p/s.dvc": tracking(A, "/data/x")})
    made.commit("1", {"q/s.dvc": tracking(B, "/data/x")}, "0")
    assert told(made.history(), "/data/x") == [("a", "0"), ("b", "1")]


def test_pipeline_outs_by_the_stages_directory() -> None:
    yaml = "stages:\n  s:\n    cmd: x\n    wdir: deep\n  t:\n    cmd: x\n"
    made = Made()
    made.commit("0", {"p/dvc.lock": lock(s=f"../out {A}", t=f"other {B}")})
    made.commit("1", {"p/dvc.lock": lock(s=f"../out {A}", t=f"other {B}"), "p/dvc.yaml": yaml}, "0")
    made.commit("2", {"p/dvc.lock": lock(s=f"../out {C}", t=f"other {B}"), "p/dvc.yaml": yaml}, "1")
    made.ref("main", "2", "head")
    history = made.history(["out", "p/out"])
    assert told(history, "out") == [("a", "0")]
    assert told(history, "p/out") == [("a", "1"), ("c", "2")]
    assert [one.tips for one in history.versions["p/out"]] == [(), ("main",)]


def test_gaps() -> None:
    made = Made()
    made.commit("0", {"x.csv.dvc": tracking(A)})
    other = tracking(A, "other")  # not x.csv that moved: that one's file is still there
    made.commit("1", {"x.csv.dvc": "{[", "dvc.lock": "a: b: c", "other.dvc": other}, "0")
    made.commit("2", {"x.csv.dvc": None, "dvc.lock": lock(s=f"o {A}"), "other.dvc": other}, "1")
    made.commit("3", {"x.csv.dvc": "- a list", "other.dvc": tracking(B, "other")}, "2")
    history = made.history(cut=["0"])
    gaps = [(gap.path, gap.commit, gap.time, gap.reason[:11]) for gap in history.gaps_of["x.csv"]]
    assert gaps == [
        ("", "0", 10, "the history"),
        ("x.csv.dvc", "1", 20, "is no YAML:"),
        ("x.csv.dvc", "2", 30, "not in this"),
        ("x.csv.dvc", "3", 40, "is no .dvc "),
    ]
    assert "other" not in history.gaps_of
    assert [gap.path for gap in history.gaps] == ["", "dvc.lock", "x.csv.dvc", "x.csv.dvc", "x.csv.dvc"]
    files = history.at("1")
    assert files is not None
    assert [gap.path for gap in files.gaps] == ["x.csv.dvc", "dvc.lock"]
    assert list(files.tracked) == ["other"]


def test_outs_without_a_hash_are_tracked_and_have_no_version() -> None:
    made = Made()
    made.commit("0", {"x.csv.dvc": tracking(None)})
    history = made.history()
    files = history.at("0")
    assert files is not None
    assert files.tracked["x.csv"].hash is None
    assert history.versions == {}
