"""`make bench [WHAT…]`: print the figures as a table; exit 1 if a goal is missed."""

from __future__ import annotations

import compileall
import sys
from pathlib import Path

import mltui
from bench.figures import ALL

HEADINGS = ("measure", "ours", "peer", "against", "ratio", "goal", "met")


def main() -> int:
    compileall.compile_dir(str(Path(mltui.__file__).parent), quiet=1)
    wanted = sys.argv[1:]
    rows = [HEADINGS]
    for measure in ALL:
        if not wanted or measure.__name__ in wanted:
            print(f"… {measure.__name__}", file=sys.stderr, flush=True)
            rows += [figure.row() for figure in measure()]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 1 if any(row[-1] == "NO" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
