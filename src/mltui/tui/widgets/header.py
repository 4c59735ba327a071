"""The first line: which project, where git stands, which store, how fresh all of it is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mltui.present.text import Line, Span, Symbols, ago, as_of, clip, line, safe
from mltui.sources.port import now_ms
from mltui.tui.widgets.bar import Piece

if TYPE_CHECKING:
    from mltui.model.git import GitState
    from mltui.model.part import Part, Problem
    from mltui.model.runs import Store


#: Characters of a changed file's path.
PATH = 32
#: Characters of what a problem says.
SAID = 48
#: Up to this age a time of day says when something was read; past it, the age does (ms).
CLOCK_MS = 3_600_000


def header_pieces(
    name: str,
    git: Part[GitState] | None,
    stores: Part[tuple[Store, ...]] | None,
    *,
    problems: Sequence[Problem],
    read_at: int,
    symbols: Symbols,
    paused: bool = False,
    experiments: int = 0,
    now: int | None = None,
    then: bool = False,
    job: Line = (),
) -> list[Piece]:
    """The pieces of the header. `read_at` is epoch ms of the newest reading (0: nothing yet), `now` of this moment;
    `experiments` counts DVC's. `job` is what there is to say of a running one. `then`: of another time, at whose commit
    nothing is checked out.
    """
    now = now_ms() if now is None else now
    pieces = [Piece(line(Span(clip(safe(name), 40, symbols.more), "title")))]
    if git and git.value:
        pieces.append(Piece(_head(git.value, symbols, then=then)))
        pieces.append(_dirty(git.value, symbols))
    elif git and git.problem and not git.problem.absent:
        pieces.append(Piece(line(Span(f"{symbols.failed} {git.problem.summary}", "bad")), rank=2))
    if job:
        pieces.append(Piece(job, rank=2))
    pieces += _store(stores, symbols, now, experiments)
    if problems:
        words = f"{len(problems)} problem" + "s" * (len(problems) > 1)
        pieces.append(Piece(line(Span(f"{symbols.failed} {words}", "bad")), rank=1, right=True))
        pieces.append(Piece(line(Span(clip(safe(problems[0].summary), SAID, symbols.more), "bad")), rank=5, right=True))
    if paused:
        pieces.append(Piece(line(Span("paused", "warn")), rank=1, right=True))
    if read_at:
        when = _clock("%H:%M:%S", read_at) if now - read_at < CLOCK_MS else f"{ago(read_at, now)} ago"
        pieces.append(Piece(line(Span("read ", "dim"), Span(when, "dim")), rank=6, right=True))
    return pieces


def _clock(form: str, moment: int) -> str:
    return time.strftime(form, time.localtime(moment / 1000))


def _head(git: GitState, symbols: Symbols, *, then: bool) -> Line:
    if git.branch:
        name = clip(safe(git.branch), 32, symbols.more)
    elif git.commit:
        name = f"{'' if then else 'detached '}at {git.commit[:7]}"
    else:
        name = "no commit yet"
    spans = [Span(name, "accent")]
    if git.ahead:
        spans.append(Span(f" {symbols.ahead}{git.ahead}"))
    if git.behind:
        spans.append(Span(f" {symbols.behind}{git.behind}"))
    return tuple(spans)


def _dirty(git: GitState, symbols: Symbols) -> Piece:
    if not git.dirty and not git.untracked:
        return Piece(())
    count = len(git.changes)
    untracked = f"{git.untracked} untracked" if git.untracked else ""
    if not git.dirty:
        return Piece(line(Span(untracked, "dim")), rank=5)
    names = ", ".join(_brief(safe(change.path), symbols) for change in git.changes[:2])
    rest = f" +{count - 2}" if count > 2 else ""
    short = line(Span(f"{symbols.dirty} {count} changed", "warn"))
    return Piece(
        line(Span(f"{symbols.dirty} {names}{rest}" if names else f"{symbols.dirty} dirty", "warn")), 4, short=short
    )


def _brief(path: str, symbols: Symbols) -> str:
    """A path in at most `PATH` characters: of a longer one its last part, which names the file."""
    if len(path) <= PATH:
        return path
    return clip(f"{symbols.more}/{path.rpartition('/')[2]}", PATH, symbols.more)


def _store(stores: Part[tuple[Store, ...]] | None, symbols: Symbols, now: int, experiments: int) -> list[Piece]:
    if stores is None:
        return []
    if stores.value is None:
        return (
            [Piece(line(Span(f"{symbols.failed} mlflow", "bad")), rank=2, right=True)]
            if stores.problem and not stores.problem.absent
            else []
        )
    store = next((each for each in stores.value if each.active), None)
    if store is None:
        return []
    words = store_name(store)
    if store.problem:
        if store.read_at is not None:
            young = now - store.read_at < CLOCK_MS
            words += " as of " + _clock("%H:%M", store.read_at) if young else f" {as_of(store.read_at, now)}"
        return [Piece(line(Span(f"{symbols.failed} {words}", "bad")), rank=2, right=True)]
    count = "" if store.runs is None else f" {symbols.dot} {store.runs:,} run" + "s" * (store.runs != 1)
    count += " so far" if count and store.partial else ""
    count += f" + {experiments:,} exp" if count and experiments else ""  # they are listed with the runs
    pieces = [Piece(line(words + count), rank=3, right=True, short=line(words))]
    if store.in_scope is not None and store.experiments and store.in_scope < store.experiments:
        scope = f"{store.in_scope:,} of {store.experiments:,} experiments"
        pieces.append(Piece(line(Span(scope, "dim")), rank=5, right=True))
    others = len(stores.value) - 1
    if others:
        pieces.append(Piece(line(Span(f"+{others} store" + "s" * (others > 1), "dim")), rank=7, right=True))
    return pieces


def store_name(store: Store) -> str:
    """A store in a few words: the file's or directory's name, or the server's host."""
    parts = urlsplit(store.uri)
    if parts.scheme in ("http", "https", "postgresql", "mysql") or "+" in parts.scheme:
        return safe(parts.netloc or store.uri)
    return safe(store.uri.rstrip("/").rsplit("/", 1)[-1] or store.uri)


def each_once(problems: Sequence[Problem]) -> list[Problem]:
    """Problems without those that say the same of the same: two sources may have met one silent server."""
    placed = {(each.summary, each.hint) for each in problems if each.path}
    left = [each for each in problems if each.path or (each.summary, each.hint) not in placed]
    return list({(each.summary, each.path, each.hint): each for each in reversed(left)}.values())[::-1]
