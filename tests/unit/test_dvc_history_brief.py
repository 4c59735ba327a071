"""The small file of timelines: what is read from it is what was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from histories import Made, tracking

from mltui.model.dvc import Dataset
from mltui.model.dvc_history import DvcHistory
from mltui.sources.dvc.history.brief import BriefSource, brief_of
from mltui.sources.places import Project


def odd() -> DvcHistory:
    """Hundreds of tags, a rename, gaps, two projects with one path, a pipeline output, bytes that are no UTF-8."""
    made = Made()
    made.commit("0", {"x.csv.dvc": tracking("a" * 32), "p/s.dvc": tracking("c" * 32, "/s")})
    files = {"y.csv.dvc": tracking("a" * 32, "y.csv"), "p/s.dvc": tracking("c" * 32, "/s")}
    files |= {"q/s.dvc": tracking("d" * 32, "/s"), "bad.dvc": "{["}
    made.commit("1", {**files, "caf\udce9.dvc": tracking("e" * 32, "z")}, "0")
    made.commit("2", {**made.trees["1"], "y.csv.dvc": tracking("b" * 32, "y.csv", size=3)}, "1")
    for number in range(300):
        made.ref(f"v{number}", str(number % 3), "tag")
    made.ref("main", "2", "head")
    return made.history(["out"], cut=["0"])


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, tmp_path, tmp_path / ".git", tmp_path / ".git")


def test_what_is_kept_is_what_was_told(project: Project) -> None:
    history = odd()
    told = BriefSource(project, ["out"], lambda progress: history).load()
    kept = BriefSource(project, ["out"], lambda progress: pytest.fail("it was kept")).load()
    assert kept == told == brief_of(history, ["out"])
    assert len(kept.versions["y.csv"][0].refs) == 301
    assert kept.at_head.tracked["y.csv"].size == 3
    assert [gap.path for gap in kept.head_gaps] == ["bad.dvc"]


def test_other_outs_are_another_question(project: Project) -> None:
    history = odd()
    BriefSource(project, ["out"], lambda progress: history).load()
    assert not BriefSource(project, ["other"], lambda progress: history).stand()
    assert BriefSource(project, ["other"], lambda progress: history).remembered() is not None


@pytest.mark.parametrize("text", ["", "{}", '{"key": 1, "histories": [], "gaps": 3}', "\0"])
def test_a_broken_file_is_none(project: Project, text: str) -> None:
    history = odd()
    source = BriefSource(project, [], lambda progress: history)
    source.load()
    (path,) = Path(source._path).parent.glob("versions*.json")
    path.write_text(text)
    again = BriefSource(project, [], lambda progress: history)
    assert again.remembered() is None
    assert again.load() == brief_of(history, [])


def test_datasets_find_their_history_by_path_and_file() -> None:
    brief = brief_of(odd(), [])

    def versions(path: str, address: str) -> int | None:
        return brief.of(Dataset(path, address, None, None, None, "unknown")).versions

    assert versions("y.csv", "y.csv.dvc") == 2
    assert versions("/s", "q/s.dvc") == 1
    assert versions("nowhere", "nowhere.dvc") == 0
    assert [gap.path for gap in brief.of(Dataset("y.csv", "y.csv.dvc", None, None, None, "unknown")).gaps] == [""]
