"""Whether a run that is RUNNING still runs, as far as anybody can know.

MLflow keeps no process, host or exit code: a training that was killed stays RUNNING for ever. So a run is *gone* only
where somebody recorded its process and that process is not on this host any more, or where Slurm says that its job
ended; it is *silent* where nothing was written for much longer than it ever went without writing. Never more than that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from mltui.model.ages import age_ago, elapsed

LifeState = Literal["gone", "silent"]

#: No run is called silent before (CONTRACT, Defaults).
QUIET_MS = 15 * 60_000
#: Nor before it wrote nothing for so many times its longest gap.
GAPS = 5


@dataclass(frozen=True, slots=True)
class Life:
    """That a RUNNING run may run no more. `last_write` (epoch ms) is when it last logged a metric, else when it began.

    `gap` is the longest time without a write so far (ms, None: nobody knows), of finished runs of its experiment where
    `of_others`. `why` says who knows that it is gone ("" of a silent one).
    """

    state: LifeState
    last_write: int | None
    gap: int | None = None
    of_others: bool = False
    why: str = ""


def longest_gap(start: int | None, writes: Iterable[int], end: int | None = None) -> int | None:
    """The longest time without a write (ms), from the start on, and to the end of a run that has ended.

    `writes` are epoch ms in any order. None if there are not two moments to measure between.
    """
    moments = sorted({*writes, *(at for at in (start, end) if at is not None)})
    return max((later - sooner for sooner, later in pairwise(moments)), default=None)


def is_silent(last_write: int, now: int, gap: int | None) -> bool:
    """Whether nothing was written for max(15 min, 5 x `gap`). Times in epoch ms, the gap in ms (None: none known)."""
    return now - last_write > max(QUIET_MS, GAPS * (gap or 0))


def life_text(life: Life, now: int | None) -> str:
    """``silent 3 h, longest gap so far 41 min``; ``gone: no process 4242 on this host, last write 3 h ago``.

    Without `now` nothing that changes while nothing happens: for documents that are compared.
    """
    since = (now - life.last_write) / 1000 if now is not None and life.last_write is not None else None
    if life.state == "gone":
        return f"gone: {life.why}{f', last write {age_ago(since)}' if since is not None else ''}"
    longest = elapsed(life.gap / 1000) if life.gap is not None else ""
    whose = "of finished runs" if life.of_others else "so far"
    silent = f"silent {elapsed(since)}" if since is not None else "silent"
    return f"{silent}, longest gap {whose} {longest}" if longest else silent
