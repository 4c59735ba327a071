"""`mltui diff`: why two things differ, for people, for a pull request, for machines."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.cli.exits import OK
from mltui.cli.find_sides import find_side
from mltui.cli.opening import open_told
from mltui.cli.saying import say
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write
from mltui.errors import SourceError
from mltui.model.difference import Difference
from mltui.model.metric import PrimaryMetric, primary_metric
from mltui.sources.sides.named import Named

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.sources.workspace import Workspace


@dataclass(frozen=True)
class DiffAsked:
    """The options of `mltui diff`."""

    old: str
    new: str = "worktree"
    form: str = "text"  #: or "json", "md"
    pipeline: bool = False  #: only the code that the pipeline depends on
    every: bool = False  #: what is alike too


def print_diff(options: Options, asked: DiffAsked) -> int:
    """Print the difference and return the exit code. Raises `UsageError` for a word that names nothing."""
    use_utf8()
    stop_between_reads()
    workspace = open_told(options)
    try:
        old, new = find_side(workspace, asked.old), find_side(workspace, asked.new)
        found = workspace.differ.difference(old, new, _primary(workspace, old, new), _telling())
        _hush()
        _print(found.narrowed() if asked.pipeline else found, asked, workspace)
        if trouble := workspace.stores.trouble() if old.run or new.run else None:
            say(f"{trouble.summary}; this is what was last read from it", trouble.hint)
        return OK
    finally:
        workspace.close()


def _primary(workspace: Workspace, *sides: Named) -> PrimaryMetric | None:
    """Of the configuration, else what DVC's metrics files begin with, else what the runs have most."""
    config = workspace.config
    try:
        known = workspace.pipeline.remembered() if not config.primary else None
    except SourceError:
        known = None
    runs = [side.run for side in sides if side.run is not None]
    return primary_metric(config.primary, config.goals, known.metric_keys if known else (), runs, config.gate_metric)


def _print(found: Difference, asked: DiffAsked, workspace: Workspace) -> None:
    from mltui.present import difference, difference_document

    signs = symbols(workspace.config)
    if asked.form == "json":
        from mltui.cli.machine import write_json

        write_json(difference_document.as_document(found))
    elif asked.form == "md":
        sys.stdout.write(difference_document.as_markdown(found, signs, only=not asked.every))
    else:
        width = columns() if is_terminal() else None
        write(difference.difference_lines(found, difference.Shown(not asked.every, width, signs)))


def _telling() -> Callable[[str], None]:
    """Says on standard error what is being read, in one line that is overwritten; only to a person."""
    from mltui.present.layout import cut
    from mltui.present.text import safe

    def tell(what: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{cut(safe(what), columns() - 1)}")
            sys.stderr.flush()

    return tell


def _hush() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
