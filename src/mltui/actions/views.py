"""Keep, delete and remember views of the table of runs: ``views.toml`` in the project's state.

It is mltui's own state, so read-only mode writes it too. A change is one read, change and atomic replace under a lock
beside the file, so that two mltui lose nothing of each other; what this mltui does not know is written back as it was.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mltui.actions.replacing import replace_file
from mltui.actions.toml_text import toml
from mltui.errors import Refused
from mltui.model.columns import ColumnSpec, TableView
from mltui.sources.places import Project, state_dirs
from mltui.sources.views import FILE, Views, parse_views, views_file

LOCK = "views.lock"


def save_view(project: Project, view: TableView) -> str:
    """Keep `view` under its name; one of that name is replaced. Returns what is to be said besides ("" for nothing).

    Raises `Refused` if the state can't be written.
    """

    def change(document: dict[str, Any]) -> None:
        views = document.get("views")
        former = views.get(view.name) if isinstance(views, dict) else None
        document["views"] = {**(views if isinstance(views, dict) else {}), view.name: _table(view, former)}

    return _change(project, change)


def delete_view(project: Project, name: str) -> str:
    """Forget the view of that name. Returns and raises as `save_view`."""

    def change(document: dict[str, Any]) -> None:
        views = document.get("views")
        document["views"] = {key: view for key, view in views.items() if key != name} if isinstance(views, dict) else {}

    return _change(project, change)


def remember_view(project: Project, view: TableView) -> str:
    """Keep `view` as the one used last. Returns and raises as `save_view`."""

    def change(document: dict[str, Any]) -> None:
        document["last"] = {**({"name": view.name} if view.name else {}), **_table(view, document.get("last"))}

    return _change(project, change)


def _change(project: Project, change: Callable[[dict[str, Any]], None]) -> str:
    """Apply `change` where the state can be written: where it is wanted, else below the user's own."""
    wanted, *others = state_dirs(project)
    try:
        return _change_in(wanted, project, change)
    except OSError as error:
        for other in others:
            with contextlib.suppress(OSError):
                told = _change_in(other, project, change)
                return told or f"kept in {other}: {wanted} can't be written ({error.strerror})"
        raise Refused(f"views can't be kept: {error.strerror}", f"make {wanted} writable") from error


def _change_in(directory: Path, project: Project, change: Callable[[dict[str, Any]], None]) -> str:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(directory / LOCK):
        path = directory / FILE
        views = parse_views(source) if (source := views_file(project)) is not None else Views()
        if views.problems and not views.document and not views.broken:
            raise PermissionError(13, "views.toml is there and can't be read")
        told = _put_aside(path) if views.broken and path == source else ""
        document = dict(views.document)
        change(document)
        replace_file(path, toml(document))
        return told


def _put_aside(path: Path) -> str:
    """Nobody's work is overwritten, however broken it is."""
    aside = next(each for nth in range(1, 10_000) if not (each := path.with_name(f"{FILE}.broken-{nth}")).exists())
    path.rename(aside)
    return f"{FILE} was broken: it is kept as {aside.name}"


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer at a time. Where the file system knows no locks, the last one wins."""
    import fcntl

    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


#: What a view's table holds for us; other keys of it are somebody else's and stay.
OURS = frozenset({"name", "columns", "order", "group", "filter", "varying"})


def _table(view: TableView, former: Any) -> dict[str, Any]:
    """The view as a TOML table, without what is as it would be anyway."""
    foreign: Mapping[str, Any] = former if isinstance(former, dict) else {}
    found: dict[str, Any] = {
        "columns": [_column(spec) for spec in view.columns],
        "order": [{"column": each.column, "descending": each.descending} for each in view.order],
        "group": view.group,
        "filter": view.filter,
        "varying": view.varying,
    }
    ours = {key: value for key, value in found.items() if value}
    return {**ours, **{key: value for key, value in foreign.items() if key not in OURS}}


def _column(spec: ColumnSpec) -> dict[str, Any]:
    plain = ColumnSpec(spec.family, spec.key)
    found = {"family": spec.family, "key": spec.key}
    rest = ("pick", "of", "against", "width", "pinned")
    return {**found, **{name: getattr(spec, name) for name in rest if getattr(spec, name) != getattr(plain, name)}}
