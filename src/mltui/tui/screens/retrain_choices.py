"""What can be chosen in the preview of a retrain: who runs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mltui.sources.executors import Named
from mltui.tui.screens.chooser import Option

#: What each of mltui's own kinds is.
ABOUT: Final = {
    "local": "this box; it survives a logout",
    "dvc-queue": "DVC's queue on this box; the result is an experiment",
    "ssh": "another box, through OpenSSH",
    "slurm": "a Slurm cluster",
}


def executor_options(executors: Sequence[Named], now: str) -> list[Option]:
    """A line each: its name, what it is. ssh is none before a table of the configuration names a box."""
    return [_option(each, chosen=each.name == now) for each in executors]


def _option(each: Named, *, chosen: bool) -> Option:
    about = ABOUT.get(each.kind, f"of kind {each.kind}" if each.kind != each.name else "")
    if host := str(each.options.get("host") or ""):
        about = f"{about}: {host}"
    if each.kind == "ssh" and not each.options:
        return Option(each.name, each.name, "[executors.NAME] in mltui.toml names a box first", open=False)
    return Option(each.name, each.name, about, chosen=chosen)
