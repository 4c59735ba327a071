"""How much a YAML text may come to, told by its events: before a loader makes anything of it.

What loaders make of a hostile text, all tried with PyYAML 6 and ruamel.yaml 0.18 on libyaml 0.2.5: 100 kB of ``[``
end the process (the recursion is on the C stack, where Python does not count it), 20 kB of it take half a second;
aliases of aliases, a *billion laughs*, cost nothing to load and everything to walk, and as merge keys
(``<<: [*a, *a]``) cost it in the loader; and an anchor inside of itself is walked for ever.

Shared by mltui's own reader (`mltui.sources.yaml_text`) and the DVC child, whose parser is dvc's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

#: Levels of lists and mappings in each other. DVC's and MLflow's files have six, generated params some twenty.
DEEPEST = 100
#: Values that a text may have more of once its aliases are written out. A dvc.yaml that shares its deps has hundreds.
MOST_MORE = 100_000
#: Letters of a text that is parsed at all: as of mltui's own readers (`sources.regular`).
LONGEST = 32 << 20

#: What begins a list or a mapping elsewhere than on a line of its own.
_OPENING = re.compile(rb"[\[{]|(?:^|(?<=\s))[-?](?=\s)")
_ALIAS = re.compile(rb"(?:^|[\s,\[{:])\*")


class Beyond(ValueError):
    """The text goes beyond the bounds; says where and why."""


def may_go_beyond(text: str | bytes) -> bool:
    """Whether there is enough in it for that: of most files a search tells that there is not."""
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16: nobody's file, and no pattern of ours
        return True
    if b" " * DEEPEST in data or (b"&" in data and _ALIAS.search(data)):  # each level of a block stands further in
        return True
    return sum(1 for _ in islice(_OPENING.finditer(data), DEEPEST + 1)) > DEEPEST


def check(events: Iterable[Any]) -> None:
    """Raises `Beyond` at the first event too many; `events` are PyYAML's or ruamel.yaml's."""
    weights, own = [0], 0  # of what is open, of all that stands there
    known: dict[str, int] = {}  # of what has a name
    names: list[str | None] = []  # of what is open
    for event in events:
        kind = type(event).__name__
        if kind.endswith(("SequenceStartEvent", "MappingStartEvent")):
            names.append(event.anchor)
            known.pop(event.anchor, None)
            weights.append(1)
            own += 1
            if len(names) > DEEPEST:
                raise Beyond(f"line {event.start_mark.line + 1}: nested deeper than {DEEPEST} levels")
        elif kind.endswith(("SequenceEndEvent", "MappingEndEvent")):
            name, weight = names.pop(), weights.pop()
            weights[-1] += weight
            if name is not None:
                known[name] = weight
        elif kind == "ScalarEvent":
            weights[-1] += 1
            own += 1
            if event.anchor is not None:
                known[event.anchor] = 1
        elif kind == "AliasEvent":
            if event.anchor in names:
                raise Beyond(f"line {event.start_mark.line + 1}: an anchor that is inside of itself")
            weights[-1] += known.get(event.anchor, 0)
            own += 1
        if weights[-1] > MOST_MORE + own:
            raise Beyond(f"line {event.start_mark.line + 1}: its aliases come to more than {MOST_MORE:,} values")
