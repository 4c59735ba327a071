"""Completion in real shells: what the tab key brings, and that a name never is more than text."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from git_repository import commit, git, make
from ptyprocess import PtyProcess

from mltui.cli.completion import candidates
from mltui.cli.completion_names import WITHIN
from mltui.cli.completion_scripts import SCRIPTS

pytestmark = pytest.mark.real

#: Begins with a letter, so that it can be typed; the rest a shell would obey.
WICKED = "zzz$(touch${IFS}gone)`touch${IFS}gone`;touch${IFS}gone"
SHELLS = {
    "bash": ("bash", "--noprofile", "--norc", "-i"),
    "zsh": ("zsh", "-f", "-i"),
    "fish": ("fish", "--no-config", "-i"),
}
#: How each takes the script of `mltui completion`, and says that it did. The word is in pieces: its echo is none.
TAKES = {
    "bash": "bind 'set bell-style none'; source script.bash; echo rea''dy",
    "zsh": "autoload -Uz compinit; compinit -u -D; source ./script.zsh; echo rea''dy",
    "fish": "source script.fish; echo rea''dy",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a wicked branch, and an `mltui` that notes how it is called when it is not asked for names."""
    path = make(tmp_path_factory.mktemp("completion") / "project")
    commit(path, a_txt="1")
    git(path, "branch", WICKED)
    git(path, "branch", "plain-branch")
    git(path, "branch", "mail@one")
    program = path / "bin" / "mltui"
    program.parent.mkdir()
    python = f'exec "{sys.executable}" -m mltui "$@"'
    note = f'printf "%s\\n" "$@" > "{path}/called"; touch "{path}/done"'
    program.write_text(f'#!/bin/sh\nif [ -n "$_MLTUI_COMPLETE" ]; then {python}; fi\n{note}\n')
    program.chmod(0o755)
    return path


class Typed:
    """An interactive shell at a terminal."""

    def __init__(self, shell: str, cwd: Path) -> None:
        env = {**os.environ, "PATH": f"{cwd}/bin:{os.environ['PATH']}", "TERM": "xterm", "HOME": str(cwd)}
        env |= {WITHIN: "60", "PS1": "> ", "XDG_CONFIG_HOME": str(cwd), "XDG_DATA_HOME": str(cwd), "LC_ALL": "C.UTF-8"}
        self.process = PtyProcess.spawn(list(SHELLS[shell]), cwd=str(cwd), env=env, dimensions=(40, 120))
        self.ours = self.process.fd
        self.seen = b""

    def type(self, text: str) -> None:
        os.write(self.ours, text.encode())

    def until(self, wanted: bytes) -> None:
        end = time.monotonic() + 60
        while wanted not in self.seen:
            assert select.select([self.ours], [], [], max(0, end - time.monotonic()))[0], self.seen
            piece = os.read(self.ours, 1 << 16)
            if b"\x1b[c" in piece or b"\x1b[0c" in piece:  # fish asks the terminal who it is
                os.write(self.ours, b"\x1b[?62;22c")
            self.seen += piece


@pytest.fixture(params=SHELLS)
def typed(request: pytest.FixtureRequest, project: Path) -> Iterator[Typed]:
    shell = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed (tests/apt-packages.txt)")
    for name, script in SCRIPTS.items():
        (project / f"script.{name}").write_text(script)
    for left in "called", "done", "gone":
        (project / left).unlink(missing_ok=True)
    found = Typed(shell, project)
    found.type(TAKES[shell] + "\r")
    found.until(b"ready")
    found.seen = b""
    yield found
    found.process.terminate(force=True)


def called(typed: Typed, project: Path) -> list[str]:
    """The words that mltui was called with at last."""
    end = time.monotonic() + 60
    while not (project / "done").exists():
        assert time.monotonic() < end, typed.seen
        select.select([typed.ours], [], [], 0.05)[0] and os.read(typed.ours, 1 << 16)
    return (project / "called").read_text().splitlines()


def test_a_command_an_option_and_a_name(typed: Typed, project: Path) -> None:
    typed.type("mltui hist\t")
    typed.until(b"history")
    typed.type("--js\t")
    typed.until(b"--json")
    typed.type("plain-b\t")
    typed.until(b"plain-branch")
    typed.type("\r")
    assert called(typed, project) == ["history", "--json", "plain-branch"]


def test_behind_an_at_a_name_goes_on(typed: Typed, project: Path) -> None:
    typed.type("mltui history mail@o\t")
    typed.until(b"one")
    typed.type("\r")
    assert called(typed, project) == ["history", "mail@one"]


def test_a_name_that_a_shell_would_obey_is_text(typed: Typed, project: Path) -> None:
    typed.type("mltui history zz\t")
    typed.until(b"gone")
    typed.type("\r")
    assert called(typed, project) == ["history", WICKED]
    assert not (project / "gone").exists()


def complete(cwd: Path, line: str, shell: str = "bash", **env: str) -> list[str]:
    """The words offered."""
    merged = {**os.environ, WITHIN: "60", "_MLTUI_COMPLETE": shell, "_MLTUI_LINE": line, "_MLTUI_BREAKS": "=:@", **env}
    done = subprocess.run([sys.executable, "-m", "mltui"], cwd=cwd, env=merged, capture_output=True, check=True)
    assert done.stderr == b""
    return [each.split("\t")[1] for each in done.stdout.decode().splitlines() if each.startswith("plain\t")]


def test_nothing_is_offered_where_something_is_in_doubt(project: Path, tmp_path: Path) -> None:
    for line in ("mltui history 'pl", "mltui history $(to", "mltui nonsense x", "mltui 'unclosed"):
        assert complete(project, line) == []
    assert complete(tmp_path, "mltui history ") == [], "no project"
    assert complete(project, "mltui history --at=plain") == ["plain-branch"], "bash splits at the ="
    assert complete(project, "mltui history --at=plain", "zsh") == ["--at=plain-branch"]
    assert complete(project, "mltui history zz", "zsh") == [WICKED], "zsh and fish quote by themselves"
    assert "plain-branch" in complete(tmp_path, f"mltui -C {project} history ")


def test_it_opens_nothing_and_asks_nobody() -> None:
    assert {item.value for item in candidates([], "stat")} == {"status", "stat"}
    assert [item.type for item in candidates(["-C"], "x")] == ["dir"]
    assert [item.type for item in candidates(["runs", "--store"], "x")] == ["file"]
    assert {item.value for item in candidates(["chart", "auc", "--x"], "")} == {"step", "time", "relative"}


def test_who_answers_too_late_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    from mltui.cli import completion_names

    ever = Event()
    monkeypatch.setattr(completion_names, "_of", lambda path, kind: iter([str(ever.wait(600))]))
    begun = time.monotonic()
    assert completion_names.names(".", ("refs",)) == []
    assert time.monotonic() - begun < 60  # of the 600 s that it would take
    ever.set()
