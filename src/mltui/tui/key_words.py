"""Names of keys: as Textual has them, and as a person writes them. Imports no Textual: `mltui status` asks, too."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Textual's names of keys that a person knows by another word.
_SHOWN: Final = {
    "pageup": "pgup",
    "pagedown": "pgdn",
    "escape": "esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}
#: Other words for keys that a person may write.
_WORDS: Final = {
    "esc": "escape",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "page_up": "pageup",
    "page_down": "pagedown",
    "del": "delete",
    "ins": "insert",
    "return": "enter",
    "control": "ctrl",
    **{arrow: name for name, arrow in _SHOWN.items()},
}
#: Characters that Textual calls otherwise than Unicode does (``textual.keys.KEY_NAME_REPLACEMENTS``).
_CHARACTERS: Final = {
    "/": "slash",
    "\\": "backslash",
    "@": "at",
    "-": "minus",
    "+": "plus",
    "_": "underscore",
    " ": "space",
}
_ARROWS: Final = ("up", "down", "left", "right", "home", "end", "pageup", "pagedown")
_NAMED: Final = frozenset(
    ("escape", "enter", "tab", "space", "backspace", "delete", "insert", *_ARROWS, *(f"f{at}" for at in range(1, 25)))
)
_MODIFIERS: Final = ("ctrl", "alt", "shift", "super", "hyper", "meta")
#: What a terminal sends for such a key is the byte of another one.
_SAME_BYTE: Final = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+[": "escape"}
_LETTER: Final = re.compile(r"[a-z]")


def textual(word: str) -> str:
    """The key that a person calls `word`, as Textual calls it: ``?`` is question_mark, ``Ctrl+T`` ctrl+t.

    Raises `ValueError` with a word on what is wrong: no such key, or one that a terminal sends as another.
    """
    *modifiers, last = _parts(word)
    modifiers = sorted({_WORDS.get(each.lower(), each.lower()) for each in modifiers}, key=_place)
    if any(each not in _MODIFIERS for each in modifiers):
        raise ValueError("is no key")
    name = _named(last, lower=bool(modifiers))
    if modifiers == ["shift"] and _LETTER.fullmatch(name):
        return name.upper()  # what a terminal sends
    key = "+".join((*modifiers, name))
    if other := _SAME_BYTE.get("ctrl+[" if key == "ctrl+left_square_bracket" else key):
        raise ValueError(f"is {other} to a terminal")
    return key


def person(key: str) -> str:
    """A key that Textual calls `key`, as a person writes it: ``/``, ``shift+←``, ``ctrl+p``."""
    before, plus, last = key.rpartition("+")
    return before + plus + (_SHOWN.get(last) or _BACK.get(last) or last)


def _parts(word: str) -> list[str]:
    """``ctrl+t`` in two; a plus at the end is the key itself."""
    if word.endswith("+"):
        return [*filter(None, word[:-1].split("+")), "+"]
    return word.split("+")


def _place(modifier: str) -> int:
    return _MODIFIERS.index(modifier) if modifier in _MODIFIERS else len(_MODIFIERS)


def _named(word: str, *, lower: bool) -> str:
    if len(word) == 1 and word not in _WORDS:
        if word.isalnum() and word.isascii():
            return word.lower() if lower else word
        if not word.isprintable():
            raise ValueError("is no key")
        return _character(word)
    name = _WORDS.get(word.lower(), word.lower())
    if name in _NAMED or name in _BACK:
        return name
    raise ValueError("is no key")


def _character(character: str) -> str:
    """As Textual makes the name of a key out of Unicode's."""
    if character in _CHARACTERS:
        return _CHARACTERS[character]
    if character.isalnum():
        return character
    return unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")


#: Characters by Textual's names.
_BACK: Final = {_character(each): each for each in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"}
