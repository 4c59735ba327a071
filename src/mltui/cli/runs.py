"""`mltui runs`: the runs of the active store and the DVC experiments, for people and for machines."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from itertools import chain, islice
from typing import TYPE_CHECKING

from mltui.cli.as_of import as_seen, at_document, opened_then
from mltui.cli.exits import NOTHING, OK
from mltui.cli.opening import open_told
from mltui.cli.runs_ages import Ages
from mltui.cli.runs_filter import matching
from mltui.cli.runs_hints import say_hints
from mltui.cli.saying import say, say_each
from mltui.cli.stopping import stop_between_reads
from mltui.errors import NotFound, SourceError, UsageError
from mltui.model.ages import elapsed
from mltui.model.merged import as_run, order
from mltui.model.part import Problem
from mltui.model.runs import Experiment, Run
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.cli.asked import RunsAsked
    from mltui.cli.options import Options
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace

#: So many runs are judged at once: a store of any size is printed in the memory of these.
JUDGED = 1000
#: So many of the newest runs of a file store are there before the rest of one that was never read.
FEW = 100


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to print: `reader`'s runs in the experiments `ids` (None: all), the DVC experiments `ours`.

    `stood` is what stands in the way of other runs.
    """

    reader: StoreReader | None
    ids: tuple[str, ...] | None
    ours: Sequence[Run]
    stood: tuple[Problem, ...]


def print_runs(options: Options, asked: RunsAsked) -> int:
    """Print the runs, newest first, and return the exit code.

    DVC experiments belong to no store and to no MLflow experiment: they are left out with --store and --experiment.
    """
    stop_between_reads()
    workspace = open_told(options)
    try:
        if asked.at is not None:
            workspace = opened_then(workspace, asked.at)
            asked = replace(asked, now=workspace.as_of.at if workspace.as_of else None)
        few = (
            asked.at is None
            and asked.most is not None
            and asked.most <= FEW
            and not asked.experiments
            and not asked.deleted
        )
        with_experiments = options.store is None and not asked.experiments
        reader, failure = _reader(workspace, with_experiments, few)
        if reader is None and failure is None and workspace.project.git_dir is None:
            sys.stderr.write(f"mltui: nothing to read in {workspace.project.root}: no git, no MLflow\n")
            return NOTHING
        ids = None if reader is None else experiment_ids(reader.experiments(), asked.experiments, asked.deleted)
        if few and ids is not None:  # the newest of all need not be among them
            reader = workspace.reader()
        ours = sorted(map(as_run, workspace.experiments.load()), key=order) if with_experiments else []
        found = Found(reader, ids, ours, (failure,) if failure else ())
        plain = asked.form == "table" and not asked.chosen
        (_print_table if plain else _print_whole)(workspace, found, asked)
        return OK
    finally:
        workspace.close()


def _reader(workspace: Workspace, with_experiments: bool, few: bool) -> tuple[StoreReader | None, Problem | None]:
    """The active store's reader; None if there is none, with the reason if one was found that can't be read.

    Raises that reason where nothing else can be printed, or if somebody named the store.
    """
    try:
        reader = workspace.stores.reader(newest=few)
    except SourceError as error:
        if workspace.config.store or not with_experiments or workspace.project.git_dir is None:
            raise
        return None, Problem("mlflow", error.summary, error.hint)
    if reader is None and not with_experiments:
        raise NotFound("there is no MLflow store here", "mltui doctor says where was searched")
    return as_seen(workspace, reader), None


def _silence(trouble: SourceError | None, ages: Ages, workspace: Workspace) -> tuple[Problem, ...]:
    """That the store does not answer: what it last said is printed, and how old the oldest of that is."""
    if trouble is None:
        return ()
    read_at = ages.oldest() or workspace.stores.read_at()
    age = f", up to {elapsed((now_ms() - read_at) / 1000)} ago" if read_at else ""
    return (Problem("mlflow", f"{trouble.summary}; these are the runs last read from it{age}", trouble.hint),)


def _print_table(workspace: Workspace, found: Found, asked: RunsAsked) -> None:
    """The table, which holds older runs of a server as they were last read; how many and when is said."""
    from mltui.cli.runs_table import print_table
    from mltui.present.run_detail import FRESH_MS

    reader = found.reader
    ages = Ages(reader, now_ms() - FRESH_MS)
    printed = print_table(workspace, found, asked)
    for run in printed:
        ages.add(run)
    say_hints(found, asked, printed=bool(printed))
    oldest = ages.oldest()
    silence = _silence(workspace.stores.trouble(), ages, workspace)
    say_each([*found.stood, *silence, *(reader.problems() if reader else ())])
    if ages.old and oldest is not None:
        age = elapsed((now_ms() - oldest) / 1000)
        hint = "" if silence else "--json and --csv read each anew"
        say(f"{ages.old:,} of these runs are as read up to {age} ago", hint)


def _print_whole(workspace: Workspace, found: Found, asked: RunsAsked) -> None:
    """JSON or CSV, exact: then on standard error what is not among the rows, or not whole."""
    from mltui.cli.runs_document import print_csv, print_json

    told = list[str]()
    printed = False
    reader, ids, trouble = _reread(workspace, found, asked)
    ages = Ages(reader if trouble else None)

    def heard() -> Iterator[Run]:
        nonlocal printed
        theirs = _runs(reader, ids, asked)
        every = merge(theirs, found.ours, key=order) if found.ours else theirs
        ordered = asked.order or asked.groups  # then it is the rows printed that are counted
        for run in islice(matching(every, reader, asked), None if ordered else asked.limit):
            if run.problem:
                told.append(run.problem)
            ages.add(run)
            printed = True
            yield run

    def problems() -> list[Problem]:
        rows = set(told)
        others = (one for one in (reader.problems() if reader else ()) if f"{one.path}: {one.summary}" not in rows)
        return [*found.stood, *_silence(trouble, ages, workspace), *others]

    if asked.chosen:
        from mltui.cli.runs_columns import print_chosen

        print_chosen(workspace, reader, tuple(heard()), asked)
    elif asked.form == "json":
        print_json(_judged(workspace, reader, heard()), problems, at_document(workspace.as_of))
    else:
        print_csv(heard())
    say_each(problems())
    say_hints(replace(found, reader=reader, ids=ids), asked, printed=printed)
    if told:
        say(f"{len(told):,} of these runs can't be read whole; their problem says why")


def _judged(workspace: Workspace, reader: StoreReader | None, runs: Iterator[Run]) -> Iterator[Run]:
    """`runs`, with `life` where one that is RUNNING is gone or silent. Nothing is read where none is RUNNING."""
    if reader is None:
        yield from runs
        return
    while some := tuple(islice(runs, JUDGED)):
        yield from workspace.lives.judged(reader, some)


def _reread(
    workspace: Workspace, found: Found, asked: RunsAsked
) -> tuple[StoreReader | None, tuple[str, ...] | None, SourceError | None]:
    """Read a server's runs anew; then its reader, the experiments, which what was read decides, what stood in the way.

    Every row of another store is as it is now.
    """
    most, deleted = (asked.most, asked.deleted) if asked.at is None else (None, True)
    trouble = workspace.stores.reread(found.ids, most, deleted=deleted)
    if found.reader is None or found.reader.store.kind != "rest" or trouble is not None:
        return found.reader, found.ids, trouble
    reader = workspace.reader() or found.reader
    ids = experiment_ids(reader.experiments(), asked.experiments, asked.deleted)
    if ids != found.ids:
        trouble = workspace.stores.reread(ids, most, deleted=deleted)
    return reader, ids, trouble


def experiment_ids(
    experiments: Iterable[Experiment], wanted: Collection[str], deleted: bool = False
) -> tuple[str, ...] | None:
    """The ids of the experiments whose name or id fits one of `wanted`; those in scope if nothing is wanted.

    None stands for all of them. Raises `UsageError` if nothing fits.
    """
    known = tuple(experiments)
    if not wanted:
        inside = tuple(each.experiment_id for each in known if each.in_scope)
        return None if len(inside) == len(known) else inside
    from fnmatch import fnmatchcase

    fits = tuple(
        each.experiment_id
        for each in known
        if any(one in (each.experiment_id, each.name) or fnmatchcase(each.name, one) for one in wanted)
        and (deleted or each.lifecycle == "active")
    )
    if not fits:
        names = ", ".join(repr(each.name) for each in known[:8] if deleted or each.lifecycle == "active")
        raise UsageError(f"no experiment fits {' or '.join(wanted)}", f"there are {names}" if names else "")
    return fits


def _runs(reader: StoreReader | None, ids: tuple[str, ...] | None, asked: RunsAsked) -> Iterator[Run]:
    if reader is None:
        return iter(())
    return chain.from_iterable(reader.runs(deleted=asked.deleted, experiments=ids, limit=asked.most))
