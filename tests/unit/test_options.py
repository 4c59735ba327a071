"""The quick reading of the command line agrees with click's."""

from __future__ import annotations

from pathlib import Path

from mltui.cli.commands import mltui
from mltui.cli.options import COMMANDS, app_options


def test_every_command_is_known_to_the_quick_reading() -> None:
    assert set(COMMANDS) == set(mltui.commands)


def test_what_opens_the_app(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "status").mkdir()
    (tmp_path / "repo").mkdir()
    monkeypatch.chdir(tmp_path)
    told, where = app_options([]) or (None, "")
    assert told and told.path == "." and where is None
    told, where = app_options(["-C", "repo", "--read-only", "http://127.0.0.1:5000"]) or (None, "")
    assert told and told.path == "repo" and told.read_only and where == "http://127.0.0.1:5000"
    assert (app_options(["repo"]) or (None, ""))[1] == "repo"
    for words in (["status"], ["runs"], ["--help"], ["nowhere"], ["repo", "repo"], ["-C"], ["--version"]):
        assert app_options(words) is None, words
