"""Values of runs as they are, for what is pasted elsewhere: all digits, whole texts, times as epoch ms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mltui.model.columns import ColumnSpec
from mltui.model.run_attributes import value_of
from mltui.model.runs import Run
from mltui.present.copied import tsv
from mltui.present.run_scene import RunScene


def exact(run: Run, spec: ColumnSpec, scene: RunScene) -> str:
    """What `run` has of a column: a float as Python writes it (``nan``, ``inf``), as in `mltui runs --csv`; "" for
    nothing. A difference is that of the two values."""
    if spec.family != "metrics":
        if (spec.family, spec.key) == ("attributes", "models"):
            return ", ".join(scene.versions.get(run.run_id, ()))
        if (spec.family, spec.key) == ("attributes", "read"):
            return str(scene.read_at.get(run.run_id, ""))
        value = value_of(run, spec)
        return "" if value is None else str(value)
    found = scene.measured(run, spec)
    return "" if found is None else repr(float(found))


def runs_tsv(runs: Iterable[Run], columns: Sequence[ColumnSpec], scene: RunScene) -> str:
    """Runs under a header of the columns' ids, the run's own id always among them."""
    own = ColumnSpec("attributes", "run_id")
    chosen = (*columns, *(() if own in [each.plain() for each in columns] else (own,)))
    return tsv([each.plain().id for each in chosen], ([exact(run, each, scene) for each in chosen] for run in runs))


def keys_of(run: Run) -> tuple[ColumnSpec, ...]:
    """A column for every metric, param and tag that a run has, alphabetical in each family."""
    return (
        *(ColumnSpec("metrics", key) for key in sorted(run.metrics)),
        *(ColumnSpec("params", key) for key in sorted(run.params)),
        *(ColumnSpec("tags", key) for key in sorted(run.tags)),
    )
