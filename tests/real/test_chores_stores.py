"""Each chore there and back through the project's own mlflow: the store's rows are what they were before.

What MLflow keeps of its own is left out: when a model or a version was last changed, and the tag that it writes of a
run's name.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.real.mlflow_process import Server, start
from tests.real.written_store import Made, make_store

from mltui.actions.chores.chore import ChoreAction
from mltui.actions.chores.stores import Stores
from mltui.actions.gateway import gateway_of
from mltui.actions.mlflow.door import open_writer
from mltui.actions.promotion.promote import Promote
from mltui.actions.undo import undoing
from mltui.config import Config
from mltui.errors import Refused
from mltui.model.chore import Chore, Subject, deleted, ended, noted, renamed, tagged
from mltui.model.outcome import Outcome
from mltui.sources.places import Project
from mltui.sources.processes import host_name
from mltui.sources.promotion.planning import plan
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real

#: Columns that a chore and its undo may leave otherwise: MLflow's own times.
TIMES = {"last_updated_time", "updated_at"}
TABLES = (
    *("runs", "tags", "params", "latest_metrics", "registered_models", "registered_model_tags"),
    *("registered_model_aliases", "model_versions", "model_version_tags", "alembic_version"),
)


class World:
    """A project, its store, and the database that this is in the end."""

    def __init__(self, root: Path, uri: str, made: Made, database: Path) -> None:
        self.root, self.made, self.database = root, made, database
        root.mkdir()
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
        project = Project(root, root, root / ".git", root / ".git")
        self.gone = _made_gone(uri)
        self.workspace = Workspace(project, Config(store=uri, store_origin="flag", experiments=("*",)))
        self.stores = Stores(self.workspace)

    def perform(self, action: Any) -> Outcome:
        outcome = gateway_of(self.workspace).perform(action, lambda: True)
        assert outcome is not None
        return outcome

    def do(self, chore: Chore) -> Outcome:
        return self.perform(ChoreAction(chore, self.stores))

    def undo(self) -> Outcome:
        return self.perform(undoing(self.workspace, self.stores).action)

    def rows(self) -> dict[str, list[tuple[str, ...]]]:
        found: dict[str, list[tuple[str, ...]]] = {}
        with closing(sqlite3.connect(self.database)) as connection:
            for table in TABLES:
                columns = [row[1] for row in connection.execute(f"pragma table_info({table})")]
                kept = [each for each in columns if each not in TIMES]
                # a description can be emptied, and not be taken away
                names = ", ".join(f"coalesce({each}, '')" if each == "description" else each for each in kept)
                rows = connection.execute(f"select {names} from {table}")
                found[table] = sorted(tuple(map(str, row)) for row in rows)
        return found

    def close(self) -> None:
        self.stores.close()
        self.workspace.close()


def _made_gone(uri: str) -> str:
    """A RUNNING run whose process is not there any more, made before anybody reads the store."""
    from mlflow import MlflowClient

    client = MlflowClient(uri)
    tags = {"mltui.pid": "999999999", "mltui.pid_start": "linux:1", "mltui.host": host_name()}
    run = client.create_run("0", run_name="gone", tags=tags).info.run_id
    client.log_metric(run, "auc", 0.5, timestamp=1_700_000_000_000)
    return str(run)


@pytest.fixture
def sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("MLTUI_USER", "ada")
    made = make_store(f"sqlite:///{tmp_path}/mlflow.db", tmp_path)
    world = World(tmp_path / "project", made.uri, made, tmp_path / "mlflow.db")
    yield world
    world.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(tmp_path_factory.mktemp("served"))
    try:
        yield server.up()
    finally:
        server.stop()


@pytest.fixture
def server(served: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("MLTUI_USER", "ada")
    world = World(tmp_path / "project", served.uri, make_store(served.uri, tmp_path), served.place / "mlflow.db")
    yield world
    world.close()


def chores(made: Made) -> list[Chore]:
    one, two = (Subject("run", run_id) for run_id in made.runs[:2])
    version, model = Subject("version", "churn", "2"), Subject("model", "churn")
    return [
        tagged([one, two], {"team": "risk", "new tag": "é'\"\n2"}),
        noted([one], "the good one\n*really*"),
        renamed(one, "best of all"),
        deleted([one, two]),
        tagged([version, model], {"checked": "yes"}),
        noted([version], "for the audit"),
        noted([model], "who leaves"),
        renamed(model, "churn2"),
    ]


def there_and_back(world: World) -> None:
    with pytest.raises(Refused, match="it runs, and its training would fail"):
        world.do(deleted([Subject("run", run_id) for run_id in world.made.runs]))
    for run_id in world.made.runs:
        world.stores.writer("store").end_run(run_id, "FINISHED", 1_900_000_000_000)
    for chore in chores(world.made):
        before = world.rows()
        done = world.do(chore)
        assert done.state == "done", done
        assert world.rows() != before, chore.title
        back = world.undo()
        assert back.state == "done", (chore.title, back)
        now = world.rows()
        if chore.kind == "rename" and chore.subjects[0].kind == "run":  # MLflow writes the name as a tag besides
            now, before = ({**rows, "tags": _without_names(rows["tags"])} for rows in (now, before))
        assert now == before, chore.title
    with pytest.raises(Refused, match="nothing is there to undo"):
        world.undo()


def _without_names(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [row for row in rows if "mlflow.runName" not in row]


def gone_is_ended_and_runs_again(world: World) -> None:
    from mlflow import MlflowClient

    client, run = MlflowClient(world.made.uri), world.gone
    subject = Subject("run", run, name="gone")
    before = world.rows()
    assert world.do(ended([subject])).state == "done"
    info = client.get_run(run).info
    assert info.status == "KILLED"
    assert info.end_time >= info.start_time
    assert world.undo().state == "done"
    assert client.get_run(run).info.status == "RUNNING"
    if world.database.parent == world.root.parent:  # a server can't be told that there is no end
        assert world.rows() == before


def promotion_is_undone(world: World) -> None:
    writer = open_writer(world.workspace)
    try:
        for version in ("1", "2"):
            wanted = plan(world.workspace, "churn", version, "@blue")
            wanted = replace(wanted, now=writer.model("churn").aliases.get("blue"))  # a server's mirror is older
            outcome = world.perform(Promote(world.workspace, wanted, writer))
            assert outcome.state == "done", outcome
        back = world.undo()
        assert back.state == "done", back
        assert writer.model("churn").aliases["blue"] == "1"
        entries = world.workspace.journal.load().entries
        assert (entries[-1].action, entries[-1].note.facts["undo"]) == ("undo", entries[-2].id)
        first = world.undo()
        assert (first.state, first.summary) == ("done", "churn @blue is nobody, was 1"), "nobody held it before"
        now = writer.model("churn")
        assert "blue" not in now.aliases and not now.tags, "and no claim is left"
        entry = world.workspace.journal.load().entries[-1]
        noted = json.loads(writer.version("churn", "1").tags[f"mltui.move.{entry.id}"])
        assert (noted["from"], noted["to"], noted["kind"]) == ("1", None, "undo")
        assert noted == {key: each for key, each in entry.note.facts.items() if key not in ("registry", "undo")}
        with pytest.raises(Refused, match="nothing is there to undo"):
            world.undo()
    finally:
        writer.close()


def test_sqlite(sqlite: World) -> None:
    there_and_back(sqlite)
    gone_is_ended_and_runs_again(sqlite)
    promotion_is_undone(sqlite)


def test_a_server(server: World) -> None:
    there_and_back(server)
    gone_is_ended_and_runs_again(server)
    promotion_is_undone(server)
