"""Groups of runs and what these come to, by pandas. NaN is left out of every aggregate, as pandas does.

pandas is imported here alone, in the process of a command that draws nothing.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mltui.errors import UsageError
from mltui.model.run_attributes import value_of
from mltui.present.text import ago

if TYPE_CHECKING:
    import pandas as pd

    from mltui.model.columns import ColumnSpec, Order
    from mltui.model.runs import Run
    from mltui.present.run_scene import RunScene


def frame_of(runs: Sequence[Run], columns: Sequence[ColumnSpec], scene: RunScene) -> pd.DataFrame:
    """One row a run, one column a `ColumnSpec`, named by its id. Params are texts, what a run has not is missing."""
    import pandas as pd

    def value(run: Run, spec: ColumnSpec) -> Any:
        return scene.measured(run, spec) if spec.family == "metrics" else value_of(run, spec)

    kinds = {"metrics": "float64"}
    return pd.DataFrame(
        {
            spec.id: pd.Series([value(run, spec) for run in runs], dtype=kinds.get(spec.family, "object"))
            for spec in columns
        }
    )


def grouped(
    frame: pd.DataFrame, groups: Sequence[ColumnSpec], aggregates: Sequence[str], order: Sequence[Order] = ()
) -> pd.DataFrame:
    """One row a group: the values it shares, how many runs it has, then of each other column of numbers the aggregates,
    named ``metrics.auc mean``. Runs without a value are a group of their own; numbers are in the order of numbers.

    An order by a column that is aggregated is one by its first aggregate. Raises `UsageError` for one by another.
    """
    keys = list(dict.fromkeys(spec.id for spec in groups))
    shared, others = frame[keys], frame.drop(columns=keys).apply(_numbers)
    by = others.join(shared).groupby(keys, dropna=False, sort=False)
    found = by.size().rename("runs").to_frame()
    for name in others.select_dtypes("number"):
        for each in aggregates:
            # A sum of nothing is nothing, and not 0.
            found[f"{name} {each}"] = by[name].sum(min_count=1) if each == "sum" else by[name].agg(each)
    ways: dict[str, bool] = {}
    for one in order:
        ways.setdefault(_ordered_by(one.column, keys, aggregates, found), not one.descending)
    for key in keys:
        ways.setdefault(key, True)
    return found.reset_index().sort_values(list(ways), ascending=list(ways.values()), key=_numbers, kind="stable")


def _ordered_by(column: str, keys: Sequence[str], aggregates: Sequence[str], found: pd.DataFrame) -> str:
    """The column of the groups that an order is by. Raises `UsageError`."""
    name = f"{column} {aggregates[0]}"
    if column in keys or name in found:
        return column if column in keys else name
    raise UsageError(
        f"--sort {column}: groups have no such number",
        f"they are ordered by what they are grouped by, or by numbers they have: --column {column} gives those",
    )


def print_frame(frame: pd.DataFrame, form: str, at: Mapping[str, Any] | None = None) -> None:
    """Print it: "csv" and "json" exact, "md" and "table" for people."""
    from mltui.cli.terminal import is_terminal
    from mltui.present import markdown
    from mltui.present.text import safe, safe_lines

    if form == "csv":
        # Infinite values as all other documents of mltui have them.
        exact = frame.replace({math.inf: "Infinity", -math.inf: "-Infinity"})
        text = exact.to_csv(index=False, lineterminator="\n")
        sys.stdout.write(safe_lines(text) if is_terminal() else text)
        return
    if form == "json":
        from mltui.cli.machine import write_json
        from mltui.present.jsonable import jsonable

        rows = [{name: _present(value) for name, value in row.items()} for row in frame.to_dict("records")]
        write_json({"schema": 1, **({"at": dict(at)} if at else {}), "groups": jsonable(rows)})
        return
    cells = [[_short(value) for value in map(_whole, row)] for row in frame.itertuples(index=False)]
    numbers = set(frame.select_dtypes("number"))
    aligns = "".join("r" if name in numbers else "l" for name in frame)
    if form == "md":
        body = [[markdown.cell(cell) for cell in row] for row in cells]
        sys.stdout.write(markdown.table([markdown.cell(name) for name in frame], body, aligns))
        return
    from mltui.cli.terminal import use_utf8, write
    from mltui.present.layout import grid
    from mltui.present.text import Span, line

    heads = [line(Span(safe(name), "dim")) for name in frame]
    use_utf8()
    write(grid([heads, *([line(safe(cell)) for cell in row] for row in cells)], aligns=aligns, gap=2))


def told(frame: pd.DataFrame, scene: RunScene, runs: Sequence[Run]) -> pd.DataFrame:
    """The groups as the screens name them: times as ages, a commit in seven digits, a parent by its name."""
    names = {run.run_id: run.name for run in runs if run.name}

    def name(key: str, value: Any) -> str | None:
        if value is None or value != value:  # noqa: PLR0124 - NaN: it has none
            return None
        if key in ("attributes.start", "attributes.end"):
            return ago(int(value), scene.now)
        return str(value)[:7] if key == "attributes.commit" else names.get(value) or f"({str(value)[:8]})"

    named = ("attributes.start", "attributes.end", "attributes.commit", "attributes.parent")
    return frame.assign(**{key: [name(key, value) for value in frame[key]] for key in named if key in frame})


def _numbers(values: pd.Series) -> pd.Series:
    """A column as numbers where all that are there are such."""
    import pandas as pd

    found = pd.to_numeric(values, errors="coerce")
    return found if (found.notna() | values.isna()).all() and values.notna().any() else values


def _present(value: Any) -> Any:
    """A value for a document; None for what is missing."""
    value = _whole(value)
    return None if isinstance(value, float) and math.isnan(value) else value


def _short(value: Any) -> str:
    """A value for people; "-" for what is missing."""
    from mltui.present.text import number

    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    return number(value) if isinstance(value, float) else str(value)


def _whole(value: Any) -> Any:
    """numpy's numbers as Python's."""
    return value.item() if hasattr(value, "item") else value
