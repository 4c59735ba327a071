"""What `mltui runs` and the status print of a server that was read before: the right rows, and how old they are."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from misbehaving import Handler, Misbehaving, Reply, said, serving
from mltui import cli
from mltui.sources.mlflow import mirrored
from mltui.sources.mlflow.server import runs
from mltui.sources.port import now_ms

BROKEN = said({"error_code": "INTERNAL_ERROR", "message": "boom"}, 500)
Print = Callable[..., tuple[str, str]]


def a_run(run_id: str, start: int, experiment_id: str = "1", commit: str = "") -> dict[str, Any]:
    info = {"run_uuid": run_id, "experiment_id": experiment_id, "status": "FINISHED", "start_time": str(start)}
    return {"info": info, "data": {"tags": [{"key": "mlflow.source.git.commit", "value": commit}] if commit else []}}


def holding(every: list[dict[str, Any]]) -> Reply:
    """``runs/search`` over these runs."""

    def search(handler: Handler) -> None:
        body = json.loads(handler.body)
        inside = [run for run in every if run["info"]["experiment_id"] in body["experiment_ids"]]
        inside = [] if "filter" in body else sorted(inside, key=lambda run: -int(run["info"]["start_time"]))
        start = int(body.get("page_token") or 0)
        end = start + body["max_results"]
        more = {"next_page_token": str(end)} if end < len(inside) else {}
        said({"runs": inside[start:end], **more})(handler)

    return search


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """A command that reads takes SIGTSTP over."""
    former = signal.getsignal(signal.SIGTSTP)
    yield
    signal.signal(signal.SIGTSTP, former)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Misbehaving]:
    """Two experiments; a page of the newest runs holds one; a sweep stands for an hour whatever it took."""
    monkeypatch.setattr(runs, "NEWEST", 1)
    monkeypatch.setattr(mirrored, "CHEAP_SECONDS", 0.0)
    monkeypatch.setattr(mirrored, "SWEEP_SHARE", 1e9)
    with serving() as server:
        server.replies["experiments/search"] = said({"experiments": [{"experiment_id": e, "name": e} for e in "12"]})
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server.uri)
        yield server


@pytest.fixture
def printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Print:
    """What a command prints in the project."""

    def run(*words: str) -> tuple[str, str]:
        assert cli.run([*words, "-C", str(tmp_path)]) == 0
        return capfd.readouterr()

    return run


def aged(places: Path, minutes: int) -> None:
    """As if all that mirrors hold had been read so long ago, by a sweep that took a second."""
    before = now_ms() - minutes * 60_000
    for path in (places / "cache").glob("*/mirrors/*.db"):
        connection = sqlite3.connect(path)
        connection.execute("update mltui_seen set read_at = ?", (before,))
        connection.execute("update mltui_notes set value = ? where name = 'swept'", (json.dumps([before, 1000]),))
        connection.commit()
        connection.close()


def test_a_run_of_ours_in_an_experiment_that_was_not(
    server: Misbehaving, tmp_path: Path, own_places: Path, printed: Print
) -> None:
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    ours = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    every = [a_run("a" * 32, 1, commit=ours), a_run("b" * 32, 2, "2")]
    server.replies["runs/search"] = holding(every)
    assert [run["run_id"][0] for run in json.loads(printed("runs", "--json")[0])["runs"]] == ["a"]
    aged(own_places, 2)
    every.append(a_run("c" * 32, 3, "2", commit=ours))
    assert [run["run_id"][0] for run in json.loads(printed("runs", "--json")[0])["runs"]] == ["c", "b", "a"]


def test_what_one_login_may_see_is_not_printed_for_another(
    server: Misbehaving,
    tmp_path: Path,
    own_places: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.replies["runs/search"] = holding([a_run("a" * 32, 1)])

    def rows(**login: str) -> int:
        with monkeypatch.context() as patch:
            for name, value in login.items():
                patch.setenv(f"MLFLOW_TRACKING_{name}", value)
            done = cli.run(["runs", "--json", "-C", str(tmp_path)])
            out = capfd.readouterr().out
            assert (done, bool(out)) in ((0, True), (3, False))
            return len(json.loads(out)["runs"]) if out else 0

    ada = {"USERNAME": "ada", "PASSWORD": "s3cret-of-ada"}
    assert (rows(TOKEN="t0ken-of-ada"), rows(**ada)) == (1, 1)
    server.replies["experiments/search"] = said({}, 403)
    assert (rows(), rows(TOKEN="t0ken-of-bob"), rows(USERNAME="bob", PASSWORD="s3cret-of-ada")) == (0, 0, 0)
    assert (rows(TOKEN="t0ken-of-ada"), rows(**ada)) == (1, 1), "the last known rows of whoever asked for them"
    for path in own_places.rglob("*"):
        held = path.name.encode() + (path.read_bytes() if path.is_file() else b"")
        assert not [secret for secret in (b"s3cret", b"t0ken") if secret in held], path


def old_rows_below_a_fresh_one(server: Misbehaving, own_places: Path, printed: Print) -> None:
    """Three runs read ten minutes ago, of which a tick has just read the newest again; then the server breaks."""
    server.replies["runs/search"] = holding([a_run(letter * 32, n) for n, letter in enumerate("abc")])
    printed("runs")
    aged(own_places, 10)
    printed("status")


@pytest.mark.parametrize(
    ("form", "ticks"),
    [([], False), (["--json"], False), (["--csv"], False), (["--json"], True), (["--csv"], True)],
)
def test_rows_of_a_server_that_fails_are_as_old_as_the_oldest(
    server: Misbehaving, own_places: Path, printed: Print, form: list[str], ticks: bool
) -> None:
    """`ticks`: it still says what is new, and fails when its runs are to be read anew."""
    old_rows_below_a_fresh_one(server, own_places, printed)
    search = server.replies["runs/search"]
    server.replies["runs/search"] = lambda handler: (
        search if ticks and json.loads(handler.body)["max_results"] == 1 else BROKEN
    )(handler)
    out, err = printed("runs", *form)
    summary = f"{server.uri} answers INTERNAL_ERROR: boom; these are the runs last read from it, up to 10 min ago"
    assert f"mltui: {summary}\n" in err
    if form == ["--json"]:
        document = json.loads(out)
        assert len(document["runs"]) == 3
        assert [problem["summary"] for problem in document["problems"]] == [summary]
    elif not form:
        assert "mltui: 2 of these runs are as read up to 10 min ago\n" in err
        newest = printed("runs", "--limit", "1")[1]
        assert re.search(r"last read from it, up to \d+ s ago\n", newest), newest


def test_the_status_of_a_server_that_fails_says_how_old_older_runs_are(
    server: Misbehaving, tmp_path: Path, own_places: Path, printed: Print
) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "mltui.toml").write_text('experiments = ["*"]\n')
    old_rows_below_a_fresh_one(server, own_places, printed)
    server.replies["experiments/search"] = BROKEN
    out, _ = printed("status")
    assert re.search(r"last read (now|\d+ s ago) · older runs as of 10 min ago", out), out


def test_what_is_known_of_a_server_that_fails_is_something(
    server: Misbehaving, tmp_path: Path, own_places: Path, printed: Print
) -> None:
    (tmp_path / "mltui.toml").write_text('experiments = ["*"]\n')
    old_rows_below_a_fresh_one(server, own_places, printed)
    server.replies["experiments/search"] = BROKEN
    out, err = printed("status")  # ends with 0, outside git too
    assert "nothing to read" not in err
    assert "boom" in out
