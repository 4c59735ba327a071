"""The small words every screen shares: status symbols, deltas, names, times."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Final

from mltui.model.ages import elapsed
from mltui.model.key_names import key_of
from mltui.model.life import life_text
from mltui.model.metric import Goal, PrimaryMetric
from mltui.model.runs import Run, RunStatus
from mltui.model.stage_state import StageState
from mltui.present.text import Role, Span, Symbols, delta, number, safe, short_sha

if TYPE_CHECKING:
    from mltui.model.dvc import StageStatus

#: Terminal columns of a metric where room is short: values are seldom wider, and their labels should not be.
METRIC = 16

#: Status -> (attribute of `Symbols`, role).
_RUN: Final[dict[RunStatus, tuple[str, Role]]] = {
    "FINISHED": ("fresh", "good"),
    "RUNNING": ("running", "running"),
    "FAILED": ("failed", "bad"),
    "KILLED": ("killed", "warn"),
    "SCHEDULED": ("scheduled", "dim"),
}
_STAGE: Final[dict[StageStatus, tuple[str, Role]]] = {
    "fresh": ("fresh", "good"),
    "running": ("running", "running"),
    "stale": ("stale", "warn"),
    "missing": ("missing", "warn"),
    "unknown": ("unknown", "unknown"),
}
_STATE: Final[dict[StageState, tuple[str, Role]]] = {
    "fresh": ("fresh", "good"),
    "running": ("running", "running"),
    "stale": ("stale", "warn"),
    "upstream stale": ("upstream", "warn"),
    "failed": ("failed", "bad"),
    "frozen": ("frozen", "accent"),
    "never run": ("scheduled", "warn"),
    "outs missing": ("missing", "warn"),
    "unknown": ("unknown", "unknown"),
}


def run_mark(run: Run, symbols: Symbols) -> Span:
    """The symbol of a run's status; "?" where the run could not be read, or may run no more."""
    if run.problem or run.life is not None:
        return Span(symbols.unknown, run_role(run))
    name, role = _RUN.get(run.status, ("unknown", "unknown"))
    return Span(getattr(symbols, name), role)


def run_need_mark(why: str, symbols: Symbols) -> Span:
    """The symbol of a run that needs somebody, of which `attention` says `why`: of one that is silent or gone nobody
    knows how it ended."""
    return Span(symbols.failed, "bad") if why.startswith("failed") else Span(symbols.unknown, "warn")


def run_role(run: Run) -> Role:
    """The role of a run's status, for its word."""
    if run.life is not None:
        return "warn"
    return "unknown" if run.problem else _RUN.get(run.status, ("", "unknown"))[1]


def run_word(run: Run, now: int) -> str:
    """A run's status in words: ``finished``, ``silent 3 h, longest gap so far 41 min``. `now` is epoch ms."""
    return life_text(run.life, now) if run.life is not None else run.status.lower()


def stage_mark(status: StageStatus, symbols: Symbols) -> Span:
    """The symbol of a stage's or dataset's status."""
    name, role = _STAGE.get(status, ("unknown", "unknown"))
    return Span(getattr(symbols, name), role)


def stage_role(status: StageStatus) -> Role:
    """The role of a stage's status, for its word."""
    return _STAGE.get(status, ("", "unknown"))[1]


def state_mark(state: StageState, symbols: Symbols) -> Span:
    """The symbol of the state a stage is in."""
    name, role = _STATE[state]
    return Span(getattr(symbols, name), role)


def value_span(value: float | None) -> Span:
    """A metric for a table; "-" where it was not logged."""
    return Span("-", "dim") if value is None else Span(number(value))


def delta_span(value: float | None, base: float | None, goal: Goal | None) -> Span:
    """`value` against `base`: good or bad only where the direction is known; "-" where there is nothing to compare."""
    if value is None or base is None or math.isnan(value) or math.isnan(base):
        return Span("-", "dim")
    if math.isinf(value) and math.isinf(base) and value != base:
        return Span("-", "dim")
    text = difference(value, base)
    if value == base or goal is None:
        return Span(text)
    return Span(text, "good" if (value > base) == (goal == "max") else "bad")


def difference(value: float, base: float) -> str:
    """`value` - `base` with its sign and as many decimals as both are shown with; "=" when equal."""
    decimals = max(len(number(each).partition(".")[2]) for each in (value, base))
    text = f"{value - base:+.{decimals}f}"
    scientific = "e" in number(value) + number(base)
    # What rounds to nothing is shown with its own digits: it is not "equal".
    return delta(value, base) if value == base or scientific or not float(text) else text


def metric_label(primary: PrimaryMetric | None, symbols: Symbols) -> str:
    """The primary metric's name as a header; a guess is marked "?"; "" without one."""
    if primary is None:
        return ""
    return safe(primary.key) + (symbols.unknown if primary.guessed else "")


def guess_hint(primary: PrimaryMetric | None, symbols: Symbols) -> str:
    """What the "?" behind the primary metric's name means; "" where there is none."""
    return f"{symbols.unknown} guessed: {key_of('metric')} chooses" if primary is not None and primary.guessed else ""


def sha_span(sha: str | None) -> Span:
    """A commit in seven digits; "-" where none is recorded. A tag that is no hash is shown as it is."""
    if not sha:
        return Span("-", "dim")
    return Span(short_sha(sha) if is_sha(sha) else safe(sha), "hash")


def long_sha(sha: str | None) -> Span:
    """A commit in twelve digits, for a detail: no two of a history share them. "not recorded" for None."""
    if not sha:
        return Span("not recorded", "dim")
    return Span(sha[:12] if is_sha(sha) else safe(sha), "hash")


def is_sha(text: str) -> bool:
    """Whether `text` looks like a full or shortened commit hash."""
    return 7 <= len(text) <= 64 and all(char in "0123456789abcdef" for char in text)


def stamp(then: int | None) -> str:
    """Epoch milliseconds as local date and time to the minute; "" for None; the bare number where no calendar fits."""
    if then is None:
        return ""
    try:
        return datetime.fromtimestamp(then / 1000).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):
        return f"{then} ms"


def moment(then: int) -> str:
    """Epoch milliseconds as local date and time to the second: what follows within a minute is told apart."""
    try:
        return datetime.fromtimestamp(then / 1000).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return f"{then} ms"


def clock(then: int) -> str:
    """Epoch milliseconds of today as local hours and minutes."""
    try:
        return datetime.fromtimestamp(then / 1000).strftime("%H:%M")
    except (OverflowError, ValueError, OSError):
        return f"{then} ms"


def took(start: int | None, end: int | None, now: int, *, running: bool = False) -> str:
    """How long something ran: "48 s", "1 h 12 min", "5 min 2 s so far", "3 y so far"; "" where unknown."""
    until = now if running and end is None else end
    if start is None or until is None or until < start:
        return ""
    seconds = (until - start) / 1000
    if seconds < 10:
        text = f"{seconds:.1f} s"
    elif seconds < 60:
        text = f"{seconds:.0f} s"
    elif seconds < 3600:
        text = f"{int(seconds // 60)} min {int(seconds % 60)} s"
    elif seconds < 48 * 3600:
        text = f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"
    elif seconds < 60 * 86400:
        text = f"{seconds / 86400:.1f} d"
    else:
        text = elapsed(seconds)
    return text + (" so far" if running and end is None else "")


def count(number_of: int, one: str, many: str = "") -> str:
    """ "1 run", "2 runs", "12,004 files"."""
    return f"{number_of:,} {one if number_of == 1 else many or one + 's'}"


def short_who(name: str) -> str:
    """Who it was where room is small: of an e-mail address what stands before the @."""
    local, at, host = name.partition("@")
    return local if at and local and host and " " not in name else name
