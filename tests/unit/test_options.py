"""The quick reading of the command line agrees with click's."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from mltui.cli.commands import mltui
from mltui.cli.opening import open_told
from mltui.cli.options import COMMANDS, Options, app_options


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
    sqlite3.connect(tmp_path / "runs.db").execute("create table t (x)").connection.commit()
    assert (app_options(["runs.db"]) or (None, ""))[1] == "runs.db", "a database is a place"
    (tmp_path / "notes.txt").write_text("SQLite")
    os.mkfifo(tmp_path / "pipe")
    for words in (
        ["notes.txt"],
        ["pipe"],
        ["status"],
        ["runs"],
        ["--help"],
        ["nowhere"],
        ["repo", "repo"],
        ["-C"],
        ["--version"],
    ):
        assert app_options(words) is None, words


def test_a_database_is_the_store_of_its_directory(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path / "cache"))
    sqlite3.connect(tmp_path / "runs.db").execute("create table t (x)").connection.commit()
    options = Options()
    options.path = str(tmp_path)
    workspace = open_told(options, "runs.db")
    try:
        assert workspace.config.store == str(tmp_path / "runs.db")
        assert workspace.project.root == tmp_path
    finally:
        workspace.close()
