"""`mltui status --short`: what needs somebody in one short line, for a shell's prompt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from mltui.model.attention import attention
from mltui.present.marks import count, stage_mark
from mltui.present.text import Symbols

if TYPE_CHECKING:
    from mltui.model.dvc import Stage
    from mltui.model.status import Snapshot

#: A name takes no more letters of a prompt.
LONGEST: Final = 24
#: Letters of a name that no shell and no prompt has a meaning for. Others are "_": a prompt may be expanded once more.
_UNTOLD: Final = re.compile(r"[^\w.:/@+-]")


def short_line(snapshot: Snapshot, symbols: Symbols) -> str:
    """``train~ 2 stale 1 failed``; "" if nothing runs or needs somebody.

    The first stage of each kind by name, and how many there are where there are more. A "?" at the end: files moved
    since that was so, or nobody asked DVC yet.
    """
    return " ".join(_parts(snapshot, symbols))


def _parts(snapshot: Snapshot, symbols: Symbols) -> Iterator[str]:
    pipeline = snapshot.pipeline.value
    stages = pipeline.stages if pipeline else ()
    entries = attention(snapshot)
    needed = {entry.what for entry in entries if entry.kind == "stage"}
    yield from _named((stage for stage in stages if stage.status == "running"), "running", symbols)
    for status in ("stale", "missing"):
        wanted = (stage for stage in stages if stage.status == status and stage.address in needed)
        yield from _named(wanted, status, symbols)
    troubled = [entry.why.startswith("failed") for entry in entries if entry.kind in ("run", "job")]
    if failed := sum(troubled):
        yield f"{failed:,} failed"
    if doubtful := len(troubled) - failed:
        yield f"{doubtful:,} in doubt"
    if problems := sum(entry.kind == "problem" for entry in entries):
        yield count(problems, "problem")
    if pipeline is None or not pipeline.settled:
        yield symbols.unknown


def _named(stages: Iterable[Stage], status: str, symbols: Symbols) -> Iterator[str]:
    found = list(stages)
    if found:
        name = _UNTOLD.sub("_", found[0].name, count=0)
        shown = name if len(name) <= LONGEST else name[: LONGEST - len(symbols.more)] + symbols.more
        yield shown + stage_mark(found[0].status, symbols).text
    if len(found) > 1:
        yield f"{len(found):,} {status}"
