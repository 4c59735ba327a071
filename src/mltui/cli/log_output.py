"""A job's log on standard output: in a pipe its bytes as they came, on a terminal nothing that could do harm there."""

from __future__ import annotations

import sys
from typing import Final

from mltui.cli.terminal import is_terminal, symbols
from mltui.config import Config

#: What is made text at once (bytes).
PIECE: Final = 1 << 16


class LogOutput:
    """Takes pieces of a log, in order; `end` it, or a colour that it began would go on."""

    def __init__(self, config: Config) -> None:
        self._stream = None
        if is_terminal():
            from mltui.present.log_stream import LogStream

            self._stream = LogStream(symbols(config))

    def write(self, data: bytes) -> None:
        if self._stream is None:
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            return
        for at in range(0, len(data), PIECE):
            sys.stdout.write(self._stream.shown(data[at : at + PIECE]))

    def flush(self) -> None:
        sys.stdout.flush()

    def end(self) -> None:
        if self._stream is not None:
            sys.stdout.write(self._stream.end())
        sys.stdout.flush()
