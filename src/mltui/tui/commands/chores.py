"""`e` and the palette: chores of runs and models. `z` takes the last one back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from mltui.model.key_names import key_of
from mltui.tui.commands.base import Command
from mltui.tui.commands.stopping import PutBack

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen

_PLACES = ("Runs", "Models")


class Chores(Command):
    """What can be done with the run or model version under the cursor, or with all that are marked: set a tag, take
    tags off, write a note, rename, delete and restore runs, end what is gone; of the registered model itself too. What
    exactly will change is shown before it does, and {undo} takes it back. Model versions are not deleted: MLflow could
    not bring one back."""

    id, keys, title, group, footer, rank = "chores", "e", "Edit: tag, note, rename, delete…", "Writing", "edit", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        from mltui.actions.gateway import read_only

        if refused := read_only(screen.workspace.config, "change runs or models"):
            return refused.summary
        place = screen.place
        if place.title not in _PLACES:
            return f"{key_of('chores')} changes runs and models: in Runs and in Models"
        if place.title == "Runs" or place.subjects():
            return None  # deleted runs are chosen from a list
        return "the cursor is on no model of MLflow's registry: GTO keeps its own in tags of git"

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return super().in_footer(screen) and bool(screen.place.subjects())

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.chores import choose_chore

        choose_chore(screen, tuple(screen.place.subjects()))


class _One(Command):
    """A chore by itself, in the palette. `word` is its name in the list of `e`."""

    group, keys = "Writing", ""
    chore: ClassVar[str]

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        from mltui.tui.screens.chores import offers

        if why := Chores.enabled(screen):
            return why
        found = offers(screen, tuple(screen.place.subjects()))
        return found.get(cls.chore, f"{screen.place.title} has no such thing") or None

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.chores import do_chore, offers

        subjects = tuple(screen.place.subjects())
        if not offers(screen, subjects).get(cls.chore, "no such thing here"):
            do_chore(screen, cls.chore, subjects)


class Tag(_One):
    """Set a tag of the marked runs or model versions, or of the one under the cursor."""

    id, title, chore = "chore.tag", "Set a tag", "tag"


class Untag(_One):
    """Take tags off the marked runs or model versions, or off the one under the cursor."""

    id, title, chore = "chore.untag", "Take tags off", "untag"


class Note(_One):
    """Write about the marked runs or model versions, or about the one under the cursor: MLflow's description."""

    id, title, chore = "chore.note", "Write a note", "note"


class Unnote(_One):
    """Take away what is written about the marked runs or model versions, or about the one under the cursor."""

    id, title, chore = "chore.unnote", "Take the note off", "unnote"


class Rename(_One):
    """Call the run under the cursor by another name."""

    id, title, chore = "chore.rename", "Rename the run", "rename"


class Delete(_One):
    """Delete the marked runs, or the one under the cursor: MLflow hides them and keeps them until mlflow gc."""

    id, title, chore = "chore.delete", "Delete runs", "delete"


class Restore(_One):
    """Bring deleted runs back, chosen from a list."""

    id, title, chore = "chore.restore", "Restore deleted runs", "restore"


class End(_One):
    """Set runs to KILLED that are RUNNING and gone, or silent: the marked ones, or the one under the cursor."""

    id, title, chore = "chore.end", "End runs that are gone", "end"


class ModelTag(_One):
    """Set a tag of the registered model itself."""

    id, title, chore = "chore.model.tag", "Set a tag of the model", "model tag"


class ModelUntag(_One):
    """Take tags off the registered model itself."""

    id, title, chore = "chore.model.untag", "Take tags off the model", "model untag"


class ModelNote(_One):
    """Write about the registered model itself."""

    id, title, chore = "chore.model.note", "Write about the model", "model note"


class ModelRename(_One):
    """Call the registered model by another name; whatever loads it by the old one finds nothing any more."""

    id, title, chore = "chore.model.rename", "Rename the model", "model rename"


class Undo(Command):
    """Take back the last reversible action of yours: a chore, a promotion, a rollback. What it changed is shown, and
    set to what it was if it still is what the action left; again goes further back. In Jobs, on a job that left files
    different from before its start: put those back."""

    id, keys, title, group, footer, rank = "undo", "z", "Undo the last action", "Writing", "put files back", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        from mltui.actions.gateway import read_only

        if refused := read_only(screen.workspace.config, "undo anything"):
            return refused.summary
        return PutBack.enabled(screen) if PutBack.is_early(screen) else None

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return PutBack.differs(screen) and super().in_footer(screen)

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.undoing import undo

        if PutBack.enabled(screen) is None:
            PutBack.run(screen)
        else:
            undo(screen)


CHORES: tuple[type[Command], ...] = (
    *(Chores, Tag, Untag, Note, Unnote, Rename, Delete, Restore, End, ModelTag, ModelUntag, ModelNote, ModelRename),
    Undo,
)
