"""Python's garbage collector, kept from stopping the drawing thread for a tenth of a second in the middle of a key.

A full collection walks every run that is loaded: 50 to 110 ms with 10,000 of them, several times a minute while things
refresh (measured). What is loaded has no cycles and is freed by reference count; cycles of the widgets die young. So
full collections are left to `tidy`, once a minute and only after something was loaded.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress

#: Allocations until the youngest are looked through, and how often the next generation comes along; the third number
#: keeps full collections away.
THRESHOLDS = (10_000, 20, 1_000_000)
#: How many arenas the C library may have, and mallopt(3)'s name for that (M_ARENA_MAX).
ARENAS = 2
_MOST_ARENAS = -8


def calm() -> None:
    """From now on no full collection by itself; what is there already (modules, classes) is never walked again."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()


def tidy() -> None:
    """One full collection; then what the C library keeps of freed memory goes back to the system."""
    gc.collect()
    trim()


def forget_drawn() -> None:
    """Let go of the lines of widgets that are gone: Textual 8 has a method under `functools.lru_cache`, which holds the
    last 1024 caches of drawn lines that it was asked of, of screens closed long ago too."""
    drawn = getattr(sys.modules.get("textual._styles_cache"), "StylesCache", None)
    clear = getattr(getattr(drawn, "get_inner_outer", None), "cache_clear", None)
    if clear is not None:
        clear()


def trim() -> None:
    """malloc_trim(3), where there is one: after a large store was read some forty megabytes lie about. Milliseconds,
    in which other threads go on."""
    _ask_malloc("malloc_trim", 0)


def few_arenas() -> None:
    """Let threads share what the C library allocates from. By itself it gives almost every thread an arena of its own,
    where freed memory can't be taken by the others: 15 MiB of a large project. They take turns in Python anyway."""
    _ask_malloc("mallopt", _MOST_ARENAS, ARENAS)


def _ask_malloc(name: str, *numbers: int) -> None:
    """Of glibc; others have neither function, and do without."""
    if os.name != "posix":
        return
    import ctypes

    with suppress(OSError, AttributeError):
        getattr(ctypes.CDLL(None), name)(*numbers)
