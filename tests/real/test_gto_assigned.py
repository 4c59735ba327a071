"""Stages of GTO assigned by tags, as the gto package itself shows them; races, refusals, what the tags say."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from git_repository import commit, git, make
from gto.api import show

from mltui.actions.chores.stores import Stores
from mltui.actions.gateway import gateway_of
from mltui.actions.promotion.gto import AssignStage
from mltui.actions.undo import undoing
from mltui.config import Config
from mltui.errors import Refused
from mltui.model.gates import Gate, GateReport, GateResult, Policy
from mltui.model.gto import parse_tag
from mltui.model.outcome import Outcome
from mltui.model.promotion import Plan, Target, holder
from mltui.sources.git.locate import open_project
from mltui.sources.promotion.moves import read_moves
from mltui.sources.runner import ProcessRunner
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real
OLD, NEW = "v1.0.0", "v1.1.0"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    (tmp_path / "config").write_text("[user]\nname = Ada\nemail = ada@example.org\n")
    path = make(tmp_path / "project")
    for number, version in enumerate((OLD, NEW)):
        commit(path, version, f"{1_700_000_000 + number} +0000", a_txt=version)
        _tag(path, f"sub=churn@{version}", 1_700_000_000 + number)
    _tag(path, "sub=churn#prod#3", 1_700_000_010, f"sub=churn@{OLD}^{{}}")
    return path


def _tag(path: Path, name: str, second: int, at: str = "HEAD") -> None:
    git(path, "tag", "-a", "-m", f"about {name}", name, at, GIT_COMMITTER_DATE=f"{second} +0000")


@pytest.fixture
def workspace(root: Path) -> Iterator[Workspace]:
    made = _workspace(root)
    yield made
    made.close()


def _workspace(root: Path) -> Workspace:
    runner = ProcessRunner()
    return Workspace(open_project(root, runner), Config(), runner)


def _plan(workspace: Workspace, version: str = NEW, stage: str = "prod", *failing: str, **more: object) -> Plan:
    (model,) = workspace.models.load()
    found = next(each for each in model.versions if each.version == version)
    target = Target("gto", stage)
    results = tuple(GateResult(Gate("metric", text), "failed", "0.7", why="not >= 0.8") for text in failing)
    report = GateReport(Policy(gates=tuple(each.gate for each in results)), results)
    return Plan(model, found, target, holder(model, target), report=report, **more)  # type: ignore[arg-type]


def _perform(workspace: Workspace, action: AssignStage) -> Outcome:
    outcome = gateway_of(workspace).perform(action, lambda: True)
    assert outcome is not None
    return outcome


def _held(root: Path) -> dict[str, str]:
    """As gto itself shows it."""
    return {stage: version for stage, version in show(str(root))["sub:churn"]["stage"].items() if version}


def test_assigned_and_rolled_back_as_gto_shows_it(workspace: Workspace, root: Path) -> None:
    action = AssignStage(workspace, _plan(workspace), "better auc")
    assert "git tag -a -m" in action.commands()[0] and "sub=churn#prod#4" in action.commands()[0]
    outcome = _perform(workspace, action)
    assert (outcome.state, outcome.summary) == ("done", f"#prod of sub:churn is {NEW}, was {OLD}")
    assert "git push origin 'sub=churn#prod#4'" in outcome.left[0]
    assert _held(root) == {"prod": NEW}
    tag = git(root, "for-each-ref", "--format=%(objecttype) %(*objectname) %(contents)", "refs/tags/sub=churn#prod#4")
    assert tag.startswith(
        f"tag {git(root, 'rev-parse', 'HEAD')} Assigning stage prod to artifact sub:churn version {NEW}"
    )
    assert "\n\nbetter auc\n\n" in tag
    (entry,) = workspace.journal.load().entries
    move = json.loads(tag.rpartition(f"mltui.move.{entry.id}: ")[2])
    assert (move["from"], move["to"], move["target"], move["reason"]) == (OLD, NEW, "#prod", "better auc")
    assert entry.note.facts == move and (entry.note.what, entry.state) == ("sub:churn#prod", "done")
    with pytest.raises(Refused, match="already: nothing to do"):
        _perform(workspace, AssignStage(workspace, _plan(workspace)))
    outcome = _perform(workspace, AssignStage(workspace, _plan(workspace, OLD, kind="rollback"), "drift"))
    assert outcome.state == "done" and _held(root) == {"prod": OLD}, "within one second, too"
    told = [(each.kind, each.before, each.after, each.reason, each.told) for each in read_moves(workspace)]
    assert told[-2:] == [
        ("promote", OLD, NEW, "better auc", ("journal", "registry")),
        ("rollback", NEW, OLD, "drift", ("journal", "registry")),
    ]


def test_colleagues_read_it_of_the_tag_alone(workspace: Workspace, root: Path) -> None:
    _perform(
        workspace, AssignStage(workspace, _plan(workspace, NEW, "prod", "metrics.auc >= 0.8"), "why not", forced=True)
    )
    other = root.parent / "colleague"
    git(root.parent, "clone", "-q", str(root), str(other))
    theirs = _workspace(other)
    try:
        move = read_moves(theirs)[-1]
    finally:
        theirs.close()
    assert (move.reason, move.forced, move.told) == ("why not", True, ("registry",))
    assert [(gate.text, gate.verdict) for gate in move.gates] == [("metrics.auc >= 0.8", "failed")]
    said = git(other, "tag", "-l", "--format=%(contents:body)", "sub=churn#prod#4")
    assert "forced past its gates by ada@example.org on" in said and "failed: metrics.auc >= 0.8" in said


def test_gates_block_and_force_needs_a_reason(workspace: Workspace, root: Path) -> None:
    before = git(root, "tag", "-l")
    for action, words in (
        (AssignStage(workspace, _plan(workspace, NEW, "prod", "metrics.auc >= 0.8")), "blocked by metrics.auc"),
        (AssignStage(workspace, _plan(workspace, NEW, "prod", "x"), "", forced=True), "forcing it needs a reason"),
        (AssignStage(workspace, _plan(workspace, NEW, "a b")), "takes no stage 'a b'"),
    ):
        with pytest.raises(Refused, match=words):
            _perform(workspace, action)
    (root / ".gto").write_text("stages: [dev]\n")
    with pytest.raises(Refused, match="allows no stage prod"):
        _perform(workspace, AssignStage(workspace, _plan(workspace)))
    assert git(root, "tag", "-l") == before


def test_a_stage_that_moved_since_the_preview_is_left_alone(workspace: Workspace, root: Path) -> None:
    action = AssignStage(workspace, _plan(workspace))
    third = commit(root, "third", "1700000020 +0000", a_txt="3")
    _tag(root, "sub=churn@v2.0.0", 1_700_000_020)
    _tag(root, "sub=churn#prod#7", 1_700_000_021, third)
    before = git(root, "tag", "-l")
    with pytest.raises(Refused, match=r"#prod moved meanwhile: it is at sub:churn v2\.0\.0, by Ada: sub=churn#prod#\d"):
        _perform(workspace, action)
    assert git(root, "tag", "-l") == before


def test_the_number_is_taken_meanwhile(workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at the number and git's own making of the tag: of that version, then of another."""
    action = AssignStage(workspace, _plan(workspace))
    real, theirs = action._registry.next_tag, [NEW]

    def overtaken(*, take_back: bool) -> str:
        name = real(take_back=take_back)
        if theirs:
            at = f"sub=churn@{theirs.pop()}^{{}}"
            _tag(root, name, 1_700_000_050, at)
        return name

    monkeypatch.setattr(action._registry, "next_tag", overtaken)
    with pytest.raises(Refused, match="moved meanwhile"):
        _perform(workspace, action)
    assert _held(root) == {"prod": NEW} and len(git(root, "tag", "-l", "*#prod#*").splitlines()) == 2
    again = AssignStage(workspace, _plan(workspace, OLD))
    real, theirs = again._registry.next_tag, [NEW]  # by one who leaves it where it was seen: the next number is ours
    monkeypatch.setattr(again._registry, "next_tag", overtaken)
    assert _perform(workspace, again).state == "done" and _held(root) == {"prod": OLD}
    assert len(git(root, "tag", "-l", "*#prod#*").splitlines()) == 4


def test_of_eight_at_once_one_wins_and_all_others_are_told(root: Path) -> None:
    said: list[str] = []

    def promote() -> None:
        mine = _workspace(root)
        try:
            action = AssignStage(mine, _plan(mine))
            together.wait()
            said.append(_perform(mine, action).state)
        except Refused as error:
            said.append(error.summary)
        finally:
            mine.close()

    together = threading.Barrier(8)
    threads = [threading.Thread(target=promote) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count("done") == 1 and sum("#prod" in each for each in said) == 7, said
    assert len(git(root, "tag", "-l", "*#prod#*").splitlines()) == 2


def test_a_stage_that_nobody_held_is_taken_back(workspace: Workspace, root: Path) -> None:
    _perform(workspace, AssignStage(workspace, _plan(workspace, NEW, "dev")))
    assert _held(root) == {"prod": OLD, "dev": NEW}
    action = AssignStage(workspace, _plan(workspace, NEW, "dev", kind="undo"), take_back=True)
    assert action.title == f"take #dev from sub:churn {NEW}"
    outcome = _perform(workspace, action)
    assert outcome.state == "done" and "nobody holds it" in outcome.summary
    assert _held(root) == {"prod": OLD}
    assert parse_tag(git(root, "tag", "-l", "*#dev!#*")) is not None


def test_undo_takes_back_the_last_stage_and_the_first_one(workspace: Workspace, root: Path) -> None:
    for version in (OLD, NEW):
        _perform(workspace, AssignStage(workspace, _plan(workspace, version, "dev")))
    stores = Stores(workspace)
    for held in ({"prod": OLD, "dev": OLD}, {"prod": OLD}):
        found = undoing(workspace, stores)
        outcome = gateway_of(workspace).perform(found.action, lambda: True)
        assert outcome is not None and outcome.state == "done", outcome
        assert _held(root) == held
        entries = workspace.journal.load().entries
        assert (entries[-1].action, entries[-1].note.facts["undo"]) == ("undo", found.entry.id)
    moves = [(each.before, each.after) for each in read_moves(workspace) if each.target == "#dev"]
    assert moves == [(None, OLD), (OLD, NEW), (NEW, OLD), (OLD, None)]
    with pytest.raises(Refused, match="nothing is there to undo"):
        undoing(workspace, stores)


def test_a_stage_that_moved_since_is_not_undone(workspace: Workspace, root: Path) -> None:
    _perform(workspace, AssignStage(workspace, _plan(workspace, NEW, "prod")))
    _tag(root, "sub=churn#prod#9", 4_000_000_000, f"sub=churn@{OLD}^{{}}")
    with pytest.raises(Refused, match=r"is at v1.0.0 already"):
        undoing(workspace, Stores(workspace))


def test_a_configured_signature_and_hooks_hold_nothing_up(workspace: Workspace, root: Path) -> None:
    program = root.parent / "gpg"
    program.write_text(f"#!/bin/sh\ntouch {root.parent}/asked\nexec sleep 600\n")
    program.chmod(0o755)
    for key, value in (("tag.gpgSign", "true"), ("tag.forceSignAnnotated", "true"), ("gpg.program", str(program))):
        git(root, "config", key, value)
    hook = root / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {root.parent}/asked\nexit 1\n")
    hook.chmod(0o755)
    assert _perform(workspace, AssignStage(workspace, _plan(workspace))).state == "done"
    assert not (root.parent / "asked").exists()


def test_a_tag_of_the_future_and_nobodys_name(
    workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root.parent / "config").write_text("[user]\nuseConfigOnly = true\n")
    for name in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    outcome = _perform(workspace, AssignStage(workspace, _plan(workspace)))
    assert outcome.state == "failed" and outcome.left[-1] == "no tag was made", outcome
    _tag_of(root, "sub=churn#prod#9", 4_000_000_000)
    with pytest.raises(Refused, match="is to come: a tag made now would not count"):
        _perform(workspace, AssignStage(workspace, _plan(workspace, NEW, "dev")))


def _tag_of(root: Path, name: str, second: int) -> None:
    git(
        root,
        "-c",
        "user.name=Eve",
        "-c",
        "user.email=eve@example.org",
        "tag",
        "-a",
        "-m",
        "x",
        name,
        GIT_COMMITTER_DATE=f"@{second} +0000",
    )


def test_a_killed_gto_reads_what_we_made(workspace: Workspace, root: Path) -> None:
    _perform(workspace, AssignStage(workspace, _plan(workspace)))
    argv = (sys.executable, "-m", "gto.cli", "history", "--json", "--repo", str(root))
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert "sub=churn#prod#4" in done.stdout, done.stderr
