"""The figures of every machine, measure by measure, in one JSON file that is committed beside the page made of it.

A run replaces what it measured on its own machine and leaves all else, so that `python -m bench WHAT` is enough after a
change. A measure's figures are replaced together; what no measure gives any more goes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.measure import Figure, Grown, Sample

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """What one measure gave: figures, or why it `failed`. `when`: a date; `seconds`: it took; `mltui`: a commit."""

    name: str
    when: str
    mltui: str
    seconds: float
    figures: tuple[Figure, ...] = ()
    grown: tuple[Grown, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine's measures by name, and the programs' versions and the load when it was last measured."""

    name: str
    when: str
    versions: Mapping[str, str]
    load: float
    measures: Mapping[str, Measured] = field(default_factory=dict)


def read(path: Path) -> list[Machine]:
    """Every machine of the file, the one that was measured last first. None if there is no file."""
    if not path.exists():
        return []
    document = json.loads(path.read_text())
    machines = [
        Machine(**{**one, "measures": {each["name"]: from_plain(each) for each in one["measures"]}})
        for one in document["machines"]
    ]
    return sorted(machines, key=lambda machine: machine.when, reverse=True)


def merged(machines: Iterable[Machine], now: Machine, names: Iterable[str]) -> list[Machine]:
    """`now` first, with what was known of the same machine and not measured now; only measures of these `names`."""
    others = list(machines)
    known = next((one.measures for one in others if one.name == now.name), {})
    both = {**known, **now.measures}
    measures = {name: both[name] for name in names if name in both}
    whole = Machine(now.name, now.when, now.versions, now.load, measures)
    return [whole, *(one for one in others if one.name != now.name)]


def write(path: Path, machines: Iterable[Machine]) -> None:
    plain = [{**asdict(one), "measures": [measured_plain(each) for each in one.measures.values()]} for one in machines]
    path.write_text(json.dumps({"schema": SCHEMA, "machines": plain}, indent=1, ensure_ascii=False) + "\n")


def measured_plain(measured: Measured) -> dict[str, Any]:
    """As JSON takes it."""
    plain = asdict(measured)
    plain["figures"] = [
        {
            **asdict(one),
            "ours": sample(one.ours).plain(),
            "peer": None if one.peer is None else sample(one.peer).plain(),
        }
        for one in measured.figures
    ]
    plain["grown"] = [{**asdict(one), "taken": sample(one.taken).plain()} for one in measured.grown]
    return plain


def sample(value: float) -> Sample:
    return value if isinstance(value, Sample) else Sample(value)


def from_plain(plain: dict[str, Any]) -> Measured:
    """What `measured_plain` made."""
    figures = tuple(
        Figure(**{**one, "ours": Sample.read(one["ours"]), "peer": one["peer"] and Sample.read(one["peer"])})
        for one in plain["figures"]
    )
    grown = tuple(Grown(**{**one, "taken": Sample.read(one["taken"])}) for one in plain["grown"])
    return Measured(**{**plain, "figures": figures, "grown": grown})
