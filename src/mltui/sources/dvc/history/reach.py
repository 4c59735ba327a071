"""Which branches and tags contain which commits, and how they are called where two have one name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

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


class Names:
    """What the refs of a mask are called. A set of refs is one tuple, however many versions are in it."""

    def __init__(self, refs: Sequence[tuple[str, Ref]]) -> None:
        self._names = [name for name, _ in refs]
        self._made: dict[int, tuple[str, ...]] = {}
        own = {ref.name: 1 << at for at, (_, ref) in enumerate(refs) if ref.kind in ("head", "branch")}
        self._doubled = [
            (1 << at, own[branch])
            for at, (_, ref) in enumerate(refs)
            if ref.kind == "remote" and (branch := ref.name.partition("/")[2]) in own
        ]

    def of(self, mask: int) -> tuple[str, ...]:
        """The names, in the order of the refs; a remote's branch only where one's own of that name is not there."""
        made = self._made.get(mask)
        if made is None:
            shown = mask
            for remote, own in self._doubled:
                if mask & remote and mask & own:
                    shown &= ~remote
            made = self._made[mask] = tuple(chosen(self._names, shown))
        return made


def chosen(names: Sequence[str], mask: int) -> Iterator[str]:
    """The names whose bits are set, the first being the lowest."""
    return (name for name, bit in zip(names, reversed(f"{mask:b}"), strict=False) if bit == "1")
