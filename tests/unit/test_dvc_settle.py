"""From facts to the pipeline: the first status that applies, what is upstream, and addresses that stay unique."""

from __future__ import annotations

from typing import Any

import pytest

from mltui.model.dvc import Entry, Pipeline, Reason, Stage, StageStatus
from mltui.sources.dvc.facts import Facts, RootFacts, find_parents, own_status, relative
from mltui.sources.dvc.reading import _answered
from mltui.sources.dvc.settle import settle


def facts(name: str, status: StageStatus = "fresh", *parents: str, path: str = "dvc.yaml", **more: Any) -> Facts:
    stage = Stage(name=name, path=path, address=name, status=status, parents=parents, **more)
    return Facts(stage, writes=(f"/top/{name}",))


def settled(*roots: RootFacts, running: frozenset[str] = frozenset(), outs: tuple[str, ...] = ()) -> Pipeline:
    return settle(roots, running=running, data_outs=outs, settled=True, cache_empty=False)


def test_stale_downstream_of_what_is_not_fresh() -> None:
    chain = (
        facts("d", "fresh", "c"),
        facts("c", "fresh", "b"),
        facts("b", "missing", "a"),
        facts("a", "stale"),
        facts("x"),
    )
    found = {stage.address: (stage.status, stage.upstream) for stage in settled(RootFacts("", "", chain)).stages}
    assert found == {
        "d": ("stale", ("c", "b", "a")),
        "c": ("stale", ("b", "a")),
        "b": ("missing", ("a",)),
        "a": ("stale", ()),
        "x": ("fresh", ()),
    }


def test_a_frozen_stage_is_cut_off() -> None:
    chain = (facts("a", "stale"), facts("b", "fresh", "a", frozen=True), facts("c", "fresh", "b"))
    found = {stage.address: stage for stage in settled(RootFacts("", "", chain)).stages}
    assert (found["b"].status, found["b"].upstream, found["b"].parents) == ("fresh", (), ("a",))
    assert found["c"].status == "fresh"


def test_a_cycle_ends() -> None:
    ring = (facts("a", "fresh", "b"), facts("b", "stale", "a"))
    assert {stage.status for stage in settled(RootFacts("", "", ring)).stages} == {"stale"}


def test_ten_thousand_in_a_row() -> None:
    chain = [facts("0", "stale"), *(facts(str(n), "unknown", str(n - 1)) for n in range(1, 2000))]
    assert settled(RootFacts("", "", tuple(reversed(chain)))).stages[0].status == "unknown"


def test_running_comes_after_unknown() -> None:
    pair = (facts("a", "stale"), facts("b", "unknown", "a"))
    found = settled(RootFacts("", "", pair), running=frozenset({"/top/a", "/top/b"})).stages
    assert [(stage.status, stage.upstream) for stage in found] == [("running", ()), ("unknown", ("a",))]


def test_addresses_stay_unique_over_projects() -> None:
    roots = [
        RootFacts(root, "", (facts("train", path=f"{root}/dvc.yaml".lstrip("/")), facts(f"only{root}")))
        for root in ("", "a")
    ]
    assert [stage.address for stage in settled(*roots).stages] == ["train", "only", "a/dvc.yaml:train", "onlya"]


def test_each_out_of_a_file_has_its_own_status() -> None:
    reasons = (Reason("out", "x", "modified"), Reason("out", "y", "deleted"))
    outs = (Entry("x", "md5:1"), Entry("y", "md5:2"), Entry("z", "md5:3"))
    stage = Stage("f.dvc", "f.dvc", "f.dvc", "stale", dvc=("entry",), reasons=reasons, outs=outs)
    one = Facts(stage, data=True, writes=("/top/x", "/top/y", "/top/z"))
    pipeline = settled(RootFacts("", "", (one,)))
    assert not pipeline.stages
    assert [(data.path, data.status, data.dvc) for data in pipeline.datasets] == [
        ("x", "stale", ("entry",)),
        ("y", "missing", ("entry",)),
        ("z", "fresh", ("entry",)),
    ]


@pytest.mark.parametrize(
    ("changes", "whole", "upstream", "status"),
    [
        ([("unhashed", "moved, not hashed")], "unknown", False, "unknown"),
        ([("unhashed", "moved, not hashed"), ("out", "deleted")], "unknown", False, "unknown"),
        ([("unreadable", "not asked"), ("out", "modified")], "stale", True, "unknown"),
        ([], "unknown", False, "unknown"),
        ([("out", "deleted"), ("out", "not in cache")], "stale", True, "missing"),
        ([("out", "deleted"), ("out", "modified")], "stale", False, "stale"),
        ([], "fresh", True, "stale"),
        ([], "fresh", False, "fresh"),
    ],
)
def test_the_first_status_that_applies_to_a_dataset(
    changes: list[tuple[Any, str]], whole: StageStatus, upstream: bool, status: StageStatus
) -> None:
    reasons = tuple(Reason(kind, "x", change) for kind, change in changes)
    stage = Stage("f.dvc", "f.dvc", "f.dvc", whole, parents=("a",), reasons=reasons, outs=(Entry("x", "md5:1"),))
    before = facts("a", "stale" if upstream else "fresh")
    one = Facts(stage, data=True, writes=("/top/x",))
    (dataset,) = settled(RootFacts("", "", (before, one))).datasets
    assert dataset.status == status


@pytest.mark.parametrize(
    ("dvc", "kinds", "locked", "status"),
    [
        ([], [], True, "fresh"),
        ([], [], False, "missing"),
        ([{"changed deps": {"x": "deleted"}}, {"changed outs": {"y": "not in cache"}}], [], True, "missing"),
        ([{"changed deps": {"p.yaml": {"a": "new", "b": "deleted"}}}], [], True, "missing"),
        ([{"changed deps": {"p.yaml": {"a": "new", "b": "modified"}}}], [], True, "stale"),
        ([{"changed outs": {"y": "deleted"}}, "always changed"], [], True, "stale"),
        (["changed command"], [], True, "stale"),
        ([{"changed outs": {"y": "deleted"}}], ["unhashed"], True, "unknown"),
        ([], ["remote"], False, "unknown"),
    ],
)
def test_the_first_status_that_applies(dvc: list[Any], kinds: list[Any], locked: bool, status: str) -> None:
    assert own_status(dvc, [Reason(kind, "x", "y") for kind in kinds], locked) == status


def row(address: str, deps: list[str], outs: list[str]) -> dict[str, Any]:
    made = [[{"path": path, "local": not path.startswith("s3:")} for path in paths] for paths in (deps, outs)]
    return {"address": address, "deps": made[0], "outs": made[1]}


def test_parents() -> None:
    rows = [
        row("dir", [], ["/t/d"]),
        row("file", ["/t/d/x"], ["/t/e/f/g"]),
        row("whole", ["/t/e"], ["s3://b/o"]),
        row("remote", ["s3://b/o", "/t/d"], []),
        row("near", ["/t/dd"], []),
    ]
    assert find_parents(rows) == {"dir": (), "file": ("dir",), "whole": ("file",), "remote": ("dir",), "near": ()}


def test_paths_and_secrets() -> None:
    assert relative("/t/a/b", "/t") == "a/b"
    assert relative("/t", "/t") == ""
    assert relative("/tt/a", "/t") == "/tt/a"
    assert relative("https://me:secret@host/x?sig=secret&v=2", "/t") == "https://host/x?sig=…&v=2"
    assert relative("git@host:a/b.git", "/t") == "git@host:a/b.git"


def test_an_answer_of_dvcs_own_command_comes_without_logins() -> None:
    entry = ["changed command", {"changed deps": {"https://me:secret@host/x": "modified", "rows.csv": "modified"}}]
    stage = _answered(facts("a", path="sub/dvc.yaml"), entry, "sub", 0).stage
    assert stage.dvc == ("changed command", {"changed deps": {"https://host/x": "modified", "rows.csv": "modified"}})
    assert [reason.path for reason in stage.reasons] == ["sub/dvc.yaml", "https://host/x", "sub/rows.csv"]
