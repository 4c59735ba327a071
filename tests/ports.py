"""Ports of the loopback for servers of the tests, beside other workers and other runs of the suite."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager

#: Below what kernels hand out by themselves (Linux from 32768): who connects somewhere can't get one meanwhile.
OURS = range(20_000, 32_000)


def free_port() -> int:
    """One that nobody has. A server takes it a moment later, so it is drawn: another worker draws another one."""
    while True:
        port = random.SystemRandom().choice(OURS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@contextmanager
def refusing_port() -> Iterator[int]:
    """One at which connections are refused as long as this lasts: somebody has it, and does not listen."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
