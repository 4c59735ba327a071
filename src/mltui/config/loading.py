"""Load the configuration: flag > environment > mltui.toml or [tool.mltui] > user file > default.

Nothing here is fatal: what can't be used is left out and said in `Config.problems`, with file and line.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mltui.config import Config
from mltui.config.keys import KEYS, from_text
from mltui.model.part import Problem

PROJECT_FILE = "mltui.toml"

#: Words of an executor's table that are commands of this machine, or lead to some (ProxyCommand).
OWN_WORDS = frozenset({"setup", "ssh_config"})
#: Fields of which it matters who named it: a server gets a login, an interpreter runs.
WHOSE = ("store", "registry", "python")


def load_config(
    start: Path,
    root: Path,
    *,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    dotenv: Mapping[str, str] | None = None,
) -> Config:
    """The configuration of the project at `root` as seen from `start`, a directory in it.

    `flags` are fields of `Config` (a None is a flag not given), `environ` is the environment (`os.environ` if None),
    `dotenv` what the project's ``.env`` says: it stands in for the environment's ``MLFLOW_*`` where that is silent.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    files: list[str] = []
    named: list[dict[str, Any]] = [{}, _environments(environ)]  # what the user's own file and the environment say
    for path in _files(start, root, environ):
        from mltui.config.files import read_file

        found, said = read_file(path)
        problems += said
        if found is not None:
            files.append(str(path))
            if path == _users(environ):
                named[0] = found
                problems += _without_gates(found, path)
            else:
                problems += _without_own_words(found, path)
            found["executors"] = _merged(values.get("executors", {}), found.get("executors", {}))
            values |= found
    if os.path.isfile(keys_file(environ)):  # noqa: PTH113 - one stat before any import
        from mltui.config.rebinding import read_keys

        values["rebound"], said = read_keys(keys_file(environ))
        problems += said
        files.insert(0, str(keys_file(environ)))
    if "store" in values:
        values["store_origin"] = "configuration"
    _mlflow_variables(values, environ, dotenv or {})
    _own_variables(values, problems, environ)
    for name, value in (flags or {}).items():
        if value is not None:
            values[name] = value
            if name == "store":
                values["store_origin"] = "flag"
    named.append({name: value for name, value in (flags or {}).items() if value is not None})
    users = frozenset(field for field in WHOSE for one in named if field in one and one[field] == values.get(field))
    return Config(**values, users=users, problems=tuple(problems), files=tuple(files))


def _without_own_words(found: dict[str, Any], path: Path) -> list[Problem]:
    """Take out of a project's executors what would run on this machine as soon as somebody looks at a retrain: a
    repository is somebody else's. In the user's own file the same table may have it."""
    problems = []
    for name, table in found.get("executors", {}).items():
        for word in OWN_WORDS & table.keys():
            del table[word]
            summary = f"executors.{name}.{word} counts in your own file only: it runs commands on this machine"
            problems.append(Problem("config", summary, f"[executors.{name}] in ~/.config/mltui/config.toml", str(path)))
    return problems


def _without_gates(found: dict[str, Any], path: Path) -> list[Problem]:
    """Take out of the user's own file what a project asks of promotions: his colleagues would not know of it."""
    names = [name for name in ("promote", "gates") if found.pop(name, None)]
    hint = "write it into the project's mltui.toml, and commit it"
    return [Problem("config", f"{name} counts in a project's file only", hint, str(path)) for name in names]


def _merged(users: Mapping[str, Any], projects: Mapping[str, Any]) -> dict[str, Any]:
    """Tables of executors by their names, with the keys of both; the project's are the stronger ones."""
    return {name: {**users.get(name, {}), **projects.get(name, {})} for name in {**users, **projects}}


def candidates(start: Path, root: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    """Every file that could hold configuration, there or not."""
    yield _users(environ)
    yield keys_file(environ)
    for directory in _directories(start, root):
        yield directory / PROJECT_FILE
        yield directory / "pyproject.toml"


def _users(environ: Mapping[str, str]) -> Path:
    """Never one that lies in the directory mltui was started in, which is a repository's: a relative home is none."""
    homes = environ.get("XDG_CONFIG_HOME", ""), os.path.join(environ.get("HOME", ""), ".config")  # noqa: PTH118
    home = next((each for each in homes if each.startswith("/")), os.devnull)
    return Path(home) / "mltui" / "config.toml"


def keys_file(environ: Mapping[str, str]) -> Path:
    """Where the user's own keys stand, beside his configuration."""
    return _users(environ).with_name("keys.toml")


def _directories(start: Path, root: Path) -> list[Path]:
    """From `start` up to `root`."""
    above = [start, *start.parents]
    return above[: above.index(root) + 1] if root in above else [root]


def _files(start: Path, root: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    """The files to read, the weakest first: the user's, then the nearest of the project from `start` up to `root`."""
    yield from _existing(_users(environ))
    for directory in _directories(start, root):
        found = [*_existing(directory / PROJECT_FILE)] or [*_pyproject(directory / "pyproject.toml")]
        if found:
            yield from found
            return


def _existing(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path


def _pyproject(path: Path) -> Iterator[Path]:
    """`path` if it speaks of mltui: most pyproject.toml files don't, and need no TOML parser then."""
    try:
        if path.is_file() and b"tool.mltui" in path.read_bytes():
            yield path
    except OSError:
        return


def _mlflow_variables(values: dict[str, Any], environ: Mapping[str, str], dotenv: Mapping[str, str]) -> None:
    for variable, field in (("MLFLOW_TRACKING_URI", "store"), ("MLFLOW_REGISTRY_URI", "registry")):
        value = environ.get(variable) or dotenv.get(variable)
        if value:
            values[field] = value
            if field == "store":
                values["store_origin"] = "environment" if environ.get(variable) else ".env"


def _environments(environ: Mapping[str, str]) -> dict[str, str]:
    """The fields of `WHOSE` that the environment names."""
    values: dict[str, Any] = {}
    _mlflow_variables(values, environ, {})
    _own_variables(values, [], environ)
    return {field: values[field] for field in WHOSE if field in values}


def _own_variables(values: dict[str, Any], problems: list[Problem], environ: Mapping[str, str]) -> None:
    for key in KEYS:
        text = environ.get(key.variable) if key.variable else None
        if text is None or (text == "" and key.kind != "flag"):
            continue
        try:
            values[key.field] = key.check(from_text(key.kind, text))
        except ValueError as error:
            problem = Problem("config", f"{key.variable} {error}", f"unset or correct {key.variable}")
            if problem not in problems:
                problems.append(problem)
            continue
        if key.field == "store":
            values["store_origin"] = "environment"
