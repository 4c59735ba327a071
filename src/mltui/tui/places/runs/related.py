"""What belongs to a run besides what its store has of it: its parent, the runs nested in it, models, lineage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mltui.model.registry import versions_of_runs
from mltui.model.runs import PARENT_TAG, Run, Store
from mltui.present.lineage import run_lineage
from mltui.present.run_detail import RunRelations
from mltui.present.text import Symbols

if TYPE_CHECKING:
    from mltui.model.lineage.graph import Graph
    from mltui.model.registry import RegisteredModel


class RelatedRuns:
    """Finds what belongs to one run after the other: no step of the cursor looks through all of them again."""

    def __init__(self) -> None:
        #: The nested runs by their parents' ids, of which runs.
        self._nested: tuple[object, dict[str, list[Run]]] = None, {}

    def relations(
        self,
        run: Run,
        known: Mapping[str, Run],
        *,
        models: Sequence[RegisteredModel],
        graph: Graph | None,
        store: Store | None,
        symbols: Symbols,
    ) -> RunRelations:
        """What belongs to `run` among all that are `known` by their ids. `store` is the one they were read from."""
        return RunRelations(
            parent=known.get(run.tags.get(PARENT_TAG, "")),
            children=self._children(known).get(run.run_id, ()),
            versions=versions_of_runs(models).get(run.run_id, ()),
            lineage=run_lineage(graph, run.run_id, symbols) if graph is not None else (),
            swept_at=store.as_of if store is not None and run.kind == "run" else None,
        )

    def _children(self, known: Mapping[str, Run]) -> Mapping[str, Sequence[Run]]:
        if self._nested[0] is not known:
            found: dict[str, list[Run]] = {}
            for run in known.values():
                if parent := run.tags.get(PARENT_TAG):
                    found.setdefault(parent, []).append(run)
            self._nested = known, found
        return self._nested[1]
