"""DVC's files are listed once for each look of a live workspace, and each look sees what there is by then."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from dvc_project import dvc, empty, run

from mltui.actions.opening import open_workspace
from mltui.sources.dvc.listing import LISTING
from mltui.sources.gitquiet import arguments
from mltui.sources.runner import Done, ProcessRunner
from mltui.sources.workspace import Workspace
from mltui.tui.feeds import LATE, Feeds

pytestmark = pytest.mark.real

#: Seconds until a feed that hangs fails the test.
PATIENCE = 600


class Counting(ProcessRunner):
    """The door, with how often git was asked for DVC's files."""

    def __init__(self) -> None:
        super().__init__()
        self.listed = 0
        self._counting = threading.Lock()

    def run(self, argv: Sequence[str], **given: Any) -> Done:
        with self._counting:
            self.listed += tuple(argv) == arguments(*LISTING)
        return super().run(argv, **given)

    def since(self) -> int:
        """How often since this was asked last."""
        found, self.listed = self.listed, 0
        return found


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    root = empty(tmp_path / "project")
    run(root, "git", "commit", "-q", "-m", "begin")
    stage(root, "train")
    opened = open_workspace(root, runner=Counting())
    yield opened
    opened.close()


def stage(folder: Path, name: str) -> None:
    (folder / "dvc.yaml").write_text(f"stages:\n  {name}:\n    cmd: touch {name}\n    outs: [{name}]\n")


def test_one_listing_serves_all_that_look_and_is_of_that_look(workspace: Workspace) -> None:
    runner, shown = workspace.runner, dict[str, Any]()
    assert isinstance(runner, Counting)
    feeds = Feeds(workspace)
    runner.since()

    def take(part: Any) -> None:
        shown[part.name] = part
        if part.name not in LATE:
            feeds.kick(*LATE)

    def names() -> list[str]:
        assert feeds.wait_idle(PATIENCE) and feeds.wait_idle(PATIENCE, LATE)
        return [stage.address for stage in shown["pipeline"].value.stages]

    feeds.deliver(take)
    feeds.go_on()
    feeds.start()
    assert names() == ["train"] and runner.since() == 1
    feeds.start(LATE)
    names()
    assert runner.since() == 0, "what joins the parts is made of the same files"
    inner = workspace.project.root / "inner"
    inner.mkdir()
    stage(inner, "score")
    run(workspace.project.root, "git", "add", "-A")
    feeds.kick()
    assert sorted(names()) == ["inner/dvc.yaml:score", "train"] and runner.since() == 1
    dvc(inner, "init", "-q", "--subdir")
    feeds.kick()
    names()
    assert runner.since() == 1
    assert str(inner) in workspace.experiments._tree().roots, "whose queue is looked at from now on"
    feeds.kick(force=True)
    names()
    assert runner.since() == 1
    workspace.pipeline.fingerprint()
    workspace.pipeline.fingerprint()
    assert runner.since() == 2, "what is asked by itself is asked of git"
    feeds.stop()


def test_one_listing_serves_a_status(workspace: Workspace) -> None:
    assert isinstance(workspace.runner, Counting)
    workspace.runner.since()
    assert [stage.name for stage in workspace.snapshot().pipeline.value.stages] == ["train"]
    assert workspace.runner.since() == 1
