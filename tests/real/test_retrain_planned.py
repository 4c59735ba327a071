"""What a retrain would do, against what ``dvc repro`` and ``dvc exp run`` then really do."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import dvc_project as dp
import pytest

from mltui.actions.jobs.runner_turn import dvc_at_work
from mltui.actions.opening import open_workspace
from mltui.errors import UsageError
from mltui.model.retrain import Asked, RetrainPlan
from mltui.sources.retrain.planner import Planner
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real

FILES = {
    "dvc.yaml": """\
stages:
  prepare:
    cmd: cat raw.txt params.yaml > prep.txt && echo v1 >> prep.txt
    deps: [raw.txt]
    params: [prepare.n]
    outs: [prep.txt]
  train:
    cmd: cat prep.txt train.sh conf.json conf.toml conf.py > model.bin && cp conf.json m.json
    deps: [prep.txt, train.sh]
    params:
      - conf.json: [lr]
      - conf.toml: [a.b]
      - conf.py: [EPOCHS]
    outs: [model.bin]
    metrics: [{m.json: {cache: false}}]
  folder:
    cmd: mkdir -p parts && cp model.bin parts/one && echo two > parts/two
    deps: [model.bin]
    outs: [parts]
  inside:
    cmd: cat parts/one m.json > inside.txt
    deps: [parts/one, m.json]
    outs: [inside.txt]
  loop:
    foreach: [a, b]
    do:
      cmd: cat raw.txt > loop_${item}.txt && echo ${shown} >> loop_${item}.txt
      deps: [raw.txt]
      outs: ["loop_${item}.txt"]
  cold:
    cmd: cp train.sh cold.txt
    deps: [train.sh]
    outs: [cold.txt]
    frozen: true
  always:
    cmd: cp train.sh always.txt
    deps: [train.sh]
    outs: [always.txt]
    always_changed: true
""",
    "params.yaml": "prepare:\n  n: 3\nshown: x\n",
    "conf.json": '{"lr": 0.1, "other": 1}',
    "conf.toml": "[a]\nb = 1\n",
    "conf.py": "EPOCHS = 5\n",
    "train.sh": "echo train\n",
    "raw.txt": "raw\n",
}


@pytest.fixture(scope="module")
def made(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path_factory.mktemp("site")))
        root = dp.empty(tmp_path_factory.mktemp("made") / "project")
        dp.write(root, {**FILES, "dvc.yaml": FILES["dvc.yaml"].replace("frozen: true", "frozen: false")})
        dp.dvc(root, "add", "-q", "raw.txt")
        dp.dvc(root, "repro", "-q")
        dp.write(root, {"dvc.yaml": FILES["dvc.yaml"]})
        dp.run(root, "git", "add", "-A")
        dp.run(root, "git", "commit", "-qm", "all")
        return root


@pytest.fixture
def project(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)
    return dp.copy(made, tmp_path / "project")


@pytest.fixture
def workspace(project: Path) -> Iterator[Workspace]:
    found = open_workspace(project)
    yield found
    found.close()


def plan(workspace: Workspace, **asked: object) -> RetrainPlan:
    return Planner(workspace, lambda: ()).plan(Asked(**asked))  # type: ignore[arg-type]


def answers(found: RetrainPlan) -> dict[str, str]:
    return {stage.address: stage.cache for stage in found.stages}


def done(said: str) -> dict[str, str]:
    """What DVC says that it did: {stage: ran or cached}, in its order."""
    words = re.findall(r"(Running stage|Stage) '([^']+)'(:| is cached - skipping run)", said)
    return {name: "ran" if first == "Running stage" else "cached" for first, name, _ in words}


def carry_out(found: RetrainPlan) -> dict[str, str]:
    """Run the plan's own command as the plan says, and what DVC said that it did."""
    env = {**os.environ, **{key: value for key, value in found.env.items() if value is not None}}
    ended = subprocess.run(found.command, cwd=found.cwd, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return done(ended.stdout)


def agree(found: RetrainPlan, real: dict[str, str]) -> None:
    """Nothing else ran, in no other order; *yes* was cached and *no* ran."""
    assert [stage.address for stage in found.stages] == list(real)
    for address, cache in answers(found).items():
        assert cache == "after" or real[address] == {"yes": "cached", "no": "ran"}[cache], address


def put(name: str, *contents: str) -> Callable[[Path, random.Random], None]:
    return lambda root, dice: _write(root / name, dice.choice(contents))


def _write(path: Path, content: str) -> None:
    path.unlink(missing_ok=True)  # an out may be a link into the cache
    path.write_text(content)


def gone(name: str) -> Callable[[Path, random.Random], None]:
    return lambda root, dice: (root / name).unlink(missing_ok=True)


def recommand(root: Path, dice: random.Random) -> None:
    text = (root / "dvc.yaml").read_text()
    _write(root / "dvc.yaml", re.sub(r"echo v\d+", f"echo v{dice.randrange(4)}", text))


MUTATIONS = [
    put("params.yaml", "prepare:\n  n: 3\nshown: x\n", "prepare:\n  n: 4\nshown: x\n", "prepare:\n  n: 3\nshown: y\n"),
    put("conf.json", '{"lr": 0.1, "other": 1}', '{"lr": 0.2, "other": 1}', '{"lr": 0.1, "other": 2}'),
    put("conf.toml", "[a]\nb = 1\n", "[a]\nb = 2\n"),
    put("conf.py", "EPOCHS = 5\n", "EPOCHS = 6\n"),
    put("train.sh", "echo train\n", "echo other\n"),
    put("raw.txt", "raw\n", "more\n"),
    put("model.bin", "spoiled"),
    gone("model.bin"),
    gone("inside.txt"),
    gone("parts/two"),
    gone("m.json"),
    recommand,
]


@pytest.mark.parametrize("seed", range(3))
def test_the_plan_is_what_repro_then_does(project: Path, workspace: Workspace, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(3):
        for change in dice.sample(MUTATIONS, dice.randrange(1, 4)):
            change(project, dice)
        before = dp.run(project, "git", "status", "--porcelain")
        found = plan(workspace)
        assert not found.obstacles
        assert dp.run(project, "git", "status", "--porcelain") == before
        agree(found, carry_out(found))


def test_what_was_run_before_comes_from_the_run_cache_down_to_the_end(project: Path, workspace: Workspace) -> None:
    _write(project / "conf.toml", "[a]\nb = 2\n")
    first = plan(workspace, targets=("inside",))
    assert answers(first) == {"train": "no", "folder": "after", "inside": "after"}
    assert [stage.after for stage in first.stages] == ["", "train", "folder"]
    assert first.stages[0].why == "param a.b 1 → 2"
    agree(first, carry_out(first))
    _write(project / "conf.toml", "[a]\nb = 1\n")
    again = plan(workspace, targets=("inside",))
    assert answers(again) == {"train": "yes", "folder": "yes", "inside": "yes"}
    agree(again, carry_out(again))


def test_overrides_are_what_dvc_makes_of_them(project: Path, workspace: Workspace) -> None:
    """In a copy of the worktree, of params files in four languages and in a command."""
    overrides = ("conf.toml:a.b=7", "conf.py:EPOCHS=9", "conf.json:lr=0.5", "prepare.n=8", "shown=z")
    found = plan(workspace, overrides=overrides)
    assert found.mode == "isolated"
    assert found.experiment
    changed = {f"{each.path}:{each.key}": (each.value, each.new, each.kind) for each in found.params if each.changed}
    assert changed == {
        "conf.toml:a.b": (1, 7, "int"),
        "conf.py:EPOCHS": (5, 9, "int"),
        "conf.json:lr": (0.1, 0.5, "float"),
        "params.yaml:prepare.n": (3, 8, "int"),
    }
    why = {stage.address: stage.why for stage in found.stages}
    assert why["loop@a"] == "command changed"
    assert why["prepare"] == "param prepare.n 3 → 8"
    agree(found, carry_out(found))
    assert (project / "params.yaml").read_text() == FILES["params.yaml"]
    assert f"refs/exps/{found.commit[:2]}" in dp.run(project, "git", "for-each-ref")  # type: ignore[index]


def test_a_copy_has_the_outs_as_they_are_locked_and_the_data_as_it_is(project: Path, workspace: Workspace) -> None:
    """What is deleted or spoiled here is whole there."""
    (project / "model.bin").unlink()
    _write(project / "inside.txt", "spoiled")
    assert {"train", "inside"} <= set(answers(plan(workspace)))
    there = plan(workspace, isolated=True)
    assert list(answers(there)) == ["always"]
    agree(there, carry_out(there))
    _write(project / "raw.txt", "changed\n")
    changed = plan(workspace, isolated=True)
    assert [stage for stage, cache in answers(changed).items() if cache == "no"] == [
        "prepare",
        "loop@a",
        "loop@b",
        "always",
    ]
    assert any("raw.txt.dvc: it changed" in text for text in changed.warnings)
    agree(changed, carry_out(changed))
    cluster = replace(workspace.config, executors={"cluster": {"kind": "slurm", "path": "/clone"}})
    far = Planner(Workspace(workspace.project, cluster, workspace.runner), lambda: ()).plan(Asked(executor="cluster"))
    assert {stage.cache for stage in far.stages} == {"unknown"}
    assert any("raw.txt differs from what DVC tracks" in text for text in far.warnings)


def test_targets_are_those_of_repro(project: Path, workspace: Workspace) -> None:
    _write(project / "raw.txt", "more\n")
    for target, forced in (("loop", False), ("dvc.yaml:prepare", True), ("loop@*", True), ("dvc.yaml", False)):
        found = plan(workspace, targets=(target,), force=forced)
        real = subprocess.run([*found.command, "--dry"], cwd=project, capture_output=True, text=True, check=True).stdout
        assert set(done(real)) <= set(answers(found)), target  # --dry looks old hashes up
        assert forced == all(stage.why.startswith("forced") for stage in found.stages)
        assert not forced or set(answers(found).values()) <= {"no", "after"}


def test_what_dvc_would_refuse_is_refused(project: Path, workspace: Workspace) -> None:
    with pytest.raises(UsageError) as unknown:
        plan(workspace, targets=("trian",))
    assert "train" in unknown.value.hint
    with pytest.raises(UsageError) as out:
        plan(workspace, targets=("model.bin",))
    assert "train makes it" in out.value.hint
    with pytest.raises(UsageError):
        plan(workspace, executor="nowhere")
    with pytest.raises(UsageError):
        plan(workspace, rev="nothing")
    (bad,) = plan(workspace, overrides=("prepare.m=1",)).obstacles
    assert bad.what == "no param prepare.m in params.yaml"
    assert "prepare.n" in bad.hint
    (lost,) = plan(workspace, overrides=("nowhere.yaml:a=1",)).obstacles
    assert "nowhere.yaml" in lost.what
    (sweep,) = plan(workspace, overrides=("prepare.n=1,2",)).obstacles
    assert "queue" in sweep.what
    assert not plan(workspace, overrides=("+prepare.m=1",)).obstacles
    dp.write(
        project,
        {"dvc.yaml": FILES["dvc.yaml"].replace("deps: [raw.txt]\n    params", "deps: [inside.txt]\n    params")},
    )
    (cycle,) = plan(workspace).obstacles
    assert "cycle" in cycle.what
    for broken in ("stages: {a: {cmdd: x}}\n", "stages: [\n"):
        dp.write(project, {"dvc.yaml": broken})
        for targets in ((), ("train",)):
            (unreadable,) = plan(workspace, targets=targets).obstacles
            assert "dvc.yaml" in unreadable.what


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"isolated": True}, "--collect"),
        ({"isolated": True, "collect": True}, None),
        ({"executor": "dvc-queue", "collect": True}, "--executor local"),  # its worker takes the directory away
    ],
)
def test_runs_that_would_go_with_the_directory_refuse_unless_they_are_collected(
    project: Path, workspace: Workspace, asked: dict[str, object], refused: str | None
) -> None:
    dp.write(project, {"train.py": 'import mlflow\nmlflow.set_tracking_uri("sqlite:///mlflow.db")\n'})
    own = "python train.py && " + FILES["dvc.yaml"].partition("train:\n    cmd: ")[2].partition("\n")[0]
    dp.write(project, {"dvc.yaml": FILES["dvc.yaml"].replace(own.removeprefix("python train.py && "), own)})
    stands = [each for each in plan(workspace, **asked).obstacles if "train.py:2" in each.what]
    assert [refused in each.hint for each in stands] == ([True] if refused else [])


def test_a_file_that_dvc_can_not_read_is_none_of_the_targets_fault(project: Path, workspace: Workspace) -> None:
    """A dvc.lock of DVC 1.0 has no schema: DVC 3 refuses it, whatever is asked for."""
    (project / "dvc.lock").write_text("train:\n  cmd: 'true'\n")
    for targets in ((), ("train",)):
        (bad,) = plan(workspace, targets=targets).obstacles
        assert "dvc.lock' validation failed" in bad.what


def test_hydra_composes_what_is_overridden(project: Path, workspace: Workspace) -> None:
    dp.write(project, {"conf/config.yaml": "defaults: [model: small]\nshown: x\nprepare: {n: 3}\n"})
    dp.write(project, {"conf/model/small.yaml": "depth: 1\n", "conf/model/large.yaml": "depth: 9\n"})
    text = FILES["dvc.yaml"].replace("params: [prepare.n]", "params: [prepare.n, model.depth]")
    dp.write(project, {"dvc.yaml": text, "params.yaml": "model:\n  depth: 1\nprepare:\n  n: 3\nshown: x\n"})
    dp.dvc(project, "config", "hydra.enabled", "True")
    dp.dvc(project, "repro", "-q")
    dp.run(project, "git", "add", "-A")
    dp.run(project, "git", "commit", "-qm", "hydra")
    found = plan(workspace, overrides=("model=large",))
    assert [(each.key, each.value, each.new) for each in found.params if each.changed] == [("model.depth", 1, 9)]
    assert next(stage.why for stage in found.stages if stage.address == "prepare") == "param model.depth 1 → 9"
    agree(found, carry_out(found))
    (bad,) = plan(workspace, overrides=("modle=large",)).obstacles
    assert "modle" in bad.what


def test_the_stages_of_another_commit(project: Path, workspace: Workspace) -> None:
    dp.write(project, {"dvc.yaml": "stages: {only: {cmd: 'true'}}\n"})
    found = plan(workspace, rev="HEAD", targets=("loop",))
    assert [stage.address for stage in found.stages] == ["loop@a", "loop@b"]
    assert found.mode == "rev"
    assert found.command[-2:] == ("repro", "loop")


def test_of_another_commit_every_pipeline_counts_where_there_is_none_in_the_top(
    project: Path, workspace: Workspace
) -> None:
    (project / "dvc.yaml").rename(project / "moved.txt")
    for folder in ("a", "b"):
        dp.write(project, {f"{folder}/dvc.yaml": "stages: {one: {cmd: 'true'}, two: {cmd: 'true'}}\n"})
    dp.run(project, "git", "add", "-A")
    dp.run(project, "git", "commit", "-qm", "below")

    def stages(*targets: str) -> list[str]:
        return [stage.address for stage in plan(workspace, rev="HEAD", targets=targets).stages]

    assert stages() == ["a/dvc.yaml:one", "a/dvc.yaml:two", "b/dvc.yaml:one", "b/dvc.yaml:two"]
    assert stages("b/dvc.yaml:two") == ["b/dvc.yaml:two"]
    assert stages("a/dvc.yaml") == ["a/dvc.yaml:one", "a/dvc.yaml:two"]


def test_who_holds_the_lock_is_named(project: Path, workspace: Workspace) -> None:
    """DVC's own lock, held by another process: nothing is locked to find out."""
    hold = (
        "from dvc.lock import make_lock; lock = make_lock('.dvc/tmp/lock'); lock.lock(); print(1, flush=True); input()"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", hold], cwd=project, stdin=pipe, stdout=pipe, stderr=pipe) as held:
        assert held.stdout is not None and held.stdin is not None
        held.stdout.readline()
        assert f"process {held.pid}" in plan(workspace).waits_for
        assert dvc_at_work(str(project), "a job").startswith(f"pid {held.pid}: ")  # the runner names it, too
        held.stdin.close()
    assert plan(workspace).waits_for == ""
    assert dvc_at_work(str(project), "a job") == ""


def test_the_command_line_says_it_and_touches_nothing(project: Path) -> None:
    _write(project / "conf.toml", "[a]\nb = 2\n")
    before = dp.run(project, "git", "status", "--porcelain", "--ignored")
    argv = [sys.executable, "-m", "mltui", "retrain", "--read-only", "-C", str(project)]
    said = subprocess.run([*argv, "--dry-run"], capture_output=True, text=True, check=True)
    assert "param a.b 1 → 2" in said.stdout
    assert "dvc repro" in said.stdout
    told = json.loads(subprocess.run([*argv, "--dry-run", "--json"], capture_output=True, check=True).stdout)
    assert told["schema"] == 1
    assert [stage["address"] for stage in told["plan"]["stages"]] == ["train", "folder", "inside", "always"]
    for more, code in (
        ([], 4),
        (["-S", "conf.toml:a.c=1", "--dry-run"], 4),
        (["nothing"], 2),
        (["cold", "--dry-run"], 0),
        (["--executor", "ssh", "--dry-run"], 4),  # no table of the configuration names a box
    ):
        assert subprocess.run([*argv, *more], capture_output=True, check=False).returncode == code, more
    (project / "sub").mkdir()
    _write(project / "sub" / "dvc.yaml", "stages: {train: {cmd: echo sub}}\n")
    there = subprocess.run([*argv, "train", "--dry-run"], capture_output=True, text=True, check=True).stdout
    assert "conf.toml" in there, "from the top it is the one there"
    argv[-1] = str(project / "sub")
    there = subprocess.run([*argv, "train", "--dry-run"], capture_output=True, text=True, check=True).stdout
    assert there.splitlines()[0].split()[:3] == ["will", "run", "sub/dvc.yaml:train"]
    (project / "sub" / "dvc.yaml").unlink()
    (project / "sub").rmdir()
    assert dp.run(project, "git", "status", "--porcelain", "--ignored") == before
