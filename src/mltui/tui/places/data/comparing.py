"""What two marked versions of a dataset differ in, shown below its timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mltui.errors import NotFound, SourceError
from mltui.present.data_changes import changed_rows, changes_signs, pair_title, sizes_differ
from mltui.present.rows import Rows
from mltui.present.text import Line, Span, line, safe
from mltui.tui.places.data.reading import Looked, is_directory
from mltui.tui.widgets.prepared import Prepared, prepare

if TYPE_CHECKING:
    from mltui.tui.places.data.place import DataPlace


async def compared(place: DataPlace, looked: Looked, pair: tuple[str, str]) -> None:
    """Show it: of directories file by file as soon as their lists are compared, of files their sizes."""
    from mltui.sources.dvc.stored import Overtaken

    old, new = pair
    title = f"{safe(looked.dataset.path)}  {pair_title(looked.dataset, old, new, looked.symbols)}"
    same = place.is_told("pair", looked.dataset.path, *pair)
    lines = sizes_differ(looked.dataset, old, new, looked.symbols)
    if old == new:
        return place.side.show_lines(title, [line("Both are the same version.")], same=same)
    if not (is_directory(old) and is_directory(new)):
        return place.side.show_lines(title, lines, same=same)
    if not same:
        place.side.show_lines(title, [*lines, (), line(Span("comparing their files", "note"))], same=False)
    try:
        answer = await place.ask_about_moment(lambda: _compare(place, looked, pair))
    except Overtaken:
        return None
    if not looked.go_on():
        return None
    if isinstance(answer, list):
        return place.side.show_lines(title, [*lines, (), *answer], same=same)
    words, rows, prepared = answer
    return place.side.show_files(f"{title}  {words}", rows, prepared)


def _compare(place: DataPlace, looked: Looked, pair: tuple[str, str]) -> tuple[str, Rows[Any], Prepared] | list[Line]:
    """In a thread: the changed files, or why nobody can tell them."""
    try:
        found = place.reading.changes(looked, *pair)
    except NotFound:
        return place.reading.lacking(looked, pair)
    except SourceError as error:
        return [line(Span(safe(error.summary), "bad")), line(Span(safe(error.hint), "note"))]
    rows = changed_rows(found, looked.symbols)
    return changes_signs(found, looked.symbols), rows, prepare(rows)
