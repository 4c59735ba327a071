"""`H`: big data is hashed when asked for, and DVC itself need not hash it again."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import dvc_project as dp
import jsonschema
import pytest

from closed_schema import closed
from mltui.actions.gateway import gateway_of
from mltui.actions.hash_now import TellDvc, add
from mltui.cli import run
from mltui.config import Config
from mltui.errors import ReadOnly, Unreachable
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real

#: Over the limit that the tests set.
BIG = "x" * 5000


@pytest.fixture
def project(own_environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    root = dp.empty(tmp_path / "project")
    dp.write(root, {"big.bin": BIG})
    dp.dvc(root, "add", "-q", "big.bin")
    (root / "big.bin").unlink()
    dp.write(root, {"big.bin": BIG + "moved"})
    return root


def opened(root: Path, **config: bool) -> Workspace:
    runner = ProcessRunner()
    return Workspace(open_project(root, runner), Config(hash_file_bytes=100, **config), runner)


def rows(root: Path) -> int:
    """What DVC's own hash database knows of the file."""
    found = 0
    for database in (root.parent / "site").rglob("hashes/local/cache.db"):
        with closing(sqlite3.connect(database)) as connection:
            found += connection.execute(
                "SELECT count(*) FROM Cache WHERE key = ?", (str(root / "big.bin"),)
            ).fetchone()[0]
            assert (
                connection.execute("SELECT value FROM Settings WHERE key = 'count'").fetchone()[0]
                == (connection.execute("SELECT count(*) FROM Cache").fetchone()[0])
            )
    return found


def values(root: Path) -> list[str]:
    found = []
    for database in (root.parent / "site").rglob("hashes/local/cache.db"):
        with closing(sqlite3.connect(database)) as connection:
            query = "SELECT value FROM Cache WHERE key = ?"
            found += [str(row[0]) for row in connection.execute(query, (str(root / "big.bin"),))]
    return found


def test_it_says_how_much_and_how_long(project: Path) -> None:
    workspace = opened(project)
    (one,) = workspace.pipeline.load().datasets
    (reason,) = one.reasons
    assert one.status == "unknown"
    assert reason.kind == "unhashed"
    assert (reason.new["bytes"], reason.new["files"]) == (5005, 1)
    assert reason.new["seconds"] >= 0
    workspace.close()


def test_dvc_learns_what_was_hashed(project: Path) -> None:
    before = values(project)
    workspace = opened(project)
    hashing = workspace.pipeline.hashing()
    assert hashing is not None
    assert (hashing.paths, hashing.size) == (("big.bin",), 5005)
    hashing.run()
    (one,) = workspace.pipeline.hashed(hashing).datasets
    assert one.status == "stale"
    assert values(project) == before  # so far only mltui knows
    outcome = gateway_of(workspace).perform(TellDvc(hashing), lambda: True)
    assert outcome is not None
    assert (outcome.state, outcome.summary) == ("done", "DVC knows 1 new hash")
    assert values(project) != before
    assert rows(project) == 1
    assert dp.entries(workspace.pipeline.load()) == dp.own_status(project)
    assert workspace.pipeline.hashing() is None
    workspace.close()


def test_read_only_tells_dvc_nothing(project: Path) -> None:
    before = values(project)
    workspace = opened(project, read_only=True)
    hashing = workspace.pipeline.hashing()
    assert hashing is not None
    hashing.run()
    with pytest.raises(ReadOnly):
        gateway_of(workspace).perform(TellDvc(hashing), lambda: True)
    assert values(project) == before
    (one,) = workspace.pipeline.hashed(hashing).datasets
    assert one.status == "stale"
    workspace.close()


def test_it_can_be_stopped(project: Path) -> None:
    workspace = opened(project)
    hashing = workspace.pipeline.hashing()
    assert hashing is not None
    hashing.stop()
    with pytest.raises(Unreachable):
        hashing.run()
    (one,) = workspace.pipeline.hashed(hashing).datasets
    assert one.status == "unknown"
    workspace.close()


def test_what_is_an_out_of_one_and_a_dep_of_another_is_told_once(tmp_path: Path) -> None:
    columns = "key, raw, store_time, expire_time, access_time, access_count, tag, size, mode, filename, value"
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    for database in (ours, theirs):
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute(f"CREATE TABLE Cache ({columns}, UNIQUE (key, raw))")
    with closing(sqlite3.connect(ours)) as connection, connection:
        for key in ("/p/data.csv", "/p/data/a", "/p/database"):
            connection.execute("INSERT INTO Cache (key, raw, value) VALUES (?, 1, 'hash')", (key,))
    assert add(ours, theirs, ["/p/data.csv", "/p/data", "/p/data.csv", "/p/data/a"]) == 2
    assert add(ours, theirs, ["/p/data.csv"]) == 1
    with closing(sqlite3.connect(theirs)) as connection:
        assert sorted(connection.execute("SELECT key FROM Cache")) == [("/p/data.csv",), ("/p/data/a",)]


def test_the_command_hashes_it_and_tells_dvc(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = values(project)
    (project / "mltui.toml").write_text("[status]\nhash_file_bytes = 100\n")
    assert run(["-C", str(project), "hash", "--dry-run"]) == 0
    assert "Hash big.bin (5.0 kB)" in capfd.readouterr().out
    assert run(["-C", str(project), "hash"]) == 2, "nobody said yes"
    assert run(["-C", str(project), "--read-only", "hash", "--yes"]) == 4
    assert values(project) == before
    capfd.readouterr()
    assert run(["-C", str(project), "hash", "--yes", "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
    jsonschema.validate(document, closed("action"))
    assert document["outcome"]["state"] == "done"
    assert values(project) != before and rows(project) == len(before) == 1
    assert run(["-C", str(project), "hash", "--yes", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["outcome"]["summary"] == "nothing was left unhashed"
