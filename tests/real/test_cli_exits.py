"""The command line as a shell sees it: exit codes, broken pipes, ``-C``, what is printed where."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from git_repository import commit, make

pytestmark = pytest.mark.real

MLTUI = (sys.executable, "-m", "mltui")


def mltui(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run mltui to its end; whatever happens, no traceback."""
    done = subprocess.run(
        [*MLTUI, *arguments],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = make(tmp_path / "repository")
    commit(path, a_txt="1")
    return path


def test_where_no_experiment_can_be_made_the_list_says_why(repository: Path, tmp_path: Path) -> None:
    """It named the command that queues one, and that was refused."""
    for where, lacks, makes in ((tmp_path, "git repository", "git init"), (repository, "no DVC project", "dvc init")):
        said = mltui("exp", "list", cwd=where)
        assert (said.returncode, lacks in said.stdout, makes in said.stdout) == (0, True, True), said
        assert "exp queue" not in said.stdout
        assert json.loads(mltui("exp", "list", "--json", cwd=where).stdout)["experiments"] == []


def test_nothing_can_be_read(tmp_path: Path) -> None:
    done = mltui("status", cwd=tmp_path)
    assert done.returncode == 3
    assert "nothing to read" in done.stderr
    assert mltui("status", "--json", cwd=tmp_path).returncode == 3
    assert mltui("runs", cwd=tmp_path).returncode == 3


def test_git_is_something(repository: Path) -> None:
    done = mltui("status", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("repository  main  ")
    runs = mltui("runs", "--json", cwd=repository)
    assert (runs.returncode, json.loads(runs.stdout)) == (0, {"schema": 1, "runs": []})


def test_usage(repository: Path) -> None:
    for wrong in (["nonsense"], ["status", "--nonsense"], ["runs", "--json", "--csv"], ["runs", "--limit", "x"]):
        done = mltui(*wrong, cwd=repository)
        assert done.returncode == 2, wrong
        assert done.stderr
        assert not done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    ("words", "code"),
    [("runs --limit many", 2), ("nonsense", 2), ("runs --filter (", 2), ("clean --yes", 4), ("journal", 0)],
)
def test_a_full_disk_under_standard_error_changes_no_code(repository: Path, words: str, code: int) -> None:
    """What was usage, refused or done was told to scripts as 3: nothing could be read."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*MLTUI, *words.split()], cwd=repository, stderr=full, check=False, timeout=600)
    assert done.returncode == code


@pytest.mark.parametrize("word", ["/nope", "./x", "nope", "ope", "a/b"])
def test_a_word_that_is_neither_command_nor_directory(tmp_path: Path, word: str) -> None:
    done = mltui(word, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"mltui: there is no {word}\n")
    assert "open" not in done.stderr  # a command that --help does not list is not suggested


def test_a_mistyped_command_and_a_file(tmp_path: Path) -> None:
    done = mltui("statu", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "mltui: no command 'statu'\n  did you mean 'status'?\n")
    (tmp_path / "a.txt").touch()
    done = mltui("a.txt", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("mltui: a.txt is no directory\n")


def test_a_place_behind_a_command(tmp_path: Path) -> None:
    for command in ("status", "runs", "doctor"):
        done = mltui(command, "http://user:secret@host:5000", cwd=tmp_path)
        assert done.returncode == 2
        assert f"try: mltui --store http://host:5000 {command}\n" in done.stderr
    assert "try: mltui -C . runs\n" in mltui("runs", ".", cwd=tmp_path).stderr


@pytest.mark.parametrize("words", [(), ("-C", "."), (".",), ("http://127.0.0.1:9",), ("open", ".")])
def test_the_app_without_a_terminal(repository: Path, words: tuple[str, ...]) -> None:
    done = mltui(*words, cwd=repository)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "mltui: needs a terminal\n  try: mltui status\n"


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    done = mltui("status", "-C", "nowhere", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr.startswith("mltui: there is no nowhere")


@pytest.mark.parametrize("command", ["runs", "models"])
def test_a_store_that_is_not_there(repository: Path, command: str) -> None:
    done = mltui(command, "--json", "--store", "nowhere.db", cwd=repository)
    assert (done.returncode, done.stdout) == (3, "")
    assert "nowhere.db" in done.stderr


def test_the_directory_may_come_before_and_after(repository: Path) -> None:
    above = repository.parent
    before = mltui("-C", "repository", "status", "--json", cwd=above)
    after = mltui("status", "--json", "-C", "repository", cwd=above)
    assert before.returncode == after.returncode == 0
    assert json.loads(before.stdout) == json.loads(after.stdout)
    assert json.loads(before.stdout)["project"] == str(repository)
    clicked = mltui("-C", "repository", "runs", "--json", cwd=above)
    assert clicked.returncode == mltui("runs", "-C", "repository", "--json", cwd=above).returncode == 0


def test_exit_code_tells_of_attention(repository: Path) -> None:
    assert mltui("status", "--exit-code", cwd=repository).returncode == 0
    (repository / "mltui.toml").write_text("typo = 1\n")
    assert mltui("status", cwd=repository).returncode == 0
    done = mltui("status", "--exit-code", "--json", cwd=repository)
    assert done.returncode == 1
    (entry,) = json.loads(done.stdout)["attention"]
    assert entry == {"kind": "problem", "what": f"{repository / 'mltui.toml'}:1", "why": "unknown key typo"}


def test_whoever_read_us_went_away(repository: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            [*MLTUI, "runs", "--json"], cwd=repository, stdout=closed, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (0, "")


def hanging_git(place: Path) -> dict[str, str]:
    """An environment whose git never answers: it writes its pid into `pids` and tells the pipe `started`."""
    os.mkfifo(place / "started")
    (place / "bin").mkdir()
    script = f"#!/bin/sh\necho $$ >> {place / 'pids'}\necho > {place / 'started'}\nexec sleep 600\n"
    (place / "bin" / "git").write_text(script)
    (place / "bin" / "git").chmod(0o755)
    return {**os.environ, "PATH": f"{place / 'bin'}:{os.environ['PATH']}"}


@pytest.fixture(autouse=True)
def _hangups_are_heard() -> Iterator[None]:
    """Whoever runs the tests may ignore SIGHUP (nohup), and what is started here would, too."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def waiting(repository: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`mltui status` that waits for a git which never answers."""
    env = hanging_git(tmp_path)
    process = subprocess.Popen([*MLTUI, "status"], cwd=repository, env=env, stderr=subprocess.PIPE, text=True)
    (tmp_path / "started").read_text()
    yield process
    process.kill()
    process.communicate()
    end_left(tmp_path)


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def left(place: Path) -> list[int]:
    """The gits that live on, once the kernel had a generous time to get round to the killed ones."""
    deadline = time.monotonic() + 20
    while (found := [pid for pid in map(int, (place / "pids").read_text().split()) if lives(pid)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.02)
    return found


def end_left(place: Path) -> None:
    for pid in map(int, (place / "pids").read_text().split()):
        if lives(pid):
            os.kill(pid, signal.SIGKILL)


def interrupt(process: subprocess.Popen[str], number: int = signal.SIGINT) -> tuple[str, str]:
    """As a user does, until it ends: Python loses a ctrl+c that comes while it cleans up after an import."""
    for _ in range(20):
        process.send_signal(number)
        try:
            return process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("ctrl+c does not end it")


def test_interrupted(waiting: subprocess.Popen[str]) -> None:
    _, stderr = interrupt(waiting)
    assert waiting.returncode == 130
    assert "mltui" not in stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_ends_it_ends_the_git_it_waits_for(
    waiting: subprocess.Popen[str], tmp_path: Path, number: signal.Signals
) -> None:
    _, stderr = interrupt(waiting, number)
    assert (waiting.returncode, stderr) == (128 + number, "")
    assert left(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_and_the_git_that_is_asked_whether_a_document_stands(
    repository: Path, tmp_path: Path, number: signal.Signals
) -> None:
    age = time.time() - 60  # what changed just now can't be told from what changes next, and nothing is kept
    for path in [*repository.rglob("*"), repository]:
        os.utime(path, (age, age))
    mltui("status", "--json", cwd=repository)
    env = hanging_git(tmp_path)
    process = subprocess.Popen(
        [*MLTUI, "status", "--json"], cwd=repository, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    (tmp_path / "started").read_text()
    try:
        interrupt(process, number)
        assert process.returncode == 128 + number
        assert left(tmp_path) == []
    finally:
        end_left(tmp_path)


def test_a_hang_up_that_is_ignored_stays_ignored(repository: Path) -> None:
    """As under nohup."""
    told = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); import mltui.cli as c; c.run(['status']);"
    ask = f"{told} print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    done = subprocess.run([sys.executable, "-c", ask], cwd=repository, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "True", done.stderr


#: An interrupt, and another at the very end of the interpreter.
TWICE = """
import atexit, os, signal
import mltui.cli as cli

def interrupted(*_): raise KeyboardInterrupt

cli.status_options = interrupted
atexit.register(os.kill, os.getpid(), signal.SIGINT)
cli.main([])
"""


def test_interrupted_again_while_it_ends(repository: Path) -> None:
    done = subprocess.run([sys.executable, "-c", TWICE], cwd=repository, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")


def test_suspended_and_resumed(waiting: subprocess.Popen[str]) -> None:
    waiting.send_signal(signal.SIGTSTP)
    _, status = os.waitpid(waiting.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    waiting.send_signal(signal.SIGCONT)
    interrupt(waiting)
    assert waiting.returncode == 130


def test_a_cache_that_can_not_be_written_is_done_without(repository: Path, tmp_path: Path) -> None:
    """As in a read-only home."""
    (tmp_path / "file").touch()
    own = tmp_path / "tmp"  # in the common one other tests come and go
    own.mkdir()
    for command in ("status", "runs", "doctor"):
        done = mltui(command, "--json", cwd=repository, MLTUI_CACHE_DIR=str(tmp_path / "file"), TMPDIR=str(own))
        assert done.returncode == 0
        assert done.stderr.count("the cache can't be written") == (command != "doctor"), (
            "once, and doctor says it at length"
        )
        assert json.loads(done.stdout)["schema"] == 1
    assert list(own.glob("mltui-*")) == [], "and nothing is left behind"


def test_help_and_version_need_no_project(tmp_path: Path) -> None:
    assert mltui("--version", cwd=tmp_path).stdout.startswith("mltui")
    for words in (["--help"], ["status", "--help"], ["runs", "-h"]):
        done = mltui(*words, cwd=tmp_path)
        assert done.returncode == 0
        assert "Usage: mltui" in done.stdout


def test_a_locale_without_utf8_gets_text_and_utf8_json(repository: Path) -> None:
    commit(repository, b"x", caf_txt="1")
    subprocess.run(["git", "checkout", "-q", "-b", "café"], cwd=repository, check=True)
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [*MLTUI, "status"], cwd=repository, env={**os.environ, **env}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    done = subprocess.run(
        [*MLTUI, "status", "--json"], cwd=repository, env={**os.environ, **env}, capture_output=True, check=False
    )
    assert json.loads(done.stdout.decode("utf-8"))["git"]["branch"] == "café"
