"""`mltui experiments`: those of the active store, and which are this project's, for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.cli.exits import OK
from mltui.cli.opening import open_told
from mltui.cli.saying import say, say_each
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write
from mltui.errors import NotFound

if TYPE_CHECKING:
    from mltui.cli.options import Options


def print_experiments(options: Options, *, as_json: bool, deleted: bool) -> int:
    """Print them, those in scope first, and return the exit code. Raises `SourceError` where no store can be read."""
    from mltui.present.mlflow_experiments import experiment_rows, experiments_document

    stop_between_reads()
    workspace = open_told(options)
    try:
        reader = workspace.reader()
        if reader is None:
            raise NotFound("there is no MLflow store here", "mltui doctor says where was searched")
        found = [each for each in reader.experiments() if deleted or each.lifecycle == "active"]
        found.sort(key=lambda each: (not each.in_scope, each.name))
        problems = reader.problems()
        if as_json:
            from mltui.cli.machine import write_json

            write_json(experiments_document(reader.store, found, workspace.config.experiments, problems))
        else:
            from mltui.present.table_text import table_text

            use_utf8()
            if found:
                rows = experiment_rows(found, symbols(workspace.config), deleted=deleted)
                write(table_text(rows, columns() if is_terminal() else None))
            else:
                say("the store has no experiment")
        say_each(problems)
        return OK
    finally:
        workspace.close()
