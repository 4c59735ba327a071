"""`P` promotes a model version, `B` takes an alias back to what held it before: both previewed, both by the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.model.key_names import key_of
from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen

#: Places whose last line names the keys; elsewhere they act where the cursor is on a run or a version.
NAMED_IN = ("Overview", "Models")


class Promote(Command):
    """Promote the model version under the cursor, of a run the newest that was registered of it, of a model its
    challenger, else its newest: set an alias or a stage, or copy it into another model. What it would change, what the
    gates say and the command are shown first; a gate that fails blocks. Nothing is done before ctrl+s, and commands of
    the repository run only when you say so."""

    id, keys, title, group, footer, rank = "promote", "P", "Promote", "Writing", "promote", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        from mltui.actions.gateway import read_only
        from mltui.tui.promotable import promotable

        if refused := read_only(screen.workspace.config, "promote anything"):
            return refused.summary
        found = promotable(screen, coming=True)
        return found if isinstance(found, str) else None

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return screen.place.title in NAMED_IN and super().in_footer(screen)

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.promotable import promotable
        from mltui.tui.screens.promoting import PromoteDialog
        from mltui.tui.screens.promoting_to import choose_target

        found = promotable(screen, coming=True)
        if not isinstance(found, str):
            choose_target(screen, found, lambda target: screen.app.push_screen(PromoteDialog(screen, found, target)))


class RollBack(Command):
    """Give the alias that the model version under the cursor holds back to the version that held it before, or to
    another one of those that did. What that changes and what the gates say is shown first; they don't block."""

    id, keys, title, group, footer = "rollback", "B", "Roll back", "Writing", "roll back"

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        from mltui.actions.gateway import read_only
        from mltui.tui.promotable import promotable

        if refused := read_only(screen.workspace.config, "roll anything back"):
            return refused.summary
        found = promotable(screen)
        if isinstance(found, str):
            return found
        return (
            None
            if found.held
            else f"{found.name} holds no alias: {key_of('rollback')} rolls back one that the version holds"
        )

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return screen.place.title in NAMED_IN and super().in_footer(screen)

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.promotable import promotable
        from mltui.tui.screens.rolling_back import choose_held

        found = promotable(screen)
        if not isinstance(found, str):
            choose_held(screen, found)


PROMOTING: tuple[type[Command], ...] = (Promote, RollBack)
