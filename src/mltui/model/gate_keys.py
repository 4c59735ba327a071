"""The key that a metric gate begins with: ``metrics.auc``, ``metrics."val/auc"``, with backticks too, as in filters.

Apart from the rest of a rule because a start-up asks for it, and has no time for more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

#: Strings and words as `model.filters.tokens` sees them.
_KEY: Final = re.compile(
    r"""\s*(?:metrics?|`metrics?`)\.
        (?: (?P<quoted>'(?:''|\\'|[^'])+'|"(?:""|\\"|[^"])+"|`(?:``|[^`])+`)
          | (?P<bare>(?:\[[^\]\[]*\]|[^\s'"`=<>!~(),])+) )\s*""",
    re.VERBOSE,
)
_FAMILY: Final = re.compile(r"\s*(?:metrics?|`metrics?`)\.")
LIKE: Final = "as in metrics.auc >= 0.8, metrics.auc >= champion - 0.005"


def metric_key(text: str) -> tuple[str, str]:
    """The key, and what follows it. Raises ValueError with a sentence where there is none."""
    if (found := _KEY.match(text)) is not None:
        return found["bare"] or found["quoted"][1:-1], text[found.end() :]
    family = _FAMILY.match(text)
    if family is None:
        raise ValueError(f"it does not begin with a metric, {LIKE}")
    rest = text[family.end() :]
    if rest[:1] in ("'", '"', "`") and rest.count(rest[0]) == 1:
        raise ValueError(f"the quote {rest[0]} is not closed")
    raise ValueError('a key lacks behind metrics., as in metrics.auc, metrics."val/auc"')


def first_metric(gates: Iterable[Mapping[str, Any]]) -> str | None:
    """The metric of the first gate that compares one, of tables as they are written (CONTRACT, Defaults)."""
    for row in gates:
        text = row.get("metric")
        if isinstance(text, str):
            try:
                return metric_key(text)[0]
            except ValueError:
                continue
    return None
