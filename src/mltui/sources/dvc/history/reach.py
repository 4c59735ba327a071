"""Which branches and tags contain which commits, and how they are called where two have one name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from mltui.model.dvc_history import CommitGraph
from mltui.model.git import Ref

_FULL = {"branch": "heads/", "head": "heads/", "remote": "remotes/", "tag": "tags/"}
#: Names that git looks for in its own directory first (gitrevisions(7)).
_GITS_OWN = frozenset({"HEAD", "FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"})


def named(refs: Iterable[Ref]) -> list[tuple[str, Ref]]:
    """Branches and tags with the names that git itself abbreviates them to: ``heads/x`` and ``tags/x`` where both are.

    A detached HEAD is neither.
    """
    kept = [ref for ref in refs if ref.kind != "head" or ref.name != "HEAD"]
    taken = Counter(ref.name for ref in kept)
    full = Counter(_FULL[ref.kind] + ref.name for ref in kept)
    found = []
    for ref in kept:
        long = _FULL[ref.kind] + ref.name
        alone = taken[ref.name] == 1 and full[ref.name] == 0 and ref.name not in _GITS_OWN
        found.append((ref.name if alone else long, ref))
    return sorted(found, key=lambda pair: (("head", "branch", "remote", "tag").index(pair[1].kind), pair[0]))


def containing(graph: CommitGraph, refs: Sequence[tuple[str, Ref]], wanted: Collection[str]) -> dict[str, int]:
    """For each wanted commit a number whose bit n says that the nth ref contains it. One pass over the graph."""
    bits: dict[str, int] = {}
    for at, (_, ref) in enumerate(refs):
        bits[ref.sha] = bits.get(ref.sha, 0) | 1 << at
    found: dict[str, int] = {}
    left = set(wanted)
    for sha, parents in graph.parents.items():
        mine = bits.pop(sha, 0)
        if sha in left:
            found[sha] = mine
        if mine:
            for parent in parents:
                known = bits.get(parent, 0)
                bits[parent] = known | mine if known else mine
    return found


def said(refs: Sequence[tuple[str, Ref]], mask: int) -> tuple[str, ...]:
    """The names of the refs in a mask; a remote's branch only where one's own of that name is not among them."""
    chosen = [refs[at] for at in range(mask.bit_length()) if mask >> at & 1]
    own: Mapping[str, None] = {ref.name: None for _, ref in chosen if ref.kind in ("head", "branch")}
    return tuple(name for name, ref in chosen if ref.kind != "remote" or ref.name.partition("/")[2] not in own)
