"""`mltui journal --model M`: what happened to a registered model, by the journal, the registry and git's tags."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mltui.cli.exits import OK
from mltui.cli.saying import say, say_each
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write
from mltui.errors import NotFound, SourceError, UsageError
from mltui.model.model_journal import Happened, happened
from mltui.model.part import Problem

if TYPE_CHECKING:
    from mltui.model.registry import RegisteredModel
    from mltui.sources.workspace import Workspace

#: Rows that a terminal is shown unasked; a pipe gets all.
MOST = 30


def print_model_journal(workspace: Workspace, model: str, *, json: bool, limit: int | None) -> int:
    """Print it and return the exit code. Raises `UsageError` for a model that nobody ever heard of."""
    from mltui.sources.promotion.moves import read_moves

    problems: list[Problem] = []
    models = _models(workspace, problems)
    moves = read_moves(workspace, models)
    found = happened(model, workspace.journal.load().entries, moves)
    if not found and all(each.name != model for each in models):
        near = get_close_matches(model, [each.name for each in models], n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "mltui models lists them"
        raise UsageError(f"no model is called {model!r}", hint)
    most = limit if limit is not None or json or not is_terminal() else MOST
    shown = found if most is None else found[max(0, len(found) - most) :]
    if json:
        _print_document(model, shown, problems)
    else:
        _print_text(workspace, model, shown, len(found) - len(shown))
    say_each(problems)
    return OK


def _models(workspace: Workspace, problems: list[Problem]) -> tuple[RegisteredModel, ...]:
    """The registries' models; what can't be read tells nothing, and is a problem."""
    try:
        found = workspace.models.load(quick=False)
        error = workspace.models.silence()
    except NotFound:
        return ()
    except SourceError as raised:
        found, error = (), raised
    if error is not None:
        hint = error.hint or "what colleagues moved is not told without it"
        problems.append(Problem("models", f"the registry can't be read: {error.summary}", hint))
    return found


def _print_document(model: str, shown: Sequence[Happened], problems: Sequence[Problem]) -> None:
    from mltui.cli.machine import write_json
    from mltui.present.journal import journal_document
    from mltui.present.model_journal import about, moves_document
    from mltui.present.runs_machine import problem_document

    document = journal_document(about(shown)) | {
        "model": model,
        "moves": moves_document(each.move for each in shown if each.move is not None),
        "problems": [problem_document(each) for each in problems],
    }
    write_json(document)


def _print_text(workspace: Workspace, model: str, shown: Sequence[Happened], older: int) -> None:
    from mltui.present.journal import entry_lines
    from mltui.present.model_journal import gates_in_the_way, happened_rows
    from mltui.present.table_text import table_text

    use_utf8()
    signs = symbols(workspace.config)
    if not shown and not older:
        say(f"nothing is noted of {model}", "it has no alias and no stage that somebody moved")
        return
    write(table_text(happened_rows(shown, signs), columns() if is_terminal() else None))
    if older and is_terminal():
        say(f"{older:,} older", "--limit N shows more")
    for each in shown:
        if lines := gates_in_the_way(each, signs):
            write([(), *lines])
        if each.entry is not None and each.entry.unknown:
            write([(), *entry_lines(each.entry, signs, {})])
