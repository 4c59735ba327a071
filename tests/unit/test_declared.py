"""What a dvc.yaml declares, whoever asks."""

from __future__ import annotations

import pytest

from mltui.model.gto import Artifact
from mltui.sources.dvc.declared import NOTHING, declared, declared_or_nothing

TEXT = b"""
params: [more.yaml, 3]
vars: [{dir: d}, "v.yaml:keys"]
metrics: [all.json]
artifacts: {m: {path: model, labels: [a, 1], meta: {k: [x]}}}
stages:
  plain:
    cmd: [one, two]
    wdir: src
    deps: [in, ../up, /abs, "${dir}/x"]
    outs: [{model: {cache: false}}]
    metrics: [m.json]
    plots: [p.csv]
    params: [lr, {p.yaml: [a]}, {q.toml: null}]
    frozen: true
  each: {foreach: [1, 2], do: {cmd: "c ${item}", outs: ["o_${item}"]}}
  many: {matrix: {n: [1]}, cmd: m}
  odd: 3
  none: {foreach: [1], do: 3}
"""


def test_a_stage_as_it_is_written_and_as_it_is_seen_from_a_folder() -> None:
    stage = declared(TEXT).stages["plain"]
    assert (stage.cmd, stage.wdir, stage.frozen, stage.group) == ("one\ntwo", "src", True, False)
    assert stage.params_files == ("p.yaml", "q.toml")
    assert [each.path for each in stage.deps] == ["in", "../up", "/abs", "${dir}/x"]
    there = stage.at("sub")
    assert [each.path for each in there.deps] == ["sub/src/in", "sub/up", "/abs", "sub/src/${dir}/x"]
    assert [(each.path, each.cached) for each in there.made] == [
        ("sub/src/model", False),
        ("sub/src/m.json", True),
        ("sub/src/p.csv", True),
    ]


def test_a_group_says_what_it_repeats() -> None:
    said = declared(TEXT)
    assert (said.stages["each"].group, said.stages["each"].foreach, said.stages["each"].cmd) == (
        True,
        [1, 2],
        "c ${item}",
    )
    assert (said.stages["many"].group, said.stages["many"].matrix, said.stages["many"].cmd) == (True, {"n": [1]}, "m")
    assert said.of("each@2") is said.stages["each"]
    assert said.place_of("plain", "sub") == "sub/src"
    assert said.place_of("gone@1", "sub") == "sub"


def test_beside_the_stages() -> None:
    said = declared(TEXT)
    assert said.names == ("plain", "each", "many", "odd", "none")
    assert [*said.stages] == ["plain", "each", "many"]
    assert (said.params, said.vars) == (("more.yaml",), ({"dir": "d"}, "v.yaml:keys"))
    assert list(said.at("sub").every_metric) == ["sub/all.json", "sub/src/m.json"]
    assert said.artifacts == (Artifact("m", "model", labels=("a", "1"), meta={"k": '["x"]'}),)


@pytest.mark.parametrize("text", [b"", b"3", b"[]", b"stages: [a]\nparams: x\nvars: {}\nmetrics: 3\nartifacts: []"])
def test_what_is_no_pipeline_declares_nothing(text: bytes) -> None:
    assert declared(text) == NOTHING


def test_what_is_no_yaml() -> None:
    with pytest.raises(ValueError, match="parsing"):
        declared(b"{[")
    assert declared_or_nothing(b"{[") == NOTHING
