"""`mltui projects`: the projects that were opened before, for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.cli.exits import OK
from mltui.cli.opening import open_told
from mltui.cli.saying import say
from mltui.cli.terminal import symbols, use_utf8, write

if TYPE_CHECKING:
    from mltui.cli.options import Options


def print_projects(options: Options, *, as_json: bool) -> int:
    """Print them, the last one first, and return the exit code. None of them is looked at: one may be on a machine
    that does not answer."""
    from mltui.actions.user_state import recent
    from mltui.present.projects import project_lines, projects_document
    from mltui.sources.port import now_ms

    workspace = open_told(options)
    workspace.close()
    here = workspace.project.server or str(workspace.project.root)
    projects = [(each.where, each.opened) for each in recent()]
    if as_json:
        from mltui.cli.machine import write_json

        write_json(projects_document(projects, here))
        return OK
    use_utf8()
    if not projects:
        say("no project was opened before", "mltui opens the one around you")
    write(project_lines(projects, here, now_ms(), symbols(workspace.config)), cut=False)
    return OK
