"""`mltui reproduce` in real repositories of git and DVC: the bytes that were read, and nothing else touched."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from dvc_project import dvc, listing
from git_repository import commit, git, make

from mltui.actions.gateway import gateway_of
from mltui.actions.opening import open_workspace
from mltui.actions.reproduce import Reproduce
from mltui.errors import Refused
from mltui.model.reproduction import DataRead, Reproduction, Step
from mltui.model.runs import Run
from mltui.sources.dvc.python import interpreter
from mltui.sources.reproducing import Reproducing, Wanted
from mltui.sources.reproducing.commit import CommitFiles
from mltui.sources.reproducing.data import Data

pytestmark = pytest.mark.real

PARAMS = "# how it is trained\nlr: 0.1  # rate\ntrain:\n  depth: 6\nseed: 1\nother:\n  seed: 2\n"
PIPELINE = """\
stages:
  clean:
    cmd: cp data.csv clean.csv
    deps: [data.csv]
    outs: [clean.csv]
"""
#: Runs by name: what they recorded as read (path, content), and params. The recorder's tags say what was read.
WRITE = """
import json, sys, mlflow
mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("e")
for name, commit, tags, params in json.load(sys.stdin):
    with mlflow.start_run(run_name=name) as run:
        mlflow.log_params(params)
        mlflow.set_tags({"mlflow.source.git.commit": commit, **tags})
        print(name, run.info.run_id)
"""


def md5(root: Path, file: str) -> str:
    """What DVC calls the content that its .dvc file names now."""
    text = (root / f"{file}.dvc").read_text()
    return "md5:" + text.partition("md5: ")[2].split()[0]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three versions of data.csv and one of the directory images; `first`, `second` are commits, `lost` is in none."""
    root = make(tmp_path_factory.mktemp("built") / "churn")
    dvc(root, "init", "-q")
    (root / "dvc.yaml").write_text(PIPELINE)
    (root / ".gitignore").write_text("mlflow.db\n")
    (root / "images").mkdir()
    (root / "images" / "a").write_text("a1")
    (root / "images" / "b").write_text("b1")
    (root / "data.csv").write_text("first\n")
    dvc(root, "add", "-q", "data.csv", "images")
    dvc(root, "repro", "-q")
    said = {"data1": md5(root, "data.csv"), "images1": md5(root, "images")}
    said["first"] = commit(root, "first", "1700000000 +0000", params_yaml=PARAMS)
    (root / "data.csv").write_text("second\n")
    (root / "images" / "a").write_text("a2")
    dvc(root, "add", "-q", "data.csv", "images")
    dvc(root, "repro", "-q")
    said |= {"data2": md5(root, "data.csv"), "images2": md5(root, "images")}
    said["second"] = commit(root, "second", "1700001000 +0000")
    (root / "data.csv").write_text("never committed\n")
    dvc(root, "add", "-q", "data.csv")
    said["lost"] = md5(root, "data.csv")
    git(root, "checkout", "-q", "--", "data.csv.dvc")
    dvc(root, "checkout", "-q", "data.csv")
    dep = "mltui.dep."
    runs = [
        ("plain", said["second"], {f"{dep}data.csv": said["data2"], "mltui.dirty": "false"}, {"lr": "0.1"}),
        (
            "older",
            said["second"],
            {f"{dep}data.csv": said["data1"], f"{dep}images": said["images1"], "mltui.dirty": "true"},
            {"lr": "0.05", "depth": "8", "epochs": "5", "train.depth": "9", "seed": "1"},
        ),
        ("lost", said["second"], {f"{dep}data.csv": said["lost"]}, {}),
        ("nowhere", said["second"], {f"{dep}data.csv": "md5:" + "0" * 32}, {}),
        ("unknown", said["second"], {}, {}),
        ("elsewhere", "f" * 40, {}, {}),
        ("clean", said["second"], {f"{dep}clean.csv": said["data1"]}, {}),
    ]
    done = subprocess.run(
        [sys.executable, "-c", WRITE], cwd=root, input=json.dumps(runs), text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (root / "notes.txt").write_text("mine, not committed\n")
    (root / "params.yaml").write_text(PARAMS + "# edited since\n")
    (root.parent / "said.json").write_text(json.dumps(said))
    return root


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Path:
    """A copy of it in a directory of its own, with what is known of it beside it."""
    shutil.copytree(built, tmp_path / "churn", symlinks=True)
    shutil.copy(built.parent / "said.json", tmp_path / ".said.json")
    return tmp_path / "churn"


def said(project: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((project.parent / ".said.json").read_text())
    return found


def mltui(cwd: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mltui", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done


def untouched(project: Path) -> tuple[object, ...]:
    """All that must be as before: every file, index, branch, refs. Only git's worktrees and the journal grow."""
    everything = {
        name: stat
        for name, stat in listing(project).items()
        if not name.startswith((".git/worktrees", ".git/mltui", ".dvc/tmp")) and name != ".git" and name != ".dvc"
    }
    refs = git(project, "for-each-ref"), git(project, "symbolic-ref", "HEAD"), git(project, "rev-parse", "HEAD")
    return (
        everything,
        refs,
        (project / ".git" / "index").read_bytes(),
        git(project, "-c", "diff.autoRefreshIndex=false", "diff"),
    )


def contents(top: Path) -> dict[str, bytes]:
    """Every file of a worktree but git's and DVC's own."""
    files = (path for path in top.rglob("*") if path.is_file() and not {".git", ".dvc"} & {*path.parts})
    return {str(path.relative_to(top)): path.read_bytes() for path in files}


def test_the_worktree_has_the_bytes_that_were_read_and_the_rest_is_as_before(project: Path) -> None:
    before = untouched(project)
    done = mltui(project, "reproduce", "older", "--yes")
    where = project.parent / "churn-older"
    assert untouched(project) == before
    assert git(where, "rev-parse", "HEAD") == said(project)["second"]
    assert git(where, "rev-parse", "--abbrev-ref", "HEAD") == "HEAD"
    assert (where / "data.csv").read_bytes() == b"first\n"
    assert {path.name: path.read_text() for path in (where / "images").iterdir()} == {"a": "a1", "b": "b1"}
    new = (where / "params.yaml").read_text()
    assert new == PARAMS.replace("lr: 0.1", "lr: 0.05").replace("depth: 6", "depth: 9")
    assert "run older stands in ../churn-older" in done.stdout
    assert "params depth, epochs" in done.stdout  # train.depth is another param of the run
    assert "files differed from the commit (tag mltui.dirty)" in done.stdout
    assert not (where / "mlflow.db").exists()


def test_the_printed_commands_do_the_same(project: Path) -> None:
    printed = mltui(project, "reproduce", "older", "--print").stdout
    script = printed.replace("../churn-older", "../by-hand")
    subprocess.run(["sh"], input=script, text=True, cwd="/", check=True, capture_output=True)
    mltui(project, "reproduce", "older", "--yes")
    by_hand = contents(project.parent / "by-hand")
    assert by_hand == contents(project.parent / "churn-older")
    assert by_hand["data.csv"] == b"first\n"


def test_data_of_the_commit_itself_needs_no_more_than_a_checkout(project: Path) -> None:
    printed = mltui(project, "reproduce", "plain", "--print").stdout
    assert "git show" not in printed
    assert "git apply" not in printed
    assert "changes that were not committed" not in printed
    mltui(project, "reproduce", "plain", "--yes", "--to", "../somewhere")
    where = project.parent / "somewhere"
    assert (where / "data.csv").read_bytes() == b"second\n"
    assert not (where / "images").exists()  # it was not read
    assert git(where, "status", "--porcelain") == ""


def test_it_ends_with_the_command_that_runs_the_stage_again(project: Path) -> None:
    told = mltui(project, "reproduce", "plain", "--yes").stdout
    assert "whole pipeline" not in told, "no stage reads images"
    ran = next(row.strip() for row in told.splitlines() if row.startswith("  cd "))
    assert ran == "cd ../churn-plain && dvc repro -s clean"
    where = project.parent / "churn-plain"
    assert not (where / "clean.csv").exists()
    dvc(where, *ran.partition("dvc ")[2].split())
    assert (where / "clean.csv").read_bytes() == b"second\n"
    assert "# and then, to run it again: dvc repro -s clean" in mltui(project, "reproduce", "plain", "--print").stdout


def test_what_the_whole_pipeline_would_need_besides_is_said(project: Path) -> None:
    told = mltui(project, "reproduce", "clean", "--yes").stdout
    assert "data data.csv" in told
    assert "only what the run read is checked out: dvc repro of the whole pipeline would need it" in told
    assert told.splitlines()[-2] == "  cd ../churn-clean", "no stage reads what it read"
    where = project.parent / "churn-clean"
    with pytest.raises(AssertionError, match=r"data\.csv"):
        dvc(where, "repro")
    assert "dvc checkout data.csv gets it" in told
    dvc(where, "checkout", "data.csv")
    dvc(where, "repro")


def test_data_that_no_commit_names_comes_from_the_cache(project: Path) -> None:
    mltui(project, "reproduce", "lost", "--yes")
    assert (project.parent / "churn-lost" / "data.csv").read_bytes() == b"never committed\n"


def test_an_output_comes_with_the_lock_that_names_it(project: Path) -> None:
    mltui(project, "reproduce", "clean", "--yes")
    assert (project.parent / "churn-clean" / "clean.csv").read_bytes() == b"first\n"


def test_what_is_not_here_is_said(project: Path) -> None:
    printed = mltui(project, "reproduce", "nowhere", "--print").stdout
    assert (
        "# not restored: data data.csv: no commit of this clone names md5:0000000; nor is it in DVC's cache" in printed
    )
    assert "dvc checkout" not in printed
    printed = mltui(project, "reproduce", "unknown", "--print").stdout
    assert "# not restored: which data it read: " in printed
    assert "whether the run used it is not known" in printed
    printed = mltui(project, "reproduce", "elsewhere", "--print", code=4).stdout
    assert "not in this clone" in printed
    assert not [row for row in printed.splitlines() if not row.startswith("#")]


def test_an_object_that_left_the_cache_is_named_and_how_to_get_it(project: Path) -> None:
    digits = said(project)["data1"].removeprefix("md5:")
    (project / ".dvc" / "cache" / "files" / "md5" / digits[:2] / digits[2:]).unlink()
    printed = mltui(project, "reproduce", "older", "--print").stdout
    assert f"# not restored: data data.csv: md5:{digits[:7]} is not in DVC's cache" in printed
    assert "dvc pull data.csv gets it if it is there" in printed
    mltui(project, "reproduce", "older", "--yes")
    where = project.parent / "churn-older"
    assert digits in (where / "data.csv.dvc").read_text()  # dvc pull has it to go by
    assert not (where / "data.csv").exists()
    assert (where / "images" / "a").read_text() == "a1"


def test_a_commit_and_a_model_version(project: Path) -> None:
    mltui(project, "reproduce", said(project)["first"][:10], "--yes")
    where = project.parent / f"churn-{said(project)['first'][:7]}"
    assert (where / "data.csv").read_bytes() == b"first\n"
    assert (where / "clean.csv").read_bytes() == b"first\n"
    assert (where / "images" / "b").read_text() == "b1"
    git(project, "tag", "-a", "-m", "x", "model@v1.0.0", said(project)["first"])
    printed = mltui(project, "reproduce", "model/v1.0.0", "--print").stdout
    assert said(project)["first"] in printed
    assert "../churn-model-v1.0.0" in printed


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("reproduce", "older"), 2),  # nobody could be asked
        (("--read-only", "reproduce", "older", "--yes"), 4),
        (("reproduce", "older", "--yes", "--to", "."), 4),
        (("reproduce", "older", "--yes", "--to", "inside"), 4),
        (("reproduce", "older", "--yes", "--to", "../no/such/parent"), 4),
        (("reproduce", "elsewhere", "--yes"), 4),
        (("reproduce", "nobody", "--yes"), 2),
        (("reproduce", "data.csv", "--yes"), 2),
    ],
)
def test_what_is_refused_changes_nothing(project: Path, arguments: tuple[str, ...], code: int) -> None:
    before = untouched(project), sorted(project.parent.iterdir())
    mltui(project, *arguments, code=code)
    assert (untouched(project), sorted(project.parent.iterdir())) == before
    assert git(project, "worktree", "list").count("\n") == 0
    if "older" in arguments:
        mltui(project, "--read-only", "reproduce", "older", "--print")


def test_what_is_there_is_never_written_over(project: Path) -> None:
    (project.parent / "churn-older").mkdir()
    assert "../churn-older-2" in mltui(project, "reproduce", "older", "--print").stdout
    taken = mltui(project, "reproduce", "older", "--yes", "--to", "../churn-older", code=4)
    assert "is there already" in taken.stderr
    (project.parent / "link").symlink_to("nowhere")
    mltui(project, "reproduce", "older", "--yes", "--to", "../link", code=4)
    assert not list((project.parent / "churn-older").iterdir())


def plan(project: Path, *steps: Step) -> Reproduce:
    """An action with other steps behind the worktree."""
    workspace = open_workspace(project)
    sha = said(project)["second"]
    made = Reproduction("run x", str(project), "../churn-x", sha, steps)
    return Reproduce(made, workspace.project, workspace.runner)


def test_a_failure_midway_says_what_stands_and_what_does_not(project: Path) -> None:
    before = untouched(project)
    steps = (
        Step("code", "echo one > one.txt", "the first"),
        Step("data", "echo went wrong >&2; exit 3", "the second"),
        Step("params", "echo three > three.txt", "the third"),
    )
    action = plan(project, *steps)
    told: list[str] = []
    outcome = gateway_of(open_workspace(project)).perform(
        action, lambda: True, lambda number, total, does: told.append(f"{number}/{total} {does}")
    )
    assert outcome is not None
    assert outcome.state == "failed"
    assert told[1:] == ["2/4 the first", "3/4 the second"]
    words = "\n".join(outcome.left)
    assert "step 3 of 4, the second: went wrong" in words
    assert "../churn-x is there: steps 1 to 2 are done" in words
    assert "not done: the third" in words
    where = project.parent / "churn-x"
    assert (where / "one.txt").exists()
    assert not (where / "three.txt").exists()
    assert untouched(project) == before
    subprocess.run(["sh", "-c", action.plan.removal], cwd=project, check=True, capture_output=True)
    assert not where.exists()
    assert git(project, "worktree", "list").count("\n") == 0


def test_a_worktree_that_git_refuses_leaves_nothing(project: Path) -> None:
    (project / ".git" / "worktrees").write_text("in the way")
    action = plan(project, Step("code", "true", "more"))
    outcome = action.act(lambda *_: None)
    assert outcome.state == "failed"
    assert outcome.left[-1] == "nothing was made"
    assert not (project.parent / "churn-x").exists()
    done = mltui(project, "reproduce", "plain", "--yes", code=1)
    assert "nothing was made" in done.stderr


def test_an_interruption_is_an_outcome(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    action = plan(project, Step("code", "true", "the first"), Step("code", "true", "the second"))

    def tell(number: int, total: int, does: str) -> None:
        if number == 2:
            monkeypatch.setattr(action, "_run", lambda step: (_ for _ in ()).throw(KeyboardInterrupt))

    outcome = action.act(tell)
    assert outcome.state == "interrupted"
    assert "not done: the second" in outcome.left


def test_hooks_and_code_of_the_repository_are_not_run(project: Path) -> None:
    hook = project / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {project.parent}/hooked\n")
    hook.chmod(0o755)
    (project / "dvc.py").write_text(f"open('{project.parent}/imported', 'w')\n")
    sha = commit(project, "a module that is called as DVC is")
    mltui(project, "reproduce", sha, "--yes")
    assert (project.parent / f"churn-{sha[:7]}" / "dvc.py").exists()
    assert not (project.parent / "hooked").exists()
    assert not (project.parent / "imported").exists()


def test_no_setting_and_no_name_of_the_repository_is_a_command(project: Path) -> None:
    """A repository may come with a config.local, and with files that are called like options."""
    (project / "-x.csv").write_text("x\n")
    dvc(project, "add", "-q", "./-x.csv")
    sha = commit(project, "as somebody published it")
    bad = project.parent / "bad"
    config = f"[cache]\n    type = copy\n        CONFIG\n        touch {bad}\n    shared = group\n"
    (project / ".dvc" / "config.local").write_text(config)
    mltui(project, "reproduce", sha, "--yes")
    where = project.parent / f"churn-{sha[:7]}"
    assert (where / "-x.csv").read_text() == "x\n"
    assert "shared = group" in (where / ".dvc" / "config.local").read_text()
    assert not bad.exists()


def test_a_linked_worktree_a_cache_elsewhere_and_a_link_type_are_kept(project: Path, tmp_path: Path) -> None:
    shutil.move(project / ".dvc" / "cache", tmp_path / "store")
    dvc(project, "cache", "dir", "--local", str(tmp_path / "store"))
    dvc(project, "config", "--local", "cache.type", "symlink")
    dvc(project, "remote", "add", "--local", "secret", str(tmp_path / "remote"))
    git(project, "worktree", "add", "-q", "--detach", "../linked")
    shutil.copy(project / ".dvc" / "config.local", tmp_path / "linked" / ".dvc" / "config.local")
    (tmp_path / "linked" / "mlflow.db").symlink_to(project / "mlflow.db")
    done = mltui(tmp_path / "linked", "reproduce", "older", "--yes")
    where = tmp_path / "linked-older"
    assert (where / "data.csv").is_symlink()
    assert (where / "data.csv").read_bytes() == b"first\n"
    assert "DVC's local configuration" in done.stdout
    assert "secret" not in (where / ".dvc" / "config.local").read_text()


def test_a_dvc_project_below_the_top(tmp_path: Path) -> None:
    root = make(tmp_path / "mono")
    (root / "models" / "one").mkdir(parents=True)
    inner = root / "models" / "one"
    dvc(inner, "init", "-q", "--subdir")
    (inner / "data set.csv").write_text("one\n")
    dvc(inner, "add", "-q", "data set.csv")
    first = commit(root, "one")
    (inner / "data set.csv").write_text("two\n")
    dvc(inner, "add", "-q", "data set.csv")
    second = commit(root, "two", "1700001000 +0000")
    workspace = open_workspace(root)
    found = Reproducing(workspace).plan(Wanted.of_commit(first))
    outcome = Reproduce(found, workspace.project, workspace.runner).act(lambda *_: None)
    assert outcome.state == "done", outcome
    assert (tmp_path / f"mono-{first[:7]}" / "models" / "one" / "data set.csv").read_text() == "one\n"
    assert git(root, "rev-parse", "HEAD") == second


def test_without_git_there_is_nothing_to_stand_on(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path)
    run = Run("r", "name", "run", "e", "1", "FINISHED", "active", 0, 1, None)
    found = Reproducing(workspace).plan(Wanted.of_run(run))
    assert found.commit is None
    refused = Reproduce(found, workspace.project, workspace.runner).refusal()
    assert isinstance(refused, Refused)


def test_a_file_that_a_stage_writes_is_no_params_file(tmp_path: Path) -> None:
    """As in wineq_dvc: report/params.json repeats what was trained with, in git."""
    root = make(tmp_path / "wine")
    (root / "report").mkdir()
    (root / "report" / "params.json").write_text('{"alpha": 0.88}')
    (root / "conf").mkdir()
    (root / "conf" / "model.yaml").write_text("net:\n  alpha: 0.88  # so far\n")
    stage = "stages:\n  train:\n    cmd: x\n    params:\n    - conf/model.yaml:\n      - net.alpha\n"
    sha = commit(root, "one", dvc_yaml=stage + "    metrics:\n    - report/params.json:\n        cache: false\n")
    run = Run("r" * 32, "name", "run", "e", "1", "FINISHED", "active", 0, 1, sha, params={"alpha": "0.5", "l1": "1"})
    workspace = open_workspace(root)
    found = Reproducing(workspace).plan(Wanted.of_run(run))
    assert [step.does for step in found.steps] == [
        "params in conf/model.yaml: net.alpha 0.88 → 0.5 (the run calls it alpha)"
    ]
    assert "param l1" in [lack.what for lack in found.lacks]
    Reproduce(found, workspace.project, workspace.runner).act(lambda *_: None)
    assert (tmp_path / "wine-name" / "conf" / "model.yaml").read_text() == "net:\n  alpha: 0.5  # so far\n"
    assert (tmp_path / "wine-name" / "report" / "params.json").read_text() == '{"alpha": 0.88}'


def test_code_that_the_stage_read_is_that_of_the_commit_or_said_to_be_another(tmp_path: Path) -> None:
    """Deps that git keeps: a file comes from the version that was read, a directory is compared by DVC's own hash."""
    root = make(tmp_path / "code")
    dvc(root, "init", "-q")
    (root / "src").mkdir()
    (root / "src" / "a.py").write_text("a\n")
    (root / "src" / "b.py").write_text("b\n")
    (root / "one.py").write_text("first\n")
    stage = "stages:\n  train:\n    cmd: cp one.py out\n    deps: [one.py, src]\n    outs: [out]\n"
    (root / "dvc.yaml").write_text(stage)
    dvc(root, "repro", "-q")
    lock = (root / "dvc.lock").read_text().split()
    hashes = {lock[at + 1]: f"md5:{lock[at + 5]}" for at, word in enumerate(lock) if word == "path:"}
    assert set(hashes) == {"one.py", "src", "out"}
    first = commit(root, "first")
    (root / "one.py").write_text("second\n")
    second = commit(root, "second", "1700001000 +0000")
    workspace = open_workspace(root)
    files = CommitFiles(workspace.project, workspace.runner, second)
    python = interpreter(workspace.project, workspace.config, "dvc")
    planner = Data(workspace.project, workspace.runner, files, python, 0)
    reads = [DataRead(path, hashes[path], "recorded", "mltui-recorder") for path in ("one.py", "src")]
    steps, lacks = planner.of_reads(reads)
    assert [step.command for step in steps] == [f"git show {first}:one.py > one.py"]
    assert not [lack for lack in lacks if "src" in lack.what]
    _, lacks = planner.of_reads([DataRead("src", "md5:" + "0" * 32 + ".dir", "recorded", "x")])
    assert lacks[0].what == "directory src"


@pytest.mark.parametrize(("answer", "made"), [("n\n", False), ("\n", False), ("y\n", True)])
def test_on_a_terminal_it_asks_and_no_command_is_cut(tmp_path: Path, answer: str, made: bool) -> None:
    root = make(tmp_path / "churn")
    sha = commit(root, "one", a_txt="1")
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    argv = [sys.executable, "-m", "mltui", "reproduce", sha]
    with subprocess.Popen(argv, cwd=root, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        os.write(master, answer.encode())
        seen = b""
        while True:
            try:
                seen += os.read(master, 1 << 16)
            except OSError:  # EIO: the other end was closed
                break
    os.close(master)
    assert process.returncode == 0
    told = seen.decode().replace("\r\n", "\n")
    assert f"worktree add --detach ../churn-{sha[:7]} {sha}" in re.sub(r"\x1b\[[0-9;]*m", "", told)
    assert (tmp_path / f"churn-{sha[:7]}" / "a.txt").exists() is made
    assert ("nothing was done" in told) is not made
