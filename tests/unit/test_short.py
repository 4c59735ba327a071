"""The line of `mltui status --short`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from test_status_json import moment

from mltui.cli.short import is_project
from mltui.model.dvc import Pipeline, Stage
from mltui.model.part import Part, Problem
from mltui.model.runs import Run
from mltui.model.status import Snapshot
from mltui.present.short import short_line
from mltui.present.text import ASCII, UNICODE


def stage(name: str, status: str) -> Stage:
    return Stage(name, "dvc.yaml", name, status)  # type: ignore[arg-type]


def scene(*stages: Stage, latest: tuple[Run, ...] = (), settled: bool = True) -> Snapshot:
    pipeline = Pipeline(stages=stages, settled=settled)
    bare = moment(pipeline=Part("pipeline", pipeline), newest=Part("newest", ()), jobs=Part("jobs", ()))
    return replace(bare, latest=latest, problems=())


def test_nothing_is_said_of_what_is_well() -> None:
    assert short_line(scene(), UNICODE) == ""
    assert short_line(scene(stage("train", "fresh")), UNICODE) == ""


def test_the_first_by_name_and_how_many() -> None:
    failed = Run("r", "fox", "run", "churn", "1", "FAILED", "active", 1, 2, None)
    told = scene(stage("train", "stale"), stage("evaluate", "stale"), latest=(failed,))
    assert short_line(told, UNICODE) == "train~ 2 stale 1 failed"
    told = scene(stage("prepare", "running"), stage("train", "missing"), settled=False)
    assert short_line(told, UNICODE) == "prepare● train○ ?"
    assert short_line(told, ASCII) == "prepare* traino ?"
    broken = replace(scene(), problems=(Problem("config", "typo"),))
    assert short_line(broken, UNICODE) == "1 problem"


@pytest.mark.parametrize("name", ["$(touch x)", "`x`", "a\nb", "%F{red}", "\x1b[31m", "\\u", "a;b", "'\"!"])
def test_a_name_is_not_obeyed_by_any_prompt(name: str) -> None:
    line = short_line(scene(stage(name, "stale")), UNICODE)
    assert not set(line) & set("$`\n%\x1b\\;'\"!(){}")
    assert line.endswith("~") and "_" in line


def test_a_long_name_is_cut_with_a_mark() -> None:
    assert short_line(scene(stage("n" * 80, "stale")), UNICODE) == "n" * 23 + "…~"


def test_what_is_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_DIR", raising=False)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert not is_project(str(below)) and not is_project(str(tmp_path / "nowhere"))
    (tmp_path / ".git").write_text("gitdir: elsewhere")
    assert is_project(str(below)) and is_project(str(tmp_path))
