"""What a retrain of another commit runs, told from its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import pytest

from mltui.errors import UsageError
from mltui.sources.reproducing.commit import CommitFiles
from mltui.sources.retrain.asking import Scope
from mltui.sources.retrain.past import in_order, wanted
from mltui.sources.retrain.past_stages import PastStage, stages_of

FILES = {
    "dvc.yaml": """
vars: [{made: prep}]
stages:
  evaluate: {cmd: e, deps: [model/best], metrics: [{m.json: {cache: false}}]}
  train: {cmd: "t ${lr}", deps: [src, "${made}.txt"], outs: [model]}
  prep: {cmd: p, wdir: data, deps: [raw.txt], outs: [../prep.txt]}
  cold: {cmd: c, frozen: true, deps: [prep.txt], outs: [cold.txt]}
  after: {cmd: a, deps: [cold.txt], outs: [after.txt]}
  loop: {foreach: [a, b], do: {cmd: "l ${item}", deps: [m.json], outs: ["l_${item}"]}}
  many: {foreach: "${list}", do: {cmd: "x ${item}", outs: ["x_${item}"]}}
""",
    "dvc.lock": "schema: '2.0'\nstages: {many@one: {cmd: x one, outs: [{path: x_one, md5: '1'}]}}",
    "params.yaml": "lr: 0.5\nlist: [one]\n",
    "sub/dvc.yaml": "stages: {late: {cmd: s, deps: [../l_a], outs: [late.txt]}, broken: 3}",
    "other/.dvc/config": "",
    "other/dvc.yaml": "stages: {train: {cmd: o, outs: [model]}}",
}


class Commit(CommitFiles):
    """Files of a commit; ``other`` is a DVC project of its own."""

    @cached_property
    def blobs(self) -> Mapping[str, str]:
        return dict.fromkeys(FILES, "")

    def contents(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        return {path: FILES[path].encode() for path in paths if path in FILES}


def commit() -> CommitFiles:
    nobody = cast("Any", None)  # git is not asked
    return Commit(nobody, nobody, "v1")


def stages(root: str = "") -> list[PastStage]:
    return list(stages_of(commit(), root))


def names(*targets: str, whole: bool = False, glob: bool = False) -> list[str]:
    scope = Scope(Path("/p"), targets, whole=whole, glob=glob)
    return [each.name for each in in_order(stages(), wanted(stages(), scope, "v1"))]


def test_a_target_brings_all_that_it_needs_in_order() -> None:
    assert names("evaluate") == ["prep", "train", "evaluate"]
    assert names("dvc.yaml:train") == ["prep", "train"]
    assert names("sub/dvc.yaml") == ["prep", "train", "evaluate", "loop@a", "sub/dvc.yaml:late"]
    assert names("l*", glob=True) == ["prep", "train", "evaluate", "loop@a", "loop@b"]


def test_a_frozen_stage_needs_nothing() -> None:
    assert names("after") == ["cold", "after"]
    assert [each.name for each in stages() if each.frozen] == ["cold"]


def test_without_a_target_it_is_the_dvc_yaml_of_the_top_or_all() -> None:
    assert "sub/dvc.yaml:late" not in names()
    assert set(names(whole=True)) == {each.name for each in stages()}


def test_templates_are_filled_and_groups_have_the_names_of_dvc_lock() -> None:
    found = {each.name: each for each in stages()}
    assert (found["train"].cmd, found["loop@b"].cmd, found["many@one"].cmd) == ("t 0.5", "l b", "x one")


def test_another_project_has_addresses_of_its_own() -> None:
    assert [(each.name, each.address) for each in stages("other")] == [("train", "other/dvc.yaml:train")]


def test_what_the_commit_does_not_have_is_refused_with_what_is_near() -> None:
    with pytest.raises(UsageError, match="v1 has no stage trian") as refused:
        names("trian")
    assert refused.value.hint == "near: train"


def test_a_cycle_ends() -> None:
    one = PastStage("one", "one", "", frozenset({"b"}), frozenset({"a"}), frozen=False)
    two = PastStage("two", "two", "", frozenset({"a"}), frozenset({"b"}), frozen=False)
    assert in_order([one, two], [one]) == [two, one]
