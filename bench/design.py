"""The measures of DESIGN section 8 by their names, in its order, and which of ours measures each."""

from __future__ import annotations

#: The first words of the figures that belong to a row, and the measure that gives them.
ROWS = (
    ("spawn to first useful paint, warm cache", "first_paint"),
    ("spawn to runs with metrics on screen, no cache", "first_paint"),
    ("mltui status --json, warm", "status"),
    ("all 10,002 runs with all metrics, params, tags loaded, first rows painted", "load_runs"),
    ("100,000-point metric on screen", "charts"),
    ("pipeline status after touching one dependency", "pipeline"),
    ("all dataset versions over history, warm", "data_versions"),
    ("key to paint while everything refreshes", "keys"),
    ("chart of 8 runs at 100x30, drawing only", "charts"),
    ("idle for 60 s", "idle_and_memory"),
    ("memory, big project open", "idle_and_memory"),
)


def row_of(what: str) -> int | None:
    """Which row of the design (0 is the first) a figure of this name belongs to; None for what the design has not."""
    return next((at for at, (name, _) in enumerate(ROWS) if what.startswith(name)), None)
