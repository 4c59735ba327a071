"""A database of another schema than our mlflow's stays as it is: whatever command, whatever key, all of it confirmed.

mlflow migrates a database merely by opening it. The databases are of schemas there really were (`old_stores`); that
nothing is refused for another reason is seen by what is said.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from test_read_only import WORDS, commands, lines_of, out_of_dialogs, settled
from tests.real import old_stores

from mltui.actions.opening import open_workspace
from mltui.cli import run
from mltui.cli.commands import mltui
from mltui.cli.exits import REFUSED, USAGE
from mltui.tui.app import MltuiApp
from mltui.tui.commands import COMMANDS
from mltui.tui.screens.asking_text import AskText
from mltui.tui.screens.chooser import Chooser
from mltui.tui.screens.confirming import ConfirmDialog
from mltui.tui.screens.main import MainScreen
from mltui.tui.screens.promoting import PromoteDialog

pytestmark = pytest.mark.real

#: What the walk over the commands names.
NAMED = {
    "run": "calm-owl",
    "runs": "calm-owl",
    "baseline": "calm-owl",
    "run end runs": "stormy-hare",
    "model": "churn",
    "models": "churn churn/2",
    "version": "2",
    "rollback to": "2",
    "dataset": "data.csv",
    "at": "HEAD",
    "rev": "HEAD",
    "old": "HEAD",
}
#: What makes and asks for whole projects; its databases are its own.
ELSEWHERE = {("demo",), ("doctor",)}
#: What writes into MLflow, each to be refused for the schema.
WRITING = {("promote",), ("rollback",)} | {("run", each) for each in ("tag", "note", "rename", "delete", "end")}
WRITING |= {("model", each) for each in ("tag", "note", "rename")}
#: Where the cursor stands: on a run, on a model, on a version of it.
RUN, MODEL, VERSION = ("2",), ("6",), ("6", "j")


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with an empty database of each older schema."""
    place = tmp_path_factory.mktemp("schemas")
    done = _script("make", place)
    assert done.returncode == 0, done.stderr
    return place


class Kept:
    """A project with an old database, which may not change."""

    def __init__(self, root: Path, empty: Path) -> None:
        self.root, self.version, self.database = root, empty.stem, root / "mlflow.db"
        shutil.copyfile(empty, self.database)
        old_stores.filled(self.database)
        self.refusal = f"store is at {self.version}, this client would migrate it"
        self.before = self.now()

    def now(self) -> Any:
        """Every byte, when it was written, the schema, its version, and what is beside it."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro&immutable=1", uri=True)) as store:
            schema = store.execute("select type, name, sql from sqlite_master order by type, name").fetchall()
            version = store.execute("select version_num from alembic_version").fetchall()
        beside = sorted(path.name for path in self.root.glob("mlflow.db*"))
        return schema, version, beside, self.database.stat().st_mtime_ns, self.database.read_bytes()


@pytest.fixture
def kept(request: pytest.FixtureRequest, schemas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    root = tmp_path / "world" / "project"
    root.mkdir(parents=True)
    (root / ".gitignore").write_text("mlflow.db*\n")
    for argv in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "one")):
        subprocess.run(["git", *argv], cwd=root, check=True)
    monkeypatch.chdir(root)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "TMUX", "MLFLOW_ALLOW_FILE_STORE"):
        monkeypatch.delenv(name, raising=False)
    for name, word in NAMED.items():
        monkeypatch.setitem(WORDS, name, word)
    return Kept(root, schemas / f"{request.param}.db")


def _script(op: str, place: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, old_stores.__file__, op, str(place)]
    env = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}
    return subprocess.run(argv, env=env, capture_output=True, text=True, check=False)


def test_the_child_refuses_every_schema_there_was(schemas: Path) -> None:
    before = {path: path.read_bytes() for path in schemas.iterdir()}
    done = _script("ask", schemas)
    assert done.returncode == 0, done.stderr
    said = dict(json.loads(line) for line in done.stdout.splitlines())
    assert set(old_stores.SCHEMAS) <= said.keys() and len(said) == len(before) > 30
    for version, refusal in said.items():
        assert refusal == f"store is at {version}, this client would migrate it"
    assert {path: path.read_bytes() for path in schemas.iterdir()} == before


@pytest.mark.parametrize("kept", ["acf3f17fdcc7"], indirect=True)
def test_no_command_changes_it(kept: Kept, capfd: Any) -> None:
    refused = set[tuple[str, ...]]()
    for words, command in commands(mltui):
        if words in ELSEWHERE:
            continue
        writes = any(each.name == "yes" for each in command.params)
        lines = [line for line in lines_of(words, command) if ("--yes" in line) == writes]
        for line in lines if words in WRITING else lines[:1]:
            code = run(line)
            said = capfd.readouterr().err
            assert kept.now() == kept.before, f"{' '.join(line)} changed it: {said}"
            if code == REFUSED and kept.refusal in said:
                assert "set python = to the project's environment" in said
                refused.add(words)
            if code != USAGE:
                break  # other options of it come to the same
    assert refused >= WRITING


@pytest.mark.parametrize("kept", old_stores.SCHEMAS, indirect=True)
async def test_no_key_changes_it(kept: Kept) -> None:
    app = MltuiApp(open_workspace(kept.root))
    told = set[type]()
    async with app.run_test(size=(140, 45)) as pilot:
        assert isinstance(app.screen, MainScreen)
        assert await asyncio.to_thread(app.screen.feeds.wait_idle, 600)
        for keys, command in pressed(kept):
            await pilot.press("1", *keys)
            await settled(pilot)
            app.screen.action_command(command)  # type: ignore[attr-defined]
            await settled(pilot)
            told |= await confirmed(pilot)
            assert kept.now() == kept.before, f"{command} at {keys} changed it"
    app.workspace.close()
    assert kept.now() == kept.before
    assert told == {PromoteDialog, ConfirmDialog}, "a rollback has nothing that it could go back to"


def pressed(kept: Kept) -> list[tuple[tuple[str, ...], str]]:
    """Where which command is chosen: `P`, `B`, `z`, and `e` with each of its chores; of the oldest schema a few."""
    if kept.version != "acf3f17fdcc7":
        return [(VERSION, "promote"), (MODEL, "chore.model.tag")]
    moving = [(keys, command) for keys in (MODEL, VERSION) for command in ("promote", "rollback")]
    chores = [each.id for each in COMMANDS if each.id.startswith("chore.")]
    return [
        *moving,
        (RUN, "undo"),
        (RUN, "chores"),
        *((MODEL if each.startswith("chore.model") else RUN, each) for each in chores),
    ]


async def confirmed(pilot: Any) -> set[type]:
    """Go through whatever opens and confirm it: the dialogs that said why nothing is done."""
    told = set[type]()
    for _ in range(8):
        screen = pilot.app.screen
        if isinstance(screen, MainScreen):
            return told
        if isinstance(screen, Chooser):
            await pilot.press("enter")
        elif isinstance(screen, AskText):
            await pilot.press(*"k", "equals_sign", "v", "enter")
        else:
            await settled(pilot)
            await pilot.press("ctrl+s")
            await settled(pilot)
            shown = " ".join("\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips()).split())
            told |= {type(screen)} if "would migrate it" in shown else set()
            if pilot.app.screen is screen:
                await pilot.press("escape")
        await settled(pilot)
    await out_of_dialogs(pilot)
    return told
