"""One harness in a process of its own: `python -m tests.fuzz.worker MODULE NAME SECONDS DIRECTORY`.

With atheris, whose coverage of mltui's modules leads it (libFuzzer), else by chance from a seed that is said. A finding
does not end it: it is written down, once for each place in mltui and kind of exception. What the process can't write
down (it died, it hangs) stands in ``DIRECTORY/input``, where each input is put before it is tried.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import importlib.util
import json
import os
import random
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from tests.fuzz.harness import BYTES, HARNESSES, SECONDS, Harness
from tests.fuzz.mutating import mutated

#: Beyond what the limits of `harness` allow: what takes so much is ended by the kernel, not measured.
AT_MOST = 1 << 30


class Trying:
    """Tries inputs, counts, and writes findings into `folder`."""

    def __init__(self, harness: Harness, folder: Path) -> None:
        self.harness, self.folder = harness, folder
        self.inputs, self.slowest, self.grown = 0, 0.0, 0
        self._found: dict[str, int] = {}
        self._input = os.open(folder / "input", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        self._told = 0.0
        self._base = 0

    def one(self, data: bytes) -> None:
        """Try one input."""
        os.pwrite(self._input, len(data).to_bytes(8, "big") + data, 0)
        self.inputs += 1
        began = time.process_time()
        try:
            self.harness.try_(data)
        except MemoryError:
            self._note("memory", data, "MemoryError")
        except Exception as error:
            self._note(f"{type(error).__name__} at {_where(error)}", data, traceback.format_exc())
        took = time.process_time() - began
        self.slowest = max(self.slowest, took)
        if took > SECONDS:
            self._note("slow", data, f"{took:.2f} s")
        self._measure(data)

    def settled(self) -> None:
        """All seeds were tried: what it takes from now on is growth."""
        self._base = _peak()

    def _measure(self, data: bytes) -> None:
        if self._base:
            grown = _peak() - self._base
            if grown > BYTES >= self.grown:
                self._note("memory", data, f"{grown >> 20} MB")
            self.grown = max(self.grown, grown)
        if time.monotonic() - self._told > 1:
            self.tell()

    def _note(self, what: str, data: bytes, told: str) -> None:
        if what in self._found and self._found[what] <= len(data):
            return
        self._found[what] = len(data)
        name = "".join(each if each.isalnum() else "-" for each in what)[:120]
        (self.folder / f"{name}.bin").write_bytes(data)
        (self.folder / f"{name}.txt").write_text(f"{what}\n\n{told}")
        self.tell()

    def tell(self) -> None:
        """Write down how far it is."""
        self._told = time.monotonic()
        said = {"inputs": self.inputs, "slowest": self.slowest, "grown": self.grown, "findings": sorted(self._found)}
        (self.folder / "said.json").write_text(json.dumps(said))


def _where(error: BaseException) -> str:
    """The innermost line of mltui that it came through."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if "/mltui/" in each.filename]
    return f"{frames[-1].filename.rpartition('/mltui/')[2]}:{frames[-1].lineno}" if frames else "the harness"


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _limit() -> None:
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + AT_MOST, size + AT_MOST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def by_chance(trying: Trying, seeds: list[bytes], until: float) -> None:
    """Mutations of seeds, without coverage; for stores whole pages at a time."""
    number = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"FUZZ_SEED={number}", file=sys.stderr)
    chance, kind = random.Random(number), trying.harness.kind
    while time.monotonic() < until:
        trying.one(mutated(chance.choice(seeds), kind, chance, trying.harness.longest))


def led(trying: Trying, seeds: list[bytes], seconds: float, atheris: Any) -> None:
    """libFuzzer, with mutations that know the format; does not return."""
    corpus = trying.folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(seeds):
        (corpus / f"{number}").write_bytes(seed)
    kind, longest = trying.harness.kind, trying.harness.longest

    def change(data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.5:
            return bytes(atheris.Mutate(data, most)) if data else b"a"
        return mutated(data, kind, chance, min(most, longest))

    flags = [
        f"-max_total_time={int(seconds)}",
        f"-max_len={longest}",
        "-rss_limit_mb=0",
        "-timeout=60",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *flags, str(corpus)], trying.one, custom_mutator=change)
    atheris.Fuzz()


def main() -> None:
    module, name, seconds, folder = sys.argv[1], sys.argv[2], float(sys.argv[3]), Path(sys.argv[4])
    faulthandler.enable()
    atheris: Any = None
    if importlib.util.find_spec("atheris") and os.environ.get("FUZZ_BY_CHANCE") != "1":
        import atheris  # type: ignore[import-not-found,no-redef]

    watched = atheris.instrument_imports(include=["mltui"], enable_loader_override=False) if atheris else None
    with watched or contextlib.nullcontext():
        importlib.import_module(module)
        harness = HARNESSES[name]
        trying = Trying(harness, folder)
        seeds = list(harness.seeds())
        for seed in seeds:  # what is imported at the first use is instrumented, too
            trying.one(seed)
    trying.settled()
    _limit()
    if atheris and harness.kind != "sqlite":
        led(trying, seeds, seconds, atheris)
    else:
        by_chance(trying, seeds, time.monotonic() + seconds)
        trying.tell()


if __name__ == "__main__":
    main()
