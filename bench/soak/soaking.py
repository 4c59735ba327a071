"""The soak itself: opens, warms up, goes on until the time is over, closes, and looks at what is left."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.soak.person import Person
from bench.soak.screens import Screens, opened
from bench.soak.updates import EACH, WHOLE, Updates
from bench.soak.usage import Sample, sample
from bench.soak.world import World

#: Seconds between two samples, and between two `mltui status --json` beside it.
SAMPLED = 5.0
ASKED = 5.0
#: Walks between two rounds of updates.
WALKED = 3
#: What is opened at the end is used for this part of the time, and for one round at least.
ANEW = 1 / 20


@dataclass
class Soaked:
    """What came of it. `wrong` is what must not be: each line one finding. `anew` is of two that were opened then."""

    seconds: float = 0.0
    acting: list[Sample] = field(default_factory=list)
    looking: list[Sample] = field(default_factory=list)
    seen: dict[str, list[float]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    keys: int = 0
    walks: int = 0
    asked: int = 0
    writers: dict[str, dict[str, object]] = field(default_factory=dict)
    anew: Soaked | None = None


class Asking(threading.Thread):
    """`mltui status --json` every few seconds, as a prompt or CI asks it."""

    def __init__(self, world: World) -> None:
        super().__init__(name="asking", daemon=True)
        self._world, self._over = world, threading.Event()
        self.asked = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        while not self._over.wait(ASKED):
            done = self._world.mltui("status", "--json", "--no-wait", "--store", self._world.stores["rollback"])
            self.asked += 1
            try:
                told = json.loads(done.stdout)["schema"] == 1
            except ValueError:
                told = False
            if done.returncode or not told:
                self.wrong.append(f"mltui status: exit {done.returncode} {done.stdout[-200:]} {done.stderr[-500:]}")

    def end(self) -> None:
        self._over.set()
        self.join()


def soak(sample_project: Path, place: Path, seconds: float, limit: float, *, warm: bool, tell: bool = False) -> Soaked:
    """Use mltui for `seconds`; what is not on the screen within `limit` seconds was missed.

    `warm`: everything is done once before that and not measured, each walk and each kind of update, since a place and
    a chart are imported when first wanted. Afterwards two more are opened, used in the same way and measured: so much
    the project takes as it has become.
    """
    world, soaked = World(sample_project, place), Soaked()
    with world.training():
        rounds = _opened(world, soaked, seconds, limit, 0, warm=warm, tell=tell)
        if warm:
            soaked.anew = Soaked()
            _opened(world, soaked.anew, seconds * ANEW, limit, rounds, warm=True, tell=False)
            soaked.missed += soaked.anew.missed
            soaked.wrong += soaked.anew.wrong
    soaked.writers = {name: writer.said for name, writer in world.writers.items()}
    soaked.wrong += [f"{name} training: {error}" for name, said in soaked.writers.items() for error in said["errors"]]  # type: ignore[attr-defined]
    return soaked


def _opened(world: World, soaked: Soaked, seconds: float, limit: float, rounds: int, *, warm: bool, tell: bool) -> int:
    """Both opened, used and closed after `rounds` rounds of updates; how many there have been then."""
    screens = opened(world, limit)
    asking = Asking(world)
    asking.start()
    try:
        rounds = _use(world, screens, soaked, seconds, rounds, warm=warm, tell=tell)
    finally:
        asking.end()
        started = _tree(screens)
        codes = screens.close()
    soaked.asked = asking.asked
    soaked.wrong += asking.wrong + [f"not answered: {each}" for each in screens.unseen]
    soaked.wrong += [f"exit codes {codes}, expected 0 and 0"] if codes != [0, 0] else []
    soaked.wrong += _left(world, started)
    return rounds


def _use(world: World, screens: Screens, soaked: Soaked, seconds: float, rounds: int, *, warm: bool, tell: bool) -> int:
    from bench.soak.told import heading, minute

    person = Person(screens)
    updates = Updates(world, screens, person, -(-rounds // EACH) * EACH)
    soaked.seen, soaked.missed = updates.seen, updates.missed
    if tell:
        print(heading(), flush=True)
    if warm:
        for _ in range(WHOLE):
            updates.next()
        person.tour()
    begin = time.monotonic()
    told = 0.0

    def measure() -> None:
        nonlocal told
        now = time.monotonic() - begin
        if not soaked.acting or now - soaked.acting[-1].at >= SAMPLED:
            soaked.acting.append(sample(screens.acting.process.pid, begin))
            soaked.looking.append(sample(screens.looking.process.pid, begin))
        if tell and now - told >= 60:
            told = now
            print(minute(soaked), flush=True)

    screens.meanwhile = measure
    while not soaked.acting or time.monotonic() - begin < seconds:
        updates.next()
        for _ in range(WALKED):
            person.walk()
            soaked.keys, soaked.walks = person.keys, soaked.walks + 1
    soaked.seconds = time.monotonic() - begin
    return updates.number


def _tree(screens: Screens) -> list[psutil.Process]:
    """Everything both have started that still runs."""
    roots = [psutil.Process(each.process.pid) for each in (screens.acting, screens.looking) if each.process.isalive()]
    return [child for root in roots for child in root.children(recursive=True)]


def _left(world: World, started: list[psutil.Process]) -> list[str]:
    """What outlived them, and what they wrote that tells of an error."""
    _, alive = psutil.wait_procs(started, timeout=60)
    found = [f"process left: {process.pid}" for process in alive]
    tmp = sorted(path.name for path in (world.place / "tmp").iterdir() if path.name.startswith("mltui"))
    found += [f"left in TMPDIR: {name}" for name in tmp]
    found += [f"crash report: {path}" for path in (world.place / "state").rglob("*crash*")]
    locks = [path for path in (world.root / ".git").rglob("*.lock") if "mltui" not in path.parts]
    return found + [f"lock left: {path.relative_to(world.root)}" for path in locks]
