"""The project that never rests: a copy of the sample project, three trainings, and somebody who edits and commits."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: The project's stores: a database with a rollback journal, one with a write-ahead log, files.
STORES = {"rollback": "sqlite:///{0}/mlflow.db", "wal": "sqlite:///{0}/wal.db", "files": "{0}/filestore"}
QUIET = {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}


class Writer:
    """A training in a process of its own (`bench.soak.training`); `said` is what it told when it ended."""

    def __init__(self, uri: str, env: dict[str, str], log: Path) -> None:
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.soak.training", uri],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**env, **QUIET},
                text=True,
            )
        self._log = log
        self.said: dict[str, Any] = {}

    def answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(self._log.read_text())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, *words: str) -> None:
        """Have it do something, and wait until MLflow has done so."""
        assert self._process.stdin
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()
        self.answer()  # what failed is among the errors at the end

    def end(self) -> None:
        assert self._process.stdin
        if not self.said and self._process.poll() is None:
            self._process.stdin.close()
            self.said = self.answer()
        self._process.wait()


class World:
    """`root` is the project. `env` is how everything in it is started: home, cache and state of its own."""

    def __init__(self, sample: Path, place: Path) -> None:
        self.root, self.place = place / "project", place
        shutil.copytree(sample, self.root, symlinks=True)
        self.env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        for name in ("cache", "state", "home", "tmp"):
            (place / name).mkdir(mode=0o700)
        self.env |= {
            "MLTUI_CACHE_DIR": f"{place}/cache",
            "XDG_STATE_HOME": f"{place}/state",
            "HOME": f"{place}/home",
            "TMPDIR": f"{place}/tmp",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "user.name",
            "GIT_CONFIG_VALUE_0": "Soak",
            "GIT_CONFIG_KEY_1": "user.email",
            "GIT_CONFIG_VALUE_1": "soak@example.org",
        }
        self._own_artifacts(sample)
        self.stores = {name: uri.format(self.root) for name, uri in STORES.items()}
        self.writers: dict[str, Writer] = {}
        self._data = (self.root / "data" / "tumours.csv").read_bytes()

    def _own_artifacts(self, sample: Path) -> None:
        """The copy's runs write beside the copy; and there is a database with a write-ahead log."""
        with sqlite3.connect(self.root / "mlflow.db") as store:
            for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
                store.execute(f"update {table} set {column} = replace({column}, ?, ?)", (str(sample), str(self.root)))
        shutil.copy(self.root / "mlflow.db", self.root / "wal.db")
        with sqlite3.connect(self.root / "wal.db") as store:
            store.execute("pragma journal_mode = wal")
        with (self.root / ".git" / "info" / "exclude").open("a") as exclude:
            exclude.write("*.db*\nfilestore/\n")

    @contextmanager
    def training(self) -> Iterator[None]:
        """All stores are written to."""
        try:
            for name, uri in self.stores.items():
                self.writers[name] = Writer(uri, self.env, self.place / f"{name}.log")
            for writer in self.writers.values():
                writer.answer()
            yield
        finally:
            for writer in self.writers.values():
                writer.end()

    def git(self, *words: str) -> None:
        done = subprocess.run(["git", *words], cwd=self.root, env=self.env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"git {words}: {done.stderr}")

    def commit(self, subject: str) -> None:
        self.git("add", "-u")
        self.git("commit", "-q", "--allow-empty", "-m", subject)

    def param(self, epochs: int) -> None:
        """Another number of epochs: `train` becomes stale. The file is replaced, as editors do."""
        path = self.root / "params.yaml"
        new = re.sub(r"epochs: \d+", f"epochs: {epochs}", path.read_text())
        half = path.with_name(".params.yaml.half")
        half.write_text(new)
        half.replace(path)

    def data(self, *, grown: bool) -> None:
        """One more row in the dataset, or as DVC has it."""
        path = self.root / "data" / "tumours.csv"
        half = path.with_name(".tumours.csv.half")  # never through a link into DVC's cache
        half.write_bytes(self._data + (self._data.splitlines(keepends=True)[-1] if grown else b""))
        half.replace(path)

    def mltui(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of mltui in the project."""
        command = [sys.executable, "-m", "mltui", *words]
        return subprocess.run(command, cwd=self.root, env=self.env, capture_output=True, text=True, check=False)
