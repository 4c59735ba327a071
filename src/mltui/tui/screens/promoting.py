"""`P`, second half: what a promotion would change, and the promotion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mltui.model.promotion import Plan, Target, holder
from mltui.present.promotion import first_lines, title_text
from mltui.present.text import Line
from mltui.tui.screens.moving import MoveDialog
from mltui.tui.symbols import symbols

if TYPE_CHECKING:
    from mltui.tui.promotable import Promotable
    from mltui.tui.screens.main import MainScreen


class PromoteDialog(MoveDialog):
    """A version that is promoted to a target."""

    def __init__(self, main: MainScreen, found: Promotable, target: Target) -> None:
        self._found, self._target = found, target
        self._first = Plan(found.model, found.version, target, holder(found.model, target))
        super().__init__(main, title_text(self._first, symbols(main.app)), "promote it", registry=target.kind != "gto")

    def at_first(self) -> Sequence[Line]:
        return first_lines(self._first, self._asked_now)

    def plan_now(self) -> Plan:
        from mltui.sources.promotion.planning import plan

        model = self._found.model
        version, gto = self._found.version.version, model.source == "gto"
        return plan(self._space, model.name, version, self._target.word, gto=gto, say=self._hear_asked)
