"""What the Overview tells of who holds which alias besides what the registry says: read once all else is drawn."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mltui.errors import SourceError
from mltui.model.champion import CHAMPION, champion_of
from mltui.model.promotion import Target
from mltui.present.models import Held
from mltui.present.overview import Overview
from mltui.present.overview_holders import Facts, challengers, holder_items
from mltui.tui.places.base import Parts
from mltui.tui.places.moves_read import moves_by_model
from mltui.tui.places.parts import value

if TYPE_CHECKING:
    from mltui.model.moves import Move
    from mltui.sources.workspace import Workspace

#: Challengers whose gates are looked at: those of the first models of the panel.
ASKED: Final = 5


class HoldersRead:
    """Moves, lineage and gates of the versions in the panel, as far as they are known."""

    def __init__(self) -> None:
        self._gates: Mapping[str, str] = {}
        self._asked: Hashable = None
        self._moves: Mapping[str, Sequence[Move]] = {}
        self._made_of: tuple[object, ...] | None = None

    def facts(self, workspace: Workspace, view: Overview, parts: Parts) -> Facts:
        """What is known now. Moves are read once the journal was, which is after the first paint. In a worker."""
        made_of = (value(parts.get("models")), value(parts.get("journal")))
        if None not in made_of and (self._made_of is None or not _same(self._made_of, made_of)):
            items = (item for item in holder_items(view) if not item.below and not item.more)
            shown = {(item.held.model.source, item.held.model.name): item.held.model for item in items}
            with suppress(SourceError):
                self._moves, self._made_of = moves_by_model(workspace, shown.values()), made_of
        return Facts(self._moves, value(parts.get("lineage")), self._gates)

    def read_gates(self, workspace: Workspace, view: Overview) -> bool:
        """Ask the gates that need no command and no network; whether that is other than before. In a thread."""
        from mltui.sources.gates.at_a_glance import glance
        from mltui.sources.gates.policy import fingerprint, policy

        rows = [row for row in challengers(view) if row.model.source == "mlflow"][:ASKED]
        if not rows or workspace.as_of is not None:
            return False
        asked = (fingerprint(workspace), tuple((row.key, champion_key(row)) for row in rows))
        if asked == self._asked:
            return False
        rules = policy(workspace)
        found = {
            row.key: glance(workspace, rules, row.model, row.version, Target("alias", CHAMPION)).words
            for row in rows
            if row.version is not None and rules.gates
        }
        self._asked = asked
        before, self._gates = self._gates, {key: words for key, words in found.items() if words}
        return before != self._gates


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return all(a is b for a, b in zip(one, other, strict=True))


def champion_key(row: Held) -> str:
    """Which version a challenger's gates compare it with."""
    champion = champion_of(row.model)
    return champion.version if champion is not None else ""
