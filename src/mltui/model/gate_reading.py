"""``[promote]``, ``[[gates]]`` and ``[metrics] goal`` of a configuration made a `Policy`. Docs: docs/gates.md.

Nothing here is left out or forgiven: what makes no sense is a gate with `trouble`, or the `trouble` of the policy. A
policy that is read as less than it says would let something through.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Any, Final

from mltui.model.gate_rules import rule_of
from mltui.model.gates import CHECKS, TIMEOUT, Gate, GateKind, Policy, Preset
from mltui.model.metric import Goal

#: What makes a gate what it is: exactly one of them, but for a preset, which goes with a command.
_KINDS: Final = ("metric", "check", "command")
_OWN: Final = {
    "metric": (),
    "check": (),
    "command": ("preset", "timeout"),
    "preset": ("dataset", "schema", "timeout"),
}
_ANY: Final = ("to", "models")
_WORDS: Final = (*_KINDS, "preset", "dataset", "schema", "timeout", *_ANY)
_PROMOTE: Final = ("protected", "via", "command", "timeout")
#: A week (s): a larger number is a mistake, and no clock takes any.
LONGEST: Final = 7 * 24 * 3600


def policy_of(document: Mapping[str, Any]) -> Policy:
    """What a parsed ``mltui.toml`` (or its ``[tool.mltui]``) asks of promotions. `origin` is for whoever read it."""
    gates, trouble = _gates(document.get("gates", []))
    metrics = document.get("metrics")
    goals = _goals(metrics.get("goal") if isinstance(metrics, Mapping) else None)
    try:
        promote = _promote(document.get("promote", {}))
    except ValueError as error:
        promote, trouble = Policy(), trouble or str(error)
    return replace(promote, gates=gates, goals=goals, trouble=trouble)


def promote_trouble(table: Any) -> str:
    """What of ``[promote]`` makes no sense; "" if all of it does."""
    try:
        _promote(table)
    except ValueError as error:
        return str(error)
    return ""


def _goals(value: Any) -> dict[str, Goal]:
    """The directions that are said; one that makes no sense is none, and the gates that need it fail."""
    pairs = value.items() if isinstance(value, Mapping) else ()
    return {str(key): goal for key, goal in pairs if goal in ("max", "min")}


def _promote(table: Any) -> Policy:
    """Raises ValueError."""
    if not isinstance(table, Mapping):
        raise ValueError("promote must be a table, [promote]")  # noqa: TRY004 - a ValueError is what is caught
    for word in table:
        if word not in _PROMOTE:
            raise ValueError(f"promote.{word} is not known{_near(word, _PROMOTE)}")
    via = table.get("via", "")
    if via not in ("", "command"):
        raise ValueError('promote.via must be "command", or be left out')
    command = _words(table.get("command", ""), "promote.command")
    if via and not command:
        raise ValueError('promote.via is "command", and promote.command says none')
    return Policy(
        protected=_texts(table.get("protected", ()), "promote.protected"),
        via=via,
        command=command,
        command_timeout=_seconds(table.get("timeout", Policy().command_timeout), "promote.timeout"),
    )


def _gates(rows: Any) -> tuple[tuple[Gate, ...], str]:
    """All gates with texts that differ, and why they are none at all."""
    if isinstance(rows, Mapping):
        return (), "[gates] must be written [[gates]], one table a gate"
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return (), "gates must be tables, [[gates]]"
    return tuple(unique(gate(row) for row in rows)), ""


def unique(gates: Iterable[Gate]) -> Iterator[Gate]:
    """The same gates with texts that differ: those that say the same are numbered."""
    seen: set[str] = set()
    for each in gates:
        text, number = each.text, 1
        while text in seen:
            number += 1
            text = f"{each.text} ({number})"
        seen.add(text)
        yield replace(each, text=text)


def gate(row: Any) -> Gate:
    """One table of ``[[gates]]``. Never raises: what makes no sense is `Gate.trouble`."""
    if not isinstance(row, Mapping):
        return Gate("command", f"gate {row!r}"[:80], trouble="a gate must be a table, [[gates]]")
    made = _begun(row)
    try:
        made = replace(made, to=_globs(row, "to"), models=_globs(row, "models"))
        return _whole(row, made)
    except ValueError as error:
        return replace(made, trouble=str(error))


def _begun(row: Mapping[str, Any]) -> Gate:
    """Its kind and text, as far as they can be told before anything is asked of them."""
    kind: GateKind = "command"
    for word in ("metric", "check", "command", "preset"):
        value = row.get(word)
        if value is None:
            continue
        text = value if isinstance(value, str) else _joined(value)
        if word == "metric":
            kind = "metric"
        if word == "check":
            kind = next((each for each in CHECKS if each == value), "command")
        if word == "preset":
            text = f"{text} {row.get('dataset', '')}"
        return Gate(kind, " ".join(text.split()) or f"{word} (empty)")
    return Gate(kind, f"gate with {', '.join(map(str, row))}" if row else "gate (empty)")


def _joined(value: Any) -> str:
    words = value if isinstance(value, list) and all(isinstance(each, str) for each in value) else None
    return shlex.join(words) if words is not None else repr(value)


def _whole(row: Mapping[str, Any], made: Gate) -> Gate:
    """`made` with all that `row` says. Raises ValueError."""
    kinds = [word for word in _KINDS if word in row]
    if len(kinds) > 1:
        raise ValueError(f"{' and '.join(kinds)} in one gate: make it {len(kinds)} gates")
    for word in row:
        if word not in _WORDS:
            raise ValueError(f"{word} is not known{_near(word, _WORDS)}")
    if row.get("preset") == "frictionless" and "command" in row:
        raise ValueError("the preset frictionless makes its own command: leave command out")
    kind = kinds[0] if kinds else "preset" if "preset" in row else ""
    if not kind:
        raise ValueError("it says no metric, check, command or preset")
    for word in row:
        if word not in (kind, *_OWN[kind], *_ANY):
            raise ValueError(f"{word} means nothing to a gate with {kind}")
    if kind == "metric":
        if not isinstance(row["metric"], str):
            raise ValueError('metric must be a string, as in metric = "metrics.auc >= 0.8"')
        return replace(made, rule=rule_of(row["metric"]))
    if kind == "check":
        if row["check"] not in CHECKS:
            raise ValueError(f"check must be one of {', '.join(CHECKS)}{_near(row['check'], CHECKS)}")
        return made
    return _command(row, made)


def _command(row: Mapping[str, Any], made: Gate) -> Gate:
    preset = _preset(row.get("preset", ""))
    made = replace(made, preset=preset, timeout=_seconds(row.get("timeout", TIMEOUT), "timeout"))
    if preset == "frictionless":
        return _frictionless(row, made)
    for word in ("dataset", "schema"):
        if word in row:
            raise ValueError(f"{word} is for the preset frictionless only")
    argv = _words(row.get("command", ""), "command")
    if not argv:
        example = ' of pytest, as in command = "pytest -q tests/model"' if preset else ""
        raise ValueError(f"there is no command{example}")
    return replace(made, argv=argv)


def _frictionless(row: Mapping[str, Any], made: Gate) -> Gate:
    dataset, schema = _path(row, "dataset"), _path(row, "schema")
    argv = ("frictionless", "validate", "--json", "--schema", schema, dataset)
    return replace(made, argv=argv, dataset=dataset, schema=schema)


def _preset(value: Any) -> Preset:
    if value in ("", "pytest", "frictionless"):
        return value  # type: ignore[no-any-return]
    raise ValueError(f"preset must be pytest or frictionless, not {value!r}")


def _path(row: Mapping[str, Any], word: str) -> str:
    """A path in the tree of the version's commit, where it is looked at."""
    value = row.get(word)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f'a gate of frictionless needs {word} = "path"')
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or "://" in value or "\0" in value:
        raise ValueError(f"{word} must be a path in the repository: {value}")
    return f"./{value}" if value.startswith("-") else value


def _words(value: Any, name: str) -> tuple[str, ...]:
    """A command's words: of a string as a shell would split them, of a list as they are."""
    if isinstance(value, str):
        try:
            words = tuple(shlex.split(value))
        except ValueError as error:
            raise ValueError(f"{name} can't be split into words: {str(error).lower()}") from error
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        words = tuple(value)
    else:
        raise ValueError(f"{name} must be a string or a list of strings")
    if any("\0" in word for word in words) or (words and not words[0].strip()):
        raise ValueError(f"{name} names no program")
    return words


def _globs(row: Mapping[str, Any], word: str) -> tuple[str, ...]:
    if word not in row:
        return ()
    found = _texts(row[word], word)
    if not found:
        raise ValueError(f"{word} is empty: leave it out for all")
    return found


def _texts(value: Any, name: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise ValueError(f"{name} must be a list of strings")


def _seconds(value: Any, name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LONGEST:
        return value
    raise ValueError(f"{name} must be a whole number of seconds, 1 to {LONGEST}")


def _near(word: object, words: Sequence[str]) -> str:
    near = get_close_matches(str(word), words, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(words)}"
