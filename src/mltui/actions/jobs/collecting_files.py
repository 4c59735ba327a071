"""A file store's runs (``mlruns/``), copied into another one. Standard library, Python 3.8 (collecting.py).

A run is a directory, and is renamed into its place when all of it is there: whoever lists the store sees it whole or
not at all. Format: mlflow/store/tracking/file_store.py.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path

#: What an experiment's directory holds besides runs: directories of such, and of each one that home lacks.
BESIDE = ("models", "traces", "datasets")
META = "meta.yaml"
#: Directories of a store that are no experiments.
NOT = frozenset((".trash", "models"))


def is_store(folder: str) -> bool:
    """Whether a directory holds experiments with a meta.yaml."""
    with contextlib.suppress(OSError):
        return any(
            re.fullmatch(r"\d+", name) and os.path.isfile(os.path.join(folder, name, META))
            for name in os.listdir(folder)
        )
    return False


def collect(source: str, target: str, top: str, home: str) -> list[str]:
    """Copy the runs of `source` that `target` lacks. Raises OSError; what was copied till then is whole."""
    os.makedirs(target, exist_ok=True)
    known = {_name(os.path.join(target, id)): id for id in _experiments(target)}
    count = 0
    # beside the store, so that a rename is one
    with tempfile.TemporaryDirectory(prefix=".collecting-", dir=os.path.dirname(target)) as aside:
        for id in _experiments(source):
            there = os.path.join(source, id)
            new = known.get(_name(there)) or _free(target, id)
            copy = _Copy(aside, (id, new), (top, home), os.path.relpath(source, top))
            if not os.path.exists(here := os.path.join(target, new)):
                copy.experiment(there, here)
            for name in _listed(there):
                if os.path.isfile(os.path.join(there, name, META)):
                    count += copy.move(os.path.join(there, name), os.path.join(here, name))
            for name in (f"{kind}/{each}" for kind in BESIDE for each in _listed(os.path.join(there, kind))):
                copy.move(os.path.join(there, name), os.path.join(here, name))
    said = [f"{count} run{'s' * (count != 1)} collected"]
    if _listed(os.path.join(source, "models")):
        said.append("models registered there are not collected")
    return said


def runs(store: str) -> list[str]:
    """``<experiment>/<run>`` of every run in a store."""
    found = [f"{id}/{name}" for id in _experiments(store) for name in _listed(os.path.join(store, id))]
    return [path for path in found if os.path.isfile(os.path.join(store, path, META))]


class _Copy:
    """Copies what belongs to one experiment: `ids` are its own and the one at home, `tops` the job's directory and the
    project's, `store` the path of the store from either."""

    def __init__(self, aside: str, ids: tuple[str, str], tops: tuple[str, str], store: str) -> None:
        self.aside = aside
        self.id, self.new = id, new = ids
        top, home = tops
        inside = f"/{store}" if store != "." else ""
        names = dict.fromkeys((top, os.path.realpath(top)))
        places = [(Path(each).as_uri(), Path(home).as_uri()) for each in names] + [(each, home) for each in names]
        self.moves = [(f"{old}{inside}/{id}", f"{here}{inside}/{new}") for old, here in places] + places

    def experiment(self, source: str, target: str) -> None:
        """One that home lacks: its meta.yaml and its tags."""
        folder = os.path.join(tempfile.mkdtemp(dir=self.aside), "copy")
        os.makedirs(folder)
        shutil.copy2(os.path.join(source, META), folder)
        if os.path.isdir(tags := os.path.join(source, "tags")):
            shutil.copytree(tags, os.path.join(folder, "tags"))
        self._rewrite(os.path.join(folder, META))
        os.rename(folder, target)

    def move(self, source: str, target: str) -> bool:
        """A copy of a directory in its place, unless something is there."""
        if os.path.lexists(target):
            return False
        folder = os.path.join(tempfile.mkdtemp(dir=self.aside), "copy")
        shutil.copytree(source, folder, symlinks=True)
        if os.path.isfile(meta := os.path.join(folder, META)):
            self._rewrite(meta)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.rename(folder, target)
        return True

    def _rewrite(self, path: str) -> None:
        """Addresses and the experiment's id in a meta.yaml, as text: MLflow writes one key a line."""
        with open(path, encoding="utf-8", newline="") as file:
            rows = file.read().splitlines(keepends=True)
        for number, row in enumerate(rows):
            if re.match(r"artifact_(uri|location):", row):
                rows[number] = self._moved(row)
            elif re.match(r"experiment_id:", row):
                rows[number] = row.replace(self.id, self.new)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.writelines(rows)

    def _moved(self, row: str) -> str:
        for old, new in self.moves:
            found = re.search(re.escape(old) + r"(?=/|['\"]?\s*$)", row)
            if found:
                return row[: found.start()] + new + row[found.end() :]
        return row


def _free(store: str, id: str) -> str:
    """The id of an experiment that the store has none of that name of: its own, unless that is taken."""
    if not os.path.exists(os.path.join(store, id)):
        return id
    return str(max(map(int, _experiments(store)), default=0) + 1)


def _name(folder: str) -> str:
    """What a meta.yaml calls its experiment, as it is written there."""
    with contextlib.suppress(OSError), open(os.path.join(folder, META), encoding="utf-8", errors="replace") as file:
        return next((row[5:].strip() for row in file if row.startswith("name:")), folder)
    return folder


def _experiments(store: str) -> list[str]:
    return [name for name in _listed(store) if name.isdigit() and os.path.isfile(os.path.join(store, name, META))]


def _listed(folder: str) -> list[str]:
    with contextlib.suppress(OSError):
        return sorted(name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name)))
    return []
