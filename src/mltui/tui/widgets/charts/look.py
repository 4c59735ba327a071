"""How charts are looked at: one frozen value that every key of the page gives a next one of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeVar

from mltui.model.columns import ColumnSpec
from mltui.model.key_names import key_of
from mltui.model.series import XKind

#: Lines over x; bars of the last values; runs as points of two columns.
Kind = Literal["lines", "bars", "scatter"]

KINDS: Final[tuple[Kind, ...]] = ("lines", "bars", "scatter")
X_KINDS: Final[tuple[XKind, ...]] = ("step", "relative", "time")
#: Weights of the moving average, as people know them from TensorBoard.
SMOOTHING: Final = (0.0, 0.3, 0.6, 0.9, 0.99)
#: (log x, log y), in the order in which the key goes through them.
LOGS: Final = ((False, False), (False, True), (True, False), (True, True))

X_WORDS: Final[dict[XKind, str]] = {"step": "step", "relative": "relative time", "time": "wall time"}

Range = tuple[float, float]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Look:
    """How charts are drawn, the same for all of a page.

    `keys` are the metrics that were picked (() for all of them), `columns` the x and y of the scatter chart. `window`
    (None: all) and `cursor` are x values of the axis `of`: steps, epoch ms, or seconds since the start.
    """

    kind: Kind = "lines"
    x: XKind = "step"
    log_x: bool = False
    log_y: bool = False
    smooth: float = 0.0
    robust: bool = False
    keys: tuple[str, ...] = ()
    columns: tuple[ColumnSpec, ColumnSpec] | None = None
    window: Range | None = None
    cursor: float | None = None
    of: XKind = "step"

    def next_kind(self) -> Look:
        return replace(self, kind=_after(KINDS, self.kind))

    def next_x(self) -> Look:
        """Another x axis; where on the former one somebody looked means nothing on it."""
        return replace(self.whole(), x=_after(X_KINDS, self.x))

    def next_log(self) -> Look:
        log_x, log_y = _after(LOGS, (self.log_x, self.log_y))
        return replace(self, log_x=log_x, log_y=log_y)

    def next_smoothing(self) -> Look:
        return replace(self, smooth=_after(SMOOTHING, self.smooth))

    def next_range(self) -> Look:
        """With the outliers, or without them."""
        return replace(self, robust=not self.robust)

    def whole(self) -> Look:
        """All of x, and no cursor."""
        return replace(self, window=None, cursor=None)

    def still(self) -> Look:
        """Without the cursor, which is put over what is drawn: two that differ only in it are drawn alike."""
        return replace(self, cursor=None, of=self.of if self.window else "step")

    def lacks(self, change: str, *, once: bool = False) -> str:
        """Why `change` (a method, "cursor" or "zoom") does nothing to this kind of chart; "" if it does.

        `once`: these are bars because each metric was logged once.
        """
        lacked = _LACKED.get(change)
        if lacked is None or self.kind == "lines" or (change, self.kind) == ("next_log", "scatter"):
            return ""
        if once:
            return f"each metric was logged once: bars have {lacked}"
        these = "bars have" if self.kind == "bars" else "the scatter chart has"
        return f"{these} {lacked}: {key_of('charts.kind')} turns to lines"

    def window_on(self, kind: XKind) -> Range | None:
        """What of the axis `kind` is seen; None for all of it."""
        return self.window if kind == self.of else None

    def cursor_on(self, kind: XKind) -> float | None:
        """Where on the axis `kind` the cursor is, if it is on that."""
        return self.cursor if kind == self.of else None

    def words(self, seen: XKind | None = None) -> list[str]:
        """What is on, in a few words each; the axis first. `seen`: the axis of the chart looked at."""
        if self.kind == "scatter":
            return ["scatter", *_logs(self)]
        if self.kind == "bars":
            return ["bars of last values"]
        axis = X_WORDS[self.x] if seen in (None, self.x) else f"{X_WORDS[seen]}, where steps repeat"
        words = [f"x {axis}", *_logs(self)]
        words += [f"EMA {self.smooth:g}"] if self.smooth else []
        words += ["outliers left out"] if self.robust else []
        words += ["zoomed"] if self.window else []
        return words


#: What only lines have, by what changes it; the scatter chart has log axes too.
_LACKED: Final = {
    "next_x": "no step or time",
    "next_smoothing": "nothing to smooth",
    "next_range": "no outliers to leave out",
    "next_log": "no log axis",
    "whole": "no other range",
    "cursor": "no cursor",
    "zoom": "no zoom",
}


def _logs(look: Look) -> list[str]:
    return [word for on, word in ((look.log_x, "log x"), (look.log_y, "log y")) if on]


def _after(choices: Sequence[T], now: T) -> T:
    return choices[(choices.index(now) + 1) % len(choices)]


#: A zoom step shows half or twice as much.
STEP: Final = 2.0
#: Less than this share of all of x is not zoomed into.
LEAST: Final = 1e-5


def zoomed(look: Look, kind: XKind, whole: Range, closer: bool) -> Look:
    """Half as much of x around the cursor (else around the middle), or twice as much; no more than all of it."""
    low, high = look.window_on(kind) or whole
    cursor = look.cursor_on(kind)
    middle = cursor if cursor is not None and low <= cursor <= high else (low + high) / 2
    share = (middle - low) / (high - low) if high > low else 0.5
    width = (high - low) / STEP if closer else (high - low) * STEP
    if width >= whole[1] - whole[0]:
        return replace(look, window=None, of=kind, cursor=cursor)
    width = max(width, (whole[1] - whole[0]) * LEAST)
    low = min(max(middle - share * width, whole[0]), whole[1] - width)
    return replace(look, window=(low, low + width), of=kind, cursor=cursor)


def moved(look: Look, kind: XKind, whole: Range, to: float) -> Look:
    """The cursor at `to`, within all of x; a window that it leaves goes along."""
    to = min(max(to, whole[0]), whole[1])
    window = look.window_on(kind)
    if window is not None and not window[0] <= to <= window[1]:
        shift = to - window[0] if to < window[0] else to - window[1]
        window = (window[0] + shift, window[1] + shift)
    return replace(look, window=window, cursor=to, of=kind)
