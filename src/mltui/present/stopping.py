"""A stop before it happens: which processes, how they are asked to end, what is asked once more."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from mltui.present import detail
from mltui.present.layout import cut
from mltui.present.text import Line, Span, Symbols, line, safe

#: Processes that are listed, and terminal columns of a command: a training has workers by the dozen.
MOST = 12
COMMAND = 90


class Process(Protocol):
    """What is known of a process."""

    @property
    def pid(self) -> int: ...
    @property
    def parent(self) -> int: ...
    @property
    def argv(self) -> Sequence[str]: ...


def stop_lines(
    what: str,
    processes: Sequence[Process],
    first: Collection[int],
    grace: float,
    symbols: Symbols,
    *,
    elsewhere: str = "",
) -> list[Line]:
    """What will be asked to end, and how. `first` are the pids that are interrupted, `grace` is seconds; `elsewhere`
    is who runs it, where that is another box or engine."""
    lines: list[Line] = [line(Span(safe(what, symbols), "title"))]
    if elsewhere:
        lines += [(), line(f"It runs on {safe(elsewhere, symbols)}, which is asked to end it.")]
    elif processes:
        lines += detail.section("Its processes", _tree(processes, first, symbols))
    else:
        lines += [(), line("It waits for its turn: nothing of it runs yet.")]
    rows = [
        detail.field("SIGINT", "to the training, so that it cleans up and dvc unwinds by itself"),
        detail.field("SIGTERM", f"to what still lives after {grace:g} s"),
        detail.field("SIGKILL", "only if you say so once more"),
        detail.field("then", "branch, HEAD, files, locks, runs and processes are looked at, and told"),
    ]
    return lines + detail.section("How", detail.fields(rows))


def _tree(processes: Sequence[Process], first: Collection[int], symbols: Symbols) -> list[Line]:
    """Each below the one that began it, as many steps in."""
    known = {each.pid: each for each in processes}
    below: dict[int, list[Process]] = {}
    for each in sorted(processes, key=lambda one: one.pid):
        below.setdefault(each.parent if each.parent in known and each.parent != each.pid else 0, []).append(each)
    rows = list(_rows(below, 0, 0, first, symbols))
    rest = len(rows) - MOST
    return rows[:MOST] + ([line(Span(f"{symbols.more} and {rest} more", "dim"))] if rest > 0 else [])


def _rows(
    below: dict[int, list[Process]], parent: int, depth: int, first: Collection[int], symbols: Symbols
) -> Iterable[Line]:
    for each in below.get(parent, ()):
        command = cut(safe(shlex.join(each.argv) or "?", symbols), COMMAND, symbols.more)
        mark = Span("  interrupted first", "warn") if each.pid in first else Span("")
        yield line("  " * depth, Span(f"{each.pid}", "accent"), f"  {command}", mark)
        yield from _rows(below, each.pid, depth + 1, first, symbols)


def kill_lines(alive: Sequence[tuple[int, str]], symbols: Symbols) -> list[Line]:
    """The second question: what neither SIGINT nor SIGTERM ended."""
    rows = [
        line(Span(str(pid), "bad"), f"  {cut(safe(command, symbols), COMMAND, symbols.more)}") for pid, command in alive
    ]
    return [
        line(Span("It still lives.", "title"), " Kill it? What it was writing stays as it is now."),
        (),
        *rows[:MOST],
    ]
