"""What a worker makes of the pipeline for its place: rows, states, and the drawing in the room there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mltui.model.dvc import Stage
from mltui.model.stage_state import StageState
from mltui.present.rows import Rows
from mltui.present.spots import Drawing
from mltui.present.stage_graph import StageGraph
from mltui.present.stage_groups import Box

EMPTY = Drawing()


@dataclass(frozen=True, slots=True)
class Picture:
    """`rows` are all of them, `through` the addresses that the filter lets through, in order (None: no filter)."""

    rows: Rows[Stage]
    states: Mapping[str, StageState]
    graph: StageGraph | None = None
    drawing: Drawing = EMPTY
    through: tuple[str, ...] | None = None

    @property
    def boxes(self) -> Mapping[str, Box]:
        """What is drawn, by id."""
        return self.graph.boxes if self.graph is not None else {}

    @property
    def around(self) -> str:
        """The id of the box whose neighbours are all that is drawn; "" where everything is."""
        return self.graph.around if self.graph is not None else ""

    def box_of(self, address: str) -> str:
        """The id of the box that holds the stage; "" if none does. A box's own id is its own."""
        if address in self.boxes:
            return address
        return next((box.id for box in self.boxes.values() if any(s.address == address for s in box.stages)), "")

    def has(self, id: str, addresses: tuple[str, ...]) -> bool:
        """Whether one of these stages is in the box."""
        return any(stage.address in addresses for stage in self.boxes[id].stages)

    def stepped(self, id: str, addresses: tuple[str, ...], by: int) -> str:
        """The next (by -1 former) box that holds one of these stages, round the end; "" if none does."""
        ids = list(self.boxes)
        start = ids.index(id) if id in ids else -by
        order = [ids[(start + by * at) % len(ids)] for at in range(1, len(ids) + 1)]
        return next((each for each in order if self.has(each, addresses)), "")

    def following(self, id: str, addresses: Sequence[str], by: int) -> str:
        """The next (by -1 former) of these stages behind those of the box, drawn or not; "" if there is none."""
        here = {stage.address for stage in self.boxes[id].stages} if id in self.boxes else set()
        at = [place for place, address in enumerate(self.rows.keys()) if address in here]
        places = {address: place for place, address in enumerate(self.rows.keys())}
        start = (max(at) if by > 0 else min(at)) if at else -1
        others = sorted((each for each in addresses if each not in here), key=lambda each: places[each] * by)
        return next((each for each in others if (places[each] - start) * by > 0), next(iter(others), ""))
