"""`make soak`: half an hour, or SOAK_SECONDS; a table meanwhile, a summary in Markdown, exit 1 if anything is ill.

What is made is in SOAK_PLACE, else in a temporary directory that is taken away again. SOAK_SAMPLE is a project that
`mltui demo` built, else it is built first.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from bench.soak.soaking import Soaked, soak
from bench.soak.told import compared, summary

#: An update that is not on the screen after so long was missed (seconds).
LIMIT = 60.0


def main() -> int:
    seconds = float(os.environ.get("SOAK_SECONDS", "1800"))
    for name in ("COLUMNS", "LINES"):  # Textual believes these more than the terminal, which is resized
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as temporary:
        place = Path(os.environ.get("SOAK_PLACE", temporary))
        place.mkdir(parents=True, exist_ok=True)
        soaked = soak(sample(place), place, seconds, LIMIT, warm=True, tell=True)
    print("\n" + summary(soaked))
    return 1 if soaked.missed or soaked.wrong or not _flat(soaked) else 0


def sample(place: Path) -> Path:
    if given := os.environ.get("SOAK_SAMPLE"):
        return Path(given)
    from mltui.demo import build

    build(place / "sample")
    return place / "sample"


def _flat(soaked: Soaked) -> bool:
    return all(each.flat for _, figures in compared(soaked) for each in figures)


if __name__ == "__main__":
    sys.exit(main())
