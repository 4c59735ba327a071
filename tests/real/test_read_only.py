"""A read-only mltui changes nothing outside its cache and state: every command and every key, whichever there are.

Both walks go through the registries (click's commands, `COMMANDS` of the TUI), so that what is added is walked too.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import click
import pytest
from textual.worker import WorkerCancelled
from unchanged import EXCEPT, STATE, State, differs, holds

from mltui.actions.opening import open_workspace
from mltui.cli import run
from mltui.cli.commands import mltui
from mltui.cli.exits import NOTHING, REFUSED, USAGE
from mltui.tui.app import MltuiApp
from mltui.tui.commands import COMMANDS, Command
from mltui.tui.screens.main import MainScreen

pytestmark = pytest.mark.real

#: What arguments and options of these names are given, first those of one command; others get `OTHERWISE`.
WORDS = {
    "what": "HEAD",
    "commit": "HEAD",
    "stage": "train",
    "file": "train.log",
    "old": "HEAD~1",
    "new": "HEAD",
    "runs": "alpha=0.01 alpha=0.001",
    "run": "alpha=0.01",
    "baseline": "alpha=0.01",
    "metric": "auc",
    "model": "tumour-screening",
    "models": "tumour-screening tumour-screening/1",
    "tags": "team=credit",
    "dataset": "data/tumours.csv",
    "at": "HEAD~1",
    "rev": "HEAD~1",
    "to": "../walked",
    "directory": "../walked-demo",
    "columns": "metrics.auc",
    "sort": "metrics.auc desc",
    "groups": "params.alpha",
    "expression": "metrics.auc > 0.5",
    "overrides": "train.epochs=2",
    "override": "train.epochs=2",
    "set": "train.epochs=2",
    "executor": "local",
    "name": "slower",
    "names": "slower",
    "branch": "walked",
    "version": "4",
    "alias": "champion",
    "promote to": "champion",
    "rollback to": "2",
}
OTHERWISE = "train"
#: So long one command line may take (seconds): one that waits for something it was refused is a mistake.
LONGEST = 600
#: What goes on until somebody ends it is ended after so long (seconds).
WATCHED = 20


class World:
    """A home and a project, in which nothing may change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = root / "project"
        self.before = self.state()

    def state(self) -> dict[str, State]:
        spared = tuple(f"project/{path}" for path in (*EXCEPT, *STATE))
        state = holds(self.root, lambda path: path.startswith(spared))
        for path in ("project/.git", "project/.dvc/tmp"):  # what comes into them is seen; their own time is the state's
            if path in state:
                mode, size, _, held = state[path]
                state[path] = mode, size, 0, held
        return state

    def changed(self) -> list[str]:
        """What is not as it was."""
        return differs(self.before, self.state())


@pytest.fixture
def world(demo_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    root = tmp_path / "world"
    (root / "home").mkdir(parents=True)
    shutil.copytree(demo_project, root / "project", symlinks=True)
    params = root / "project" / "params.yaml"
    params.write_text(params.read_text() + "# edited\n")
    monkeypatch.setenv("HOME", str(root / "home"))
    monkeypatch.chdir(root / "project")
    return World(root)


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLTUI_READ_ONLY", "1")


def test_a_change_would_be_seen(world: World) -> None:
    assert world.changed() == []
    (world.root / "home" / ".cache").mkdir()
    os.utime(world.project / "params.yaml", ns=(1, 1))
    (world.project / ".git" / "refs" / "heads" / "new").write_text("")
    (world.project / "train.sh").symlink_to("nowhere")
    assert {"home/.cache", "project/params.yaml", "project/.git/refs/heads/new", "project/train.sh"} <= set(
        world.changed()
    )


def test_an_action_that_is_not_refused_is_seen(world: World, capfdbinary: Any) -> None:
    assert run(["reproduce", "HEAD", "--yes", "--to", "../walked"]) == 0
    assert "walked" in world.changed()
    assert (world.project / ".git" / "mltui" / "journal.jsonl").exists()


# The command line


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that name it, those of groups in groups too."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield (*path, name), command


def lines_of(words: tuple[str, ...], command: click.Command) -> Iterator[list[str]]:
    """Command lines of it: the least that it takes, all arguments, and each option, also of one that is not asked."""
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    least = [word for each in arguments if each.required for word in _words(each, words)]
    whole = [word for each in arguments for word in _words(each, words)]
    asked = [word for each in command.params if _asked(each) for word in (each.opts[0], *_words(each, words))]
    yes = [each.opts[0] for each in command.params if each.name == "yes"]
    yield [*words, *least, *asked]
    yield [*words, *whole, *asked, *yes]
    for option in command.params:
        if isinstance(option, click.Option) and option.name not in ("path", "read_only", "store", "yes"):
            given = [option.opts[0], *([] if option.is_flag else _words(option, words))]
            yield [*words, *least, *asked, *given, *yes]


def _asked(parameter: click.Parameter) -> bool:
    """Whether it is an option that can't be left out."""
    return isinstance(parameter, click.Option) and parameter.required


def _words(parameter: click.Parameter, command: tuple[str, ...]) -> list[str]:
    if isinstance(parameter.type, click.Choice):
        return [str(parameter.type.choices[0])]
    if isinstance(parameter.type, (click.types.IntParamType, click.types.FloatParamType)):
        least = getattr(parameter.type, "min", None)
        return [str(least if least is not None else 1)]
    name = parameter.name or ""
    word = WORDS.get(" ".join((*command, name)), WORDS.get(name, OTHERWISE))
    return word.split() if parameter.nargs != 1 else [word]


class Alarm:
    """Interrupts what takes too long, as ctrl+c does: again and again, for one may be lost in a callback."""

    def __init__(self) -> None:
        self.rung = False

    def ring(self, _signal: int, _frame: FrameType | None) -> None:
        self.rung = True
        raise KeyboardInterrupt

    def run(self, line: list[str]) -> int:
        """The exit code of this command line, which ends of itself, or is a watch."""
        watches, self.rung = "--watch" in line, False
        signal.setitimer(signal.ITIMER_REAL, WATCHED if watches else LONGEST, LONGEST)
        code = run(line)
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert self.rung == watches, line
        return code


@pytest.fixture
def alarm() -> Iterator[Alarm]:
    alarm = Alarm()
    former = signal.signal(signal.SIGALRM, alarm.ring)
    yield alarm
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, former)


def test_every_command_of_a_read_only_mltui_changes_nothing(
    world: World, read_only: None, alarm: Alarm, capfdbinary: Any
) -> None:
    walked, refused = 0, set[tuple[str, ...]]()
    for words, command in commands(mltui):
        codes = {}
        for line in lines_of(words, command):
            codes[tuple(line)] = alarm.run(line)
            walked += 1
        assert world.changed() == [], f"{' '.join(words)} changed something"
        if any(each.name == "yes" for each in command.params):
            asked = {line: code for line, code in codes.items() if not {"--print", "--dry-run"} & set(line)}
            asked = {line: code for line, code in asked.items() if "--yes" in line}
            assert set(asked.values()) <= {REFUSED, USAGE, NOTHING}, asked
            refused |= {words} if REFUSED in asked.values() else set()
    assert {("reproduce",), ("retrain",), ("exp", "apply"), ("exp", "remove"), ("promote",), ("rollback",)} <= refused
    assert {("run", "tag"), ("run", "delete"), ("run", "end"), ("model", "note"), ("model", "rename")} <= refused
    assert ("undo",) in refused
    assert walked > len(mltui.commands)
    assert not (world.project / ".git" / "mltui" / "journal.jsonl").exists()


@pytest.mark.parametrize("how", ["flag", "environment", "configuration", "user"])
def test_whoever_says_so_it_is_read_only(world: World, how: str, tmp_path: Path) -> None:
    environment = {**os.environ, **({"MLTUI_READ_ONLY": "1"} if how == "environment" else {})}
    if how == "configuration":
        (world.project / "mltui.toml").write_text("read_only = true\n")
    if how == "user":
        (tmp_path / "config" / "mltui").mkdir(parents=True)
        (tmp_path / "config" / "mltui" / "config.toml").write_text("read_only = true\n")
        environment["XDG_CONFIG_HOME"] = str(tmp_path / "config")
    argv = [sys.executable, "-m", "mltui", *(["--read-only"] if how == "flag" else [])]
    done = subprocess.run(
        [*argv, "reproduce", "HEAD", "--yes", "--to", "../walked"],
        cwd=world.project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == REFUSED, done.stderr
    assert "read-only" in done.stderr
    assert [path for path in world.changed() if path not in ("project", "project/mltui.toml")] == []


# The keys


#: What ends or stops mltui itself.
ENDING = {"quit", "suspend"}


async def settled(pilot: Any) -> None:
    await pilot.pause()
    with suppress(WorkerCancelled):
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def out_of_dialogs(pilot: Any) -> None:
    """Confirm whatever came to the front, then leave it: also what that opened."""
    for _ in range(6):
        if isinstance(pilot.app.screen, MainScreen):
            return
        await settled(pilot)
        await pilot.press("ctrl+s")
        await settled(pilot)
        if not isinstance(pilot.app.screen, MainScreen):
            await pilot.press("escape")
            await settled(pilot)
    while not isinstance(pilot.app.screen, MainScreen):
        pilot.app.pop_screen()
        await pilot.pause()


async def test_every_key_of_a_read_only_mltui_changes_nothing(
    world: World, read_only: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "TMUX"):  # the desktop and tmux are not mltui's
        monkeypatch.delenv(name, raising=False)
    app = MltuiApp(open_workspace(world.project))
    pressed: set[type[Command]] = set()
    async with app.run_test(size=(140, 45)) as pilot:
        screen = app.screen
        assert isinstance(screen, MainScreen)
        assert await asyncio.to_thread(screen.feeds.wait_idle, 600)
        for place in "1234567":
            await pilot.press(place)
            await settled(pilot)
            for command in COMMANDS:
                if command.id in ENDING or command.group == "Moving":
                    continue
                if command in pressed and command.enabled(app.screen) is not None:
                    continue  # it says why not, as it did before
                if command.keys:
                    await pilot.press(command.keys.split(",")[0])
                else:  # only the palette has it
                    app.screen.action_command(command.id)  # type: ignore[attr-defined]
                    await pilot.pause()
                pressed.add(command)
                if not isinstance(app.screen, MainScreen):
                    await out_of_dialogs(pilot)
                    await pilot.press(place)
            await pilot.press("escape", "escape")
            assert world.changed() == [], f"in place {place}"
        await settled(pilot)
    app.workspace.close()
    assert world.changed() == []
    assert pressed == {each for each in COMMANDS if each.id not in ENDING and each.group != "Moving"}
    assert not (world.project / ".git" / "mltui" / "journal.jsonl").exists()


async def test_what_a_key_forgot_the_gateway_refuses(world: World, read_only: None) -> None:
    """Commands that write are run although they are off, in each place, and confirmed."""
    writing = [each for each in COMMANDS if each.group == "Writing"]
    app = MltuiApp(open_workspace(world.project))
    async with app.run_test(size=(140, 45)) as pilot:
        screen = app.screen
        assert isinstance(screen, MainScreen)
        assert await asyncio.to_thread(screen.feeds.wait_idle, 600)
        opened = 0
        for place in "1234567":
            for command in writing:
                await pilot.press(place)
                await settled(pilot)
                why = command.enabled(app.screen)
                assert why or command.id == "retrain", f"{command.id} is on in place {place}"  # it previews
                if why and "read-only" not in why:
                    continue  # there is nothing under the cursor that it could act on
                command.run(app.screen)
                await settled(pilot)
                opened += not isinstance(app.screen, MainScreen)
                await out_of_dialogs(pilot)
        assert opened >= 2
        assert world.changed() == []
    app.workspace.close()
    assert not (world.project / ".git" / "mltui" / "journal.jsonl").exists()


async def test_keys_that_are_off_say_why(world: World, read_only: None) -> None:
    app = MltuiApp(open_workspace(world.project))
    async with app.run_test(size=(140, 45)) as pilot:
        screen = app.screen
        assert isinstance(screen, MainScreen)
        assert await asyncio.to_thread(screen.feeds.wait_idle, 600)
        await pilot.press("2")
        await settled(pilot)
        await pilot.press("W")
        await pilot.pause()
        last = app.screen._compositor.render_strips()[-1].text
        assert "read-only: refused to make a worktree" in last
    app.workspace.close()
