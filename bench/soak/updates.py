"""What changes with a name of its own, and has to be seen: made, looked for on the screen, and timed."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable

from bench.soak.person import Person
from bench.soak.screens import Screens
from bench.soak.world import World

#: A retrain comes in the first of so many rounds, another dataset in the second: then there was one of each kind.
EACH, WHOLE = 4, 2


class Updates:
    """Each kind's seconds from the change to the screen, or to what a command prints; `missed` were not seen at all."""

    def __init__(self, world: World, screens: Screens, person: Person, number: int = 0) -> None:
        self._world, self._screens, self._person = world, screens, person
        self.seen: dict[str, list[float]] = defaultdict(list)
        self.missed: list[str] = []
        self.number = number
        self._kinds: tuple[Callable[[], None], ...] = (
            *(self._run, self._mark, self._commit, self._alias, self._stage, self._data, self._beside, self._files),
        )

    def next(self) -> None:
        """One round: one change of each kind."""
        self.number += 1
        for kind in self._kinds:
            kind()

    def _look(self, kind: str, place: str, pattern: str, *, beside: bool = False) -> None:
        screen = self._screens.looking if beside else self._screens.acting
        screen.press(place)
        before = len(self._screens.unseen)
        took = self._screens.until(screen, pattern, kind)
        if took is None:
            self.missed += self._screens.unseen[before:]
            del self._screens.unseen[before:]
        else:
            self.seen[kind].append(took)

    def _run(self) -> None:
        name = f"t-{self.number:04}"
        self._world.writers["rollback"].ask("run", name)
        self._look("run", "5", rf"● +{name}|{name}")

    def _mark(self) -> None:
        self._world.writers["rollback"].ask("mark", str(1000 + self.number))
        self._look("metric", "g", rf"mark +{1000 + self.number}")
        self._person.home()

    def _commit(self) -> None:
        subject = f"c-{self.number:04}"
        self._world.commit(subject)
        self._look("commit", "2", re.escape(subject))

    def _alias(self) -> None:
        writer, name = self._world.writers["rollback"], f"a{self.number:04}"
        writer.ask("alias", name, str(1 + self.number % 4))
        self._look("alias", "6", f"@{name}")
        writer.ask("unalias", name)
        self._look("alias taken away", "", rf"^(?!(.|\n)*@{name})")
        self._person.home()

    def _stage(self) -> None:
        epochs = 100 + self.number
        self._world.param(epochs)
        self._look("stage", "1", rf"train.epochs \d+ → {epochs}\b")
        if self.number % EACH == 1:
            self._person.retrain(epochs)
            self._look("stage fresh again", "1", r"^(?!(.|\n)*train.epochs)")

    def _data(self) -> None:
        """Not in each round: data is never watched, only looked at every half minute."""
        if self.number % EACH != 2:
            return
        self._world.data(grown=True)
        self._look("dataset changed", "3", r"[~✗!] +data/tumours.csv")
        self._world.data(grown=False)
        self._look("dataset as before", "3", r"✓ +data/tumours.csv")
        self._person.home()

    def _beside(self) -> None:
        name = f"w-{self.number:04}"
        self._world.writers["wal"].ask("run", name)
        self._look("run, beside", "5", name, beside=True)

    def _files(self) -> None:
        """What is in files is asked of the command line, as it grows."""
        name = f"f-{self.number:04}"
        self._world.writers["files"].ask("run", name)
        done = self._world.mltui("runs", "--json", "--store", self._world.stores["files"])
        names = {run["name"] for run in json.loads(done.stdout)["runs"]} if done.returncode == 0 else set()
        if name in names:
            self.seen["run in files, by the command line"].append(0.0)
        else:
            self.missed.append(f"{name} not in `mltui runs`: exit {done.returncode} {done.stderr[-500:]}")
