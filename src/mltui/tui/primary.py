"""The primary metric of what is on screen. A guess stays while some run has that metric."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from mltui.model.metric import PrimaryMetric, primary_metric

if TYPE_CHECKING:
    from mltui.config import Config
    from mltui.model.dvc import Pipeline
    from mltui.model.runs import RunTable


class Guess:
    """Columns, order and charts are not to change because a run came or went. What was remembered, and one part before
    the other is read, make no guess that stays."""

    def __init__(self) -> None:
        self.stands = False  # all that it is made by was there

    def again(
        self,
        held: PrimaryMetric | None,
        config: Config,
        table: RunTable | None,
        pipeline: Pipeline | None,
        *,
        read: Set[str],
    ) -> PrimaryMetric | None:
        """The primary metric by these runs and this pipeline, where it was `held`. `read`: the parts that came in."""
        runs = table.runs if table else ()
        if self.stands and held and any(held.key in run.metrics for run in runs):
            return held
        self.stands = bool(runs) and read >= {"runs", "pipeline"}
        return primary_metric(
            config.primary, config.goals, pipeline.metric_keys if pipeline else (), runs, config.gate_metric
        )
