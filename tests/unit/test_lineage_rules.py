"""The rules of the join, one by one, on a past made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.lineage_past import (
    BEGIN,
    STEP,
    data_edges,
    digest,
    entry,
    experiment,
    joined,
    past,
    read,
    run,
    sha,
    without,
)

from mltui.config import Config
from mltui.model.dvc_history import CommitGraph, StageKey
from mltui.model.lineage.committed import Filed
from mltui.model.lineage.graph import Graph
from mltui.model.lineage.hashes import mentions
from mltui.model.lineage.stages import Recipe
from mltui.model.lineage.uses import uses
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.runs import RunInput
from mltui.present.lineage_words import node_text
from mltui.sources.lineage.finding import Found, find
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner
from mltui.sources.workspace import Workspace

OLD, NEW = digest("old"), digest("new")


@pytest.mark.parametrize(
    ("text", "as_path"),
    [
        (OLD, False),
        (f"md5:{OLD}.dir", False),
        (f"/home/nik/dvc-storage/{OLD[:2]}/{OLD[2:]}", True),
        (f"s3://bucket/files/md5/{OLD[:2]}/{OLD[2:]}.dir", True),
        (f"C:\\store\\{OLD[:2]}\\{OLD[2:]}", True),
        (f'{{"uri": "https://host/{OLD[:2]}/{OLD[2:]}"}}', True),
        (f"data.csv@{OLD}", False),
    ],
)
def test_hashes_in_texts(text: str, as_path: bool) -> None:
    assert mentions(text) == ((OLD, as_path),)


@pytest.mark.parametrize(
    "text",
    [OLD[:31], f"{OLD}{OLD}", f"{OLD}0", OLD.upper(), f"{OLD[:8]}-{OLD[8:12]}-{OLD[12:]}", f"x{OLD[1:]}", ""],
)
def test_no_hashes(text: str) -> None:
    assert mentions(text) == ()


# Rule 1


def test_a_hash_in_a_param_is_recorded_and_goes_before_the_lock() -> None:
    graph = joined(past({"c1": entry("old", lr=1)}), run("c1", lr="1", data=f"store/{NEW[:2]}/{NEW[2:]}"))
    edges = [edge for edge in graph.into["run:r1"] if edge.kind == "recorded" and edge.source.startswith("data:")]
    assert [edge.how for edge in edges] == ["param data"]
    assert graph.nodes[edges[0].source].note == "in no commit of this clone"


def test_a_hash_that_the_history_has_names_its_path() -> None:
    graph = joined(
        past({"c1": entry("old"), "c2": entry("new")}), run("c1", url=f"x/{NEW[:2]}/{NEW[2:]}", status="FAILED")
    )
    assert read(graph) == ("recorded", NEW)


def test_an_id_of_thirty_two_digits_is_no_hash_of_data() -> None:
    graph = joined(past({"c1": None}), run("c1", parent="0123456789abcdef0123456789abcdef"))
    assert [edge.source for edge in graph.into["run:r1"]] == [f"commit:{sha('c1')}"]


def test_of_two_paths_with_the_same_content_the_one_that_is_named() -> None:
    tracked = {"c1": {"a.csv": "same", "b.csv": "same"}}
    graph = joined(past({"c1": None}, tracked=tracked), run("c1", hash=digest("same"), file="b.csv"))
    assert read(graph, path="b.csv") == ("recorded", digest("same"))
    assert not data_edges(graph, path="a.csv")


def test_dataset_sources_and_digests() -> None:
    inputs = {
        "r1": [RunInput("train", "ab12cd34", "local", f'{{"uri": "/c/files/md5/{OLD[:2]}/{OLD[2:]}"}}', "training")],
        "r2": [RunInput("train", NEW, "local", "{}", "")],
        "r3": [RunInput("train", "ab12cd34", "local", '{"uri": "data.csv"}', "")],
    }
    history = past({"c1": entry("old"), "c2": entry("new")})
    runs = [run("c1", id=id, source="x.py") for id in inputs]
    graph = joined(history, *runs, inputs=inputs)
    assert read(graph, "r1") == ("recorded", OLD)
    assert data_edges(graph, "r1")[0].how == "source of dataset train (training)"
    assert read(graph, "r2") == ("recorded", NEW)
    assert not data_edges(graph, "r3")


def test_the_recorder_names_every_dep() -> None:
    tags = {
        "mltui.dep.data.csv": f"md5:{NEW}",
        "mltui.dep.src/train.py": f"md5:{digest('code')}",
        "mltui.stage": "train",
    }
    graph = joined(past({"c1": entry("old", lr=1)}), run("c1", lr="1", tags=tags))
    assert read(graph) == ("recorded", NEW)
    assert [edge.kind for edge in graph.into["run:r1"] if edge.source == "stage:train"] == ["recorded"]


def test_two_deps_with_one_content_are_two() -> None:
    tags = {"mltui.dep.a.csv": f"md5:{NEW}", "mltui.dep.b.csv": f"md5:{NEW}"}
    graph = joined(past({"c1": None}), run("c1", tags=tags, data=f"md5:{NEW}"))
    found = {edge.source for edge in graph.into["run:r1"] if edge.source.startswith("data:")}
    assert found == {f"data:a.csv@md5:{NEW}", f"data:b.csv@md5:{NEW}"}


def test_a_path_that_no_tag_can_be_named_by_stands_in_the_value() -> None:
    tags = {"mltui.dep.0123456789ab": f"md5:{NEW} data.csv", "mltui.stage": "train"}
    assert read(joined(past({"c1": entry("old", lr=1)}), run("c1", lr="1", tags=tags))) == ("recorded", NEW)


def test_what_the_recorder_could_not_hash_in_time_is_said() -> None:
    tags = {"mltui.dep.data.csv": f"md5:{NEW}", "mltui.unhashed": "data.csv\nother"}
    (edge,) = data_edges(joined(past({"c1": None}), run("c1", tags=tags)))
    assert (edge.kind, edge.how) == ("recorded", "mltui-recorder, by DVC's files: too large to hash")


def test_a_hash_of_what_its_stage_makes_is_not_what_it_read() -> None:
    """People log the hash of the model that they wrote."""
    history = past({"c1": entry("old", lr=1), "c2": entry("new", "m2", lr=2)})
    graph = joined(history, run("c1", lr="2", tags={"model_md5": digest("m2"), "DVC_STAGE": "train"}))
    model = f"data:model.pkl@md5:{digest('m2')}"
    assert [(edge.target, edge.how) for edge in graph.out_of["run:r1"] if edge.target == model] == [
        (model, "tag model_md5")
    ]
    assert model not in {edge.source for edge in graph.into["run:r1"]}
    assert read(graph) == ("inferred", NEW)


def test_a_rev_names_a_tag_only_under_a_key_that_says_so() -> None:
    history = past({"c1": None, "c2": None}, revs={"v1": "c2", "1.0": "c2"})
    graph = joined(history, run("c1", data_rev="v1", sklearn="1.0"))
    found = {edge.source: edge.how for edge in graph.into["run:r1"]}
    assert found == {
        f"commit:{sha('c1')}": "mlflow.source.git.commit",
        f"commit:{sha('c2')}": "param data_rev names tag v1",
    }


# Rule 2


def test_an_experiment_by_its_name_and_not_its_parent() -> None:
    history = past(
        {"c1": entry("old", lr=1)},
        experiments=[experiment("gabby-lion", "x1", "c1"), experiment("other", "x2", "c1")],
        made_in={"x1": entry("new", lr=2), "x2": entry("old", lr=3)},
    )
    graph = joined(history, run("c1", lr="2", tags={"DVC_EXP_NAME": "gabby-lion"}))
    assert read(graph) == ("recorded", NEW)
    assert f"commit:{sha('x1')}" in {edge.source for edge in graph.into["run:r1"]}


def test_two_experiments_of_one_name_are_unknown_unless_the_baseline_tells() -> None:
    twice = [experiment("twin", "x1", "c1"), experiment("twin", "x2", "c2")]
    made_in = {"x1": entry("new", lr=2), "x2": entry("old", lr=2)}
    history = past({"c1": None, "c2": None}, experiments=twice, made_in=made_in)
    assert read(joined(history, run("c1", lr="2", tags={"mltui.exp": "twin", "mltui.stage": "train"}))) == (
        "recorded",
        NEW,
    )
    graph = joined(history, run(None, lr="2", tags={"mltui.exp": "twin", "mltui.stage": "train"}))
    assert {edge.kind for edge in graph.into["run:r1"] if edge.source.startswith("commit:")} == {"unknown"}


def test_an_experiment_of_another_baseline_is_another_one() -> None:
    """``dvc exp remove``, a commit, and the name is free again."""
    made_in = {"x2": entry("new", lr=2)}
    history = past({"c1": None, "c2": None}, experiments=[experiment("foo", "x2", "c2")], made_in=made_in)
    graph = joined(history, run("c1", lr="2", tags={"mltui.exp": "foo", "mltui.stage": "train"}))
    assert not data_edges(graph)
    assert [edge.kind for edge in graph.into["run:r1"] if edge.source == f"commit:{sha('x2')}"] == ["unknown"]


def test_a_name_that_was_given_again_is_of_the_run_whose_results_it_holds() -> None:
    """``dvc exp run -f -n`` puts other work under a name; what ran before it still bears that name."""
    history = past(
        {"c1": entry("old", lr=1)},
        experiments=[experiment("foo", "x1", "c1")],
        made_in={"x1": entry("new", lr=2)},
        metrics={"x1": {"auc": 0.50731}},
    )
    tags = {"DVC_EXP_NAME": "foo", "DVC_STAGE": "train"}

    def of(*runs: tuple[str, float, str]) -> list[object]:
        each = [
            run("c1", id=str(at), ended=at + 0.5, lr=lr, metrics={"auc": auc}, tags=tags, status=status)
            for at, (lr, auc, status) in enumerate(runs)
        ]
        graph = joined(history, *each)
        return [read(graph, one.run_id) for one in each]

    theirs = ("recorded", NEW)
    assert of(("2", 0.50731, "FINISHED")) == [theirs]
    assert of(("2", 0.6, "FINISHED"), ("2", 0.50731, "FINISHED")) == [None, theirs]
    assert of(("3", 0.50731, "FINISHED"), ("2", 0.50731, "FINISHED")) == [None, theirs]
    assert of(("2", 0.50731, "FAILED"), ("2", 0.50731, "FINISHED")) == [None, theirs]
    untold = replace(history, metrics=lambda commit, entry: Filed({}))
    twice = joined(untold, *(run("c1", id=id, ended=at, lr="2", tags=tags) for at, id in ((0.2, "a"), (0.4, "b"))))
    assert [read(twice, id) for id in "ab"] == [None, None]
    kinds = {edge.kind for edge in twice.into["run:a"] if edge.source == f"commit:{sha('x1')}"}
    assert kinds == {"unknown"}


# Rule 3


def test_the_results_are_in_the_next_commit() -> None:
    history = past({"c1": entry("old", lr=1), "c2": entry("new", "m2", lr=2)})
    graph = joined(history, run("c1", lr="2"))
    assert read(graph) == ("inferred", NEW)
    assert data_edges(graph)[0].how == f"dvc.lock at {sha('c2')[:7]}, committed after the run, params equal (likely)"
    assert f"commit:{sha('c2')}" in {edge.target for edge in graph.out_of["run:r1"]}


def test_metrics_make_it_matched_and_other_metrics_refuse_it() -> None:
    locks = {"c1": entry("old", lr=1), "c2": entry("new", "m2", lr=2)}
    history = past(locks, metrics={"c2": {"auc": 0.5}})
    assert data_edges(joined(history, run("c1", lr="2", metrics={"auc": 0.5})))[0].how.endswith(
        "params and metrics equal (matched)"
    )
    graph = joined(history, run("c1", lr="2", metrics={"auc": 0.6}))
    assert not data_edges(graph)
    unknown = [edge for edge in graph.into["run:r1"] if edge.source.startswith("data:?")]
    assert "the metrics file" in unknown[0].how


def test_a_commit_before_the_end_of_the_run_does_not_hold_it() -> None:
    history = past({"c1": entry("old", lr=1), "c2": entry("new", lr=2)})
    assert not data_edges(joined(history, run("c1", lr="2", ended=1.5)))


def test_commits_in_between_that_change_nothing_of_the_stage_do_not_matter() -> None:
    first = entry("old", lr=1)
    history = past({"c1": first, "c2": first, "c3": first, "c4": entry("new", lr=2), "c5": entry("newer", lr=2)})
    assert read(joined(history, run("c1", lr="2"))) == ("inferred", NEW)


def test_two_that_fit_and_differ_are_unknown_and_both_shown() -> None:
    history = past({"c1": entry("old", lr=2), "c2": entry("new", lr=2)})
    edges = data_edges(joined(history, run("c1", lr="2")))
    assert {(edge.kind, edge.source.rpartition(":")[2]) for edge in edges} == {("unknown", OLD), ("unknown", NEW)}


def test_branches_each_have_a_next_commit() -> None:
    parents = {"c1": (), "a": ("c1",), "b": ("c1",)}
    history = past({"c1": entry("old", lr=1), "a": entry("new", lr=2), "b": entry("other", lr=3)}, parents)
    assert read(joined(history, run("c1", lr="3"))) == ("inferred", digest("other"))


def test_of_a_commit_and_its_copies_on_other_branches_the_first_holds_the_results() -> None:
    """Seen with ``git cherry-pick``: the copy was said to be where the run's results were committed."""
    new = entry("new", lr=2)
    parents = {"c1": (), "a": ("c1",), "b": ("c1",), "c": ("c1",)}
    history = past({"c1": entry("old", lr=1), "a": new, "b": new, "c": new}, parents)
    graph = joined(history, run("c1", lr="2"))
    assert [edge.target for edge in graph.out_of["run:r1"] if edge.target.startswith("commit:")] == [
        f"commit:{sha('a')}"
    ]


def test_a_merge_that_brings_another_branch_is_no_commit_of_the_run() -> None:
    parents = {"c1": (), "a": ("c1",), "b": ("c1",), "m": ("a", "b")}
    base = entry("old", lr=1)
    history = past({"c1": base, "a": base, "b": entry("new", lr=2), "m": entry("new", lr=2)}, parents)
    assert not data_edges(joined(history, run("a", lr="2", ended=1.1)))


def test_a_run_that_failed_left_no_lock() -> None:
    history = past({"c1": entry("old", lr=1), "c2": entry("new", lr=2)})
    assert not data_edges(joined(history, run("c1", lr="2", status="FAILED")))


def test_the_recorded_commit_itself_needs_more_than_equal_params() -> None:
    """Its lock was there before the run: that the params are the same does not say that the data was."""
    history = past({"c1": entry("old", lr=1)})
    assert read(joined(history, run("c1", lr="1"))) == ("unknown", OLD)
    told = run("c1", lr="1", tags={"DVC_STAGE": "train"})
    assert not data_edges(joined(history, told)), "DVC would not have run it: something changed"
    matched = past({"c1": entry("old", lr=1)}, metrics={"c1": {"auc": 0.50731}})
    again = run("c1", lr="1", tags={"DVC_STAGE": "train"}, metrics={"auc": 0.50731})
    assert read(joined(matched, again)) == ("inferred", OLD)


@pytest.mark.parametrize("accuracy", [1.0, 0.0, 0.93, 29 / 30, 0.942])
def test_what_any_run_may_come_to_does_not_tell_one_from_another(accuracy: float) -> None:
    """Seen with real tools: an accuracy of 1.0 on other data, by hand, or with params nobody can compare."""
    said = {"acc": accuracy}
    history = past(
        {"c1": entry("old", lr=1), "c2": entry("new", "m2", lr=1)}, metrics=dict.fromkeys(("c1", "c2"), said)
    )
    own = joined(history, run("c2", lr="1", ended=1.5, metrics=said))
    assert read(own) == ("unknown", NEW)
    one = joined(history, run("c1", lr="1", ended=0.5, metrics=said))
    assert read(one) == ("inferred", NEW), "committed after, and nothing speaks against it"
    two = joined(history, *(run("c1", id=id, lr="1", metrics=said, tags={"DVC_STAGE": "train"}) for id in "ab"))
    assert [read(two, id) for id in "ab"] == [None, None]
    assert not data_edges(joined(history, run("c1", metrics=said, other_name="1")))


def test_a_revert_brings_back_what_was_there_before_the_run() -> None:
    """Seen with real tools: work that was discarded, and then the commit before it taken back."""
    first, second = entry("old", lr=1), entry("new", "m2", lr=1)
    history = past({"c1": first, "c2": second, "c3": first})
    for tags in ({}, {"DVC_STAGE": "train"}):
        graph = joined(history, run("c2", lr="1", ended=1.5, tags=tags))
        assert {edge.kind for edge in data_edges(graph)} <= {"unknown"}


def test_two_that_were_there_before_prove_nothing_together() -> None:
    first = entry("old", lr=1)
    history = past({"c1": first, "c2": entry("old", "m2", lr=1), "c3": first})
    edges = data_edges(joined(history, run("c2", lr="1", ended=1.5)))
    assert {(edge.kind, edge.source.rpartition(":")[2]) for edge in edges} == {("unknown", OLD)}


def test_a_run_at_the_commit_that_came_to_what_is_committed_there() -> None:
    history = past({"c0": entry("first", lr=0), "c1": entry("old", lr=1)})
    maker = run("c0", id="made", lr="1", metrics={"auc": 0.50731})
    for auc, kind in ((0.50731, "inferred"), (0.6, "unknown")):
        graph = joined(history, maker, run("c1", ended=1.5, lr="1", metrics={"auc": auc}))
        assert read(graph) == (kind, OLD)


def test_a_metrics_file_that_the_lock_does_not_name_spoils_it() -> None:
    history = past({"c1": entry("old", lr=1), "c2": entry("new", lr=2)}, spoilt=["c2"])
    assert not data_edges(joined(history, run("c1", lr="2", metrics={"auc": 0.5})))


def test_nothing_to_compare_is_no_proof() -> None:
    assert not data_edges(joined(past({"c1": entry("old"), "c2": entry("new")}), run("c1", lr="2")))


def test_params_by_their_last_part_and_as_numbers() -> None:
    locked = {"train.lr": 0.5, "train.layers": [64, 32], "train.shuffle": True, "train.note": None}
    history = past({"c1": entry("old"), "c2": without(entry("new"), params={"params.yaml": locked})})
    good = run("c1", lr="0.50", layers="[64, 32]", shuffle="True", note="None")
    assert read(joined(history, good)) == ("inferred", NEW)
    assert not data_edges(joined(history, run("c1", lr="0.50", layers="[64, 31]")))


def test_of_several_runs_before_a_commit_that_came_to_different_things() -> None:
    history = past({"c1": entry("old", lr=1), "c2": entry("new", lr=2)})

    def of(tags: dict[str, str]) -> list[object]:
        runs = [
            run("c1", id="a", ended=0.2, lr="2", metrics={"auc": 0.5}, tags=tags),
            run("c1", id="b", ended=0.4, lr="2", metrics={"auc": 0.6}, tags=tags),
            run("c1", id="c", ended=0.6, lr="2", metrics={"auc": 0.6}, tags=tags),
        ]
        graph = joined(history, *runs)
        return [read(graph, id) for id in "abc"]

    assert of({"DVC_STAGE": "train"}) == [None, None, None], "the first may have come back from DVC's run cache"
    assert of({}) == [None, None, None], "one of them may have been started by hand"


def test_runs_that_came_to_the_same_are_joined_alike() -> None:
    history = past({"c1": entry("old", lr=1), "c2": entry("new", lr=2)})
    runs = [run("c1", id=id, lr="2", metrics={"auc": 0.50731}) for id in "abcd"]
    graph = joined(history, *runs)
    assert [read(graph, id) for id in "abcd"] == [("inferred", NEW)] * 4


def test_runs_that_ran_in_another_read_what_that_one_read() -> None:
    history = past({"c1": entry("old", lr=1), "c2": entry("new", lr=2)})
    folds = [
        replace(run("c1", id=id, lr="2", metrics={"auc": auc}, ended=0.4, tags={"mlflow.parentRunId": "p"}))
        for id, auc in (("a", 0.50731), ("b", 0.61))
    ]
    parent = run("c1", id="p", lr="2", ended=0.5)
    whole = replace(parent, start=folds[0].start)
    assert [read(joined(history, whole, *folds), id) for id in "pab"] == [("inferred", NEW)] * 3
    assert [read(joined(history, parent, *folds), id) for id in "pab"] == [None] * 3, "it began after they had ended"


def test_what_the_run_recorded_refuses_a_lock_that_says_otherwise() -> None:
    history = past({"c1": entry("old", lr=1), "c2": entry("new", lr=2)})
    graph = joined(history, run("c1", lr="2", data=OLD))
    assert read(graph) == ("recorded", OLD)
    assert not data_edges(graph, path="src/train.py")


# The stage


def test_only_one_stage_may_name_the_source() -> None:
    both = [
        Recipe(StageKey("", "train"), "python src/train.py"),
        Recipe(StageKey("", "again"), "python src/train.py -x"),
    ]
    locks = {"c1": entry("old", lr=1), "c2": entry("new", lr=2)}
    graph = joined(past(locks, recipes=both), run("c1", lr="2"))
    assert not data_edges(graph)
    assert _staged(graph) == [("stage:?@run:r1", "unknown", "2 stages name src/train.py: train, again")]
    assert node_text(graph.nodes["stage:?@run:r1"]) == "stage"
    assert read(joined(past(locks, recipes=both[:1]), run("c1", lr="2"))) == ("inferred", NEW)
    told = joined(past(locks, recipes=both), run("c1", lr="2", tags={"DVC_STAGE": "train"}))
    assert read(told) == ("inferred", NEW)


def test_of_many_stages_that_a_run_may_have_been_some_are_named() -> None:
    many = [Recipe(StageKey("", f"train@{at}"), "python src/train.py") for at in range(1002)]
    graph = joined(past({"c1": entry("old", lr=1)}, recipes=many), run("c1", lr="2"))
    ((_, _, how),) = _staged(graph)
    assert how.endswith("train@4, train@5 and 996 more")


def test_a_stage_that_names_one_of_several_files_of_that_name() -> None:
    files = frozenset(("src/train.py", "old/train.py"))
    known = replace(past({"c1": entry("old")}), scripts=lambda commit, source: files)
    graph = joined(known, run("c1", source="train.py"))
    assert [how for _, _, how in _staged(graph)] == ["train names one of 2 files that train.py could be"]


def _staged(graph: Graph) -> list[tuple[str, str, str]]:
    return [(edge.source, edge.kind, edge.how) for edge in graph.into["run:r1"] if edge.source.startswith("stage:")]


@pytest.mark.parametrize("source", ["/home/ada/churn/src/train.py", "src/train.py", "train.py"])
def test_source_names(source: str) -> None:
    history = past({"c1": entry("old", lr=1), "c2": entry("new", lr=2)})
    assert read(joined(history, run("c1", lr="2", source=source))) == ("inferred", NEW)


@pytest.mark.parametrize("source", ["", "pretrain.py", "src/other/train.py.bak", "ipykernel_launcher.py"])
def test_sources_that_no_stage_names(source: str) -> None:
    history = past({"c1": entry("old", lr=1), "c2": entry("new", lr=2)})
    graph = joined(history, run("c1", lr="2", source=source))
    assert [edge.source for edge in graph.into["run:r1"]] == [f"commit:{sha('c1')}"]


def test_a_script_of_the_same_name_elsewhere_is_another_one() -> None:
    """Seen with real tools: an experiment's own train.py, started by hand, was taken for the stage's."""
    locks = {"c1": entry("old", lr=1), "c2": entry("new", lr=2)}
    known = replace(past(locks), scripts=lambda commit, source: frozenset((source.removeprefix("/elsewhere/"),)))
    for source, found in (
        ("src/train.py", ("inferred", NEW)), ("/elsewhere/src/train.py", ("inferred", NEW)), ("train.py", None),
        ("experiments/src/train.py", None),
    ):  # fmt: skip
        assert read(joined(known, run("c1", lr="2", source=source))) == found


def test_a_bare_name_of_a_stage_that_two_files_have() -> None:
    """DVC says it as seen from where it was started."""
    train, sub = StageKey("", "train"), StageKey("sub", "train")
    recipes = [Recipe(train, "python a.py"), Recipe(sub, "python b.py", wdir="sub")]
    locks = {"c1": entry("old", lr=1), "c2": entry("new", lr=2)}

    def stages(source: str, said: str) -> set[str]:
        graph = joined(past(locks, recipes=recipes), run("c1", lr="2", source=source, tags={"DVC_STAGE": said}))
        return {edge.source for edge in graph.into["run:r1"] if edge.source.startswith("stage:")}

    assert stages("c.py", "train") == {"stage:?@run:r1"}
    assert stages("a.py", "train") == {"stage:train"}
    assert stages("b.py", "train") == {"stage:sub/dvc.yaml:train"}
    assert stages("c.py", "sub/dvc.yaml:train") == {"stage:sub/dvc.yaml:train"}


def test_a_stage_that_is_committed_after_its_first_run() -> None:
    graph = joined(past({"c1": None, "c2": entry("new", lr=2)}), run("c1", lr="2"))
    assert read(graph) == ("inferred", NEW)


# Words


def test_a_path_alone_is_its_newest_content() -> None:
    """An out of a stage has no version with a time: HEAD's is the newest, else the one a lock had last."""
    first, second, third = entry("a", "m1", lr=1), entry("b", "m2", lr=2), entry("c", "m3", lr=3)
    for head, newest in ((third, "m3"), (None, "m3"), (first, "m1")):
        locks = {"c1": first, "c2": second, "c3": third, "c4": head}
        graph = joined(past(locks))
        assert _found("model.pkl", graph).id == f"data:model.pkl@md5:{digest(newest)}"


def test_a_run_and_a_dvc_experiment_of_one_name() -> None:
    """DVC names what it runs, and people log that name: the run is looked for, and knows which experiment it was."""
    one = replace(experiment("gabby-lion", "x1", "c1"), time=BEGIN + 9 * STEP)
    history = past({"c1": entry("old", lr=1)}, experiments=[one], made_in={"x1": entry("new", lr=2)})
    graph = joined(history, replace(run("c1"), name="gabby-lion"))
    found = _found("gabby-lion", graph)
    assert (found.id, found.others) == ("run:r1", (f"run:{sha('x1')}",))


@pytest.mark.parametrize("word", ["m#prod", "m@prod", "alias:m#prod", "alias:m@prod"])
def test_a_stage_of_gto_as_its_tag_spells_it(word: str) -> None:
    version = ModelVersion("m", "v1.0.0", None, 5, ("prod",), tags={"tag": "m@v1.0.0"}, commit=sha("c1"))
    graph = joined(past({"c1": None}), models=[RegisteredModel("m", "gto", (version,), {})])
    assert _found(word, graph).id == "alias:m@prod"


def _found(word: str, graph: Graph) -> Found:
    nowhere = Workspace(Project(Path(), Path()), Config(), ProcessRunner())
    return find(word, graph, lambda: CommitGraph({}, {}), nowhere)


# Commits and models


def test_a_commit_that_is_not_here_is_unknown_with_the_reason() -> None:
    graph = joined(past({"c1": entry("old", lr=1)}), run("gone", lr="1"))
    assert [(edge.kind, edge.how) for edge in graph.into["run:r1"]] == [
        ("unknown", "mlflow.source.git.commit: not in this clone")
    ]


def test_in_the_tree_is_no_edge() -> None:
    history = past({"c1": None}, tracked={"c1": {"holidays.csv": "h"}})
    graph = joined(history, run("c1"))
    assert not data_edges(graph, path="holidays.csv")
    assert graph.in_tree["run:r1"].data == (f"data:holidays.csv@md5:{digest('h')}",)


def test_models_and_aliases() -> None:
    version = ModelVersion("churn", "4", "r1", 5, ("champion",), source_run_id="r1")
    lost = ModelVersion("churn", "5", "nowhere", 6, source_run_id="nowhere")
    graph = joined(past({"c1": None}), run("c1"), models=[RegisteredModel("churn", "mlflow", (lost, version), {})])
    up = {edge.source for edge in graph.upstream("alias:churn@champion")}
    assert up == {"model:churn/4", "run:r1", f"commit:{sha('c1')}"}
    assert [edge.kind for edge in graph.into["model:churn/5"]] == ["unknown"]


def test_a_version_of_gto_names_the_tag_that_made_it() -> None:
    tagged = ModelVersion(
        "m", "v1.0.0", None, 5, ("prod",), tags={"tag": "m@v1.0.0", "#prod": "m#prod#1"}, commit=sha("c1")
    )
    staged = ModelVersion("n", sha("c1"), None, 5, ("dev",), tags={"#dev": "n#dev#1"}, commit=sha("c1"))
    models = [RegisteredModel(each.model, "gto", (each,), {}) for each in (tagged, staged)]
    graph = joined(past({"c1": None}), models=models)
    hows = [graph.into[f"model:{each.model}/{each.version}"][0].how for each in (tagged, staged)]
    assert hows == ["git tag m@v1.0.0", "git tag n#dev#1"]
    assert graph.into["alias:m@prod"][0].how == "git tag m#prod#1"


@pytest.mark.parametrize(
    ("path", "data", "how"),
    [
        ("model.pkl", f"data:model.pkl@md5:{digest('m1')}", ""),
        ("models/a.pkl", f"data:models@md5:{digest('dir')}", ": models/a.pkl"),
        ("elsewhere.pkl", None, ""),
    ],
)
def test_a_version_of_gto_holds_what_dvc_yaml_declares_at_its_commit(path: str, data: str | None, how: str) -> None:
    version = ModelVersion("m", "v1.0.0", None, 5, tags={"tag": "m@v1.0.0"}, commit=sha("c1"))
    locks = {"c1": entry("old", "m1", lr=1), "c2": entry("new", "m2", lr=2)}
    known = replace(
        past(locks, tracked={"c1": {"models": "dir"}, "c2": {"models": "later"}}),
        artifact=lambda commit, model: (path, "dvc.yaml") if (commit, model) == (sha("c1"), "m") else None,
    )
    graph = joined(known, models=[RegisteredModel("m", "gto", (version,), {})])
    edges = graph.into["model:m/v1.0.0"]
    found = [(edge.source, edge.kind, edge.how) for edge in edges if edge.source.startswith("data:")]
    assert found == ([(data, "recorded", f"artifacts: of dvc.yaml at {sha('c1')[:7]}{how}")] if data else [])
    params = [graph.nodes[edge.source].label for edge in edges if edge.source.startswith("params:")]
    assert params == (["lr=1"] if path == "model.pkl" else [])
    read = f"data:data.csv@md5:{OLD}" in {edge.source for edge in graph.upstream("model:m/v1.0.0")}
    assert read == (path == "model.pkl")


def test_who_used_data_through_the_stage_that_prepared_it() -> None:
    history = past({"c1": entry("old", "m1", lr=1), "c2": entry("new", "m2", lr=1)})
    scorer = run("c2", id="scorer", ended=1.5, source="score.py", model=digest("m1"))
    later = run("c2", id="later", ended=1.6, lr="3")
    graph = joined(history, scorer, later)
    (use,) = uses(graph, f"data:data.csv@md5:{OLD}")
    assert (use.run.id, use.kind, [node.label for node in use.through]) == (
        "run:scorer", "recorded", [f"model.pkl {digest('m1')[:8]}"]
    )  # fmt: skip
    assert uses(graph, f"data:data.csv@md5:{NEW}") == (), "that later is a run of train says nothing of what it read"


def test_a_stage_shows_what_it_reads_now_and_a_run_of_it_only_its_name() -> None:
    history = past({"c1": entry("old", "m1", lr=1), "c2": entry("new", "m2", lr=2)})
    graph = joined(history, run("c2", ended=1.5, lr="3"))
    assert {edge.source for edge in graph.upstream("stage:train")} >= {f"data:data.csv@md5:{NEW}"}
    assert {edge.target for edge in graph.downstream("stage:train")} == {"run:r1", f"data:model.pkl@md5:{digest('m2')}"}
    assert not any(edge.source.startswith("data:data.csv") for edge in graph.upstream("run:r1"))
    assert "run:r1" not in {edge.target for edge in graph.downstream(f"data:data.csv@md5:{NEW}")}


def test_a_stage_file_of_dvc_0_is_no_lock() -> None:
    graph = joined(past({"c1": entry("old", key=StageKey("", "./model.pkl.dvc"))}))
    assert {edge.how for edge in graph.edges if edge.source.startswith("data:")} == {
        f"model.pkl.dvc at {sha('c1')[:7]}"
    }


def test_data_comes_from_the_stage_that_made_it() -> None:
    made = entry("old", "m1", lr=1)
    history = past({"c1": made, "c2": entry("new", "m2", lr=1)})
    graph = joined(history, run("c1", source="x.py", model=digest("m1")))
    up = {edge.source for edge in graph.upstream("run:r1")}
    assert f"data:data.csv@md5:{OLD}" in up
    assert f"entry:train@{sha('c1')[:7]}#0" in up
    assert "stage:train" not in up, "HEAD has another one"
