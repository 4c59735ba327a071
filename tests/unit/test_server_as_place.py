"""``mltui http://server``: the server is what is looked at, not where the user stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from mltui.actions.opening import open_workspace
from mltui.errors import NotFound, UsageError
from mltui.model.dvc import Pipeline


def test_nothing_of_the_directory_is_mixed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = tmp_path / "some" / "repository"
    (below / ".dvc").mkdir(parents=True)
    (below / ".dvc" / "config").touch()
    (below / "dvc.yaml").write_text("stages:\n  train:\n    cmd: ./train\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path / "cache"))
    workspace = open_workspace("http://127.0.0.1:1")
    assert workspace.pipeline.load() == workspace.pipeline.remembered() == Pipeline()
    assert workspace.experiments.load() == ()
    with pytest.raises(NotFound):
        workspace.git.load()
    assert [found.origin for found in workspace.stores._discovery.find()] == ["flag"]
    workspace.close()


@pytest.mark.parametrize(
    "where", ["http://", "https:///", "http://:5000", "http://ada:s3cret@", "http://[", "http://?a"]
)
def test_a_server_has_a_host(where: str) -> None:
    with pytest.raises(UsageError, match="no host") as caught:
        open_workspace(where)
    assert "s3cret" not in repr(caught.value)
