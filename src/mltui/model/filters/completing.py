"""What a filter that is being typed could go on as: keys of the store, quoted where they must be, and attributes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from mltui.model.filters.names import ATTRIBUTES, FAMILIES, KEYWORDS
from mltui.model.filters.tree import Family

#: The word at the end: a family and what there is of a key, or the beginning of either.
_LAST = re.compile(r"(?:(?P<family>[a-z]+)\.(?P<quote>[`\"])?)?(?P<begun>(?(quote)[^`\"]*|[\w]*))$")
#: Attributes whose values are few, and the beginning of one at the end.
_VALUES = {
    "status": ("FINISHED", "FAILED", "KILLED", "RUNNING", "SCHEDULED"),
    "lifecycle": ("active", "deleted"),
    "kind": ("run", "exp"),
}
_VALUE = re.compile(
    rf"\b(?P<key>{'|'.join(_VALUES)})\s*(?:!?=|in\s*\((?:\s*\w+\s*,)*)\s*(?P<begun>\w*)$", re.IGNORECASE
)
#: Keys that need no quotes, in MLflow's filters neither; but for words of SQL, with which its parser begins anew.
_PLAIN = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_WORDS = frozenset((*KEYWORDS, "as", "between", "case", "from", "using", "values"))


def completed(text: str, keys: Mapping[Family, Collection[str]]) -> tuple[str, tuple[str, ...]]:
    """`text` with its end completed as far as it is decided, and the words it could go on as (() if just one, or none).

    `keys` are those of the store.
    """
    if match := _VALUE.search(text):
        begun = match["begun"]
        words = [word for word in _VALUES[match["key"].lower()] if word.lower().startswith(begun.lower())]
    elif match := _LAST.search(text):
        begun = match[0]
        words = _words(match["family"], match["begun"], keys)
    else:
        return text, ()
    if not words:
        return text, ()
    before = text[: len(text) - len(begun)]
    if len(words) == 1:
        return before + words[0], ()
    common = _common(words)
    longer = len(common) > len(begun)
    return (before + common if longer else text), tuple(words)


def begun(text: str) -> int:
    """Where the word at the end begins, which `completed` completes."""
    match = _LAST.search(text)
    return len(text) if match is None else match.start()


def _words(family: str | None, begun: str, keys: Mapping[Family, Collection[str]]) -> list[str]:
    if family is None:
        known = (*ATTRIBUTES, *(f"{each}." for each in dict.fromkeys(FAMILIES.values())))
        return [word for word in sorted(known) if word.startswith(begun)] if begun else []
    if family not in FAMILIES:
        return []
    fits = [key for key in sorted(keys.get(FAMILIES[family], ())) if key.startswith(begun)]
    return [f"{family}.{quoted(key)}" for key in fits]


def _common(words: Collection[str]) -> str:
    """How all of them begin."""
    first, last = min(words), max(words)
    same = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    return first[:same]


def quoted(key: str) -> str:
    """As it is written in a filter, here and in MLflow. One that holds both kinds of quotes can't be."""
    if _PLAIN.fullmatch(key) and _WORDS.isdisjoint(key.lower().split(".")):
        return key
    return f'"{key}"' if "`" in key else f"`{key}`"
