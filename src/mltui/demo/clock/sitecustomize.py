"""The demo's clock, imported by every Python process that builds it (PYTHONPATH names this directory).

The sample project tells five weeks of work and is built within a minute. So ``time.time`` starts at DEMO_CLOCK (epoch
seconds) and runs DEMO_PACE times as fast: MLflow's and DVC's own time stamps then fit the dates of the commits.
"""

import os
import time

_real = time.time
_built = _real()
_told = float(os.environ["DEMO_CLOCK"])
_pace = float(os.environ["DEMO_PACE"])


def _told_time() -> float:
    return _told + (_real() - _built) * _pace


time.time = _told_time
time.time_ns = lambda: int(_told_time() * 1e9)
