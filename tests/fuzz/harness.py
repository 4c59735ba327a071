"""One harness a reader: bytes in, through the reader's public function; what comes back may be a value or a refusal.

A refusal is one of our own errors, or what the reader's docstring says it raises. Anything else is a finding: another
exception, a process that dies, a second of computing, 200 MB.
"""

from __future__ import annotations

import importlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mltui.errors import MltuiError

#: What one input may take: seconds of computing, and bytes that the process grows by.
SECONDS, BYTES = 1.0, 200 << 20
#: Inputs are no longer: what takes time takes it in proportion, beyond that it is the limits of sizes that hold.
LONGEST = 1 << 16


@dataclass(frozen=True)
class Harness:
    """`read` gives an input to a reader. `refusals` are the exceptions that it documents. `kind` says which mutations
    know the format: "yaml", "json", "toml", "csv" or "bytes"; `longest` is how long an input gets (bytes)."""

    name: str
    read: Callable[[bytes], object]
    seeds: Callable[[], Iterable[bytes]]
    kind: str
    refusals: tuple[type[BaseException], ...]
    longest: int

    def try_(self, data: bytes) -> None:
        """Raises what is a finding."""
        try:
            self.read(data)
        except (MltuiError, *self.refusals):
            return


HARNESSES: dict[str, Harness] = {}


def reader(
    name: str,
    *seeds: bytes | str | Callable[[], Iterable[bytes]],
    kind: str = "bytes",
    refusals: tuple[type[BaseException], ...] = (),
    longest: int = LONGEST,
) -> Callable[[Callable[[bytes], object]], Callable[[bytes], object]]:
    """Register a harness; a seed is a file as its tool writes it, or gives such."""

    def every() -> Iterable[bytes]:
        for seed in seeds:
            if callable(seed):
                yield from seed()
            else:
                yield seed.encode() if isinstance(seed, str) else seed

    def add(read: Callable[[bytes], object]) -> Callable[[bytes], object]:
        assert name not in HARNESSES
        HARNESSES[name] = Harness(name, read, every, kind, refusals, longest)
        return read

    return add


_places: list[Path] = []
_numbers = itertools.count()


def place() -> Path:
    """A directory of this process, in memory where there is such."""
    if (given := os.environ.get("FUZZ_PLACE")) is not None:  # whoever gave it takes it away
        return Path(given)
    if not _places or not _places[0].is_dir():
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        _places[:] = [Path(tempfile.mkdtemp(prefix="mltui-fuzz-", dir=memory))]
    return _places[0]


def leave() -> None:
    """Take the directory away."""
    for each in _places:
        shutil.rmtree(each, ignore_errors=True)
    _places.clear()


def at(name: str, data: bytes) -> Path:
    """A file below `place` that holds `data`; its stat differs from that of the one before it."""
    path = place() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    number = next(_numbers)
    os.utime(path, ns=(10**18 + number, 10**18 + number))
    return path


#: Where harnesses are.
MODULES = ("fuzz_dvc", "fuzz_git", "fuzz_mlflow", "fuzz_own", "fuzz_promoting", "fuzz_stores")


def all_harnesses() -> dict[str, Harness]:
    """Import the readers' modules, which registers them."""
    for name in MODULES:
        importlib.import_module(f"tests.fuzz.{name}")
    return HARNESSES
