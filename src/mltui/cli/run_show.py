"""`mltui run show`: everything about one run, for people and for machines."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.cli.as_of import at_document, opened_then, unknown_then
from mltui.cli.exits import OK
from mltui.cli.find_runs import find_runs
from mltui.cli.known import Known, read_known, scene_of
from mltui.cli.opening import open_told
from mltui.cli.progress import Counted
from mltui.cli.saying import say_each
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import use_utf8, write
from mltui.errors import SourceError
from mltui.model.registry import versions_of_runs
from mltui.model.runs import PARENT_TAG, Run
from mltui.present.run_detail import RunRelations, run_detail
from mltui.present.text import Span, line, safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mltui.cli.options import Options
    from mltui.model.metric import PrimaryMetric
    from mltui.present.run_scene import RunScene
    from mltui.present.text import Line
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace

#: Metrics of a run that get a sparkline.
TRENDS = 20


def print_run(options: Options, word: str, *, as_json: bool, at: str | None = None) -> int:
    """Print the run and return the exit code. Raises `UsageError` for a word that names none or several."""
    stop_between_reads()
    workspace = open_told(options)
    try:
        workspace = opened_then(workspace, at)
        (run,) = find_runs(workspace, [word], experiments=options.store is None)
        known = read_known(workspace)
        run = next((replace(run, life=each.life) for each in known.runs if each.run_id == run.run_id), run)
        reader = workspace.reader() if run.kind == "run" else None
        scene = scene_of(workspace, known)
        related = _related(workspace, run, known, reader)
        problems = (*known.problems, *unknown_then(workspace))
        if as_json:
            from mltui.cli.machine import write_json
            from mltui.present.run_document import whole_run_document

            write_json(whole_run_document(run, scene, related, problems, at_document(workspace.as_of)))
        else:
            use_utf8()
            series = _series(reader, run, known.primary) if reader is not None else {}
            related = replace(related, series=series, lineage=_lineage(workspace, run, scene))
            title = line(Span(safe(run.name or run.run_id), "title"))
            write([title, *run_detail(run, scene, related)], cut=False)
        say_each(problems)
        return OK
    finally:
        workspace.close()


def _related(workspace: Workspace, run: Run, known: Known, reader: StoreReader | None) -> RunRelations:
    """What belongs to the run, in what was read and in its store."""
    nested = (each for each in known.runs if each.tags.get(PARENT_TAG) == run.run_id)
    parent = run.tags.get(PARENT_TAG)
    related = RunRelations(
        parent=next((each for each in known.runs if parent and each.run_id == parent), None),
        children=tuple(nested),
        versions=versions_of_runs(known.models).get(run.run_id, ()),
    )
    if reader is None:
        return related
    models = reader.logged_models(run.run_id)
    with suppress(SourceError):  # the rest is worth showing without a server's word on them
        models = workspace.artifacts.logged_models(run, reader.store, reader)
    return replace(
        related,
        inputs=reader.inputs(run.run_id),
        models=models,
        traces=reader.traces(run.run_id),
        read_at=reader.read_times([run.run_id]).get(run.run_id),
        swept_at=reader.store.as_of,
    )


def _series(reader: StoreReader, run: Run, primary: PrimaryMetric | None) -> Mapping[str, Sequence[float]]:
    """The newest values of its first metrics, for sparklines; of a server's the primary one's, a request each."""
    from mltui.present.run_sections import SYSTEM
    from mltui.present.spark import POINTS

    keys = sorted(run.metrics, key=lambda key: (primary is None or key != primary.key, key.startswith(SYSTEM), key))
    if reader.store.kind == "rest":
        keys = [key for key in keys if primary is not None and key == primary.key]
    return {key: [point.value for point in reader.series(run.run_id, key, POINTS)] for key in keys[:TRENDS]}


def _lineage(workspace: Workspace, run: Run, scene: RunScene) -> Sequence[Line]:
    """What it read and what was made of it; nothing where the history can't be told."""
    from mltui.present.lineage import run_lineage

    try:
        with Counted() as counted:
            graph = workspace.lineage.load(counted.tell_what)
    except SourceError:
        return ()
    return run_lineage(graph, run.run_id, scene.symbols, whole=scene.whole)
