"""kill -9 at every step of a promotion, and the next start tells the truth each time: what it finds out is what MLflow
says."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from tests.real.promoting import Promoter, fill, project_of, several
from tests.real.promoting_child import BEGIN

from mltui.actions.finding_out import note_what_is_found
from mltui.actions.gateway import gateway_of
from mltui.actions.mlflow.door import open_writer
from mltui.actions.mlflow.port import ModelNow, Writer
from mltui.actions.opening import open_workspace
from mltui.actions.promotion.promote import Promote
from mltui.cli import run
from mltui.errors import Unanswered, Unreachable
from mltui.model.claim import claims_in
from mltui.sources.journal import finding
from mltui.sources.promotion.planning import plan
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real

#: Every call of the writer that changes something, or stands between two that do: before and after it.
STEPS = [
    ("before", BEGIN, 0),
    ("before", "set_model_tag", 1),
    ("after", "set_model_tag", 1),
    ("before", "set_alias", 1),
    ("after", "set_alias", 1),
    ("before", "set_version_tag", 1),
    ("after", "set_version_tag", 1),
    ("after", "set_version_tag", 2),
    ("after", "delete_model_tag", 1),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, own_environment: None) -> tuple[Path, str]:
    place = tmp_path_factory.mktemp("killed")
    uri = f"sqlite:///{place}/mlflow.db"
    fill(uri, place, 0.9, 0.7)
    return project_of(place / "churn"), uri


@pytest.fixture
def workspace(project: tuple[Path, str]) -> Iterator[Workspace]:
    root, uri = project
    workspace = open_workspace(root, {"store": uri})
    yield workspace
    workspace.close()


def test_the_next_start_tells_the_truth(
    project: tuple[Path, str],
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """One mltui for each step, begun ahead of its turn: MLflow takes its time to be imported."""
    root, uri = project
    monkeypatch.setenv("MLTUI_STORE", uri)
    writer = open_writer(workspace)
    coming = Promoter(root, uri, "ada")
    for at, step in enumerate(STEPS):
        killed, coming = coming, Promoter(root, uri, "ada")
        with several(killed, *([coming] if at == len(STEPS) - 1 else [])):
            killed.up()
            killed.ask("2", forced=True, reason="urgent", kill=step)
            assert killed.answer() == {"ready": True}
            killed.say("go")
            assert killed.process.wait(600) == -signal.SIGKILL, step
        _told(step, writer.model("churn"), _entry(root, capfdbinary))
        _cleared(writer)
    writer.close()


class Dying:
    """The real writer, until its answer to `set_alias` is lost: from then on nothing can be reached."""

    def __init__(self, real: Writer, *, done: bool) -> None:
        self._real, self._done, self._dead = real, done, False

    def __getattr__(self, method: str) -> Any:
        def call(*args: Any) -> Any:
            if self._dead:
                raise Unreachable("the server is down")
            if method != "set_alias":
                return getattr(self._real, method)(*args)
            self._dead = True
            if self._done:
                self._real.set_alias(*args)
            raise Unanswered("no answer came")

        return call


@pytest.mark.parametrize(("done", "told"), [(True, "is at 2: it was set"), (False, "is still at 1: it was not set")])
def test_what_was_not_known_is_found_out_at_the_next_start(
    project: tuple[Path, str],
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
    done: bool,
    told: str,
) -> None:
    """A server that dies between the write and its answer, and answers when mltui is started again."""
    root, uri = project
    monkeypatch.setenv("MLTUI_STORE", uri)
    passed = iter(range(10_000))
    writer = open_writer(workspace)
    action = Promote(
        workspace,
        plan(workspace, "churn", "2", "champion"),
        cast("Writer", Dying(writer, done=done)),
        "urgent",
        True,
        command_line=True,
        wait=lambda _: None,
        clock=lambda: float(next(passed)),
    )
    outcome = gateway_of(workspace).perform(action, lambda: True)
    assert outcome is not None and outcome.state == "unknown", outcome
    assert outcome.summary == "churn @champion: whether it was set is not known: the server is down"

    entry = _entry(root, capfdbinary)
    assert entry["found"][0] == f"churn @champion {told}", "it is told at once"
    monkeypatch.setattr(finding, "FINISHED", -60_000)  # a minute has passed: what is found stays so
    started = open_workspace(root)
    note_what_is_found(started)
    note_what_is_found(started)
    lines = [json.loads(line) for line in (root / ".git" / "mltui" / "journal.jsonl").read_text().splitlines()]
    noted = [line["found"] for line in lines if line["id"] == entry["id"] and line["event"] == "found"]
    assert len(noted) == 1 and noted[0][0] == f"churn @champion {told}", "and noted once"
    started.close()
    _cleared(writer)
    writer.close()


def _entry(root: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> dict[str, Any]:
    """The last entry of `mltui journal --json`; `mltui status --json` tells of it too."""
    capfdbinary.readouterr()
    assert run(["-C", str(root), "journal", "--json"]) == 0
    entry: dict[str, Any] = json.loads(capfdbinary.readouterr().out)["entries"][-1]
    assert run(["-C", str(root), "status", "--json", "--no-wait"]) == 0
    problems = json.loads(capfdbinary.readouterr().out)["problems"]
    (problem,) = (each for each in problems if each["summary"] == f"outcome unknown: {entry['title']}")
    assert entry["found"][0] in problem["hint"]
    return entry


def _told(step: tuple[str, str, int], now: ModelNow, entry: dict[str, Any]) -> None:
    moved = now.aliases["champion"] == "2"
    assert moved == (step in STEPS[4:]), step
    found = entry["found"]
    assert entry["outcome"] == "unknown"
    if not moved:
        assert found[0] == "churn @champion is still at 1: it was not set", step
    else:
        assert found[0] == "churn @champion is at 2: it was set", step
        recorded = STEPS.index(step) >= STEPS.index(("after", "set_version_tag", 1))
        assert found[1].startswith("the registry has the record" if recorded else "the registry has no record"), step
    claimed = bool(claims_in(now.tags))
    assert claimed == (step in STEPS[2:-1]), step
    assert any("claim is left, and in others' way for" in line for line in found) == claimed, (step, found)


def _cleared(writer: Any) -> None:
    """As it was, for the next step: what is left is dead in a minute, and nobody waits for that here."""
    writer.set_alias("churn", "champion", "1")
    for key in claims_in(writer.model("churn").tags):
        writer.delete_model_tag("churn", key)
