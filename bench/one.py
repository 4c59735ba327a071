"""One measure in a process of its own: `python -m bench.one NAME FILE`; what it gave is in FILE as JSON.

So no measure warms another, changes its environment or takes the bench down with it.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from pathlib import Path

from bench.measure import Figure, Grown
from bench.results.kept import Measured, measured_plain
from bench.results.machine import versions

#: Characters of an error that a row has room for: the end says how a command died, and its whole text was printed.
SAID = 200


def main() -> int:
    from bench.figures import ALL

    name, out = sys.argv[1], Path(sys.argv[2])
    measure = next(each for each in ALL if each.__name__ == name)
    begun, failed, given = time.perf_counter(), "", []
    try:
        given = list(measure())
    except Exception as error:
        traceback.print_exc()
        failed = f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0]}"[-SAID:]
    figures = tuple(one for one in given if isinstance(one, Figure))
    grown = tuple(one for one in given if isinstance(one, Grown))
    seconds = time.perf_counter() - begun
    when, mltui = time.strftime("%Y-%m-%d"), versions()["mltui"]
    out.write_text(json.dumps(measured_plain(Measured(name, when, mltui, seconds, figures, grown, failed))))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
