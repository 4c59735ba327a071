"""Which executors can be asked for: the names that the configuration gives them, and the kinds that need none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mltui.config import Config
from mltui.errors import UsageError

#: The group of entry points in which plugins say what kinds they bring.
GROUP: Final = "mltui.executors"
#: mltui's own kinds, whether or not it is installed with its entry points (a checkout on PYTHONPATH is not).
OWN: Final = {
    "local": "mltui.actions.executors.local:Local",
    "dvc-queue": "mltui.actions.executors.dvc_queue:DvcQueue",
    "ssh": "mltui.actions.executors.ssh:Ssh",
    "slurm": "mltui.actions.executors.slurm:Slurm",
}


@dataclass(frozen=True, slots=True)
class Named:
    """An executor by the name that it is asked for: its kind, and its table without the kind."""

    name: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)


def named(config: Config) -> tuple[Named, ...]:
    """Every name that can be asked for: the tables of the configuration, then the kinds that need none."""
    tables = [
        Named(name, str(table.get("kind", name)), {key: value for key, value in table.items() if key != "kind"})
        for name, table in config.executors.items()
    ]
    taken = {each.name for each in tables}
    return (*tables, *(Named(kind, kind) for kind in kinds() if kind not in taken))


def find(config: Config, name: str | None = None) -> Named:
    """The executor of that name, None for the configured default. Raises `UsageError` with the nearest names."""
    wanted = name or config.executor
    names = {each.name: each for each in named(config)}
    if wanted in names:
        return names[wanted]
    from difflib import get_close_matches

    near = get_close_matches(wanted, names, n=2, cutoff=0.5)
    there = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names)}"
    raise UsageError(f"no executor {wanted} is configured", f"{there}; [executors.{wanted}] in mltui.toml makes one")


def kinds() -> dict[str, str]:
    """Kind to where its class is. mltui's own can't be replaced."""
    from importlib.metadata import entry_points

    return {**{point.name: point.value for point in entry_points(group=GROUP)}, **OWN}
