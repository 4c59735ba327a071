"""The child that matches: one standard-library file, run as ``python -I -S child.py SECONDS``.

It reads one JSON document ``{"pattern", "texts"}`` and writes the places of the texts that the pattern is found in as a
list. After `SECONDS` of computing, not of waiting for a busy machine, the kernel ends it with SIGPROF: ``re`` looks at
no clock.
"""

from __future__ import annotations

import json
import re
import signal
import sys


def main() -> None:
    asked = json.load(sys.stdin)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, float(sys.argv[1]))
    search = re.compile(asked["pattern"]).search
    json.dump([at for at, text in enumerate(asked["texts"]) if search(text)], sys.stdout)


if __name__ == "__main__":
    main()
