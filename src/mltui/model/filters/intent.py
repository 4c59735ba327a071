"""Whether a typed text is a filter, or words to search for."""

from __future__ import annotations

import re

from mltui.model.filters.names import ALIASES, ATTRIBUTES, FAMILIES

_FAMILY = rf"`?(?:{'|'.join(FAMILIES)})`?\."
_ATTRIBUTE = "|".join(word.replace(" ", r"\s") for word in sorted((*ATTRIBUTES, *ALIASES), key=len, reverse=True))
_BEGINS = re.compile(
    rf"""\s*(?:(?:not\b|\(|and\b)\s*)*
    (?: {_FAMILY}                                             # metrics.
      | has\s+(?:{_FAMILY}|(?:{_ATTRIBUTE})\s*(?:$|\b(?:and|or)\b))  # has metrics. ; has commit
      | num\s*\(
      | [`"]?(?:{_ATTRIBUTE})[`"]?\s*                         # status = ; status in ( ; status is null
        (?: [=!<>~] | (?:not\s+)?(?:in\s*\(|i?like\s+['"%\w]) | is\s+(?:not|null)\b )
      | \w+\s+[<>]=?\s                                        # acc > 0.9 : what was meant is said
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def is_expression(text: str) -> bool:
    """Whether `text` begins as a filter does: a family's prefix, or an attribute with an operator behind it.

    ``status`` and ``not found`` are words; ``metrics.`` is a filter that is not finished.
    """
    return _BEGINS.match(text) is not None
