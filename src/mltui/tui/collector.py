"""Python's garbage collector, kept from stopping the drawing thread for a tenth of a second in the middle of a key.

A full collection walks every run that is loaded: 50 to 110 ms with 10,000 of them, several times a minute while things
refresh (measured). What is loaded has no cycles and is freed by reference count; cycles of the widgets die young. So
full collections are left to `tidy`, once a minute and only after something was loaded.
"""

from __future__ import annotations

import gc
from contextlib import suppress

#: Allocations until the youngest are looked through, and how often the next generation comes along; the third number
#: keeps full collections away.
THRESHOLDS = (10_000, 20, 1_000_000)


def calm() -> None:
    """From now on no full collection by itself; what is there already (modules, classes) is never walked again."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()


def tidy() -> None:
    """One full collection; then what the C library keeps of freed memory goes back to the system."""
    gc.collect()
    trim()


def trim() -> None:
    """malloc_trim(3), where there is one: after a large store was read some forty megabytes lie about. Milliseconds,
    in which other threads go on."""
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
