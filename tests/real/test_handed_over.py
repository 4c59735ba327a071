"""A promotion handed to a command: one that moves the alias with the real mlflow when it ended, and ones that don't."""

from __future__ import annotations

import shlex
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.real.written_store import Made, make_store, workspace_of, writer_of

from mltui.actions.gateway import gateway_of
from mltui.actions.promotion.handed import HandOver
from mltui.actions.trusting import trust
from mltui.errors import Refused
from mltui.model.gates import Gate, GateReport, GateResult, Policy
from mltui.model.move_tags import move_of_tag
from mltui.model.outcome import Outcome
from mltui.model.promotion import Plan, Target, holder
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real

#: Starts what sets the alias, and ends before that did: as `gh workflow run` does.
CI = """
import subprocess, sys
late = "import sys, mlflow; mlflow.MlflowClient(sys.argv[1]).set_registered_model_alias(*sys.argv[2:5])"
quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
subprocess.Popen([sys.executable, "-c", late, *sys.argv[1:5]], start_new_session=True, **quiet)
open("said", "w").write("\\n".join(sys.argv[5:]))
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Made:
    place = tmp_path_factory.mktemp("filled")
    return make_store(f"sqlite:///{place}/mlflow.db", place)


@pytest.fixture
def workspace(filled: Made, tmp_path: Path) -> Iterator[Workspace]:
    database = tmp_path / "mlflow.db"
    database.write_bytes(Path(filled.uri.removeprefix("sqlite:///")).read_bytes())
    made = workspace_of(tmp_path / "project", f"sqlite:///{database}")
    yield made
    made.close()


def _plan(workspace: Workspace, *command: str, timeout: int = 60, failing: str = "", version: str = "2") -> Plan:
    (model,) = [each for each in workspace.models.load() if each.name == "churn"]
    found = next(each for each in model.versions if each.version == version)
    results = (GateResult(Gate("metric", failing), "failed", "0.7", why="not >= 0.8"),) if failing else ()
    policy = Policy(via="command", command=command, command_timeout=timeout, gates=tuple(r.gate for r in results))
    trust(workspace.project, policy, {})
    target = Target("alias", "champion")
    return Plan(model, found, target, holder(model, target), report=GateReport(policy, results))


def _perform(workspace: Workspace, action: HandOver, told: list[str] | None = None) -> Outcome:
    said: list[str] = [] if told is None else told
    outcome = gateway_of(workspace).perform(action, lambda: True, lambda _at, _of, what: said.append(what))
    assert outcome is not None
    return outcome


def _ci(workspace: Workspace, *rest: str) -> tuple[str, ...]:
    uri = str(workspace.config.store)
    return (sys.executable, "-c", CI, uri, "{model}", "{alias}", "{version}", *rest)


@pytest.mark.parametrize("with_writer", [True, False])
def test_the_alias_is_waited_for(workspace: Workspace, tmp_path: Path, with_writer: bool) -> None:
    plan = _plan(
        workspace, *_ci(workspace, "why={reason}", "{run_id}", "{commit}|{nothing}"), failing="metrics.auc >= 0.8"
    )
    writer = writer_of(tmp_path / "project", str(workspace.config.store)) if with_writer else None
    action = HandOver(workspace, plan, "it's {model}; $(touch x)", forced=True, writer=writer)
    assert shlex.split(action.commands()[0]) == list(action.argv)
    told: list[str] = []
    outcome = _perform(workspace, action, told)
    assert (outcome.state, outcome.left) == ("done", ()), outcome
    assert outcome.summary.startswith("@champion of churn is 2, was 1") and told[-1].startswith("waits until @champion")
    why, run, commit = (tmp_path / "project" / "said").read_text().split("\n")
    assert (why, run, commit) == ("why=it's {model}; $(touch x)", plan.version.run_id, "|{nothing}")
    assert not (tmp_path / "project" / "x").exists(), "no shell saw it"
    (entry,) = workspace.journal.load().entries
    assert (entry.state, entry.note.before, entry.note.after) == ("done", "1", "2")
    assert entry.note.facts["forced"] is True and str(entry.note.facts["via"]).startswith(sys.executable)
    with closing(writer or writer_of(tmp_path / "project", str(workspace.config.store))) as reader:
        tags = reader.version("churn", "2").tags
    moves = [move for key, text in tags.items() if (move := move_of_tag("churn", key, text))]
    assert [(move.id, move.forced, move.reason) for move in moves] == (
        [(entry.id, True, action.reason)] if with_writer else []
    )
    assert ("mltui.forced.champion" in tags) == with_writer


def test_one_that_fails_is_told_with_its_last_lines(workspace: Workspace) -> None:
    script = "import sys; [print('line', n) for n in range(50)]; sys.stdout.flush(); sys.exit('no such workflow')"
    outcome = _perform(workspace, HandOver(workspace, _plan(workspace, sys.executable, "-c", script)))
    assert (outcome.state, outcome.summary) == ("failed", f"{sys.executable} failed with exit code 1")
    assert outcome.left == (*(f"line {n}" for n in range(45, 50)), "no such workflow", "@champion of churn is 1")


def test_one_that_is_not_there(workspace: Workspace) -> None:
    outcome = _perform(workspace, HandOver(workspace, _plan(workspace, "./no-such-thing")))
    assert outcome.state == "failed" and "./no-such-thing" in outcome.summary
    assert outcome.left[-1] == "@champion of churn is 1"


def test_one_that_never_moves_it_is_an_unknown_outcome(workspace: Workspace) -> None:
    outcome = _perform(workspace, HandOver(workspace, _plan(workspace, "true", timeout=1)))
    assert (outcome.state, outcome.summary) == ("unknown", "@champion of churn not moved within 1 s")
    assert outcome.left[0] == "@champion of churn is 1" and "may still move it" in outcome.left[1]
    (entry,) = workspace.journal.load().entries
    assert entry.unknown


def test_one_that_hangs_is_killed(workspace: Workspace) -> None:
    action = HandOver(
        workspace, _plan(workspace, sys.executable, "-c", "input() if 0 else __import__('time').sleep(600)", timeout=1)
    )
    outcome = _perform(workspace, action)
    assert outcome.state == "unknown" and "did not answer within 1 s" in outcome.summary
    assert outcome.left[-1] == "@champion of churn is 1"


def test_the_waiting_can_be_ended(workspace: Workspace) -> None:
    stopped = threading.Event()
    action = HandOver(workspace, _plan(workspace, "true"), stopped=stopped)
    states: list[Outcome] = []

    def told(_at: int, _of: int, what: str) -> None:
        if what.startswith("waits"):
            stopped.set()

    outcome = gateway_of(workspace).perform(action, lambda: True, told)
    assert outcome is not None
    states.append(outcome)
    assert states[0].state == "interrupted" and "nobody waits any more" in states[0].summary


def test_ctrl_c_ends_it_too(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    action = HandOver(workspace, _plan(workspace, "true"))

    def pressed(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(action._stopped, "wait", pressed)
    outcome = _perform(workspace, action)
    assert outcome.state == "interrupted" and outcome.left[-1] == "@champion of churn is 1"


def test_what_is_refused(workspace: Workspace) -> None:
    action = HandOver(workspace, _plan(workspace, "touch", "ran"))
    trust(workspace.project, Policy(via="command", command=("touch", "other")), {})
    _refused(workspace, action, "not those that you trusted")
    failing = _plan(workspace, "touch", "ran", failing="metrics.auc >= 0.8")
    _refused(workspace, HandOver(workspace, failing), "blocked by")
    filled_in = _plan(workspace, "touch", "{reason}")
    _refused(workspace, HandOver(workspace, filled_in, "--reference=x"), "would be an option of touch")
    _refused(workspace, HandOver(workspace, _plan(workspace, "touch", "ran", version="1")), "already: nothing to do")
    with closing(writer_of(workspace.project.root, str(workspace.config.store))) as writer:
        seen = _plan(workspace, "touch", "ran")
        writer.set_alias("churn", "champion", "3")
        _refused(workspace, HandOver(workspace, seen, writer=writer), "moved meanwhile: it is at 3")
    assert not (workspace.project.root / "ran").exists()


@pytest.mark.parametrize(
    "words", [("sh", "-c", "touch {reason}"), ("/bin/bash", "-ec", "x={reason}"), ("ssh", "box", "{reason}")]
)
def test_nothing_is_filled_into_what_a_shell_reads(workspace: Workspace, words: tuple[str, ...]) -> None:
    _refused(workspace, HandOver(workspace, _plan(workspace, *words), "x;touch ran"), "would obey 'x;touch ran'")
    plain = HandOver(workspace, _plan(workspace, *words), "OPS-12")
    assert plain.refusal() is None


def test_what_stands_behind_a_script_is_its_argument(workspace: Workspace) -> None:
    argv = ("sh", "-c", 'printf %s "$1" >said; exit 3', "sh", "{reason}")
    _perform(workspace, HandOver(workspace, _plan(workspace, *argv), "it's $(touch ran);{model}"))
    assert (workspace.project.root / "said").read_text() == "it's $(touch ran);{model}"
    assert not (workspace.project.root / "ran").exists()


def _refused(workspace: Workspace, action: HandOver, words: str) -> None:
    with pytest.raises(Refused, match=words):
        _perform(workspace, action)


def test_what_it_printed_and_was_told_is_shown_without_secrets(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_TOKEN", "s3cr3t-of-env")
    script = "import sys; sys.exit('denied: http://ada:geheim@host/x?sig=geheim and token s3cr3t-of-env')"
    action = HandOver(workspace, _plan(workspace, sys.executable, "-c", script, "--token", "geheim"))
    assert action.commands()[0].endswith("--token …")
    outcome = _perform(workspace, action)
    assert outcome.left[0] == "denied: http://host/x?sig=… and token …"
