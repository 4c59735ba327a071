"""What is printed of a soak: a line a minute, and at the end a summary in Markdown."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from bench.soak.usage import MEMORY, Grown, Sample, grown

if TYPE_CHECKING:
    from bench.soak.soaking import Soaked

UNITS = {"main": "PSS of the process, MiB", "tree": "PSS with its children, MiB"}


def heading() -> str:
    return "\n".join(
        [
            "             acts: PSS, MiB                         looks (read-only)                     updates",
            "   min     main    tree   fds  thr  procs     main    tree   fds  thr  procs     seen  missed   wrong",
        ]
    )


def minute(soaked: Soaked) -> str:
    def one(samples: list[Sample]) -> str:
        last = samples[-12:]
        figures = [statistics.median(getattr(each, name) for each in last) for name in ("main", "tree")]
        counts = [
            statistics.median_low(getattr(each, name) for each in last)
            for name in ("descriptors", "threads", "children")
        ]
        return f"{figures[0]:8.1f}{figures[1]:8.1f}{counts[0]:6}{counts[1]:5}{counts[2]:7}"

    seen = sum(len(each) for each in soaked.seen.values())
    at = soaked.acting[-1].at / 60
    return f"{at:6.1f} {one(soaked.acting)} {one(soaked.looking)} {seen:8}{len(soaked.missed):8}{len(soaked.wrong):8}"


def summary(soaked: Soaked) -> str:
    """Markdown: what was done, what grew, what was seen and how soon."""
    lines = [
        f"{soaked.seconds / 60:.0f} minutes: {_done(soaked)}.",
        "",
        "| | after warm-up | at the end | growth | of one opened at the end | more than that one | flat |",
    ]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    for which, figures in compared(soaked):
        for each in figures:
            form = "{:.1f}" if each.name in MEMORY else "{:.0f}"
            by = f"{each.by:+.1%}" if each.name in MEMORY else f"{each.after - each.before:+.0f}"
            name = UNITS.get(each.name, each.name)
            row = (
                f"{which}: {name}",
                form.format(each.before),
                form.format(each.after),
                by,
                "" if each.anew is None else form.format(each.anew),
                "" if each.held is None or each.name not in MEMORY else f"{each.held:+.1%}",
                "yes" if each.flat else "NO",
            )
            lines.append(f"| {' | '.join(row)} |")
    lines += ["", "| update | times | median, s | longest, s |", "| --- | --- | --- | --- |"]
    for kind, took in soaked.seen.items():
        timed = any(took)
        row = (f"{statistics.median(took):.1f}", f"{max(took):.1f}") if timed else ("", "")
        lines.append(f"| {kind} | {len(took)} | {row[0]} | {row[1]} |")
    lines += ["", f"Missed: {len(soaked.missed)}. Wrong: {len(soaked.wrong)}.", ""]
    lines += [f"* {each}" for each in (*soaked.missed, *soaked.wrong)]
    return "\n".join(lines).rstrip() + "\n"


def compared(soaked: Soaked) -> list[tuple[str, list[Grown]]]:
    """Each of both processes' figures, beside those of the one that was opened at the end."""
    anew = soaked.anew
    return [
        ("acting", grown(soaked.acting, anew.acting if anew else None)),
        ("looking", grown(soaked.looking, anew.looking if anew else None)),
    ]


def _done(soaked: Soaked) -> str:
    calls = sum(int(str(said["calls"])) for said in soaked.writers.values())
    errors = sum(len(said["errors"]) for said in soaked.writers.values())  # type: ignore[arg-type]
    longest = max(float(str(said["longest"])) for said in soaked.writers.values())
    return (
        f"{soaked.walks} walks of {soaked.keys} keys, {soaked.asked} times `mltui status --json` beside it; "
        f"three trainings made {calls} calls of MLflow, {errors} failed, the longest took {longest:.0f} ms"
    )
