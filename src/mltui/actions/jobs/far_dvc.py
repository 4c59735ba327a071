"""DVC in the worktree of a remote job: the clone's settings and cache for it, and what dvc there takes of a command.

A standard-library file for Python 3.8 and later that goes where `far.py` goes.
"""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

FETCHING = ("--pull", "--allow-missing")


def dvc() -> list[str]:
    """DVC as this interpreter has it, else the one on PATH."""
    import importlib.util

    return [sys.executable, "-m", "dvc"] if importlib.util.find_spec("dvc") else ["dvc"]


def settle_dvc(theirs: Path, ours: Path) -> None:
    """The clone's `.dvc` gives the worktree's its local settings and its cache."""
    local = ours / "config.local"
    if local.is_symlink():  # the commit has it: it could lead anywhere
        local.unlink()
    local.touch(mode=0o600)  # it may hold a login
    if (theirs / "config.local").is_file():
        shutil.copyfile(theirs / "config.local", local)
    local.chmod(0o600)
    cache = cache_of(theirs)
    text = local.read_text() if local.is_file() else ""
    if "[cache]" not in text:  # dvc itself takes a second for what a line does
        local.write_text(f"{text.rstrip()}\n[cache]\n    dir = {cache}\n".lstrip())
    else:
        subprocess.run([*dvc(), "config", "--local", "cache.dir", cache], cwd=ours.parent, check=False)


def settings(folder: Path) -> list[Path]:
    """The files of DVC's settings for a `.dvc` directory, the strongest first."""
    user = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return [folder / "config.local", folder / "config", user / "dvc" / "config", Path("/etc/xdg/dvc/config")]


def cache_of(folder: Path) -> str:
    """Where the cache of a clone is: what its settings say, else beside them."""
    for path in settings(folder):
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read(path)
            said = parser.get("cache", "dir", fallback="")
        except configparser.Error:
            continue
        if said:
            return os.path.normpath(path.parent / os.path.expanduser(said.strip("'\"")))
    return str(folder / "cache")


def has_remote(folder: Path) -> bool:
    """Whether there is a remote to push to."""
    return any(path.is_file() and 'remote "' in path.read_text(errors="replace") for path in settings(folder))


def of_dvc(argv: list[str]) -> list[str] | None:
    """The arguments of a command of DVC's; None if it is another command."""
    if os.path.basename(argv[0]) == "dvc":
        return argv[1:]
    return argv[3:] if argv[1:3] == ["-m", "dvc"] else None


def reproducing(arguments: list[str]) -> list[str]:
    """What dvc here takes of `dvc repro`: data that is needed and not here is pulled."""
    if arguments[:1] != ["repro"]:
        return arguments
    rest = [each for each in arguments[1:] if each not in FETCHING]
    return ["repro", *fetching(), *rest]


def fetching() -> list[str]:
    """The options of `dvc repro` that fetch what is needed and lacks: all of DVC 3 has them."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        if int(version("dvc").partition(".")[0]) >= 3:
            return list(FETCHING)
    except (PackageNotFoundError, ValueError):
        pass
    known = subprocess.run([*dvc(), "repro", "--help"], stdout=subprocess.PIPE, check=False).stdout.decode()
    return [each for each in FETCHING if each in known]
