"""What the DVC child answered, as stages that will run and those that won't, params of a form, and what is to be said.

Pure: dicts in, the model's dataclasses out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mltui.model.retrain import ParamField, ParamKind, PlannedStage, RunCache, SkippedStage
from mltui.sources.dvc.facts import command, relative

#: Reasons of one stage that are said; the rest is counted.
MOST = 3
#: Letters of one value.
_WIDE = 40


@dataclass(frozen=True, slots=True)
class Steps:
    """All of one answer. `warnings` are what DVC does besides, or will stumble over."""

    stages: tuple[PlannedStage, ...] = ()
    skipped: tuple[SkippedStage, ...] = ()
    params: tuple[ParamField, ...] = ()
    other_params: tuple[ParamField, ...] = ()
    warnings: tuple[str, ...] = ()
    wdirs: Mapping[str, str] | None = None  #: absolute, by address, of the stages that run


def steps_of(answer: Mapping[str, Any], top: str, names: Mapping[str, str], *, force: bool) -> Steps:
    """`answer` is child/retrain.py's, `top` the project's root, `names` are mltui's addresses by DVC's."""
    stages: list[PlannedStage] = []
    skipped: list[SkippedStage] = []
    for step in answer["steps"]:
        address = names.get(step["address"], step["address"])
        if step["runs"]:
            stages.append(_planned(step, address, top, names, force))
        elif not step["data"]:
            skipped.append(SkippedStage(address, "frozen" if step["frozen"] else "fresh"))
    wdirs = {names.get(step["address"], step["address"]): step["wdir"] for step in answer["steps"] if step["runs"]}
    params, others = (tuple(_params(answer[which], answer["changed"], top)) for which in ("params", "others"))
    return Steps(tuple(stages), tuple(skipped), params, others, tuple(_warnings(answer, top, names)), wdirs)


def _planned(step: Mapping[str, Any], address: str, top: str, names: Mapping[str, str], force: bool) -> PlannedStage:
    reasons = list(dict.fromkeys(reasons_of(step, top)))
    after = [names.get(each, each) for each in step["waits"]]
    words = [*(["forced"] if force else []), *reasons[:MOST]]
    if len(reasons) > MOST:
        words.append(f"and {len(reasons) - MOST} more")
    words += [f"after {', '.join(after)}"] if after and not reasons else []
    cache: RunCache = step["cache"]
    decides = after[0] if cache == "after" and after else ""
    return PlannedStage(address, "; ".join(words), cache, decides, cmd=command(step["cmd"]) or "")


def reasons_of(step: Mapping[str, Any], top: str) -> Iterator[str]:
    """Why a stage is not as it was, by its own deps, params, outs and command."""
    if not step["locked"]:
        yield "never run"
        return
    state = step["state"]
    for word in state["dvc"]:
        if word == "changed command":
            yield "command changed"
        elif isinstance(word, str):
            yield "always changed" if word.startswith("always") else word
    for why in state["why"]:
        path, change = relative(why["path"], top), why["change"]
        if why["kind"] == "remote":
            continue
        if not isinstance(change, Mapping):
            yield f"param file {path} {change}" if why["kind"] == "param" else _file(why["kind"], path, str(change))
            continue
        for key, word in change.items():
            yield f"param {_param(key, word, why.get('old') or {}, why.get('new') or {})}"


def _file(kind: str, path: str, change: str) -> str:
    return f"{path}: {change}" if kind in ("unhashed", "unreadable") else f"{kind} {path} {change}"


def _param(key: str, word: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    before, now = old.get(key), new.get(key)
    if word != "modified":
        return f"{key} {value_text(now)} is new" if word == "new" else f"{key} {word}"
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        changed = [name for name in {**before, **now} if before.get(name) != now.get(name)]
        if len(changed) == 1:
            return _param(f"{key}.{changed[0]}", word, _under(key, before), _under(key, now))
        return f"{key}: {', '.join(map(str, changed))}"
    return f"{key} {value_text(before)} → {value_text(now)}"


def _under(key: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{key}.{name}": value for name, value in values.items()}


def value_text(value: Any) -> str:
    """A param as its file has it, shortened."""
    text = value if isinstance(value, str) and value else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 1]}…"


def _params(rows: Iterable[Mapping[str, Any]], changed: Mapping[str, Any], top: str) -> Iterator[ParamField]:
    for row in rows:
        path, key = row["path"], row["key"]
        values = changed.get(path, {}).get(key)
        old, new = values if values is not None else (row["value"], None)
        kind = kind_of(new if values is not None and old is None else old)
        yield ParamField(relative(path, top), key, old, kind, values is not None, new)


def kind_of(value: Any) -> ParamKind:
    """What a value is, for a form that keeps its type."""
    kinds: tuple[tuple[type, ParamKind], ...] = (
        (bool, "bool"),
        (int, "int"),
        (float, "float"),
        (str, "str"),
        (list, "list"),
        (dict, "dict"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "none")


def _warnings(answer: Mapping[str, Any], top: str, names: Mapping[str, str]) -> Iterator[str]:
    used = {(row["path"], row["key"]) for row in answer["params"]}
    for path, values in answer["changed"].items():
        for key, (old, new) in values.items():
            if (path, key) not in used:
                yield f"no stage that runs depends on {key} of {relative(path, top)}"
            if None not in (old, new) and not _alike(kind_of(old), kind_of(new)):
                yield f"{key} of {relative(path, top)} was {kind_of(old)}, {value_text(new)} is {kind_of(new)}"
    yield from _absent(answer["steps"], top, names)
    for step in answer["steps"]:
        yield from _said_of(step, names.get(step["address"], step["address"]), top)


def _alike(one: ParamKind, other: ParamKind) -> bool:
    numbers = ("int", "float")
    return one == other or (one in numbers and other in numbers)


def _absent(steps: Sequence[Mapping[str, Any]], top: str, names: Mapping[str, str]) -> Iterator[str]:
    """What is not here and has to be: of a fresh clone that may be all of its data, so it is said in few words."""
    pulled: dict[str, None] = {}
    stuck: dict[str, str] = {}
    for step in steps:
        gone = _paths(step["state"]["why"], top, ("out",), ("deleted", "not in cache"))
        if step["frozen"]:
            stuck.update(dict.fromkeys(gone, names.get(step["address"], step["address"])))
        elif step["data"] and step["state"]["dvc"] and not step["unlike"]:
            pulled.update(dict.fromkeys(gone))
    if pulled:
        yield f"{few(pulled)} {_be(pulled)} not here: dvc pull brings {_it(pulled)}, or dvc fails"
    for address in dict.fromkeys(stuck.values()):
        gone = [path for path, of in stuck.items() if of == address]
        fails = f"dvc fails there unless dvc pull brings {_it(gone)}"
        yield f"{address} is frozen and {few(gone)} {_be(gone)} not here: {fails}"
    needs: dict[str, list[str]] = {}
    for step in steps:
        for path in _paths(step["state"]["why"], top, ("dep",), ("deleted",)) if step["runs"] else ():
            if not any(path == each or path.startswith(f"{each}/") for each in (*pulled, *stuck)):  # said above
                needs.setdefault(names.get(step["address"], step["address"]), []).append(path)
    for address, paths in list(needs.items())[:MOST]:
        yield f"{address} needs {few(paths)}, which {_be(paths)} not here"
    if len(needs) > MOST:
        yield f"{len(needs) - MOST} more stages need what is not here"


def few(words: Iterable[str]) -> str:
    """``a, b, c and 5 more``."""
    every = list(words)
    return ", ".join(every[:MOST]) + (f" and {len(every) - MOST} more" if len(every) > MOST else "")


def _be(words: Collection[str]) -> str:
    return "is" if len(words) == 1 else "are"


def _it(words: Collection[str]) -> str:
    return "it" if len(words) == 1 else "them"


def _said_of(step: Mapping[str, Any], address: str, top: str) -> Iterator[str]:
    why = step["state"]["why"]
    gone = _paths(why, top, ("out",), ("deleted", "not in cache"))
    if step["data"] and not step["frozen"] and step["state"]["dvc"] and not step["unlike"] and not gone:
        yield f"{address}: it changed, and DVC adds it as it is now"
    if step["unlike"]:
        differ = [relative(path, top) for path in step["unlike"]]
        word = "differs" if len(differ) == 1 else "differ"
        yield f"{few(differ)} {word} from what DVC tracks: another box gets what is tracked"
    asked = _paths(why, top, ("remote",), None)
    if asked:
        yield f"{address}: whether {few(asked)} changed is asked when it runs"


def _paths(why: Iterable[Mapping[str, Any]], top: str, kinds: Sequence[str], words: Sequence[str] | None) -> list[str]:
    return [
        relative(each["path"], top)
        for each in why
        if each["kind"] in kinds and (words is None or each["change"] in words)
    ]
