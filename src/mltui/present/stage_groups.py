"""Stages of one ``foreach`` or ``matrix`` as one box, until somebody unfolds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mltui.model.dvc import Stage
from mltui.present.chain import short_names
from mltui.present.graph import in_order
from mltui.present.layers import Link

#: A group of more members than these is folded until somebody unfolds it.
MOST: Final = 4
#: Before the address of a group in its id: no address of a stage begins so.
_GROUP: Final = "\0group:"


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the drawing: a stage, or all `stages` of a group that is folded. `group` is the id of its group."""

    id: str
    name: str
    stages: tuple[Stage, ...]
    group: str = ""

    @property
    def folded(self) -> bool:
        """Whether it stands for a group."""
        return self.id == self.group


@dataclass(frozen=True, slots=True)
class GroupFolds:
    """Which groups somebody folded or unfolded; the others are folded if they are large."""

    chosen: Mapping[str, bool] = field(default_factory=dict)

    def folded(self, group: str, size: int) -> bool:
        """Whether a group of so many is one box."""
        return self.chosen.get(group, size > MOST)

    def fold(self, group: str, folded: bool) -> GroupFolds:
        """The same with this one folded or not."""
        return GroupFolds({**self.chosen, group: folded})


def group_of(stage: Stage) -> str:
    """The id of the group that `stage` came out of; "" for one that is written as it is."""
    base, at, _ = stage.address.partition("@")
    return f"{_GROUP}{base}" if at and stage.name != stage.path else ""


def boxes(stages: Sequence[Stage], folds: GroupFolds) -> tuple[tuple[Box, ...], tuple[Link, ...]]:
    """The boxes of `stages`, parents first, and the links between them."""
    ordered, names = in_order(stages), short_names(stages)
    members: dict[str, list[Stage]] = {}
    for stage in ordered:
        if group := group_of(stage):
            members.setdefault(group, []).append(stage)
    found: dict[str, Box] = {}
    home: dict[str, str] = {}
    for stage in ordered:
        group = group_of(stage)
        if group and folds.folded(group, len(members[group])):
            found.setdefault(group, Box(group, _braced(members[group], names), tuple(members[group]), group))
            home[stage.address] = group
        else:
            found[stage.address] = Box(stage.address, names[stage.address], (stage,), group)
            home[stage.address] = stage.address
    links = [(home[parent], home[stage.address]) for stage in ordered for parent in stage.parents if parent in home]
    return tuple(found.values()), tuple(dict.fromkeys(link for link in links if link[0] != link[1]))


def near(found: Sequence[Box], links: Sequence[Link], id: str) -> tuple[tuple[Box, ...], tuple[Link, ...]]:
    """The box `id`, what it depends on directly and what depends on it, with the links between these."""
    beside = {id, *(end for link in links if id in link for end in link)}
    kept = tuple(link for link in links if beside.issuperset(link))
    return tuple(box for box in found if box.id in beside), kept


def _braced(stages: Sequence[Stage], names: Mapping[str, str]) -> str:
    """``train@{a,b,…}``."""
    base = names[stages[0].address].partition("@")[0]
    keys = [names[stage.address].partition("@")[2] for stage in stages]
    return f"{base}@{{{','.join(keys[:2])}{',…' if len(keys) > 2 else ''}}}"
