"""`mltui models`: registered models with their versions, for people and for machines."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mltui.cli.as_of import at_document, opened_then, unknown_then
from mltui.cli.exits import NOTHING, OK
from mltui.cli.opening import open_told
from mltui.cli.saying import say, say_each
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write
from mltui.errors import NotFound, SourceError, UsageError
from mltui.model.part import Problem
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mltui.cli.options import Options
    from mltui.model.moves import Move
    from mltui.model.registry import RegisteredModel
    from mltui.model.runs import Run
    from mltui.sources.workspace import Workspace

#: Source runs that are read for their names and figures, one by one; of more versions the ids do.
NAMED = 200


@dataclass(frozen=True)
class ModelsAsked:
    """The options of `mltui models`. `model` is a name, `at` another time than now."""

    model: str | None = None
    at: str | None = None
    json: bool = False


def print_models(options: Options, asked: ModelsAsked) -> int:
    """Print the models and return the exit code. Raises `UsageError` for a name that there is none of, `NotFound`
    for a store that was named and is not there."""
    stop_between_reads()
    workspace = open_told(options)
    try:
        workspace = opened_then(workspace, asked.at)
        absent: NotFound | None = None
        found: tuple[RegisteredModel, ...] = ()
        try:
            found = workspace.models.load(quick=False)
        except NotFound as error:
            if options.store is not None:  # no models there would be a wrong answer
                raise
            absent = error
        shown = _chosen(found, asked)
        problems = [*_silence(workspace), *unknown_then(workspace)]
        if asked.json:
            from mltui.cli.machine import write_json
            from mltui.present.models_document import models_document

            write_json(models_document(shown, problems, at_document(workspace.as_of), _moves(workspace, shown)))
        else:
            _print_text(workspace, shown)
        if absent is not None:
            say(absent.summary, absent.hint)
        elif not shown and not asked.json:
            say("no model was registered then" if asked.at else "no registered model here")
        say_each(problems)
        return NOTHING if absent is not None and workspace.project.git_dir is None else OK
    finally:
        workspace.close()


def _silence(workspace: Workspace) -> list[Problem]:
    """That a registry does not answer: what it last said is printed."""
    error = workspace.models.silence()
    return [] if error is None else [Problem("models", error.summary, error.hint)]


def _chosen(found: Sequence[RegisteredModel], asked: ModelsAsked) -> list[RegisteredModel]:
    if asked.model is None:
        return list(found)
    if chosen := [each for each in found if each.name == asked.model]:
        return chosen
    near = get_close_matches(asked.model, [each.name for each in found], n=3)
    then = " then" if asked.at else ""
    raise UsageError(
        f"no model is called {asked.model!r}{then}",
        f"did you mean {' or '.join(near)}?" if near else "mltui models lists them",
    )


def _print_text(workspace: Workspace, shown: Sequence[RegisteredModel]) -> None:
    from mltui.model.metric import primary_metric
    from mltui.present.model_moves import with_since
    from mltui.present.models import version_rows
    from mltui.present.run_scene import RunScene
    from mltui.present.table_text import table_text

    if not shown:
        return
    now = workspace.as_of.at if workspace.as_of else now_ms()
    config, runs = workspace.config, _runs(workspace, shown)
    primary = primary_metric(config.primary, config.goals, (), runs.values(), config.gate_metric)
    scene = RunScene(now, symbols(config), primary, (), whole=not is_terminal())
    use_utf8()
    rows = with_since(version_rows(shown, runs, scene), _moves(workspace, shown), now)
    write(table_text(rows, columns() if is_terminal() else None))


def _moves(workspace: Workspace, shown: Sequence[RegisteredModel]) -> list[Move]:
    """Who moved what of these; of another time what had been by then."""
    from mltui.sources.promotion.moves import read_moves

    found: tuple[Move, ...] = ()
    with suppress(SourceError):
        found = read_moves(workspace, shown) if shown else ()
    then = workspace.as_of.at if workspace.as_of else None
    return [move for move in found if then is None or (move.at is not None and move.at <= then)]


def _runs(workspace: Workspace, shown: Sequence[RegisteredModel]) -> dict[str, Run]:
    """The source runs by id, for their names and figures."""
    ids = dict.fromkeys(version.run_id for model in shown for version in model.versions if version.run_id)
    found: dict[str, Run] = {}
    with suppress(SourceError):
        reader = workspace.reader() if 0 < len(ids) <= NAMED else None
        for run_id in ids if reader is not None else ():
            with suppress(NotFound):
                found[run_id] = reader.run(run_id)  # type: ignore[union-attr]
    return found
