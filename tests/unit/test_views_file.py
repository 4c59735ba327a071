"""views.toml: what is kept is read again, foreign words stay, and nothing is lost without a word."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mltui.actions.toml_text import toml
from mltui.actions.views import delete_view, remember_view, save_view
from mltui.errors import Refused
from mltui.model.columns import ColumnSpec, Order, TableView
from mltui.sources.places import Project, state_dirs
from mltui.sources.views import FILE, read_views, views_file

ODD = 'a "quoted" [key]\\ with\nlines/é\x7f'
VIEW = TableView(
    "lr sweep",
    (
        ColumnSpec("metrics", "auc", "mean", 5, "champion", 12, True),
        ColumnSpec("params", ODD),
        ColumnSpec("metrics", "auc", "at", -1),
    ),
    (Order("metrics.auc:mean(5)-champion", True), Order("attributes.start")),
    "tags.mlflow.parentRunId",
    "params.lr > 0.1",
    True,
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    common = tmp_path / "repo" / ".git"
    common.mkdir(parents=True)
    return Project(common.parent, common.parent, common, common)


def write(project: Project, text: str) -> Path:
    path = state_dirs(project)[0] / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_a_view_comes_back_as_it_was_kept(project: Project) -> None:
    assert read_views(project).named == {}
    assert save_view(project, VIEW) == ""
    assert read_views(project).named == {"lr sweep": VIEW}
    assert views_file(project) == project.common_dir / "mltui" / FILE  # type: ignore[operator]
    assert (views_file(project).parent.stat().st_mode & 0o777) == 0o700  # type: ignore[union-attr]


def test_the_one_used_last_is_where_one_begins(project: Project) -> None:
    save_view(project, VIEW)
    remember_view(project, TableView("lr sweep", group="params.model"))
    views = read_views(project)
    assert views.start(None) == TableView("lr sweep", group="params.model")
    assert views.start("lr sweep") == VIEW, "what is configured goes first"
    assert views.start("gone") == views.last
    delete_view(project, "lr sweep")
    assert read_views(project).named == {}
    assert read_views(project).last is not None


def test_outside_git_it_lies_with_the_user(tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path)
    save_view(project, VIEW)
    assert views_file(project) == Path(os.environ["XDG_STATE_HOME"]) / "mltui" / project.key / FILE


def test_words_of_another_mltui_stay(project: Project) -> None:
    write(
        project,
        "colour = 1979-05-27\n[views.mine]\ngroup = 'params.model'\nheat = [{at = 1.5}, {at = inf}]\n"
        "[other.deep]\nx = 1\n",
    )
    views = read_views(project)
    assert views.named["mine"].group == "params.model"
    assert [each.summary for each in views.problems] == [
        "views.toml: 'colour' is not known",
        "views.toml: 'other' is not known",
        "views.toml: views.mine.heat is not known",
    ]
    save_view(project, TableView("mine", varying=True))
    save_view(project, TableView("theirs"))
    document = tomllib.loads(views_file(project).read_text())  # type: ignore[union-attr]
    assert document["colour"].year == 1979
    assert document["other"] == {"deep": {"x": 1}}
    assert document["views"] == {"mine": {"varying": True, "heat": [{"at": 1.5}, {"at": float("inf")}]}, "theirs": {}}


@pytest.mark.parametrize(
    "entry",
    [
        "3",
        '{family = "metric", key = "a"}',
        '{family = "metrics", key = ""}',
        '{family = "metrics", key = "a", pick = "median"}',
        '{family = "metrics", key = "a", pick = ["best"]}',
        '{family = "metrics", key = "a", of = true}',
        '{family = "metrics", key = "a", width = 0}',
        '{family = "metrics", key = "a", pinned = "yes"}',
        '{family = "metrics", key = "b"}',
    ],
)
def test_a_column_that_makes_no_sense_is_left_out_and_said(project: Project, entry: str) -> None:
    write(project, f'[views.mine]\ncolumns = [{{family = "metrics", key = "b"}}, {entry}]\norder = [1]\ngroup = 7\n')
    views = read_views(project)
    assert views.named["mine"].columns == (ColumnSpec("metrics", "b"),)
    assert len(views.problems) == 3


@pytest.mark.parametrize("text", ["[views", "\x00", "views = 3\n[last", '[views."a'])
def test_a_torn_file_is_said_and_put_aside_not_overwritten(project: Project, text: str) -> None:
    path = write(project, text)
    views = read_views(project)
    assert views.broken
    assert "not valid TOML" in views.problems[0].summary
    assert save_view(project, VIEW) == "views.toml was broken: it is kept as views.toml.broken-1"
    assert path.with_name("views.toml.broken-1").read_text() == text
    assert read_views(project).named == {"lr sweep": VIEW}


def test_bytes_that_are_no_text(project: Project) -> None:
    write(project, "").write_bytes(b"\xff\xfe")
    assert read_views(project).broken


def test_where_git_cant_be_written_it_is_kept_elsewhere_and_said(project: Project) -> None:
    save_view(project, VIEW)
    wanted = state_dirs(project)[0]
    (wanted / "views.lock").unlink()
    (wanted / "views.lock").mkdir()  # as root nothing else keeps one from writing
    told = save_view(project, TableView("second"))
    assert told.startswith(f"kept in {state_dirs(project)[1]}: ")
    assert set(read_views(project).named) == {"lr sweep", "second"}
    (wanted / "views.lock").rmdir()
    assert save_view(project, TableView("third")) == ""
    assert views_file(project).parent == wanted  # type: ignore[union-attr]
    assert set(read_views(project).named) == {"lr sweep", "second", "third"}


def test_nowhere_to_write_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(Refused, match="views can't be kept"):
        save_view(Project(tmp_path, tmp_path), VIEW)


WRITER = """
import sys
from pathlib import Path
from mltui.actions.views import save_view
from mltui.model.columns import TableView
from mltui.sources.places import Project
root = Path(sys.argv[1])
for nth in range(20):
    save_view(Project(root, root, root / ".git", root / ".git"), TableView(f"{sys.argv[2]}-{nth}"))
"""


def test_two_writers_lose_nothing_of_each_other(project: Project) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(project.root), name]) for name in ("one", "two")]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    views = read_views(project)
    assert set(views.named) == {f"{name}-{nth}" for name in ("one", "two") for nth in range(20)}
    left = {each.name for each in state_dirs(project)[0].iterdir()}
    assert left == {FILE, "views.lock"}, "no temporary file stays"


LEAVES = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4))
def test_what_is_written_reads_the_same_again(document: dict[str, object]) -> None:
    assert tomllib.loads(toml(document)) == document
