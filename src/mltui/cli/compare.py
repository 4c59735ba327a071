"""`mltui compare`: runs side by side, for people, for a pull request, for machines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.cli.exits import OK
from mltui.cli.find_runs import find_runs
from mltui.cli.opening import open_told
from mltui.cli.runs_ages import Ages
from mltui.cli.saying import say, say_each
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write
from mltui.errors import UsageError
from mltui.model.ages import elapsed
from mltui.model.compare import FEWEST, MOST, Comparison, compare
from mltui.model.metric import primary_metric
from mltui.model.part import Problem
from mltui.model.runs import Run
from mltui.sources.mlflow.subjects import Subjects
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.sources.workspace import Workspace

#: What is read so long ago is as it is now (ms).
FRESH_MS = 60_000


@dataclass(frozen=True)
class CompareAsked:
    """The options of `mltui compare`: `runs` and `baseline` are ids, beginnings of ids, names."""

    runs: tuple[str, ...]
    form: str = "table"  #: or "json", "md"
    only_differences: bool = False
    baseline: str | None = None


def print_compare(options: Options, asked: CompareAsked) -> int:
    """Print the comparison and return the exit code.

    A baseline that is not among the runs is put before them. Raises `UsageError` for fewer than 2 runs or more than 20.
    """
    from mltui.present.compare_words import in_words

    stop_between_reads()
    workspace = open_told(options)
    try:
        experiments = options.store is None
        found = find_runs(workspace, asked.runs, experiments=experiments)
        base = find_runs(workspace, [asked.baseline], experiments=experiments)[0] if asked.baseline else None
        if base is not None and all(run.run_id != base.run_id for run in found):
            found = (base, *found)
        _need_some(found, asked)
        reader = workspace.reader() if any(run.kind == "run" for run in found) else None
        found = workspace.lives.judged(reader, found) if reader is not None else found
        subjects = Subjects(workspace.project.root).read(found, reader)
        config = workspace.config
        primary = primary_metric(config.primary, config.goals, (), [each.run for each in subjects], config.gate_metric)
        whole = compare(subjects, base.run_id if base else None, config.goals, primary)
        shown = whole if asked.form == "json" else in_words(whole, now_ms())
        _print(shown.differences() if asked.only_differences else shown, asked.form, workspace)
        _say_more(whole.runs, workspace)
        return OK
    finally:
        workspace.close()


def _need_some(found: Sequence[Run], asked: CompareAsked) -> None:
    if len(found) < FEWEST:
        one = "these words name one run only" if len(asked.runs) > 1 else "one run alone can't be compared"
        raise UsageError(one, "mltui compare RUN RUN …: ids, beginnings of ids, names")
    if len(found) > MOST:
        raise UsageError(f"{len(found)} runs are too many to compare, {MOST} are the most")


def _print(comparison: Comparison, form: str, workspace: Workspace) -> None:
    from mltui.present import compare_text

    use_utf8()
    signs = symbols(workspace.config)
    if form == "json":
        from mltui.cli.machine import write_json

        write_json(compare_text.as_document(comparison))
    elif form == "md":
        sys.stdout.write(compare_text.as_markdown(comparison, signs))
    else:
        write(compare_text.printed(comparison, signs, columns() if is_terminal() else None))


def _say_more(runs: Sequence[Run], workspace: Workspace) -> None:
    """Runs that can't be read whole, and of a server how old what is printed may be."""
    say_each([Problem("mlflow", f"{run.name or run.run_id}: {run.problem}") for run in runs if run.problem])
    reader = workspace.reader(wait=False) if any(run.kind == "run" for run in runs) else None
    if trouble := workspace.stores.trouble():
        say(f"{trouble.summary}; this is what was last read from it", trouble.hint)
    ages = Ages(reader, now_ms() - FRESH_MS)
    for run in runs:
        ages.add(run)
    oldest = ages.oldest()
    if ages.old and oldest is not None:
        say(f"{ages.old} of these runs are as read up to {elapsed((now_ms() - oldest) / 1000)} ago")
