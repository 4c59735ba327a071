"""The gate ``same data``: a version was made with the dataset versions that the champion was made with."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping

from mltui.model.gates import Gate, GateResult
from mltui.model.side import Datum, Side
from mltui.sources.gates.subject import Made, Subject

#: Datasets that are named where several differ.
NAMED = 3


def same_data(gate: Gate, subject: Subject) -> GateResult:
    """Both runs by lineage. What is not known of either can't be told; without a champion there is nothing to be equal
    to."""
    own, champion = subject.own, subject.champion
    if champion is None:
        return GateResult(gate, "passed", subject=own.label, why="no champion yet")
    words = f"{own.label} vs champion {champion.name}"
    if own.version.version == champion.version.version:
        return GateResult(gate, "passed", "it is the champion", words)
    for made in (champion, own):
        if made.run is None:
            return GateResult(gate, "unknown", subject=words, why=made.why)
    old, new = subject.side(champion), subject.side(own)
    paths = subject.dataset_paths
    had, has = _datasets(old, paths), _datasets(new, paths)
    for side, found, made in ((old, had, champion), (new, has, own)):
        unsure = [datum for datum in found.values() if datum.hash is None]
        if unsure:
            why = f"which {unsure[0].path} {made.label} read: {unsure[0].how}"
            return GateResult(gate, "unknown", subject=words, why=why)
        if not found:
            return _logged(gate, words, old, new, _untold(side, made))
    changes = compared(had, has)
    if changes:
        more = f" and {len(changes) - NAMED} more" if len(changes) > NAMED else ""
        return GateResult(gate, "failed", ", ".join(changes[:NAMED]) + more, words, "not the champion's data")
    return GateResult(gate, "passed", _figure(has), words)


def _datasets(side: Side, paths: Collection[str]) -> dict[str, Datum]:
    """What of the data that it read is a dataset: neither code nor what a stage made of one."""
    return {path: datum for path, datum in (side.data or {}).items() if path in paths}


def compared(old: Mapping[str, Datum], new: Mapping[str, Datum]) -> list[str]:
    """``customers.csv v3 → v4`` for each dataset that differs; one that only moved is the same."""
    names = _names({**old, **new})
    gone = {path: each for path, each in old.items() if path not in new or new[path].hash != each.hash}
    come = {path: each for path, each in new.items() if path not in old or old[path].hash != each.hash}
    for path, each in list(gone.items()):  # moved: its content is there under another path
        twin = next((other for other, datum in come.items() if other not in gone and datum.hash == each.hash), None)
        if twin is not None and path not in come:
            del gone[path], come[twin]
    lines = []
    for path in dict.fromkeys((*gone, *come)):
        if path in gone and path in come:
            lines.append(f"{names[path]} {_version(gone[path])} → {_version(come[path])}")
        elif path in come:
            lines.append(f"{names[path]} {_version(come[path])} is new")
        else:
            lines.append(f"{names[path]} {_version(gone[path])} was not read")
    return lines


def _logged(gate: Gate, words: str, old: Side, new: Side, why: str) -> GateResult:
    """Where DVC's files tell nothing: the datasets that both runs logged in MLflow, by their digests."""
    had = {name: datum.hash for name, datum in old.inputs.items()}
    has = {name: datum.hash for name, datum in new.inputs.items()}
    if not had or not has:
        return GateResult(gate, "unknown", subject=words, why=why)
    differ = sorted(name for name in {*had, *has} if had.get(name) != has.get(name))
    if differ:
        return GateResult(gate, "failed", ", ".join(differ[:NAMED]), words, "MLflow's digests of them differ")
    figure = f"{', '.join(sorted(has)[:NAMED])} by MLflow's digest, which is of at most 10,000 rows"
    return GateResult(gate, "passed", figure, words)


def _untold(side: Side, made: Made) -> str:
    told = next((each for each in side.unknowns if each.startswith("which data")), "")
    return told or f"no dataset is known that {made.label} read"


def _figure(found: Mapping[str, Datum]) -> str:
    names = _names(found)
    shown = [f"{names[path]} {_version(datum)}" for path, datum in sorted(found.items())]
    more = f" and {len(shown) - NAMED} more" if len(shown) > NAMED else ""
    return ", ".join(shown[:NAMED]) + more


def _version(datum: Datum) -> str:
    return f"v{datum.version}" if datum.version else (datum.hash or "").partition(":")[2][:7]


def _names(paths: Collection[str]) -> dict[str, str]:
    """The last part of each path; all of it where several end alike."""
    ends = [posixpath.basename(path) for path in paths]
    return {path: path if ends.count(end) > 1 else end for path, end in zip(paths, ends, strict=True)}
