"""On what it was measured: figures of one machine are never mixed with those of another."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.measure import quick

#: Whose versions decide what the figures say.
PACKAGES = ("mlflow", "dvc", "textual", "wandb")
ROOT = Path(__file__).parents[2]


def name() -> str:
    """One line that tells this machine from others of another make: processor, cores, memory, system, Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = ".".join(platform.python_version_tuple()[:2])
    system = f"{platform.system()} {platform.machine()}"
    small = ", small projects and two rounds: these figures say nothing" if quick() else ""
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {system}, Python {python}{small}"


def versions() -> dict[str, str]:
    """Program -> version, of what is measured and of its peers; those that are not here are left out."""
    found = {"mltui": _commit(), "python": platform.python_version(), "git": _last_word("git", "--version")}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    if shutil.which("tig"):
        found["tig"] = _last_word("tig", "--version")
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "processor")


def _commit() -> str:
    argv = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=10"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "not a checkout"


def _last_word(*argv: str) -> str:
    said = subprocess.run(argv, capture_output=True, text=True, check=False).stdout.splitlines()
    return said[0].split()[-1] if said and said[0] else "unknown"
