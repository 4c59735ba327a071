"""Whether a typed text is a filter, or words to search for."""

from __future__ import annotations

import re

from mltui.model.filters.names import ALIASES, ATTRIBUTES, FAMILIES

_FAMILY = rf"`?(?:{'|'.join(FAMILIES)})`?\."
#: Prefixes that nobody types for anything else; ``run.py`` and ``dataset.csv`` are words until an operator follows.
_SURE = r"(?:`(?:metrics|params|tags|attributes)`|metrics|params|tags|attributes)\."
_KEY = r"(?:`[^`]*`|\"[^\"]*\"|[\w./-]+)"
#: An operator of texts, and what begins behind it.
_OPERATOR = r"(?: [=!<>~] | (?:not\s+)?(?:in\s*\(|i?like\s+['\"%\w]) | is\s+(?:not|null)\b )"
_ATTRIBUTE = "|".join(word.replace(" ", r"\s") for word in sorted((*ATTRIBUTES, *ALIASES), key=len, reverse=True))
_BEGINS = re.compile(
    rf"""\s*(?:(?:not\b|\(|and\b)\s*)*
    (?: {_SURE}                                               # metrics.
      | {_FAMILY}{_KEY}\s*{_OPERATOR}                         # dataset.name =
      | has\s+(?:{_FAMILY}|(?:{_ATTRIBUTE})\s*(?:$|\b(?:and|or)\b))  # has metrics. ; has commit
      | num\s*\(
      | [`"]?(?:{_ATTRIBUTE})[`"]?\s*                         # status = ; status in ( ; status is null
        {_OPERATOR}
      | \w+\s+[<>]=?\s | \w+\s*[<>]=?\s*[-.\d]              # acc > 0.9 ; acc>0.9 : what was meant is said
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def is_expression(text: str) -> bool:
    """Whether `text` begins as a filter does: a family's prefix, or an attribute with an operator behind it.

    ``status``, ``not found`` and ``run.py`` are words; ``metrics.`` is a filter that is not finished.
    """
    return _BEGINS.match(text) is not None
