"""From rows of files along a line to metrics files and to changes of datasets."""

from __future__ import annotations

import math
from pathlib import Path

from mltui.model.trend import TimeLine
from mltui.sources.dvc.declared import declared_by
from mltui.sources.places import Project
from mltui.sources.trend.contents import Contents, declared_in, is_metrics, kept_numbers
from mltui.sources.trend.files import FileHistory, Row
from mltui.sources.trend.tracked import data_changes, metric_files

LINE = TimeLine(tuple("abcdefgh"), tuple(range(8)))
HERE = Project(Path("/nowhere"), Path("/nowhere"))
NUMBERS = {"data.csv": {"md5:1": 1, "md5:2": 2}, "moved.csv": {"md5:1": 1, "md5:2": 2}, "out/clean.csv": {"md5:9": 4}}


def tracked(path: str, value: str) -> list[list[str | None]]:
    return [[None, path, value]]


def changes(rows: list[Row], says: dict[str, object], **more: list[Row]) -> list[tuple[str, str, object, object]]:
    history = FileHistory("h", rows, more.get("locks"), [], says)
    outs = ("out/clean.csv",) if more else ()
    return [(each.commit, each.path, each.former, each.number) for each in data_changes(history, LINE, NUMBERS, outs)]


def test_a_dataset_that_came_changed_went_back_and_was_taken_out() -> None:
    rows: list[Row] = [("a", "data.csv.dvc", "x"), ("c", "data.csv.dvc", "y"), ("d", "data.csv.dvc", "x")]
    says = {"x": tracked("data.csv", "md5:1"), "y": tracked("data.csv", "md5:2")}
    assert changes([*rows, ("e", "data.csv.dvc", None)], says) == [
        ("a", "data.csv", None, 1),
        ("c", "data.csv", 1, 2),
        ("d", "data.csv", 2, 1),
        ("e", "data.csv", 1, None),
    ]


def test_what_is_said_anew_or_only_moved_is_no_change() -> None:
    says = {"x": tracked("data.csv", "md5:1"), "x2": tracked("data.csv", "md5:1"), "z": tracked("moved.csv", "md5:1")}
    rows: list[Row] = [("a", "data.csv.dvc", "x"), ("b", "data.csv.dvc", "x2")]
    moved: list[Row] = [("c", "data.csv.dvc", None), ("c", "moved.csv.dvc", "z")]
    assert changes([*rows, *moved], says) == [("a", "data.csv", None, 1)]


def test_a_version_of_one_and_the_same_number_of_another_are_no_move() -> None:
    says = {"x": tracked("data.csv", "md5:1"), "o": tracked("other.csv", "md5:1b")}
    rows: list[Row] = [("a", "data.csv.dvc", "x"), ("b", "data.csv.dvc", None), ("b", "other.csv.dvc", "o")]
    assert [each[:2] for each in changes(rows, says)] == [("a", "data.csv"), ("b", "data.csv"), ("b", "other.csv")]


def test_an_out_that_is_a_dataset_is_told_by_the_lock_also_where_its_stage_works_elsewhere() -> None:
    locks: list[Row] = [("a", "dvc.lock", "l"), ("b", "dvc.lock", "m")]
    says = {
        "l": [["clean", "clean.csv", "md5:9"], ["train", "model.bin", "md5:3"]],
        "m": [["clean", "clean.csv", "md5:9"]],
    }
    assert changes([], says, locks=locks) == [("a", "out/clean.csv", None, 4)]


def test_declared_files_go_before_those_that_are_called_like_one() -> None:
    rows: list[Row] = [("a", "metrics.json", "x"), ("a", "eval/m.yaml", "y")]
    says = {"x": {"auc": 1.0}, "y": {"f1": 0.5}}
    assert metric_files(FileHistory("h", rows, None, ["eval/m.yaml"], says), LINE, HERE).keys() == {
        "eval/m.yaml": {"f1"}
    }
    assert metric_files(FileHistory("h", rows, None, [], says), LINE, HERE).keys() == {"metrics.json": {"auc"}}


def test_files_one_after_another_and_beside_each_other() -> None:
    says = {"x": {"auc": 0.5}, "y": {"auc": 0.75}}
    after: list[Row] = [("a", "metrics.json", "x"), ("c", "metrics.json", None), ("c", "results.json", "y")]
    found = metric_files(FileHistory("h", after, None, [], says), LINE, HERE)
    assert not found.beside(("metrics.json", "results.json"))
    points = found.points(("metrics.json", "results.json"), "auc", LINE)
    assert [(point.commit, point.value, point.path) for point in points] == [
        ("a", 0.5, "metrics.json"),
        ("c", 0.75, "results.json"),
    ]
    beside: list[Row] = [("a", "metrics.json", "x"), ("b", "results.json", "y")]
    found = metric_files(FileHistory("h", beside, None, [], says), LINE, HERE)
    assert found.beside(("metrics.json", "results.json"))
    assert not found.beside(("metrics.json", "none.json"))


def test_what_is_not_here_is_counted_and_the_same_content_again_is_no_point() -> None:
    rows: list[Row] = [("a", "metrics.json", "x"), ("b", "metrics.json", "gone"), ("c", "metrics.json", "x")]
    found = metric_files(FileHistory("h", rows, None, [], {"x": {"auc": 0.5}}, {"gone"}), LINE, HERE)
    assert found.lacking == {"metrics.json": 1}
    assert [point.commit for point in found.points(("metrics.json",), "auc", LINE)] == ["a"]


def test_a_metrics_file_outside_the_project_is_looked_for_in_the_cache_of_the_top(tmp_path: Path) -> None:
    top = Project(tmp_path, tmp_path)
    for path in ("/elsewhere/metrics.json", "../beside/metrics.json"):
        says = {"l": [["train", path, "md5:" + "0" * 32]]}
        history = FileHistory("h", [], [("a", "dvc.lock", "l")], [path], says)
        assert metric_files(history, LINE, top).lacking == {path: 1}


def test_numbers_that_json_has_not_are_kept() -> None:
    kept = kept_numbers({"a": float("nan"), "b": {"c": float("inf"), "d": True, "e": "text"}, "f": 1})
    assert {key: float(value) for key, value in kept.items() if key != "a"} == {"b.c": math.inf, "f": 1.0}
    assert math.isnan(float(kept["a"]))


def test_what_a_dvc_yaml_declares() -> None:
    content = {
        "metrics": ["top.json", {"more.yaml": {"x": 1}}],
        "stages": {
            "train": {"wdir": "src", "metrics": [{"m.json": {"cache": False}}, "${name}.json"]},
            "each": {"foreach": [1, 2], "do": {"metrics": ["e.json"]}},
            "broken": 3,
        },
    }
    assert declared_in(declared_by(content)) == ["top.json", "more.yaml", "src/m.json", "e.json"]
    assert declared_in(declared_by("nothing")) == []


def test_names_that_are_taken_for_metrics_files() -> None:
    good = ("metrics.json", "out/metrics_test.yaml", "scores.yml", "dvclive/metrics.json", "results/summary.json")
    assert all(map(is_metrics, good))
    assert not any(map(is_metrics, ("params.json", "my_metrics.json", "metrics.csv", "metrics", "metrics.json.dvc")))


def test_a_content_that_makes_no_sense_says_nothing() -> None:
    class Reader:
        def read(self, shas: list[str]) -> list[tuple[str, bytes | None]]:
            return [(sha, {"j": b"{", "y": b"a: [", "l": b"\xff", "d": b"outs: 3", "none": None}[sha]) for sha in shas]

    says: dict[str, object] = {}
    rows: list[Row] = [
        ("a", "metrics.json", "j"),
        ("a", "dvc.yaml", "y"),
        ("a", "dvc.lock", "l"),
        ("a", "x.dvc", "d"),
        ("a", "metrics.yaml", "none"),
    ]
    reading = Contents(says)
    assert reading.read(Reader(), rows) == {"none"}  # type: ignore[arg-type]
    assert not any(says.values())
    assert [name for row in rows for name in reading.declared(row)] == []
