"""What `ps` shows everybody on the box: no command that mltui starts has a login in its words, nor what these start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cli_projects import log_runs, make_pipeline
from git_repository import commit, git, make
from mlflow_process import Server, start

pytestmark = [pytest.mark.real, pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc")]

#: Of this run alone: everybody's processes are looked at.
SECRETS = PASSWORD, TOKEN, REMOTE = tuple(f"unseen-{word}-{os.getpid()}x7Zq" for word in ("word", "token", "remote"))
#: What acts and what reads, of each kind of child: MLflow's writer, DVC's reader, git, a job and its runner.
COMMANDS = """
status
runs --json
models
doctor
data --ask-remote
run tag first --tag seen=yes --yes
promote churn-model 1 --to @best --reason tried --yes
retrain train --yes --wait
exp list
hash
diff HEAD worktree
reproduce HEAD --to ../elsewhere --yes
journal --json
"""
#: All commands in one process, which notes the words of every command that it starts.
NOTING = """
import json, sys
with open(sys.argv[2], "w") as started:
    def hook(event, args):
        if event == "subprocess.Popen":
            print(json.dumps([str(word) for word in args[1]]), file=started, flush=True)
    sys.addaudithook(hook)
    from mltui import cli
    for command in json.load(open(sys.argv[1])):
        print("@@@", *command, flush=True)
        try:
            print("exit", cli.run(command), flush=True)
        except SystemExit:
            pass
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, own_environment: None) -> Iterator[Server]:
    served = start(tmp_path_factory.mktemp("served"))
    try:
        yield served.up()
    finally:
        served.stop()


@contextmanager
def every_command() -> Iterator[set[bytes]]:
    """The words of every process that is seen meanwhile."""
    seen: set[bytes] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.01):
            for process in Path("/proc").glob("[1-9]*"):
                with suppress(OSError):
                    seen.add((process / "cmdline").read_bytes())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def test_no_command_line_shows_a_login(
    server: Server, tmp_path: Path, own_places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(tmp_path / "project")
    make_pipeline(root)
    remote = f"https://ada:{REMOTE}@127.0.0.1:1/store"
    subprocess.run([sys.executable, "-m", "dvc", "remote", "add", "-d", "store", remote], cwd=root, check=True)
    log_runs(f"sqlite:///{server.place}/mlflow.db", "registry", cwd=root)
    commit(root, "everything")
    git(root, "remote", "add", "origin", f"https://ada:{REMOTE}@127.0.0.1:1/churn.git")
    (root / "params.yaml").write_text("lr: 0.07\n")
    uri = server.uri.replace("//", f"//ada:{PASSWORD}@")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", TOKEN)
    words, noted = tmp_path / "words.json", tmp_path / "started"
    words.write_text(json.dumps([line.split() for line in COMMANDS.strip().splitlines()]))
    argv = [sys.executable, "-c", NOTING, str(words), str(noted)]
    with every_command() as seen:
        done = subprocess.run(argv, cwd=root, capture_output=True, check=True)
    started = noted.read_text()
    for program in ("mlflow/child.py", "dvc/child/", "runner.py", "cat-file", "worktree"):
        assert program in started, done.stdout.decode()
    assert not [line for line in started.splitlines() for secret in SECRETS if secret in line]
    assert not [line for line in seen for secret in SECRETS if secret.encode() in line]
    assert any(b"runner.py" in line for line in seen), "children were looked at while they ran"
    said = done.stdout + done.stderr
    kept = [path for path in (*own_places.rglob("*"), *(root / ".git" / "mltui").rglob("*")) if path.is_file()]
    told = {str(path): secret for path in kept for secret in SECRETS if secret.encode() in path.read_bytes()}
    assert not [secret for secret in SECRETS if secret.encode() in said]
    assert not told
