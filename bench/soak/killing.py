"""`make kills`: mltui is killed at random moments, KILLS times (500), and each time the next one finds all in order.

kill -9 of the screen and of commands, of those that only read and of those that act, with a cache and without. After
each: nothing it started is left, git holds no lock and the project is as before, every line of the journal is whole but
perhaps the last, and the next `mltui status` answers.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
from ptyprocess import PtyProcess

from bench.soak.world import World

SCREEN = "the screen"
#: What is killed: its name, its words. ELSEWHERE stands for a directory of its own, NUMBERED for another tag each time.
ELSEWHERE, NUMBERED = "ELSEWHERE", "soak=NUMBER"
VICTIMS: dict[str, tuple[str, ...]] = {
    SCREEN: (),
    "status": ("status", "--json"),
    "runs": ("runs", "--json"),
    "lineage": ("lineage", "tumour-screening@champion"),
    "run tag": ("run", "tag", "569-cases", "-t", NUMBERED, "--yes"),
    "reproduce": ("reproduce", "v1.0", "--to", ELSEWHERE, "--yes"),
}
#: The screen is killed within so many seconds; a command within what it takes by itself.
SCREEN_SECONDS = 6.0
#: One time in so many it begins without a cache.
COLD = 4
#: What a killed mltui had started ends within so many seconds.
PATIENCE = 120.0


class Killing:
    """`wrong` is what must not be, a line each; `killed` counts who died and who was faster than the signal."""

    def __init__(self, world: World, seed: int) -> None:
        self._world, self._random = world, random.Random(seed)
        self._takes: dict[str, float] = {}
        self._number = 0
        self.killed: Counter[str] = Counter()
        self.torn = 0
        self.wrong: list[str] = []
        world.commit("all that was changed")
        self._before = self._git("status", "--porcelain", "-uall"), self._git("worktree", "list", "--porcelain")

    def once(self) -> None:
        """One more victim."""
        name = list(VICTIMS)[self._number % len(VICTIMS)]
        self._number += 1
        if self._random.randrange(COLD) == 0:
            shutil.rmtree(self._world.place / "cache")
            (self._world.place / "cache").mkdir(mode=0o700)
        if name not in self._takes:
            self._takes[name] = SCREEN_SECONDS if name == SCREEN else min(self._whole(name), self._whole(name))
        after = self._random.uniform(0, self._takes[name])
        pid, started = self._kill(name, after)
        self._look(f"{self._number}: {name} {pid}, killed after {after:.2f} s", started)

    def _whole(self, name: str) -> float:
        """Seconds it takes when nobody kills it."""
        begin = time.monotonic()
        done = self._world.mltui(*self._words(name))
        if done.returncode:
            self.wrong.append(f"{name} by itself: exit {done.returncode} {done.stderr[-300:]}")
        self._clear()
        return time.monotonic() - begin

    def _words(self, name: str) -> list[str]:
        elsewhere = str(self._world.place / f"tree-{self._number}")
        told = {ELSEWHERE: elsewhere, NUMBERED: f"soak={time.time_ns()}"}
        return [told.get(word, word) for word in VICTIMS[name]]

    def _kill(self, name: str, after: float) -> tuple[int, list[psutil.Process]]:
        """Start it, let it work for `after` seconds and kill it; what it had started by then."""
        argv = [sys.executable, "-m", "mltui", *self._words(name)]
        if name == SCREEN:
            env = {**self._world.env, "TERM": "xterm-256color"}
            terminal = PtyProcess.spawn(argv, cwd=str(self._world.root), env=env, dimensions=(36, 120))
            pid, alive, wait = terminal.pid, terminal.isalive, terminal.wait
            end = time.monotonic() + after
            while time.monotonic() < end:
                _drain(terminal.fd, end)
        else:
            quiet = subprocess.DEVNULL
            process = subprocess.Popen(
                argv, cwd=self._world.root, env=self._world.env, stdin=quiet, stdout=quiet, stderr=quiet
            )
            pid, alive, wait = process.pid, lambda: process.poll() is None, process.wait
            with suppress(subprocess.TimeoutExpired):
                process.wait(after)
        started = psutil.Process(pid).children(recursive=True) if alive() else []
        self.killed[name if alive() else "faster than the signal"] += 1
        if alive():
            os.kill(pid, 9)
        wait()
        if name == SCREEN:
            os.close(terminal.fd)
        return pid, started

    def _look(self, what: str, started: list[psutil.Process]) -> None:
        _, left = psutil.wait_procs(started, PATIENCE)
        self.wrong += [f"{what}: left {process}" for process in left]
        for process in left:
            process.kill()
        self._journal(what, last=False)
        done = self._world.mltui("status", "--json", "--no-wait")
        try:
            told = json.loads(done.stdout)["git"]["branch"] == "main"
        except (ValueError, KeyError):
            told = False
        if done.returncode or not told or "mistake" in done.stderr:
            self.wrong.append(f"{what}: the next status: exit {done.returncode} {done.stderr[-500:]}")
        self._clear()
        locks = [path for path in (self._world.root / ".git").rglob("*.lock") if "mltui" not in path.parts]
        self.wrong += [f"{what}: {path} is left" for path in locks]
        now = self._git("status", "--porcelain", "-uall"), self._git("worktree", "list", "--porcelain")
        if now != self._before:
            self.wrong.append(f"{what}: not as before: {now}")

    def _journal(self, what: str, *, last: bool) -> None:
        """Each line is JSON; the last may be torn, unless it was followed by another (`last`)."""
        path = self._world.root / ".git" / "mltui" / "journal.jsonl"
        *lines, rest = path.read_bytes().split(b"\n") if path.exists() else [b""]
        self.torn += bool(rest)
        for line in [*lines, *([rest] if last else [])]:
            try:
                json.loads(line or b"{}")
            except ValueError:
                if line != b"":
                    self.wrong.append(f"{what}: a line of the journal: {line[:80]!r}")

    def _clear(self) -> None:
        """Take away what a `reproduce` made, or half of it: what stands then is the user's to remove, as it says."""
        for tree in self._world.place.glob("tree-*"):
            subprocess.run(
                ["git", "worktree", "remove", "--force", "--force", str(tree)],
                cwd=self._world.root,
                env=self._world.env,
                capture_output=True,
                check=False,
            )
            shutil.rmtree(tree, ignore_errors=True)
        self._git("worktree", "prune")

    def _git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self._world.root, env=self._world.env, capture_output=True, text=True, check=True
        )
        return done.stdout

    def end(self) -> None:
        """One whole action heals a torn line, and nothing half-written lies about in the cache."""
        done = self._world.mltui(*self._words("run tag"))
        if done.returncode:
            self.wrong.append(f"the last action: exit {done.returncode} {done.stderr[-500:]}")
        self._journal("at the end", last=True)


def _drain(descriptor: int, end: float) -> None:
    """Read what a terminal was sent, until `end`: one that nobody reads keeps its program waiting."""
    import select

    if select.select([descriptor], [], [], max(0.0, end - time.monotonic()))[0]:
        try:
            os.read(descriptor, 1 << 16)
        except OSError:
            time.sleep(max(0.0, end - time.monotonic()))


def kill(sample: Path, place: Path, times: int, seed: int) -> Killing:
    """Kill `times` of them on a copy of `sample`, at moments that `seed` decides."""
    killing = Killing(World(sample, place), seed)
    for _ in range(times):
        killing.once()
    killing.end()
    return killing


def main() -> int:
    from bench.soak.__main__ import sample

    times, seed = int(os.environ.get("KILLS", "500")), int(os.environ.get("SEED", str(os.getpid())))
    with tempfile.TemporaryDirectory(prefix="kills-", ignore_cleanup_errors=True) as temporary:
        killing = kill(sample(Path(temporary)), Path(temporary), times, seed)
    victims = ", ".join(f"{count} {name}" for name, count in killing.killed.items())
    print(f"{times} times, seed {seed}: {victims}; lines of the journal found torn: {killing.torn}")
    print(f"Wrong: {len(killing.wrong)}.", *killing.wrong, sep="\n* ")
    return 1 if killing.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
