"""A slow line on loopback: a TCP proxy with a one-way delay and a rate, whose buffers are as deep as one likes.

`python -m bench.slowline LISTEN_PORT TARGET_PORT DELAY_MS KBIT_PER_S` between ssh and a loopback sshd shows a terminal
program as somebody far away sees it. It ends with SIGTERM.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from contextlib import suppress

#: What a packet of a network holds (bytes).
PACKET = 1400


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float, rate: float) -> None:
    """Hand on what is read `delay` seconds later, at `rate` bytes a second."""
    queue: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()

    async def deliver() -> None:
        free = 0.0
        while (item := await queue.get()) is not None:
            due, data = item
            free = max(due, free) + len(data) / rate
            await asyncio.sleep(max(0.0, free - time.monotonic()))
            writer.write(data)
            await writer.drain()
        writer.close()

    task = asyncio.create_task(deliver())
    with suppress(OSError):
        while data := await reader.read(PACKET):
            queue.put_nowait((time.monotonic() + delay, data))
    queue.put_nowait(None)
    with suppress(OSError):
        await task


async def serve(listen: int, target: int, delay: float, rate: float) -> None:
    """Until SIGTERM. `delay` in seconds each way, `rate` in bytes a second."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        with suppress(asyncio.CancelledError):  # the end of the proxy
            await asyncio.gather(_pump(reader, far_writer, delay, rate), _pump(far_reader, writer, delay, rate))

    server = await asyncio.start_server(handle, "127.0.0.1", listen)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    print("listening", flush=True)
    await ended.wait()
    server.close()


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 1000, float(sys.argv[4]) * 1000 / 8))
