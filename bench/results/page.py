"""RESULTS.md: what was measured, on what, and first what was not good enough. Written by the bench, never by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.measure import Grown
from bench.results.kept import Machine
from bench.results.numbers import number
from bench.results.plot import text_plot
from bench.results.tables import Table, beyond, design, growth, in_markdown, missed

HEAD = """\
# What was measured

Written by `make bench` (`python -m bench`), never by hand; the same figures are in [results.json](results.json).
`make bench` measures everything, `python -m bench WHAT…` only that and leaves all other rows as they were,
`python -m bench --list` names what there is. It builds its projects once, in `bench/.work` (about 5 GB), with real git,
dvc and mlflow; leave the machine alone meanwhile. Times are medians, with the lowest, the highest and the number of
runs in brackets; where there is a peer the two ran in turn, so that whatever else the machine did met both. The first
table has the names and the order of the design's list of measures. Machines are told apart by what they are, not by
name: figures of two that differ are never mixed."""


def page(machines: Iterable[Machine], picture: str) -> str:
    """The whole page; `picture` is the file name of the newest machine's growth."""
    parts = [HEAD]
    for at, machine in enumerate(machines):
        parts.append("\n".join(_machine(machine, picture if at == 0 else "")))
    return "\n\n".join(parts) + "\n"


def _machine(machine: Machine, picture: str) -> list[str]:
    bad = missed(machine)
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    lines = [
        f"## {machine.name}",
        "",
        f"Last measured on {machine.when}. {versions}. Load when it began: {number(machine.load)}.",
        "",
        *(["**Missed or failed:**", "", *(f"- {one}" for one in bad)] if bad else ["**Every goal was met.**"]),
        "",
        "### The design's measures",
        "",
        *in_markdown(design(machine)),
        "",
        "### Beyond the design",
        "",
        *in_markdown(beyond(machine)),
    ]
    return [*lines, *_growth(machine, picture), *_when(machine)]


def _growth(machine: Machine, picture: str) -> list[str]:
    lines = ["", "### Growth", "", *([f"![growth, both axes logarithmic]({picture})", ""] if picture else [])]
    tables = growth(machine)
    if not tables:
        return [*lines, "Not measured (`python -m bench growth`)."]
    grown = grown_of(machine)
    for axis, table in tables.items():
        plot = text_plot(axis, [one for one in grown if one.axis == axis])
        lines += [f"#### {axis}", "", *in_markdown(table), "", "```text", *plot, "```", ""]
    return lines[:-1]


def grown_of(machine: Machine) -> Sequence[Grown]:
    return [one for measured in machine.measures.values() for one in measured.grown]


def _when(machine: Machine) -> list[str]:
    """Rows of several runs stand in one table: when each was measured, and what that took."""
    table: Table = [("measure", "on", "mltui", "took")]
    table += [(one.name, one.when, one.mltui, f"{one.seconds:.0f} s") for one in machine.measures.values()]
    whole = sum(one.seconds for one in machine.measures.values())
    return ["", "### When, and what it took", "", *in_markdown(table), "", f"Together {whole / 60:.0f} minutes."]
