"""`mltui lineage` and `mltui why`: what a thing came from and what was made with it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mltui.cli.as_of import at_document, opened_then, unknown_then
from mltui.cli.exits import OK
from mltui.cli.opening import open_told
from mltui.cli.progress import Counted
from mltui.cli.saying import say, say_each
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write
from mltui.errors import UsageError
from mltui.present.text import Span, line, safe
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.model.lineage.graph import Graph, Lineage
    from mltui.model.remote import RemoteAnswer
    from mltui.sources.workspace import Workspace


def print_lineage(options: Options, what: str, *, as_json: bool, at: str | None = None) -> int:
    """Print the lineage of `what`. Raises `UsageError` if it names nothing."""
    stop_between_reads()
    workspace = open_told(options)
    try:
        workspace = opened_then(workspace, at)
        found = lineage_of(workspace, what, _graph(workspace))
        unknown = unknown_then(workspace)
        if as_json:
            from mltui.cli.machine import write_json
            from mltui.present.jsonable import jsonable
            from mltui.present.lineage_json import as_document

            write_json(jsonable(as_document(found, at_document(workspace.as_of), unknown)))
        else:
            from mltui.present.lineage import lineage_lines, lineage_title
            from mltui.present.lineage_tree import EVERYTHING, Folds, Tree

            use_utf8()
            signs = symbols(workspace.config)
            folds = Folds() if is_terminal() else EVERYTHING
            now = workspace.as_of.at if workspace.as_of else now_ms()
            width = columns() if is_terminal() else None
            tree = Tree(found)
            write([line(lineage_title(found)), *lineage_lines(tree, folds, now, signs, width)])
            if any(row.folded for row in tree.rows(folds)):
                write([line(Span(f"{signs.folded} holds more: a pipe, as of | less, gets all of it", "dim"))])
        say_each(unknown)
        return OK
    finally:
        workspace.close()


def print_why(options: Options, what: str, *, as_json: bool = False) -> int:
    """Print one line, or its links as a document. Raises `UsageError` if `what` names nothing that a run made."""
    from mltui.model.lineage.why import run_of, why
    from mltui.present.why_text import why_line

    stop_between_reads()
    workspace = open_told(options)
    try:
        graph = _graph(workspace)
        found = lineage_of(workspace, what, graph)
        run = run_of(found)
        if run is None and found.root.kind not in ("model", "alias"):
            raise UsageError(f"{found.root.label} was made by no run", "mltui why MODEL@ALIAS, MODEL/VERSION or a run")
        made = workspace.lineage.around(run, graph) if run else None
        use_utf8()
        answers = [workspace.remote.known(root).answers for root in workspace.lineage.roots()]

        def pushed(hash: str) -> RemoteAnswer | None:
            return next((known[hash] for known in answers if hash in known), None)

        answer = why(found, made)
        text = why_line(answer, pushed, now_ms())
        if as_json:
            from mltui.cli.machine import write_json
            from mltui.present.why_document import why_document

            write_json(why_document(answer, text, pushed))
        else:
            sys.stdout.write(safe(text) + "\n")
        return OK
    finally:
        workspace.close()


def _graph(workspace: Workspace) -> Graph:
    """The whole graph; a first join may take long, and is told on the way."""
    with Counted() as counted:
        return workspace.lineage.load(counted.tell_what)


def lineage_of(workspace: Workspace, what: str, graph: Graph) -> Lineage:
    """Of the thing a word names; of one that could mean several it is said which it is."""
    source = workspace.lineage
    found = source.found(what, graph)
    if found.others:
        also = ", ".join(found.others[:3]) + (" …" if len(found.others) > 3 else "")
        say(f"{what} is taken for {found.id}", f"it could also be {also}")
    return source.around(found.id, graph)
