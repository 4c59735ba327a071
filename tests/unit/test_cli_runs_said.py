"""What `mltui runs` says beside its rows: a store that can't be read, a scope in which there is nothing."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.mlflow_tables import TABLES_2020, a_run, make

from misbehaving import Misbehaving
from mltui import cli
from mltui.sources.mlflow.sqlite import bursts

LOCKED = "mltui: mlflow.db is locked by another process\n  try again in a moment; the screens do so by themselves\n"


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """A command that reads takes SIGTSTP over."""
    former = signal.getsignal(signal.SIGTSTP)
    yield
    signal.signal(signal.SIGTSTP, former)


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory whose only store is being written to."""
    path = make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    monkeypatch.setattr(bursts, "BUSY_SECONDS", 0.05)
    monkeypatch.chdir(tmp_path)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("begin exclusive")
    yield tmp_path
    writer.close()


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"], ["--experiment", "Default"], ["--store", "mlflow.db"]])
def test_a_locked_store_outside_git(locked: Path, form: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["runs", *form]) == 3
    assert capfd.readouterr() == ("", LOCKED)


def test_a_locked_store_in_a_repository(locked: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """There might be DVC experiments, and machines are told as well."""
    subprocess.run(["git", "init", "-q"], cwd=locked, check=True)
    assert cli.run(["runs", "--json"]) == 0
    out, err = capfd.readouterr()
    assert err == LOCKED
    document = json.loads(out)
    assert document["runs"] == []
    assert [problem["summary"] for problem in document["problems"]] == ["mlflow.db is locked by another process"]
    assert cli.run(["runs", "--experiment", "Default"]) == 3, "nothing of what was asked for can be read"


def test_no_problem_no_word(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    assert cli.run(["runs", "--json", "-C", str(tmp_path)]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert list(json.loads(out)) == ["schema", "runs"]


def test_names_from_outside_are_not_obeyed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "\x1b[2Jx.db").write_bytes(b"")
    assert cli.run(["runs", "-C", str(tmp_path), "--store", "\x1b[2Jx.db"]) == 3
    assert capfd.readouterr().err.startswith("mltui: ␛[2Jx.db is empty (0 bytes)")


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_scope_that_fits_nothing(
    server: Misbehaving,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    form: list[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.uri)
    (tmp_path / ".env").write_text("MLFLOW_EXPERIMENT_NAME=\x1b[31mtypo\n")
    assert cli.run(["runs", *form, "-C", str(tmp_path)]) == 0
    out, err = capfd.readouterr()
    summary = 'no experiment fits MLFLOW_EXPERIMENT_NAME "␛[31mtypo"; 1 in the store: one'
    assert err.startswith(f"mltui: {summary}\n  correct the variable")
    if form:
        document = json.loads(out)
        assert document["runs"] == []
        assert document["problems"][0]["summary"] == summary.replace("␛", "\x1b")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "one")
    assert cli.run(["runs", *form, "-C", str(tmp_path)]) == 0
    assert "no experiment" not in capfd.readouterr().err


def test_status_says_it_too(
    server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.uri)
    (tmp_path / "mltui.toml").write_text('experiments = ["typo*"]\n')
    assert cli.run(["status", "--json", "-C", str(tmp_path)]) == 0
    document = json.loads(capfd.readouterr().out)
    summary = 'no experiment fits "typo*"; 1 in the store: one'
    assert [problem["summary"] for problem in document["problems"]].count(summary) == 1
    assert [entry["why"] for entry in document["attention"]].count(summary) == 1
