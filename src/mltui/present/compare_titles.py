"""What the runs of a comparison are called over their columns, and what its title tells of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from mltui.model.compare import GONE, Comparison
from mltui.model.runs import Run
from mltui.present.compare_words import DIGITS
from mltui.present.layout import cells, cut, cut_start
from mltui.present.marks import count
from mltui.present.text import Symbols, safe

#: Terminal columns of a run's name: keys, a baseline and one run with deltas have room in 80.
NAME = 20
#: A name that is followed by what became of its run keeps so many of them.
LEAST = 12


def titles(
    runs: Sequence[Run], more: str = "…", width: int | None = NAME, gone: Collection[int] = ()
) -> tuple[str, ...]:
    """What each run is called over its column: its name, the beginning of its id where there is none; and that it is
    deleted, or one of those that are `gone`.

    At most `width` terminal columns (None: whole). Where two would be called the same it is the end of the name, which
    is where names of a sweep differ; where that is the same too, name and id.
    """
    states = [f" ({state})" if (state := state_of(run, at in gone)) else "" for at, run in enumerate(runs)]
    rooms = [None if width is None else max(LEAST, width - cells(state)) for state in states]
    short = [_name(run, more, room) for run, room in zip(runs, rooms, strict=True)]
    if len(set(short)) < len(short):
        ends = [
            end if short.count(each) > 1 else each for each, end in zip(short, _ends(runs, rooms, more), strict=True)
        ]
        short = [
            _with_id(run, more, room) if ends.count(end) > 1 and run.name else end
            for run, room, end in zip(runs, rooms, ends, strict=True)
        ]
    return tuple(f"{name}{state}" for name, state in zip(short, states, strict=True))


def state_of(run: Run, gone: bool) -> str:
    """Why a run should not be there any more; "" of one that should."""
    return GONE if gone else "deleted" if run.lifecycle == "deleted" else ""


def told_of(comparison: Comparison, differing: int, symbols: Symbols, *, only: bool) -> tuple[str, ...]:
    """How many runs against which, how many rows differ, what became of runs; `only` those rows are shown."""
    runs, gone = comparison.runs, comparison.gone
    base = titles(runs, symbols.more, gone=gone)[comparison.baseline]
    states = Counter(filter(None, (state_of(run, at in gone) for at, run in enumerate(runs))))
    total = f"{differing:,} of {len(comparison.rows):,} rows"
    return (
        f"{count(len(runs), 'run')} against {symbols.mark} {base}",
        f"the {total} that differ" if only else f"{total} differ",
        *(f"{number} {state}" for state, number in states.items()),
        *((f"{symbols.best} best",) if any(row.best for row in comparison.rows) else ()),
    )


def _ends(runs: Sequence[Run], rooms: Sequence[int | None], more: str) -> list[str]:
    """The end of each name, as far as it has room."""
    whole = [_name(run, more, None) for run in runs]
    return [name if room is None else cut_start(name, room, more) for name, room in zip(whole, rooms, strict=True)]


def _with_id(run: Run, more: str, room: int | None) -> str:
    name = _name(run, more, None if room is None else max(1, room - DIGITS - 1))
    return f"{name} {run.run_id[:DIGITS]}"


def _name(run: Run, more: str, width: int | None) -> str:
    name = safe(run.name or run.run_id[: DIGITS + 2])
    return name if width is None else cut(name, width, more)
