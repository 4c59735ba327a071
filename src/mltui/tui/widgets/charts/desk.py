"""Where charts are made: reads the series that one chart needs and draws it. Called in threads, one call at a time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mltui.errors import NotFound, SourceError
from mltui.model.runs import Run
from mltui.model.series import Series
from mltui.present.run_sections import SYSTEM
from mltui.present.text import Line, Span, line, safe
from mltui.tui.widgets.charts.families import Family, families
from mltui.tui.widgets.charts.look import Look
from mltui.tui.widgets.charts.picture import Picture, Sketch
from mltui.tui.widgets.charts.sketch import bars, lines_over_x, scatter

if TYPE_CHECKING:
    from mltui.sources.mlflow.reader import StoreReader

#: Pictures kept: those of a few screens.
KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class Subject:
    """What there are charts of: runs with all their keys, the metrics they logged, and which of those share a chart.

    `lines` are the charts that some run has a series for: a DVC experiment has none.
    """

    runs: tuple[Run, ...] = ()
    keys: tuple[str, ...] = ()
    charts: tuple[Family, ...] = ()
    lost: tuple[str, ...] = ()
    lines: tuple[Family, ...] = ()

    @property
    def running(self) -> bool:
        return any(run.status == "RUNNING" for run in self.runs)


class Desk:
    """Makes pictures of the store that `reader` gives; what did not move is neither read nor drawn again."""

    def __init__(self, reader: Callable[[], StoreReader | None]) -> None:
        from mltui.sources.mlflow.series_cache import SeriesCache

        self._find = reader
        self._reader: StoreReader | None = None
        self._series = SeriesCache(lambda: self._reader)
        self._made: dict[Hashable, tuple[tuple[object, ...], Picture]] = {}
        self._wholes: tuple[Hashable, dict[str, tuple[Run, Run]]] = None, {}
        self.reads = 0  #: grows with whatever is read of the store: what that took may go again

    def survey(self, runs: Sequence[Run], look: Look, first: str = "") -> Subject:
        """What there are charts of: the metric `first` before the others, those of the machine last.

        A run that is gone by now is named in `lost`. Raises `SourceError`.
        """
        self._reader = self._find()
        wholes = self._known_wholes()
        found: list[Run] = []
        lost: list[str] = []
        for run in runs:
            try:
                found.append(self._whole(run, wholes))
            except NotFound:
                lost.append(safe(run.name or run.run_id))
        logged = sorted(
            {key for run in found for key in run.metrics}, key=lambda key: (key != first, key.startswith(SYSTEM), key)
        )
        picked = [key for key in look.keys if key in logged]
        last = {key: [run.metrics[key] for run in found if key in run.metrics] for key in logged}
        charts = families(picked or logged, len(found), last)
        series = {key for run in found if run.kind == "run" for key in run.metrics}
        lines = charts
        if not series.issuperset(picked or logged):
            lines = families([key for key in picked or logged if key in series], len(found), last)
        return Subject(tuple(found), tuple(logged), charts, tuple(lost), lines)

    def mark(self) -> Hashable:
        """Moves when something was written to a local store; costs a few stats."""
        reader = self._reader
        return None if reader is None or reader.store.kind == "rest" else reader.fingerprint()

    def picture(self, subject: Subject, family: Family, look: Look, sketch: Sketch) -> Picture:
        """The chart of `family`, as large as `sketch` says, without the cursor. What stood in the way is said on it."""
        look = look.still()
        key = (look.kind, family.keys)
        former = self._made.get(key)
        try:
            series = self._read(subject, family) if look.kind == "lines" else []
        except SourceError as error:
            return _troubled(former[1] if former else None, family, error)
        mark = (subject.runs, look, sketch, *series)
        if former is not None and _same(former[0], mark):
            return former[1]
        if series and (former is None or not _same(former[0][3:], tuple(series))):
            self.reads += 1
        if look.kind == "lines" and not of_single_points(subject, series):
            made = lines_over_x(subject.runs, family, series, look, sketch)
        elif look.kind != "scatter":
            made = bars(subject.runs, family, sketch)
        else:
            made = scatter(subject.runs, look, sketch)
        self._made.pop(key, None)
        self._made[key] = mark, made
        while len(self._made) > KEPT:
            del self._made[next(iter(self._made))]
        return made

    def _known_wholes(self) -> dict[str, tuple[Run, Run]]:
        """What was read of runs since a local store last moved: each step of the cursor surveys fifty marked ones."""
        mark = self.mark()
        if mark is None or mark != self._wholes[0]:
            self._wholes = mark, {}
        return self._wholes[1]

    def _whole(self, run: Run, known: dict[str, tuple[Run, Run]]) -> Run:
        if run.whole or run.kind != "run" or run.problem or self._reader is None:
            return run
        if (former := known.get(run.run_id)) is None or former[0] is not run:
            self.reads += 1
            former = known[run.run_id] = run, replace(self._reader.run(run.run_id), life=run.life)
        return former[1]

    def _read(self, subject: Subject, family: Family) -> list[Series]:
        """A series for each key of each run, the key's runs together; empty where the run has no such metric."""
        return [self._one(run, key) for key in family.keys for run in subject.runs]

    def _one(self, run: Run, key: str) -> Series:
        if key not in run.metrics or run.kind != "run" or run.problem:
            return _missing(run.run_id, key)
        try:
            return self._series.get(run.run_id, key)
        except NotFound:
            return _missing(run.run_id, key)


def _missing(run_id: str, key: str) -> Series:
    return Series(run_id, key)


def of_single_points(subject: Subject, series: Sequence[Series]) -> bool:
    """Whether runs that log no more logged each metric once: a line of one point says less than a bar."""
    drawn = [subject.runs[at % len(subject.runs)] for at, one in enumerate(series) if len(one)]
    ended = all(run.status not in ("RUNNING", "SCHEDULED") or run.life is not None for run in drawn)
    return bool(drawn) and ended and all(len(one) <= 1 for one in series)


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether nothing moved: series are equal only to themselves, and empty ones to each other."""
    return len(one) == len(other) and all(_alike(a, b) for a, b in zip(one, other, strict=True))


def _alike(one: object, other: object) -> bool:
    if isinstance(one, Series) and isinstance(other, Series):
        return one is other or (not len(one) and not len(other))
    return one == other


def _troubled(former: Picture | None, family: Family, error: SourceError) -> Picture:
    """The last picture, or none, under a word about why there is no newer one."""
    said: Line = line(Span(safe(error.summary), "bad"))
    if former is not None:
        lines = (said, *former.lines[: max(0, len(former.lines) - 1)])
        return replace(former, lines=lines, axis=None)  # its lines moved: the cursor would cross the wrong ones
    hint: Line = line(Span(safe(error.hint), "note"))
    return Picture(line(Span(safe(family.title), "title")), (said, hint))
