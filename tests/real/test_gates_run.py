"""Gate commands run in a clean worktree of the version's commit, and leave nothing behind: real git, real commands."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from gate_world import World, lives, output, program, shell
from git_repository import commit, git, make

from mltui.actions.gates import checkout, outputs
from mltui.actions.opening import open_workspace
from mltui.sources.gates.policy import policy
from mltui.sources.places import cache_root

pytestmark = pytest.mark.real


@pytest.fixture
def world(tmp_path: Path) -> World:
    root = make(tmp_path / "ü project")
    (root / "src").mkdir()
    (root / "src" / "code.py").write_text("VALUE = 1\n")
    (root / ".gitignore").write_text("ignored\n")
    commit(root, first_txt="1")
    return World(root)


def left_in_cache() -> list[str]:
    return sorted(str(path) for path in cache_root().glob("*/gates/*"))


def test_the_exit_code_is_the_verdict(world: World) -> None:
    sha = git(world.root, "rev-parse", "HEAD")
    passed, failed, killed = world.run(shell("echo good"), shell("echo bad >&2; exit 3"), shell("kill -SEGV $$"))
    assert (passed.verdict, passed.figure, passed.why) == ("passed", "good", ""), "the last line, if it is short"
    assert passed.subject == f"sh at {sha[:7]}, clean worktree"
    assert output(passed) == b"good\n"
    assert (failed.verdict, failed.figure, failed.why) == ("failed", "bad", "exit code 3")
    assert output(failed) == b"bad\n", "what goes to standard error is kept too"
    assert (killed.verdict, killed.why) == ("failed", "ended by SIGSEGV")
    assert all(each.seconds is not None and each.at for each in (passed, failed, killed))
    assert world.told[0].startswith("1 of 3: sh -c echo good")


def test_a_clean_worktree_of_that_commit_and_of_no_other(world: World) -> None:
    old = git(world.root, "rev-parse", "HEAD")
    commit(world.root, first_txt="2", second_txt="new")
    (world.root / "first.txt").write_text("dirty")
    (world.root / "untracked.txt").write_text("")
    (world.root / "ignored").write_text("")
    (told,) = world.run(shell("cat first.txt; ls -A; git rev-parse HEAD; git status --porcelain; pwd"), commit=old)
    first, *names = output(told).decode().split("\n")
    assert first.startswith("1") and "second.txt" not in first
    assert old in names and "untracked.txt" not in names and "ignored" not in names
    assert not any(name.startswith((" M", "??")) for name in names)


def test_what_a_command_does_there_does_not_reach_the_users_worktree(world: World) -> None:
    before, listed = world.state(), world.worktrees()
    script = "rm -rf src .git first.txt; mkdir closed; touch closed/x new; chmod 000 closed; ln -s / root; exit 0"
    one, two = world.run(shell(script), shell("test -e first.txt && test ! -e new"))
    assert (one.verdict, two.verdict) == ("passed", "passed"), "and each command has a worktree of its own"
    assert world.state() == before
    assert world.worktrees() == listed
    assert left_in_cache() == []


def test_what_a_command_closed_is_removed_by_whoever_is_not_root() -> None:
    """Root may remove anything, so that somebody else does it: in a child, whose exit code tells."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # nobody may enter pytest's
        Path(folder).chmod(0o777)
        child = os.fork()
        if child == 0:
            try:
                if os.geteuid() == 0:
                    os.setuid(65534)
                top = Path(folder) / "tree"
                (top / "a" / "b").mkdir(parents=True)
                (top / "a" / "b" / "x").write_text("")
                (top / "link").symlink_to("/")
                for path in (top / "a" / "b", top / "a", top):
                    path.chmod(0)
                checkout.remove_tree(top)
                os._exit(int(os.path.lexists(top)))
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_it_knows_the_version(world: World) -> None:
    names = ["MODEL_URI", "MODEL", "VERSION", "RUN_ID", "ALIAS", "TARGET", "COMMIT"]
    (told,) = world.run(shell("; ".join(f'echo "$MLTUI_{name}"' for name in names) + "; tty; cat; echo $PWD; pwd"))
    sha = git(world.root, "rev-parse", "HEAD")
    lines = output(told).decode().splitlines()
    assert lines[:8] == ["models:/churn/5", "churn", "5", "f" * 32, "champion", "@champion", sha, "not a tty"]
    assert lines[8] == lines[9], "standard input is at its end"


def test_it_reaches_the_same_store(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    database = world.root / "runs" / "mlflow.db"
    database.parent.mkdir()
    sqlite3.connect(database).execute("create table experiments (x)").connection.commit()
    monkeypatch.chdir(world.root / "src")
    world.start = world.root / "src"
    (told,) = world.run(
        shell('echo "$MLFLOW_TRACKING_URI|$MLFLOW_REGISTRY_URI"'), flags={"store": "sqlite:///../runs/mlflow.db"}
    )
    assert output(told).decode() == f"sqlite:///{database}|\n"


def test_it_imports_the_worktree_and_not_what_is_installed_from_the_users(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (world.root / "src" / "code.py").write_text("VALUE = 'dirty'\n")
    code = program("python3", "-c", "import code; print(code.VALUE, code.__file__)")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(world.root / "src"), str(tmp_path / "elsewhere"))))
    (told,) = world.run(code)
    assert output(told).startswith(b"1 "), output(told)
    monkeypatch.delenv("PYTHONPATH")
    packages = tmp_path / "env" / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    packages.mkdir(parents=True)
    (tmp_path / "env" / "bin").mkdir()
    (tmp_path / "env" / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n")
    (tmp_path / "env" / "bin" / "python3").symlink_to(Path(sys.executable).resolve())
    (packages / "churn.pth").write_text(f"{world.root / 'src'}\n")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "env"))
    other = program(
        "python3", "-c", "import sys; sys.modules.pop('code', None); import code; print(code.VALUE, sys.prefix)"
    )
    (told,) = world.run(other)
    assert output(told).split() == [b"1", os.fsencode(tmp_path / "env")], "the project's interpreter comes first"


def test_a_project_in_a_subdirectory(world: World) -> None:
    (world.root / "models" / "churn").mkdir(parents=True)
    (world.root / "models" / "churn" / "check.sh").write_text("#!/bin/sh\npwd\n")
    (world.root / "models" / "churn" / "check.sh").chmod(0o755)
    (world.root / "models" / "churn" / "mltui.toml").write_text('[[gates]]\ncommand = "./check.sh"\n')
    commit(world.root)
    world.start = world.root / "models" / "churn"
    workspace = open_workspace(world.start)
    assert policy(workspace).folder == "models/churn"
    workspace.close()
    (told,) = world.run(program("./check.sh"), folder="models/churn")
    assert told.verdict == "passed" and output(told).endswith(b"/models/churn\n")
    (told,) = world.run(program("./check.sh"), folder="models/churn", commit=git(world.root, "rev-parse", "HEAD~1"))
    assert told.verdict == "unknown" and "there is no models/churn" in told.why


# What does not run


def test_where_the_project_has_no_interpreter_a_gate_gets_the_one_that_stages_get(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    (told,) = world.run(shell("command -v python"))
    assert output(told).decode().strip() == str(Path(sys.executable).parent / "python")


def test_untrusted_commands_do_not_run(world: World, tmp_path: Path) -> None:
    gate = shell(f"touch {tmp_path / 'ran'}")
    (told,) = world.run(gate, trusting=False)
    assert told.untrusted
    assert told.verdict == "unknown" and "mltui trust" in told.why and told.output == ""
    assert world.run(gate)[0].verdict == "passed"
    (tmp_path / "ran").unlink()
    told, _ = world.run(gate, shell("true"), trusting=False)
    assert told.verdict == "unknown" and "not those that you trusted" in told.why
    assert not (tmp_path / "ran").exists()


def test_read_only_runs_nothing(world: World, tmp_path: Path) -> None:
    before = world.state()
    (told,) = world.run(shell(f"touch {tmp_path / 'ran'}"), flags={"read_only": True})
    assert told.verdict == "unknown" and "read-only" in told.why
    assert not (tmp_path / "ran").exists() and world.state() == before
    assert not (world.root / ".git" / "mltui").exists()


@pytest.mark.parametrize(
    ("commit", "why"),
    [
        (None, "no commit of churn/5 is known"),
        ("0" * 40, "commit 0000000 is not in this clone"),
        ("main", "is no commit: main"),
        ("--upload-pack=x", "is no commit: --upload-pack=x"),
    ],
)
def test_without_its_commit_nobody_can_tell(world: World, commit: str | None, why: str) -> None:
    (told,) = world.run(shell("true"), commit=commit)
    assert told.verdict == "unknown" and why in told.why, told


def test_a_commit_is_no_branch_of_that_name(world: World) -> None:
    git(world.root, "branch", "abcdef1")
    (told,) = world.run(shell("true"), commit="abcdef1")
    assert told.verdict == "unknown" and "not in this clone" in told.why


def test_a_program_that_is_not_there(world: World) -> None:
    (world.root / "plain").write_text("no program")
    commit(world.root)
    missing, closed = world.run(program("no-such-programme", "-q"), program("./plain"))
    assert missing.verdict == "unknown" and "there is no program no-such-programme" in missing.why
    assert closed.verdict == "unknown" and "Permission denied" in closed.why


def test_only_what_did_not_run_yet_is_run(world: World) -> None:
    assert world.run() == ()
    assert not (world.root / ".git" / "mltui").exists()


# The end of a command


def test_one_that_hangs_and_takes_no_hint(world: World) -> None:
    marker = f"gates-{os.getpid()}-hang"
    inner = f"sh -c 'trap \"\" TERM; while :; do sleep 1; done' {marker}"
    script = f"trap '' TERM INT HUP; {inner} & echo on; while :; do sleep 1; done"
    (told,) = world.run(shell(script, timeout=1))
    assert told.verdict == "failed" and told.why == "it took longer than 1 s, and was ended"
    assert output(told).startswith(b"on\n")
    assert not lives(["sh", "-c", 'trap "" TERM; while :; do sleep 1; done', marker])
    assert left_in_cache() == []


def test_it_is_asked_softly_first(world: World) -> None:
    (told,) = world.run(shell("trap 'echo tidied; exit 0' TERM; echo on; while :; do sleep 0.1; done", timeout=1))
    assert output(told).startswith(b"on\n") and output(told).endswith(b"tidied\n")
    assert told.verdict == "failed" and "longer than" in told.why, "whatever it says then"


def test_a_daemon_does_not_outlive_it(world: World) -> None:
    seconds = f"{100000 + os.getpid()}"
    code = f"""
import os
told, here = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(here, str(os.getpid()).encode())
        os.execvp("sleep", ["sleep", "{seconds}"])
    os._exit(0)
os.wait()
daemon = int(os.read(told, 99))
while not open(f"/proc/{{daemon}}/cmdline", "rb").read().startswith(b"sleep"):
    pass  # it is told by its command line
"""
    (told,) = world.run(program("python3", "-c", code))
    assert told.verdict == "passed"
    assert output(told) == b"[mltui: it left running, and this was ended: sleep %s]\n" % seconds.encode()
    assert not lives(["sleep", seconds])


def test_a_stop_ends_it_and_the_rest_is_not_run(world: World, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "begun")
    stopped = threading.Event()

    def stop() -> None:
        (tmp_path / "begun").read_text()  # until it writes there
        stopped.set()

    seconds = f"{200000 + os.getpid()}"
    thread = threading.Thread(target=stop)
    thread.start()
    script = f"echo > {tmp_path / 'begun'}; sleep {seconds}"
    told, rest = world.run(shell(script), shell("true"), stopped=stopped)
    thread.join()
    assert (told.verdict, told.why) == ("unknown", "stopped before it ended")
    assert rest.verdict == "not run" and rest.output == ""
    assert not lives(["sleep", seconds])
    assert left_in_cache() == []


#: Run by itself: gates of the repository it stands in, which wait for ever.
CHILD = """
import sys, threading
sys.path[:0] = {path!r}
from gate_world import World, shell
from pathlib import Path
from mltui.sources.ending import end_with_children
end_with_children()
World(Path({root!r})).run(shell({script!r}, timeout=100000))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_mltui_nothing_goes_on(world: World, tmp_path: Path, number: int) -> None:
    before, listed = world.state(), world.worktrees()
    os.mkfifo(tmp_path / "begun")
    os.mkfifo(tmp_path / "over")
    seconds = f"{300000 + os.getpid() * 10 + number}"
    script = f"exec 9> {tmp_path / 'over'}; echo > {tmp_path / 'begun'}; sleep {seconds}"
    child = CHILD.format(path=[str(Path(__file__).parent)], root=str(world.root), script=script)
    with subprocess.Popen([sys.executable, "-c", child], stderr=subprocess.PIPE) as process:
        over = os.open(tmp_path / "over", os.O_RDONLY | os.O_NONBLOCK)
        (tmp_path / "begun").read_text()
        process.send_signal(number)
        process.communicate()
    os.set_blocking(over, True)
    assert os.read(over, 1) == b"", "everything that had it open is gone"
    os.close(over)
    assert not lives(["sleep", seconds])
    if number == signal.SIGKILL:
        assert "mltui-gates-" in world.worktrees()
        Path(next(each for each in left_in_cache() if each.endswith(".lock"))).with_suffix(".xml").write_text("")
        wait_for_locks()
        assert world.run(shell("true"))[0].verdict == "passed", "the next one tidies up"
    assert world.worktrees() == listed
    assert left_in_cache() == []
    assert world.state() == before


def wait_for_locks() -> None:
    """Until the supervisor of a killed mltui has ended."""
    import fcntl

    for path in left_in_cache():
        if path.endswith(".lock"):
            with Path(path).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)


def test_what_somebody_is_at_is_not_tidied_away(world: World) -> None:
    workspace = open_workspace(world.root)
    sha = git(world.root, "rev-parse", "HEAD")
    with checkout.clean_worktree(workspace.project, workspace.runner, sha) as (tree, _):
        left = [tree.with_name(f"{checkout.PREFIX}{hexes}") for hexes in ("000000000000", "zzzzzzzzzzzz")]
        others = tree.with_name("mltui-gates-00000000-0123456789ab")
        for path in (*left, others):
            git(world.root, "worktree", "add", "-q", "--detach", str(path))
        checkout.tidy(workspace.project, workspace.runner)
        assert not any(path.exists() for path in left)
        assert others.exists() and others.name in world.worktrees(), "another host is at it"
        git(world.root, "worktree", "remove", str(others))
        assert (tree / "first.txt").exists()
        assert world.run(shell("true"))[0].verdict == "passed"
        assert (tree / "first.txt").exists()
    workspace.close()
    assert left_in_cache() == []


def test_a_cache_that_was_deleted_leaves_nothing_in_gits_list(world: World) -> None:
    listed = world.worktrees()
    other = world.root.parent / "users own"
    git(world.root, "worktree", "add", "-q", "--detach", str(other))
    shutil.rmtree(other)
    users = world.worktrees()
    workspace = open_workspace(world.root)
    place = checkout._place(workspace.project) / f"{checkout.PREFIX}0123456789ab"
    git(world.root, "worktree", "add", "-q", "--detach", str(place))
    shutil.rmtree(cache_root())
    assert world.run(shell("true"))[0].verdict == "passed"
    assert world.worktrees() == users != listed, "the user's own, which is gone too, is his to prune"
    workspace.close()


# Its output


def test_of_a_hundred_megabytes_both_ends_are_kept(world: World) -> None:
    code = "import sys\nfor n in range(1_250_000): sys.stdout.write(f'line {n:070} end\\n')"
    (told,) = world.run(program("python3", "-c", code))
    assert told.verdict == "passed"
    kept = output(told)
    assert len(kept) < 4 << 20
    lines = kept.split(b"\n")
    assert lines[0] == b"line %070d end" % 0 and lines[-2] == b"line %070d end" % 1_249_999
    (marked,) = [at for at, each in enumerate(lines) if each.startswith(b"[mltui: ")]
    left_out = int(lines[marked].split()[1].replace(b",", b""))
    whole = 1_250_000 * 80
    mark = len(lines[marked]) + 2
    assert len(kept) - mark + left_out == whole
    others = [*lines[: marked - 1], *lines[marked + 1 : -1]]
    assert lines[marked - 1] == b"" and all(re.fullmatch(rb"line \d{70} end", each) for each in others), "none is cut"


def test_binary_output_is_kept_as_it_is(world: World) -> None:
    data = bytes(range(256)) * 20 + b"\x1b]0;evil\x07"
    (world.root / "data.bin").write_bytes(data)
    commit(world.root)
    (told,) = world.run(shell("cat data.bin"))
    assert output(told) == data


def test_it_is_for_its_owner_only_and_old_ones_go(world: World) -> None:
    (told,) = world.run(shell("echo x"))
    log = Path(told.output)
    state = world.root / ".git" / "mltui" / "gates"
    assert log.parent.parent == state
    assert [stat.S_IMODE(each.stat().st_mode) for each in (log, log.parent, state)] == [0o600, 0o700, 0o700]
    for number in range(outputs.MOST + 5):
        (state / f"20250101-0000{number:02}-0000").mkdir()
    (state / "somebody's").mkdir()
    world.run(shell("echo y"))
    names = sorted(each.name for each in state.iterdir())
    assert len(names) == outputs.MOST + 1 and "somebody's" in names
    assert log.exists()


def test_names_of_logs_are_harmless(world: World) -> None:
    (told,) = world.run(program("sh", "-c", "echo ../../ü\n\x1b[31m 'x'"))
    assert Path(told.output).name == "1-sh--c-echo-..-..-31m-x.log" or Path(told.output).parent.parent.name == "gates"
    assert "/" not in Path(told.output).name


# What git would do besides


def test_hooks_do_not_run_and_a_sparse_checkout_is_opened(world: World, tmp_path: Path) -> None:
    hook = world.root / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path / 'hooked'}\n")
    hook.chmod(0o755)
    git(world.root, "sparse-checkout", "set", "--no-cone", "/first.txt")
    assert not (world.root / "src").exists()
    (tmp_path / "hooked").unlink(missing_ok=True)
    (told,) = world.run(shell("cat src/code.py"))
    assert output(told) == b"VALUE = 1\n"
    assert not (tmp_path / "hooked").exists()
    assert not (world.root / "src").exists()


def test_a_submodule_is_empty_and_nothing_is_fetched(world: World, tmp_path: Path) -> None:
    inner = make(tmp_path / "inner")
    commit(inner, x="1")
    git(world.root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "sub")
    git(world.root, "config", "submodule.recurse", "true")
    commit(world.root)
    before = world.state()
    (told,) = world.run(shell("ls -A sub | wc -l"))
    assert told.verdict == "passed" and output(told).strip() == b"0"
    assert world.state() == before


def test_git_in_the_command_is_the_worktrees(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(world.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(world.root))
    monkeypatch.chdir(world.root)
    (told,) = world.run(
        shell("git rev-parse --show-toplevel; env | grep ^GIT_DIR"), commit=git(world.root, "rev-parse", "HEAD")
    )
    assert b"mltui-gates-" in output(told) and b"GIT_DIR" not in output(told)


def test_results_are_words_for_a_document(world: World) -> None:
    (told,) = world.run(shell("exit 1"))
    json.dumps([told.verdict, told.figure, told.subject, told.why, told.output, told.seconds, told.at])
