"""Finding names by a few of their letters, among thousands while somebody types."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: After one of these a word of a name begins.
_BETWEEN = " ./_-:[]"

#: The smaller the better: letters apart, in the middle of a word, how far the letters are spread, how long the name is.
_Score = tuple[int, int, int, int]


def fuzzy(text: str, names: Sequence[str]) -> list[int]:
    """The places of the names in which the letters of every word of `text` come in this order, in any case; the best
    first, of equal ones in their order. "" finds all.

    A word that stands in a name as it is goes before one whose letters are apart, the beginning of a word before its
    middle, a short name before a long one. 5,000 names take some 10 ms.
    """
    words = text.casefold().split()
    if not words:
        return list(range(len(names)))
    spread = [re.compile(".*?".join(map(re.escape, word)), re.DOTALL) for word in words]
    found: list[tuple[_Score, int]] = []
    for at, name in enumerate(names):
        folded = name.casefold()
        scores = [_score(word, pattern, folded) for word, pattern in zip(words, spread, strict=True)]
        told = [score for score in scores if score is not None]
        if len(told) == len(words):
            found.append((max(told), at))
    return [at for _, at in sorted(found)]


def _score(word: str, spread: re.Pattern[str], name: str) -> _Score | None:
    start = name.find(word)
    if start >= 0:
        inside = start > 0 and name[start - 1] not in _BETWEEN and not any(f"{each}{word}" in name for each in _BETWEEN)
        return 0, int(inside), 0, len(name)
    hit = spread.search(name)
    return None if hit is None else (1, 0, hit.end() - hit.start(), len(name))
