"""The rows of a difference, section by section. A row that can't be told is None, never guessed."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping

from mltui.model.difference import Between, CodeChange, CodeRole, Row, SectionOf, Value
from mltui.model.metric import Goal
from mltui.model.side import Datum, Side


def data(old: Side, new: Side, between: Between) -> SectionOf:
    """By path: what both sides read or hold, and what only lay in the tree of a run."""
    sides = tuple({**side.tree, **side.inputs, **(side.data or {})} for side in (old, new))
    rows: list[Row] = []
    for path in sorted((sides[0].keys() | sides[1].keys()) - old.in_git - new.in_git):
        pair = sides[0].get(path), sides[1].get(path)
        row = _datum(path, pair, (old, new), between)
        rows += [row, *_inside(row, between)] if row is not None else []
    return SectionOf("data", tuple(rows), _unread(old, new))


def _unread(old: Side, new: Side) -> str:
    """Of which sides it is not known at all what they read."""
    lacking = list(dict.fromkeys(side.label for side in (old, new) if side.data is None))
    return f"what {' and '.join(lacking)} read is not known" if lacking else ""


def _datum(
    path: str, pair: tuple[Datum | None, Datum | None], sides: tuple[Side, Side], between: Between
) -> Row | None:
    used = all(one is None or one.basis != "in the tree" or not side.ran for one, side in zip(pair, sides, strict=True))
    known = [one for one in pair if one is not None]
    made_by = next((one.made_by for one in known if one.made_by), "")
    changed = _differ(pair, sides)
    return Row(
        "data",
        path,
        _version(pair[0]),
        _version(pair[1]),
        changed,
        of=made_by,
        data=pair,
        used=used,
        detail=between.contents.get(path) if changed else None,
    )


def _differ(pair: tuple[Datum | None, Datum | None], sides: tuple[Side, Side]) -> bool | None:
    """Whether the content differs. Where a run has no edge it may have read it all the same."""
    one, other = pair
    if one is None or other is None:
        lacking = sides[0] if one is None else sides[1]
        return None if lacking.ran else True
    if one.hash is None or other.hash is None or one.hash.partition(":")[0] != other.hash.partition(":")[0]:
        return None
    return one.hash != other.hash


def _version(one: Datum | None) -> Value:
    """``v3`` where versions are counted, else the hash in short."""
    if one is None:
        return None
    if one.version is not None:
        return f"v{one.version}"
    return short_hash(one.hash) if one.hash else "?"


def short_hash(value: str) -> str:
    """Seven digits of a hash, without its kind."""
    return value.partition(":")[2][:7]


def _inside(row: Row, between: Between) -> Iterable[Row]:
    """The files in a directory whose content was compared."""
    for path, content in sorted(between.contents.items()):
        if row.changed and path.startswith(f"{row.key}/"):
            yield Row("data", path, None, None, True, of=row.of, used=row.used, inside=True, detail=content)


def params(old: Side, new: Side) -> SectionOf:
    """By key; where a run is compared with files, whose keys are longer, by the only one that ends so."""
    mixed = old.ran != new.ran
    rows = []
    for one, other in _matched(old.params, new.params, mixed=mixed):
        key, longer = sorted({one, other}, key=lambda key: (len(key), key))[0], max(one, other, key=len)
        pair = old.params.get(one), new.params.get(other)
        rows.append(Row("params", key, *pair, _changed(*pair, mixed=mixed), of=longer if longer != key else ""))
    return SectionOf("params", (*rows, *_made_with(old, new)))


def _changed(one: str | None, two: str | None, *, mixed: bool) -> bool | None:
    """Whether the values differ. What only one of two kinds of sides says may be what the other calls otherwise."""
    return None if mixed and (one is None or two is None) else not same_text(one, two)


def same_text(one: str | None, two: str | None) -> bool:
    """Whether two values are the same text or the same number: a run logs 1e-05 where a file says 0.00001."""
    if one == two or one is None or two is None:
        return one == two
    try:
        return float(one) == float(two)
    except ValueError:
        return False


def _matched(old: Mapping[str, object], new: Mapping[str, object], *, mixed: bool) -> list[tuple[str, str]]:
    """Pairs of keys that mean the same: equal ones, and with `mixed` those that alone on their sides end alike."""
    pairs = {key: key for key in sorted(old.keys() | new.keys())}
    if mixed:
        ends = _ends(old), _ends(new)
        for end in ends[0].keys() & ends[1].keys():
            one, other = ends[0][end], ends[1][end]
            if one != other and one not in new and other not in old:
                del pairs[other]
                pairs[one] = other
    return sorted(pairs.items(), key=lambda pair: min(pair, key=lambda key: (len(key), key)))


def _end(key: str) -> str:
    return key.rpartition(":")[2].rpartition(".")[2]


def _ends(keys: Iterable[str]) -> dict[str, str]:
    """The last part of a key -> the only key that ends in it."""
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(_end(key), []).append(key)
    return {end: ours[0] for end, ours in found.items() if len(ours) == 1}


def _made_with(old: Side, new: Side) -> Iterable[Row]:
    """What dvc.lock recorded, where it tells of another difference than the files: results of other params."""
    mixed = old.ran != new.ran
    called: dict[str, str] = {}  # what the run calls a key of files
    for one, other in _matched(old.params, new.params, mixed=True) if mixed else ():
        called[other if old.ran else one] = one if old.ran else other
    for key in sorted(old.locked.keys() | new.locked.keys()):
        said, told = (called.get(key, key) if side.ran else key for side in (old, new))
        files = old.params.get(said), new.params.get(told)
        made = old.locked.get(key, files[0]), new.locked.get(key, files[1])
        if made != files and not (same_text(*made) and same_text(*files)) and not (mixed and None in made):
            yield Row("params", key, *made, not same_text(*made), of="dvc.lock")


def code(old: Side, new: Side, between: Between) -> SectionOf:
    """The files that differ between the commits, without those that other sections tell of."""
    if between.code is None:
        return SectionOf("code", (), between.code_unknown)
    deps, scripts = old.deps | new.deps, {old.script, new.script} - {""}
    elsewhere = old.told_elsewhere | new.told_elsewhere
    changes = {each.path: each for each in between.code if each.path not in elsewhere and each.former not in elsewhere}
    ours = (old.in_git | new.in_git) - elsewhere
    for path in sorted(old.code.keys() & new.code.keys() & ours):
        if old.code[path] != new.code[path]:  # the commits need not tell: it was edited when one of them ran
            changes.setdefault(path, CodeChange(path, "M"))
    rows = [_code(each, old, new, _role(each, deps, scripts)) for each in changes.values()]
    if old.diff or new.diff:
        pair = old.diff or None, new.diff or None
        rows.append(Row("code", "uncommitted changes", *pair, pair[0] != pair[1], role="script"))
    return SectionOf("code", tuple(rows), between.code_unknown)


def _code(change: CodeChange, old: Side, new: Side, role: CodeRole) -> Row:
    """A file that differs between the commits, or that was edited: what it was when both ran is what counts."""
    path = change.path
    was, now = old.code.get(path), new.code.get(path)
    edited = path in old.edited or path in new.edited
    changed: bool | None = True
    if edited:
        changed = None if was is None or now is None else was != now
    return Row("code", path, None, None, changed, of="edited" if edited else "", detail=change, role=role)


def _role(change: CodeChange, deps: Collection[str], scripts: Collection[str]) -> CodeRole:
    """What the pipeline has to do with a changed file."""
    paths = [path for path in (change.path, change.former) if path]
    above = {path[:at] for path in paths for at, char in enumerate(path) if char == "/"}
    if any(path in deps for path in (*paths, *above)):
        return "dep"
    if any(path in scripts for path in paths):
        return "script"
    return "declares" if any(path.rpartition("/")[2] == "dvc.yaml" for path in paths) else "other"


def commands(old: Side, new: Side) -> SectionOf:
    """By stage."""
    if old.commands is None or new.commands is None:
        lacking = dict.fromkeys(side.label for side in (old, new) if side.commands is None)
        return SectionOf("commands", (), f"the stages of {' and '.join(lacking)} could not be read")
    names = sorted(old.commands.keys() | new.commands.keys())
    rows = ((name, old.commands.get(name), new.commands.get(name)) for name in names)
    return SectionOf("commands", tuple(Row("commands", name, a, b, a != b) for name, a, b in rows))


def environment(old: Side, new: Side) -> SectionOf:
    """By requirement file and package; then the packages that MLflow recorded of the runs' models."""
    rows: list[Row] = []
    unknown = ""
    if old.required is None or new.required is None:
        lacking = dict.fromkeys(side.label for side in (old, new) if side.required is None)
        unknown = f"the requirement files of {' and '.join(lacking)} could not be read"
    else:
        for file in sorted(old.required.keys() | new.required.keys()):
            was, now = old.required.get(file, {}), new.required.get(file, {})
            for name in sorted(was.keys() | now.keys()):
                one, two = was.get(name), now.get(name)
                rows.append(Row("environment", name, one, two, one != two, of=file))
    if old.packages and new.packages:
        for name in sorted(old.packages.keys() | new.packages.keys()):
            one, two = old.packages.get(name), new.packages.get(name)
            rows.append(Row("environment", name, one, two, one != two, of="MLflow's record"))
    return SectionOf("environment", tuple(rows), unknown)


def metrics(old: Side, new: Side, goals: Mapping[str, Goal], first: str) -> SectionOf:
    """By key, the primary metric first. What only one side measured is no change."""
    rows = []
    for key in sorted(old.metrics.keys() | new.metrics.keys(), key=lambda key: (key != first, key)):
        pair = _number(old.metrics.get(key)), _number(new.metrics.get(key))
        changed = None if None in pair else not _alike(*pair)
        rows.append(Row("metrics", key, *pair, changed, goal=goals.get(key)))
    return SectionOf("metrics", tuple(rows))


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _alike(one: float | None, two: float | None) -> bool:
    """NaN is like NaN: both went wrong."""
    if one is None or two is None:
        return one is two
    return one == two or (math.isnan(one) and math.isnan(two))
