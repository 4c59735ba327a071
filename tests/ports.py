"""Ports of the loopback for servers of the tests, beside other workers and other runs of the suite."""

from __future__ import annotations

import random
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: Below what kernels hand out by themselves (Linux from 32768): who connects somewhere can't get one meanwhile.
OURS = range(20_000, 32_000)
#: Names that this process holds, one for each port that it drew: nobody else has a name until its holder ends.
_HELD: list[socket.socket] = []


def free_port() -> int:
    """One that nobody has. A server takes it a moment later, and may give it back for a while: until this process ends
    nobody else draws it."""
    while True:
        port = random.SystemRandom().choice(OURS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            if _is_ours(port):
                return port


def _is_ours(port: int) -> bool:
    """Whether no other test drew it; none does from now on. Linux keeps names of sockets beside its ports."""
    if sys.platform != "linux":
        return True
    held = socket.socket(socket.AF_UNIX)
    try:
        held.bind(f"\0mltui tests {port}")
    except OSError:
        held.close()
        return False
    _HELD.append(held)
    return True


@contextmanager
def refusing_port() -> Iterator[int]:
    """One at which connections are refused as long as this lasts: somebody has it, and does not listen."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
