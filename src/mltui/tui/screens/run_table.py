"""What the table of runs is asked through dialogs: its columns, its groups, its named views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from textual.binding import Binding, BindingType

from mltui.errors import Refused
from mltui.model.columns import ColumnSpec, TableView
from mltui.model.run_attributes import ColumnChoice
from mltui.model.runs import PARENT_TAG
from mltui.present.marks import count
from mltui.present.picking import Picking
from mltui.tui.asking import Asker
from mltui.tui.screens.asking_text import AskText
from mltui.tui.screens.chooser import OTHER, Chooser, Option
from mltui.tui.screens.columns import ColumnPicker
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.tui.places.runs.place import RunsPlace
    from mltui.tui.screens.main import MainScreen

#: Options of a chooser that are no group and no view.
OWN: Final = "\0own"
SAVE: Final = "\0save"
PARENT: Final = f"tags.{PARENT_TAG}"
#: Attributes of which every run has a value of its own: grouping by them groups nothing.
ALONE: Final = frozenset({"name", "start", "end", "duration", "run_id", "artifact_uri", "parent", "lifecycle"})

T = TypeVar("T")
Choices = tuple[tuple[ColumnChoice, ...], tuple[ColumnSpec, ...]]


def choose_columns(screen: MainScreen, place: RunsPlace) -> None:
    """`v`: which columns, and how."""

    held = place.view.columns

    def begin() -> Picking:
        return Picking.begin(*place.choices(), held)

    def offer(picking: Picking) -> None:
        screen.app.push_screen(ColumnPicker("Columns", picking), taken)

    def taken(columns: tuple[ColumnSpec, ...] | None) -> None:
        if columns is not None and columns != place.view.columns:
            place.look(replace(place.view, columns=columns))

    _ask(screen, begin, offer)


def choose_group(screen: MainScreen, place: RunsPlace) -> None:
    """`ctrl+g`: what runs are put together by."""

    def offer(choices: Choices) -> None:
        held = place.view.group
        # of a store too large to be loaded whole nobody knows yet whether runs differ in a key that was not asked for
        known = [each for each in choices[0] if (each.varying or each.count is None) and _groups(each)]
        options = [Option(OWN, "nothing", chosen=not held)]
        options.append(Option(PARENT, "parent run", "nested runs below their parents", held == PARENT))
        options += [Option(each.spec.id, each.spec.id, _in_runs(each), each.spec.id == held) for each in known]
        if held and held not in {option.key for option in options}:
            options.append(Option(held, held, chosen=True))
        screen.app.push_screen(Chooser("Group runs by", options, takes="group by it"), taken)

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys is not None:
            place.look(replace(place.view, group="" if keys[0] == OWN else keys[0]))

    _ask(screen, place.choices, offer)


def _groups(choice: ColumnChoice) -> bool:
    spec = choice.spec
    return spec.family in ("params", "tags") or (spec.family == "attributes" and spec.key not in ALONE)


def _in_runs(choice: ColumnChoice) -> str:
    return "" if choice.count is None else f"in {count(choice.count, 'run')}"


def _ask(screen: MainScreen, read: Callable[[], T], offer: Callable[[T], None]) -> None:
    """Look through thousands of runs in a thread; the keys typed meanwhile wait for the dialog."""

    async def go() -> None:
        offer(await Asker().ask(read))

    begin(screen, go, group="chooser")


class ViewChooser(Chooser):
    """Gives the name of a view, or with `forgetting` the one to delete."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+d", "forget", "Delete", show=False, priority=True)]
    forgetting = False

    def keys(self) -> Sequence[tuple[str, str]]:
        return (("enter", "take it"), ("ctrl+d", "delete it"), ("esc", "leave"), ("up down", "choose"))

    def action_forget(self) -> None:
        key = self.table.cursor_key
        if key is not None and key not in (OWN, SAVE) and not key.startswith(OTHER):
            self.forgetting = True
            self.take()


def choose_view(screen: MainScreen, place: RunsPlace) -> None:
    """`V`: a named view, or mltui's own; keep this one; delete one."""
    held, named = place.view.name, place.views.named
    options = [Option(OWN, "mltui's own", "no chosen columns, order or groups", place.view == TableView())]
    options += [Option(name, name, _about(view), name == held) for name, view in named.items()]
    options.append(Option(SAVE, "keep this view", "columns, order, groups and filter, under a name"))
    chooser = ViewChooser("Views", options, ask="type to narrow, or a new name", other="keep this view as {!r}")

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys is None:
            return
        if chooser.forgetting:
            _delete(screen, place, keys[0])
        elif keys[0] == SAVE:
            _save(screen, place)
        elif keys[0].startswith(OTHER):
            _keep(screen, place, keys[0].removeprefix(OTHER).strip())
        else:
            place.look(named.get(keys[0], TableView()), filter_too=True)

    screen.app.push_screen(chooser, taken)


def _about(view: TableView) -> str:
    """A view in a few words."""
    words = [count(len(view.columns), "column")] if view.columns else []
    words += [f"by {', '.join(each.column for each in view.order)}"] if view.order else []
    words += [f"grouped by {view.group}"] if view.group else []
    words += [f"/{view.filter}"] if view.filter else []
    return ", ".join([*words, *(["only what varies"] if view.varying else [])])


def _save(screen: MainScreen, place: RunsPlace) -> None:
    def taken(name: str | None) -> None:
        if name is not None:
            _keep(screen, place, name)

    asked = "its name; one of the same name is replaced"
    screen.app.push_screen(AskText("Keep this view", place.view.name, ask=asked), taken)


def _keep(screen: MainScreen, place: RunsPlace, name: str) -> None:
    from mltui.actions.views import save_view

    place.view = view = replace(place.view, name=name, filter=place.filter_text)
    _change(screen, place, lambda: save_view(place.workspace.project, view), f"view {name} is kept")


def _delete(screen: MainScreen, place: RunsPlace, name: str) -> None:
    options = [Option("keep", "keep it"), Option("delete", "delete it")]

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys == ("delete",):
            from mltui.actions.views import delete_view

            if place.view.name == name:
                place.view = replace(place.view, name="")
            _change(screen, place, lambda: delete_view(place.workspace.project, name), f"view {name} is deleted")

    screen.app.push_screen(Chooser(f"Delete the view {name}?", options), taken)


def _change(screen: MainScreen, place: RunsPlace, act: Callable[[], str], done: str) -> None:
    """Write in a thread, then show what is there now."""
    from mltui.sources.views import Views, read_views

    def write() -> tuple[str, Views]:
        try:
            told = act()
        except Refused as error:
            return f"{error.summary}; {error.hint}", read_views(place.workspace.project)
        return told or done, read_views(place.workspace.project)

    async def go() -> None:
        told, place.views = await Asker().ask(write)
        screen.say(told, "good" if told == done else "warn")
        place.look(place.view)

    begin(screen, go, group="chooser")
