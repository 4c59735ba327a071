"""What of a store's runs is not as it is now: said in the title of their table."""

from __future__ import annotations

from collections.abc import Collection

from mltui.model.key_names import key_of
from mltui.model.part import Part
from mltui.model.runs import RunTable, Store
from mltui.present.text import Symbols, as_of, safe

#: A server whose runs were all read so long ago may have changed some of them since (ms).
OLD_MS = 180_000


def store_note(
    part: Part[RunTable] | None, store: Store | None, unread: Collection[str], now: int, symbols: Symbols
) -> str:
    """ "" where all is as it is now. `unread`: the keys that columns wait for."""
    table = part.value if part else None
    if table is None:  # DVC experiments are listed, and the store is not to be forgotten over them
        problem = part.problem if part else None
        return f"{symbols.failed} {safe(problem.summary)}" if problem and not problem.absent else ""
    if store is not None and store.reading is not None:
        return _progress(store, store.reading, symbols)
    if table.complete and unread:
        return f"reading {', '.join(sorted(map(safe, unread)))}"
    return _older(store, now) if table.complete else "the newest; reading the rest"


def _progress(store: Store, reading: int, symbols: Symbols) -> str:
    """How far all of a server was read: it does not say how many runs it has."""
    waits = f"  {symbols.failed} {safe(store.problem)}" if store.problem else ""
    return f"{'reading all again: ' if store.as_of else ''}{reading:,} runs read so far{waits}"


def _older(store: Store | None, now: int) -> str:
    """Of when a server's runs are, besides the newest; nothing for what was read a few minutes ago."""
    if store is None or store.as_of is None or now - store.as_of < OLD_MS:
        return ""
    return f"older runs, and what was deleted, {as_of(store.as_of, now)}; {key_of('refresh')} reads all again"
