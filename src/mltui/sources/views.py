"""The named views of a project's table of runs, and the one used last, as ``views.toml`` in the project's state holds
them (CONTRACT, "Where things lie").

::

    [last]                      # how the table was left; `name` of the view it began as
    name = "lr sweep"

    [views."lr sweep"]
    order = [{column = "metrics.auc", descending = true}]
    group = "params.model"
    filter = "params.lr > 0.1"
    varying = true
    columns = [{family = "metrics", key = "auc", pick = "mean", of = 5, against = "champion", width = 9, pinned = true}]

People may write it too: what makes no sense is left out and said, everything else counts.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast, get_args

from mltui.model.columns import Against, ColumnSpec, Family, Order, Pick, TableView
from mltui.model.documents import from_toml
from mltui.model.part import Problem
from mltui.sources.places import Project, state_dirs
from mltui.sources.regular import bytes_of

FILE: Final = "views.toml"
#: A column is at most so wide (terminal columns): more is a slip of the pen.
WIDEST: Final = 500


@dataclass(frozen=True, slots=True)
class Views:
    """`named` by name, in the file's order; `last` how the table was left, None if it never was. `document` is all the
    file holds, with what this mltui does not know; `broken` says that it is no TOML."""

    named: Mapping[str, TableView] = field(default_factory=dict)
    last: TableView | None = None
    problems: tuple[Problem, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)
    broken: bool = False

    def start(self, wanted: str | None) -> TableView:
        """What to begin with: the view configured by name, else the one used last, else mltui's own."""
        return self.named.get(wanted or "") or self.last or TableView()


def views_file(project: Project) -> Path | None:
    """The file that counts, the one written last; None where none was written yet. There are two where the place that
    is wanted could not be written once."""
    written: list[tuple[float, Path]] = []
    for directory in state_dirs(project):
        with contextlib.suppress(OSError):
            written.append((os.stat(directory / FILE).st_mtime, directory / FILE))  # noqa: PTH116
    return max(written)[1] if written else None


def read_views(project: Project) -> Views:
    """All views. Never raises: what can't be read is a problem."""
    path = views_file(project)
    return Views() if path is None else parse_views(path)


def parse_views(path: Path) -> Views:
    """The views of one file."""
    try:
        document = from_toml(bytes_of(path).decode("utf-8"))
    except ValueError as error:
        hint = "correct it, or save a view: then it is put aside beside the new one"
        return Views(problems=(Problem("views", f"{FILE} is not valid TOML: {error}", hint, str(path)),), broken=True)
    except OSError as error:
        return Views(problems=(Problem("views", f"{FILE} can't be read: {error.strerror}", "", str(path)),))
    said: list[str] = [f"{key!r} is not known" for key in document if key not in ("last", "views")]
    tables = document.get("views", {})
    if not isinstance(tables, dict):
        said.append("'views' must be a table of views")
        tables = {}
    named = {name: _view(name, table, f"views.{name}", said) for name, table in tables.items()}
    last = _view("", document["last"], "last", said) if "last" in document else None
    problems = tuple(
        Problem("views", f"{FILE}: {word}", "it is left as it is and not used", str(path)) for word in said
    )
    return Views({name: view for name, view in named.items() if view}, last, problems, document)


def _view(name: str, table: Any, where: str, said: list[str]) -> TableView | None:
    if not isinstance(table, dict):
        said.append(f"{where} must be a table")
        return None
    known = {"name", "columns", "order", "group", "filter", "varying"}
    said += [f"{where}.{key} is not known" for key in table if key not in known]
    return TableView(
        name or _text(table, "name", where, said),
        tuple(_columns(_list(table, "columns", where, said), where, said)),
        tuple(_order(_list(table, "order", where, said), where, said)),
        _text(table, "group", where, said),
        _text(table, "filter", where, said),
        _typed(table, "varying", False, where, said),
    )


def _columns(entries: Iterable[Any], where: str, said: list[str]) -> Iterable[ColumnSpec]:
    seen: set[str] = set()
    for entry in entries:
        spec = _column(entry)
        if spec is None or spec.id in seen:
            said.append(f"{where}.columns: {'twice' if spec else 'no column'}: {entry!r}"[:200])
            continue
        seen.add(spec.id)
        yield spec


def _column(entry: Any) -> ColumnSpec | None:
    """The column that `entry` describes; None where a word of it makes no sense."""
    if not isinstance(entry, dict):
        return None
    family, key, pick = entry.get("family"), entry.get("key"), entry.get("pick", "latest")
    of, against, width = entry.get("of", 0), entry.get("against", ""), entry.get("width")
    sound = (
        (family in get_args(Family), isinstance(key, str) and bool(key), pick in get_args(Pick)),
        (type(of) is int, against in get_args(Against)),
        (width is None or (type(width) is int and 0 < width <= WIDEST), isinstance(entry.get("pinned", False), bool)),
    )
    if not all(map(all, sound)):
        return None
    return ColumnSpec(cast(Family, family), str(key), pick, of, against, width, entry.get("pinned", False))


def _order(entries: Iterable[Any], where: str, said: list[str]) -> Iterable[Order]:
    for entry in entries:
        column = entry.get("column") if isinstance(entry, dict) else None
        falls = entry.get("descending", False) if isinstance(entry, dict) else None
        if isinstance(column, str) and column and isinstance(falls, bool):
            yield Order(column, falls)
        else:
            said.append(f"{where}.order: no order: {entry!r}"[:200])


def _list(table: Mapping[str, Any], key: str, where: str, said: list[str]) -> list[Any]:
    return _typed(table, key, [], where, said)  # type: ignore[no-any-return]


def _text(table: Mapping[str, Any], key: str, where: str, said: list[str]) -> str:
    return _typed(table, key, "", where, said)  # type: ignore[no-any-return]


def _typed(table: Mapping[str, Any], key: str, otherwise: Any, where: str, said: list[str]) -> Any:
    found, kind = table.get(key, otherwise), type(otherwise)
    if isinstance(found, kind):
        return found
    said.append(f"{where}.{key} must be {kind.__name__}")
    return otherwise
