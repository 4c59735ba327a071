"""The runs that a stage made, as one line of its detail."""

from __future__ import annotations

from mltui.model.metric import PrimaryMetric
from mltui.model.stage_runs import StageRuns
from mltui.present.marks import count
from mltui.present.run_cells import run_name
from mltui.present.text import Line, Span, line, number, safe, short_sha


def made_line(found: StageRuns | None, primary: PrimaryMetric | None) -> Line:
    """``4 runs at 3f2a1c9, best auc 0.942 stormy-hare  of 11``; () where no run is known to be the stage's."""
    if found is None:
        return ()
    words: list[str | Span] = [count(len(found.newest), "run")]
    if found.commit:
        words += [" at ", Span(short_sha(found.commit), "accent")]
    else:
        words.append(Span(", commit not recorded", "dim"))
    if found.best is not None and primary is not None:
        value = number(found.best.metrics[primary.key])
        words += [f", {'best ' if len(found.newest) > 1 else ''}{safe(primary.key)} {value} ", run_name(found.best)]
    some = f"{found.inferred} " if found.inferred < len(found.newest) else ""
    notes = [f"{some}inferred"] if found.inferred else []
    notes += [f"{found.total:,} in all"] if found.total > len(found.newest) else []
    return line(*words, Span(f"  {', '.join(notes)}" if notes else "", "dim"))
