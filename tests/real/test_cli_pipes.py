"""What every command that reads writes into a pipe: whole, without colours, in the locale's characters; and what it
does where nobody reads it, where the disk is full, where the stream is closed."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from cli_projects import log_runs, make_pipeline
from git_repository import commit, make

from mltui.actions.user_state import opened
from mltui.cli import run
from mltui.cli.commands import mltui as group
from mltui.cli.examples import EXAMPLES
from mltui.sources.places import Project

pytestmark = pytest.mark.real

MLTUI = (sys.executable, "-m", "mltui")
#: Longer than any terminal is wide.
LONG = "a-stage-of-a-rather-long-name-" * 8

#: A file that the run "first" logged.
NOTES = """
import sys, mlflow
client = mlflow.MlflowClient(sys.argv[1])
(first,) = client.search_runs([client.get_experiment_by_name("churn").experiment_id], "run_name = 'first'")
client.log_text(first.info.run_id, "as it was\\n", "notes.txt")
"""
#: Every command that reads, with words that name something in `project`.
READING = {
    "status": ("status",),
    "runs": ("runs",),
    "compare": ("compare", "first", "second"),
    "chart": ("chart", "auc"),
    "data": ("data",),
    "models": ("models",),
    "doctor": ("doctor",),
    "lineage": ("lineage", "train"),
    "why": ("why", "first"),
    "reproduce": ("reproduce", "HEAD", "--print"),
    "diff": ("diff", "HEAD", "worktree"),
    "trend": ("trend", "auc"),
    "journal": ("journal",),
    "exp list": ("exp", "list"),
    "jobs": ("jobs",),
    "trust": ("trust", "--show"),
    "history": ("history",),
    "pipeline": ("pipeline",),
    "run show": ("run", "show", "first"),
    "run files": ("run", "files", "first"),
    "run cat": ("run", "cat", "first", "notes.txt"),
    "experiments": ("experiments",),
    "projects": ("projects",),
    "keys": ("keys",),
}
#: Of each way to write one: text, a table, a chart, a tree, lines of a log, a list, a script.
WAYS = ("status", "runs", "chart", "lineage", "journal", "keys", "reproduce")
#: Those that act, or write nothing but what a job printed, or draw on a terminal.
OTHERS = {
    "open", "demo", "completion", "hash", "retrain", "log", "stop", "restore", "clean", "promote", "rollback", "undo",
    *(f"exp {word}" for word in ("apply", "branch", "remove", "queue", "start", "stop")),
    *(f"run {word}" for word in ("tag", "note", "rename", "delete", "restore", "end")),
    *(f"model {word}" for word in ("tag", "note", "rename")),
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make(tmp_path_factory.mktemp("pipes") / "project")
    make_pipeline(path)
    stages = (path / "dvc.yaml").read_text() + f"  {LONG}:\n    cmd: echo café > late.txt\n    outs: [late.txt]\n"
    (path / "dvc.yaml").write_text(stages)
    log_runs(f"sqlite:///{path}/mlflow.db", "registry", cwd=path)
    subprocess.run([sys.executable, "-c", NOTES, f"sqlite:///{path}/mlflow.db"], cwd=path, check=True)
    (path / ".gitignore").write_text("/mlflow.db\n/mlruns\n/clean.csv\n/model.bin\n/raw.txt\n")
    commit(path, "everything")
    tag = [*MLTUI, "run", "tag", "first", "--tag", "team=risk", "--yes"]  # so that the journal has something to tell
    subprocess.run(tag, cwd=path, capture_output=True, check=True)
    (path / "params.yaml").write_text("lr: 0.07\n")
    return path


@pytest.fixture(autouse=True)
def opened_before(own_places: Path, project: Path) -> None:
    """In the state of each test, so that `mltui projects` has something to tell."""
    opened(Project(project, project), 1)


def names(command: click.Command, *above: str) -> set[str]:
    """Every command that does something, by its words."""
    if not isinstance(command, click.Group):
        return {" ".join(above)}
    return {name for word, each in command.commands.items() for name in names(each, *above, word)}


def test_every_command_is_walked_or_acts() -> None:
    assert READING.keys() | OTHERS == names(group)


@pytest.mark.parametrize("name", READING)
def test_a_pipe_gets_it_whole_and_plain(project: Path, name: str) -> None:
    env = {**os.environ, "COLUMNS": "20", "TERM": "xterm-256color", "LC_ALL": "C"}
    done = subprocess.run([*MLTUI, *READING[name]], cwd=project, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout, name
    text = done.stdout + done.stderr
    assert b"\x1b" not in text and b"\r" not in text
    assert text.isascii(), [line for line in text.splitlines() if not line.isascii()]
    assert not re.search(rb"\\xb7|\\u2", text), "a symbol of ours has a letter that stands for it"
    if name != "keys":  # whose titles have an ellipsis where a dialog opens
        assert b"..." not in done.stdout
    if name == "status":
        assert LONG.encode() in done.stdout


@pytest.mark.parametrize("name", WAYS)
def test_nobody_reads_it(project: Path, name: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run([*MLTUI, *READING[name]], cwd=project, stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("name", WAYS)
def test_a_full_disk_is_one_line(project: Path, name: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*MLTUI, *READING[name]], cwd=project, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 3
    assert done.stderr == b"mltui: the answer could not be written: No space left on device\n"


@pytest.mark.parametrize("words", ["status", "status --json", "runs", "--help", "exp list --json"])
def test_closed_streams_are_as_if_nobody_listened(project: Path, words: str) -> None:
    """And nothing that is opened gets what was meant for them."""
    script = f'"$0" -m mltui {words} <&- >&- 2>"$1"; echo $?; "$0" -m mltui {words} <&- >&- 2>&-; echo $?'
    said = project.parent / "said"
    done = subprocess.run(
        ["sh", "-c", script, sys.executable, str(said)], cwd=project, capture_output=True, text=True, check=True
    )
    assert (done.stdout, said.read_text()) == ("0\n0\n", "")


def test_json_is_utf8_in_a_locale_that_is_not(project: Path) -> None:
    for variables in ({"LC_ALL": "C"}, {"LANG": "C"}, {"PYTHONIOENCODING": "ascii"}):
        env = {key: value for key, value in os.environ.items() if not key.startswith("LC_")} | variables
        text = subprocess.run([*MLTUI, "status", "--no-wait"], cwd=project, env=env, capture_output=True, check=True)
        assert text.stdout.isascii(), variables
        done = subprocess.run([*MLTUI, "status", "--json"], cwd=project, env=env, capture_output=True, check=True)
        commands = [stage["cmd"] for stage in json.loads(done.stdout)["pipeline"]["stages"]]
        assert "echo café > late.txt" in commands, variables


#: Words of examples that are names in the demo, or that are no end in themselves.
_ELSEWHERE = re.compile(r"alpha=|churn|1a2b3c4d|2026|--watch|trust|--exit-code|[|>]|--at|--no-wait|--ask-remote")


@pytest.mark.parametrize(
    "line",
    [line for name in READING for line, _ in EXAMPLES[name] if not _ELSEWHERE.search(line.replace("auc > 0.9", ""))],
)
def test_an_example_that_reads_does_what_it_says(
    project: Path, line: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(project)
    assert run(shlex.split(line)[1:]) == 0, capfdbinary.readouterr()
    sys.stdout.flush()
    assert capfdbinary.readouterr().out, line
