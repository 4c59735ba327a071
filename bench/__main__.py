"""`python -m bench [--quick] [WHAT…]`: measure, print, and write bench/RESULTS.md. Exits 1 if a goal is missed.

WHAT is a measure (`--list` names them) or `design`, `peers`, `beyond`, `growth`; none is all. --quick takes small
projects and few rounds, to see that everything runs, and writes into bench/.work instead.
"""

from __future__ import annotations

import argparse
import compileall
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import mltui
from bench.figures import GROUPS, NAMES, limit_of
from bench.measure import QUICK
from bench.results import kept, machine, page, svg, tables
from bench.running import measured

HERE = Path(__file__).parent
RAW = argparse.RawDescriptionHelpFormatter


def main() -> int:
    asked = _asked()
    if asked.list:
        print("\n".join(f"{group}: {' '.join(names)}" for group, names in GROUPS.items()))
        return 0
    if asked.quick:
        os.environ[QUICK] = "1"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is being measured ends with the bench
    compileall.compile_dir(str(Path(mltui.__file__).parent), quiet=1)
    load = os.getloadavg()[0]
    found: dict[str, kept.Measured] = {}
    for name in _chosen(asked.what):
        print(f"… {name}", file=sys.stderr, flush=True)
        found[name] = measured(name, limit_of(name))
        print(f"  {found[name].seconds:.0f} s  {found[name].failed}", file=sys.stderr, flush=True)
    now = kept.Machine(machine.name(), time.strftime("%Y-%m-%d %H:%M"), machine.versions(), load, found)
    _print(now)
    _write(HERE / ".work" / "quick" if asked.quick else HERE, now)
    return 1 if tables.missed(now) else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, formatter_class=RAW)
    parser.add_argument("what", nargs="*", metavar="WHAT")
    parser.add_argument("--quick", action="store_true", help="small projects: does everything run?")
    parser.add_argument("--list", action="store_true", help="name the measures")
    asked = parser.parse_args()
    if unknown := [one for one in asked.what if one not in GROUPS and one not in NAMES]:
        parser.error(f"no measure is called {', '.join(unknown)}; --list names them")
    return asked


def _chosen(what: Sequence[str]) -> list[str]:
    wanted = {name for one in what for name in GROUPS.get(one, (one,))}
    return [name for name in NAMES if name in wanted or not wanted]


def _print(now: kept.Machine) -> None:
    """What was measured now; rows of the design that were not asked for are left to the page."""
    asked = [line for line in tables.design(now) if not line[1].startswith("not measured")]
    for table in (asked, tables.beyond(now), *tables.growth(now).values()):
        if len(table) > 1:
            print("\n".join(tables.in_columns(table)), end="\n\n")
    print("\n".join(tables.missed(now)) or "every goal was met")
    print(f"took {sum(one.seconds for one in now.measures.values()) / 60:.1f} minutes")


def _write(into: Path, now: kept.Machine) -> None:
    into.mkdir(parents=True, exist_ok=True)
    machines = kept.merged(kept.read(into / "results.json"), now, NAMES)
    kept.write(into / "results.json", machines)
    grown = page.grown_of(machines[0])
    if grown:
        (into / "growth.svg").write_text(svg.svg(svg.by_unit(grown)))
    (into / "RESULTS.md").write_text(page.page(machines, "growth.svg" if grown else ""))
    print(f"wrote {into / 'RESULTS.md'}")


if __name__ == "__main__":
    sys.exit(main())
