"""The pure parts of a retrain's preview: reasons, params, ways, commands, durations, words."""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import replace
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import jsonschema
import pytest

from mltui.config import Config
from mltui.errors import NotFound, UsageError
from mltui.model.dvc import Pipeline, Stage
from mltui.model.gpu import Gpu, GpuProcess
from mltui.model.job import Job, JobSpec, JobStep
from mltui.model.retrain import Asked, CodeLine, Obstacle, ParamField, PlannedStage, RetrainPlan, SkippedStage, Took
from mltui.model.runs import Run
from mltui.present.retrain import plan_lines, title_text, took_text
from mltui.present.retrain_document import plan_document, started_document
from mltui.present.text import ASCII, UNICODE, plain
from mltui.sources.retrain.asking import Scope, scope_of, unknown_override
from mltui.sources.retrain.command import command_of, environment_of, experiment_name, not_found, way_of
from mltui.sources.retrain.durations import Makers, from_jobs, from_runs
from mltui.sources.retrain.steps import kind_of, steps_of
from mltui.sources.retrain.waiting import trained_here, waits_for

TOP = "/p"


def step(address: str, *why: dict[str, Any], **more: Any) -> dict[str, Any]:
    """As child/retrain.py answers of one stage."""
    state = {"dvc": more.pop("dvc", [{"changed deps": {}}] if why else []), "why": list(why)}
    usual = {"data": False, "frozen": False, "locked": True, "waits": [], "unlike": [], "cmd": "true", "wdir": TOP}
    return {"address": address, **usual, "runs": bool(why), "cache": "no", "state": state, **more}


def dep(path: str, change: Any = "modified", kind: str = "dep", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "path": f"{TOP}/{path}", "change": change, **more}


def param(old: dict[str, Any], new: dict[str, Any], **change: str) -> dict[str, Any]:
    return dep("params.yaml", {key.replace("__", "."): word for key, word in change.items()}, "param", old=old, new=new)


def whys(*steps: dict[str, Any], force: bool = False) -> dict[str, str]:
    answer = {"steps": list(steps), "params": [], "others": [], "changed": {}}
    return {stage.address: stage.why for stage in steps_of(answer, TOP, {}, force=force).stages}


def test_reasons_are_said_as_they_are_known() -> None:
    lr = param({"lr": 0.1, "m": {"a": 1, "b": 2}}, {"lr": 0.05, "m": {"a": 1, "b": 3}}, lr="modified", m="modified")
    assert whys(step("train", lr)) == {"train": "param lr 0.1 → 0.05; param m.b 2 → 3"}
    assert whys(step("a", dep("x.py"), dep("y", "deleted", "out"))) == {"a": "dep x.py modified; out y deleted"}
    assert whys(step("a", dep("x"), locked=False)) == {"a": "never run"}
    assert whys(step("a", runs=True, dvc=["changed command"])) == {"a": "command changed"}
    assert whys(step("a", runs=True, dvc=["always changed"])) == {"a": "always changed"}
    assert whys(step("b", runs=True, waits=["a"], cache="after")) == {"b": "after a"}
    assert whys(step("b", dep("x"), waits=["a"], cache="after")) == {"b": "dep x modified"}
    assert whys(step("a", runs=True), force=True) == {"a": "forced"}
    many = whys(step("a", *(dep(f"{at}.py") for at in range(5))))["a"]
    assert many.endswith("dep 2.py modified; and 2 more")
    assert whys(step("a", dep("big", "moved, not hashed", "unhashed"))) == {"a": "big: moved, not hashed"}
    assert whys(step("a", param({}, {"k": 1}, k="new"))) == {"a": "param k 1 is new"}


def test_what_does_not_run_and_what_dvc_stumbles_over() -> None:
    answer = {
        "steps": [
            step("raw.dvc", dep("raw", kind="out"), data=True, runs=False),
            step("gone.dvc", dep("gone", "deleted", "out"), data=True, runs=False),
            step("cold", dep("out", "deleted", "out"), frozen=True, runs=False),
            step("fresh"),
            step("train", dep("lost.csv", "deleted")),
        ],
        "params": [{"path": f"{TOP}/params.yaml", "key": "lr", "value": "high", "stages": ["train"]}],
        "others": [{"path": f"{TOP}/params.yaml", "key": "seed", "value": 7, "stages": ["prepare"]}],
        "changed": {f"{TOP}/params.yaml": {"lr": [0.1, "high"], "unused": [1, 2.5]}},
    }
    steps = steps_of(answer, TOP, {"fresh": "sub/dvc.yaml:fresh"}, force=False)
    assert steps.skipped == (SkippedStage("cold", "frozen"), SkippedStage("sub/dvc.yaml:fresh", "fresh"))
    assert steps.params == (ParamField("params.yaml", "lr", 0.1, "float", True, "high"),)
    assert steps.other_params == (ParamField("params.yaml", "seed", 7, "int"),)
    assert [text.partition(":")[0] for text in steps.warnings] == [
        "lr of params.yaml was float, high is str",
        "no stage that runs depends on unused of params.yaml",
        "gone is not here",
        "cold is frozen and out is not here",
        "train needs lost.csv, which is not here",
        "raw.dvc",
    ]


def test_a_clone_without_its_data_is_told_in_few_lines() -> None:
    """Each stage needs files of data that is said to be away already, and a file of its own that nothing tracks."""
    data = [step(f"{at}.dvc", dep(f"data/{at}", "deleted", "out"), data=True, runs=False) for at in range(9)]
    runs = [step(f"s{at}", dep(f"data/{at}/x.csv", "deleted"), dep(f"own{at}", "deleted")) for at in range(5)]
    told = steps_of({"steps": [*data, *runs], "params": [], "others": [], "changed": {}}, TOP, {}, force=False).warnings
    assert told == (
        "data/0, data/1, data/2 and 6 more are not here: dvc pull brings them, or dvc fails",
        "s0 needs own0, which is not here",
        "s1 needs own1, which is not here",
        "s2 needs own2, which is not here",
        "2 more stages need what is not here",
    )


def test_kinds_keep_types_apart() -> None:
    values = [True, 1, 1.0, "1", [1], {"a": 1}, None]
    assert [kind_of(value) for value in values] == ["bool", "int", "float", "str", "list", "dict", "none"]


def test_near_names_are_told_of_an_override() -> None:
    said = {"kind": "override", "what": "learning_rate=1", "text": "", "path": "params.yaml"}
    error = unknown_override({**said, "keys": ["train", "train.learning_rate", "seed"]})
    assert error.summary == "no param learning_rate in params.yaml"
    assert error.hint.startswith("near: train.learning_rate")
    assert "Invalid" in unknown_override({**said, "text": "Invalid", "keys": ["learning_rate"]}).summary


@pytest.mark.parametrize(
    ("asked", "config", "mode"),
    [
        (Asked(), Config(), "in place"),
        (Asked(overrides=("a=1",)), Config(), "isolated"),
        (Asked(overrides=("a=1",)), Config(overrides_in="workspace"), "workspace"),
        (Asked(isolated=True), Config(), "isolated"),
        (Asked(rev="HEAD"), Config(), "rev"),
        (Asked(executor="dvc-queue"), Config(), "queue"),
        (Asked(), Config(executor="big", executors={"big": {"kind": "slurm"}}), "in place"),
        (Asked(rev="HEAD"), Config(executor="big", executors={"big": {"kind": "slurm"}}), "rev"),
        (Asked(), Config(executor="big", executors={"big": {"kind": "slurm", "path": "/clone"}}), "remote"),
        (Asked(), Config(executor="box", executors={"box": {"kind": "ssh"}}), "remote"),
    ],
)
def test_ways(asked: Asked, config: Config, mode: str) -> None:
    assert way_of(config, asked).mode == mode


def test_targets_are_as_dvc_calls_them_in_its_project(tmp_path: Path) -> None:
    """Two projects in one repository, one of them with a dvc.yaml below its top."""
    for file in ("a/dvc.yaml", "a/deep/dvc.yaml", "b/dvc.yaml"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    addresses = {"a/dvc.yaml:s": "a/dvc.yaml", "b/dvc.yaml:s": "b/dvc.yaml", "deep/dvc.yaml:d": "a/deep/dvc.yaml"}
    stages = tuple(Stage(each[-1], path, each, "fresh") for each, path in addresses.items())
    pipeline = Pipeline(roots=("a", "b"), stages=stages)

    def scope(start: str, *targets: str) -> tuple[str, tuple[str, ...]]:
        project = SimpleNamespace(root=tmp_path, start=tmp_path / start)
        found = scope_of(cast("Any", SimpleNamespace(project=project)), pipeline, Asked(targets))
        return found.root.name, found.targets

    assert scope("", "b/dvc.yaml:s") == ("b", ("s",))
    assert scope("", "deep/dvc.yaml:d") == ("a", ("deep/dvc.yaml:d",))
    assert scope("a") == ("a", ())
    assert scope("a/deep") == ("a", ("deep/dvc.yaml",))
    assert scope("a/deep", "d") == ("a", ("deep/dvc.yaml:d",))
    assert scope("a/deep", "dvc.yaml:d") == ("a", ("deep/dvc.yaml:d",))
    assert scope("a/deep", "../dvc.yaml") == ("a", ("dvc.yaml",))
    with pytest.raises(UsageError):
        scope("")
    with pytest.raises(NotFound):
        scope_of(cast("Any", SimpleNamespace(project=SimpleNamespace(root=tmp_path))), Pipeline(), Asked())


def test_a_project_without_stages_around_others_is_none_of_those_that_can_be_meant(tmp_path: Path) -> None:
    """The top has a .dvc directory only for its remote; what it holds are projects of their own."""
    roots = ("", "a", "b")
    stages = tuple(Stage("s", f"{root}/dvc.yaml", f"{root}/dvc.yaml:s", "fresh") for root in roots[1:])
    workspace: Any = SimpleNamespace(project=SimpleNamespace(root=tmp_path, start=tmp_path))
    with pytest.raises(UsageError) as refused:
        scope_of(workspace, Pipeline(roots=roots, stages=stages), Asked())
    assert "there are 2 DVC projects: a, b" in refused.value.summary
    assert scope_of(workspace, Pipeline(roots=roots[:2], stages=stages[:1]), Asked()).root == tmp_path / "a"


def test_what_does_not_go_together_or_is_not_configured() -> None:
    with pytest.raises(UsageError) as near:
        way_of(Config(executors={"cluster": {"kind": "slurm"}}), Asked(executor="cluser"))
    assert "cluster" in near.value.hint
    with pytest.raises(UsageError):
        way_of(Config(), Asked(rev="HEAD", overrides=("a=1",)))


def test_the_command_is_exact(tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    scope = Scope(tmp_path, ("train", "-odd"))

    def command(**asked: Any) -> list[str]:
        what = Asked(targets=scope.targets, **asked)
        return list(command_of(str(python), way_of(Config(), what), scope, what, "name"))

    assert command() == [str(python), "-m", "dvc", "repro", "--", "train", "-odd"]
    dvc = python.with_name("dvc")
    dvc.touch(mode=0o755)
    assert command(force=True) == [str(dvc), "repro", "--force", "--", "train", "-odd"]
    said = command(overrides=("a=1", "conf.toml:b=x y"))
    words = ["exp", "run", "--temp", "-n", "name", "-S", "a=1", "-S", "conf.toml:b=x y", "--", "train", "-odd"]
    assert said == [str(dvc), *words]
    box = Config(executor="box", executors={"box": {"kind": "ssh"}})
    what = Asked(targets=scope.targets, overrides=("a=1",), force=True)
    said = list(command_of(str(python), way_of(box, what), scope, what, "name"))
    assert said == ["dvc", "repro", "--pull", "--allow-missing", "--force", "--", "train", "-odd"], "as far.py runs it"
    assert Scope(tmp_path, (), whole=True).words == ("--all-pipelines",)
    assert re.fullmatch(r"retrain-\d{4}-\d{6}-[0-9a-f]{2}", experiment_name())


def test_stages_get_the_projects_python_first() -> None:
    env = environment_of("/v/bin/python", {"PATH": "/usr/bin"}, "1", {"X": "y"})
    assert env == {"PATH": "/v/bin:/usr/bin", "CUDA_VISIBLE_DEVICES": "1", "X": "y"}
    assert environment_of("/v/bin/python", {"PATH": "/v/bin:/usr/bin"}, None, {}) == {}


def test_programs_that_there_are_not(tmp_path: Path) -> None:
    (tmp_path / "run.sh").touch(mode=0o755)
    commands = "A=1 nosuch --x\ncd sub && other\n./run.sh\n./lost.sh\n$TOOL x\nexport A=1\n# nothing\n'unclosed"
    assert not_found(commands, str(tmp_path), os.environ["PATH"]) == ["nosuch", "./lost.sh"]


def job(*steps: JobStep, state: Any = "finished", mode: Any = "in place", id: str = "j") -> Job:
    return Job(JobSpec(id, "retrain train", 0, "local", "local", mode, ("dvc",), "/p"), "/d", state, steps=steps)


def test_durations_are_of_jobs_first_and_of_runs_else() -> None:
    done = [job(JobStep("train", "done", 0, took)) for took in (3, 1, 2, *[1000] * 9)]
    found = from_jobs([job(JobStep("train", "failed", 0, 9)), job(JobStep("train", "cached", 0, 9)), *done])
    assert found == {"train": Took(1000, "jobs", 8)}
    assert from_jobs(done[:3]) == {"train": Took(2, "jobs", 3)}

    def run(source: str, commit: str, took: int, **more: Any) -> Run:
        tags = {"mlflow.source.name": source, **more}
        return Run("r", "", "run", "e", "1", "FINISHED", "active", 0, took, commit, tags=tags)

    stages = [
        PlannedStage("train", "", "no", cmd="python src/train.py --x"),
        PlannedStage("test", "", "no", cmd="x.py"),
    ]
    runs = [
        run("/abs/src/test.py", "c2", 7),
        run("/abs/src/train.py", "c2", 10),
        run("src/train.py", "c2", 20),
        run("src/train.py", "c1", 99),
        run("anything", "c2", 5, **{"mltui.stage": "test"}),
    ]
    assert from_runs(runs, stages) == {"train": Took(15, "runs", 2), "test": Took(5, "runs", 1)}


def test_a_script_is_found_by_the_end_of_its_path() -> None:
    words = ("src/train.py", "./train.py", "train.py", "/abs/src/train.py", "rain.py", "train", "-m", "'open")
    sources = ("train.py", "./src/train.py", "/abs/src/train.py", "x//abs/src/train.py", "strain.py", "train", "")
    for word in words:
        for source in sources:
            stripped = source.removeprefix("./")
            end = word.removeprefix("./")
            fits = "." in end and bool(source) and (end == stripped or stripped.endswith(f"/{end}"))
            made = Run("r", "", "run", "e", "1", "FINISHED", "active", 0, 1, "c", tags={"mlflow.source.name": source})
            found = Makers([PlannedStage("a", "", "no", cmd="x"), PlannedStage("b", "", "no", cmd=f"python {word}")])
            assert found.of(made) == (("b",) if fits else ()), (word, source)
    said = Run("r", "", "run", "e", "1", "FINISHED", "active", 0, 1, "c", tags={"mltui.stage": "gone"})
    assert found.of(said) == ()


def test_who_is_waited_for(tmp_path: Path) -> None:
    assert waits_for(tmp_path, [job(), job(state="running", mode="isolated")]) == ""
    assert waits_for(tmp_path, [job(state="running", id="j7")]) == "job j7 (retrain train)"
    assert trained_here([job(), job(state="running", mode="isolated"), job(state="queued")]) == ""
    assert trained_here([job(state="running", id="j7")]).startswith("job j7 runs in this worktree: DVC locks params")
    lock = tmp_path / ".dvc" / "tmp" / "rwlock"
    lock.parent.mkdir(parents=True)
    lock.write_text(json.dumps({"write": {str(tmp_path / "a.bin"): {"pid": os.getpid(), "cmd": "x"}}, "read": {}}))
    said = waits_for(tmp_path, [])
    assert f"process {os.getpid()}" in said
    assert said.endswith("writes a.bin")
    assert Path(sys.executable).name in said
    lock.write_text("{")
    assert waits_for(tmp_path, []) == ""


PLAN = RetrainPlan(
    asked=Asked(overrides=("lr=0.05",)),
    mode="isolated",
    executor="local",
    kind="local",
    command=("/v/bin/dvc", "exp", "run", "-S", "lr=0.05"),
    cwd="/a b",
    env={"PATH": "/v/bin:/usr/bin", "GONE": None},
    stages=(
        PlannedStage("train", "param lr 0.1 → 0.05", "no", took=Took(31_000, "jobs", 8)),
        PlannedStage("evaluate", "after train", "after", "train", Took(4_000, "runs", 1)),
    ),
    skipped=(SkippedStage("prepare", "fresh"), SkippedStage("cold", "frozen"), SkippedStage("check", "fresh")),
    params=(
        ParamField("params.yaml", "seed", "x\x1b[31m", "str"),
        ParamField("p.toml", "lr", 0.1, "float", True, 0.05),
    ),
    uncommitted=tuple(f"f{at}" for at in range(9)),
    unseen=("secret.csv",),
    relative_stores=(CodeLine("src/train.py", 7, 'set_tracking_uri("sqlite:///x.db")'),),
    lands="sqlite:////p/mlflow.db",
    gpus=(
        Gpu(0, "u0", "A100", 71 << 30, 80 << 30, 99, (GpuProcess(1, "ada", "python", 1),)),
        Gpu(1, "u1", "A100", 0, 80 << 30, 0),
    ),
    gpu="1",
    commit="3f2a1c9" + "0" * 33,
    branch="main",
    waits_for="job j7",
    obstacles=(Obstacle("it is relative", "--collect"),),
    questions=("no GPU is free",),
    warnings=("train: nosuch is not found",),
)


def test_everything_is_said_and_nothing_is_obeyed() -> None:
    text = "\n".join(plain(each) for each in plan_lines(PLAN, UNICODE))
    for said in (
        "will run   train     param lr 0.1 → 0.05  not in the run cache         about 31 s, median of 8 jobs",
        "           evaluate  after train          run cache known after train  about 4 s, inferred from 1 run",
        "skipped    prepare, check  fresh",
        "           cold  frozen",
        "takes      about 35 s",
        "params     p.toml:lr  0.1 → 0.05",
        "seed       x␛[31m",
        "… and 3 more",
        "taken by ada (pid 1)",
        "taken for this",
        "src/train.py:7",
        "secret.csv",
        "waits for  job j7",
        "✗ it is relative",
        "? no GPU is free",
        "~ train: nosuch",
    ):
        assert said in text, said
    assert (
        "\n".join(plain(each) for each in plan_lines(PLAN, ASCII)).isascii() is False
    )  # the control picture is data's
    assert "0.1 -> 0.05" in "\n".join(plain(each) for each in plan_lines(PLAN, ASCII))
    assert took_text(Took(None)) == "duration not recorded"
    assert "command " not in text and "GONE" not in text, "nobody could run it"
    free = replace(PLAN, obstacles=())
    text = "\n".join(plain(each) for each in plan_lines(free, UNICODE))
    for said in ("cd '/a b' && /v/bin/dvc exp run -S lr=0.05", "PATH=/v/bin:$PATH", "no GONE"):
        assert said in text, said
    words = ("dvc", "repro", "--pull", "--allow-missing")
    far = "\n".join(plain(each) for each in plan_lines(replace(free, mode="remote", command=words), UNICODE))
    assert "command    dvc repro --pull --allow-missing\n" in far and "exp run" not in far
    assert "in a worktree of its own there: first DVC sets lr=0.05 in its params" in far
    many = replace(PLAN, skipped=tuple(SkippedStage(f"s{at}", "fresh") for at in range(300)))
    assert "s11 and 288 more  fresh" in "\n".join(plain(each) for each in plan_lines(many, UNICODE))


def test_that_runs_come_home_is_said_where_they_do() -> None:
    for mode, said in (("isolated", True), ("rev", True), ("queue", False), ("in place", False)):
        one = replace(PLAN, mode=cast("Any", mode), asked=Asked(collect=True))
        assert ("collects " in "\n".join(plain(each) for each in plan_lines(one, UNICODE))) is said, mode


def test_where_a_line_is_not_enough_a_stage_has_two() -> None:
    narrow = [plain(each) for each in plan_lines(PLAN, UNICODE, 92)]
    assert narrow[:3] == [
        "will run   train     param lr 0.1 → 0.05",
        "                     not in the run cache, about 31 s, median of 8 jobs",
        "           evaluate  after train",
    ]
    assert [plain(each) for each in plan_lines(PLAN, UNICODE, 120)] == [
        plain(each) for each in plan_lines(PLAN, UNICODE)
    ]


def test_another_commit_is_named_and_the_worktrees_changes_are_not_of_it() -> None:
    command = ("python", "rev_child.py", "--rev", "2543d77" + "0" * 33, "--", "repro")
    past = replace(PLAN, mode="rev", asked=Asked(rev="HEAD~2"), command=command)
    text = "\n".join(plain(each) for each in plan_lines(past, UNICODE))
    assert "from       commit 2543d77, without the changes of the worktree" in text
    assert "changed " not in text and "a linked worktree of HEAD~2" in text


def test_the_title_says_what_is_not_as_usual() -> None:
    plain_one = replace(PLAN, mode="in place", asked=Asked())
    assert title_text(plain_one) == "Retrain"
    assert title_text(PLAN) == "Retrain as an experiment"
    assert title_text(replace(plain_one, asked=Asked(force=True))) == "Retrain, forced"
    assert title_text(replace(PLAN, mode="remote", executor="box")) == "Retrain on box"
    assert title_text(replace(PLAN, mode="queue", executor="dvc-queue")) == "Retrain as an experiment on dvc-queue"


def test_an_obstacle_that_is_said_elsewhere_is_not_said_twice() -> None:
    text = "\n".join(plain(each) for each in plan_lines(PLAN, UNICODE, told=1))
    assert "it is relative" not in text and "no GPU is free" in text


def test_where_a_reason_has_no_room_beside_the_name_it_stands_below_it() -> None:
    """It went on under the wrong column."""
    why = "dep data/data.xml deleted; out data/prepared not in cache"
    long = replace(PLAN, stages=(replace(PLAN.stages[0], why=why), PLAN.stages[1]))
    assert [plain(each) for each in plan_lines(long, UNICODE, 72)][:4] == [
        "will run   train",
        f"             {why}",
        "             not in the run cache, about 31 s, median of 8 jobs",
        "           evaluate",
    ]


def test_where_names_are_long_what_is_said_stands_below_them() -> None:
    far = replace(
        PLAN, stages=tuple(replace(each, address=f"book-links/dvc.yaml:{each.address}") for each in PLAN.stages)
    )
    assert [plain(each) for each in plan_lines(far, UNICODE, 60)][:6] == [
        "will run   book-links/dvc.yaml:train",
        "             param lr 0.1 → 0.05",
        "             not in the run cache, about 31 s, median of 8 jobs",
        "           book-links/dvc.yaml:evaluate",
        "             after train",
        "             run cache known after train, about 4 s, inferred from 1 run",
    ]


def test_the_document_has_every_field() -> None:
    document = plan_document(PLAN)
    assert document["schema"] == 1
    assert document["plan"]["took"] == {"ms": 35_000, "basis": "runs", "times": 1}
    assert document["plan"]["stages"][1]["after"] == "train"
    assert set(document["plan"]) == {*RetrainPlan.__dataclass_fields__, "took"}
    schema = json.loads(resources.files("mltui.schema").joinpath("retrain.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]["plan"]["required"]) == set(document["plan"])
    jsonschema.validate(json.loads(json.dumps(document, allow_nan=False)), schema)
    started = started_document(job(JobStep("train", "done", 0, 9), state="failed"))
    jsonschema.validate(json.loads(json.dumps(started, allow_nan=False)), schema)
    assert (started["job"]["id"], started["job"]["failed_stage"], started["job"]["directory"]) == ("j", None, "/d")
