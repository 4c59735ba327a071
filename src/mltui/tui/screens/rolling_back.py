"""`B`: back to a version that held an alias before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from mltui.errors import SourceError
from mltui.model.promotion import Plan, Target, holder
from mltui.present.models import short_version
from mltui.present.promotion import first_lines
from mltui.present.text import Line
from mltui.tui.commands.chooser_keys import ROLLBACK
from mltui.tui.screens.chooser import Chooser, Option
from mltui.tui.screens.moving import MoveDialog
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.tui.promotable import Promotable
    from mltui.tui.screens.main import MainScreen


class RollBackDialog(MoveDialog):
    """What held the target before gets it back; ``v`` chooses another one of those that held it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("v", "version", "Another version", show=False)]
    TOLD = ROLLBACK

    def __init__(self, main: MainScreen, found: Promotable, target: Target) -> None:
        self._found, self._target = found, target
        self._to: str | None = None
        title = f"Roll back {found.model.name} {target.label}"
        self._first = Plan(found.model, found.version, target, holder(found.model, target), kind="rollback")
        super().__init__(main, title, "roll back", registry=target.kind != "gto")

    def at_first(self) -> Sequence[Line]:
        return first_lines(self._first, self._asked_now)

    def plan_now(self) -> Plan:
        from mltui.sources.promotion.rolling_back import rollback_plan

        model = self._found.model
        word, gto = self._target.word, model.source == "gto"
        return rollback_plan(self._space, model.name, word, self._to, gto=gto, say=self._hear_asked)

    def doing(self) -> Sequence[tuple[str, str]]:
        given = super().doing()
        at = next((at for at, (key, _) in enumerate(given) if key == "e"), len(given))
        return (*given[:at], ("v", "another version"), *given[at:])

    def action_version(self) -> None:
        """Any version: those that held it before come first, the last one first."""
        if self._asked is None or self._still:  # of a plan that could not be made too: another version is the way out
            begin(self, self._offer, group="versions")

    async def _offer(self) -> None:
        try:
            held = await self._aside.ask(self._held_before)
        except SourceError as error:
            self._say(error.summary)
            return
        model = self._found.model
        others = [each.version for each in model.versions if each.version not in held]
        options = [Option(each, f"{model.name}/{short_version(each)}", "held it before") for each in held]
        options += [Option(each, f"{model.name}/{short_version(each)}") for each in others]
        self.app.push_screen(Chooser(f"{self._target.label} back to", options, takes="preview it"), self._chosen)

    def _held_before(self) -> tuple[str, ...]:
        from mltui.model.alias_history import held_before
        from mltui.sources.promotion.moves import read_moves

        model = self._found.model
        before = held_before(read_moves(self._space, (model,)), model.name, self._target.word)
        there = {each.version for each in model.versions}
        return tuple(each for each in before if each in there)

    def _chosen(self, keys: tuple[str, ...] | None) -> None:
        if keys:
            self._to = keys[0]
            self.look_again(self._planned)


def choose_held(screen: MainScreen, found: Promotable) -> None:
    """Roll back what the version holds; which, if that is several."""
    held = found.held

    def rolls(target: Target) -> None:
        screen.app.push_screen(RollBackDialog(screen, found, target))

    def chosen(keys: tuple[str, ...] | None) -> None:
        if keys:
            rolls(held[int(keys[0])])

    if len(held) == 1:
        rolls(held[0])
    elif held:
        options = [Option(str(at), each.label) for at, each in enumerate(held)]
        title = f"Roll back what {found.model.name}/{short_version(found.version.version)} holds"
        screen.app.push_screen(Chooser(title, options, takes="preview it"), chosen)
