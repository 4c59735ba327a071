"""A terminal that times what a person would see: a pty, an emulated screen, and the process tree behind it."""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import pyte
from ptyprocess import PtyProcess

#: What terminals answer when a program asks who they are; without it Textual waits.
ANSWERS = ((b"\x1b[c", b"\x1b[?62;22c"), (b"\x1b[6n", b"\x1b[1;1R"))

#: Sequences pyte would print instead of obeying.
UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1bP.*?\x1b\\|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)", re.S
)


@dataclass(frozen=True, slots=True)
class Use:
    """What a process tree uses: `memory` MiB of PSS, `cpu` seconds since its start, `processes` their number."""

    memory: float
    cpu: float
    processes: int


class Terminal:
    """`command` in a pty of `size` (columns, rows), from its spawn on."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str], size: tuple[int, int] = (120, 36)):
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.received = 0
        self.heard: bytearray | None = None  #: what is received, for whoever puts an empty one here
        # Textual believes these two more than the terminal; a caller's shell may have exported them
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        full = {**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", **env}
        self.start = time.perf_counter()
        self.process = PtyProcess.spawn(list(command), dimensions=(rows, columns), env=full, cwd=str(cwd))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate(force=True)

    def pump(self, timeout: float = 0.005) -> bool:
        """Read what arrived within `timeout` seconds; False if nothing did or the program ended."""
        ready, _, _ = select.select([self.process.fd], [], [], timeout)
        if not ready:
            return False
        try:
            data = os.read(self.process.fd, 1 << 16)
        except OSError:
            return False
        self.received += len(data)
        if self.heard is not None:
            self.heard += data
        for question, answer in ANSWERS:
            os.write(self.process.fd, answer * data.count(question))
        self.stream.feed(UNKNOWN_TO_PYTE.sub(b"", data))
        return True

    def text(self) -> str:
        return "\n".join(self.screen.display)

    def wait(self, pattern: str, timeout: float = 240.0) -> float:
        """Seconds from now until `pattern` stands on the screen. Raises `TimeoutError` showing the screen."""
        begin, regex = time.perf_counter(), re.compile(pattern)
        while time.perf_counter() - begin < timeout:
            if regex.search(self.text()):
                return time.perf_counter() - begin
            self.pump()
        raise TimeoutError(f"{pattern!r} not seen within {timeout} s:\n{self.text()}")

    def since_spawn(self, pattern: str, timeout: float = 60.0) -> float:
        """Seconds from spawn until `pattern` stands on the screen."""
        self.wait(pattern, timeout)
        return time.perf_counter() - self.start

    def cursor_row(self, column: int = 3) -> int:
        """The first row below the header whose background is another than most rows': a table's cursor."""
        backgrounds = [self.screen.buffer[y][column].bg for y in range(4, self.screen.lines - 2)]
        usual = max(set(backgrounds), key=backgrounds.count)
        return next((4 + at for at, found in enumerate(backgrounds) if found != usual), -1)

    def press(self, keys: str) -> None:
        os.write(self.process.fd, keys.encode())

    def settle(self, quiet: float = 1.5, timeout: float = 60.0) -> None:
        """Wait until nothing arrived and no process of the tree worked for `quiet` seconds."""
        last = begin = time.perf_counter()
        busy = self.use().cpu
        while time.perf_counter() - last < quiet and time.perf_counter() - begin < timeout:
            if self.pump(0.05):
                last = time.perf_counter()
            elif (now := self.use().cpu) > busy + 0.05:
                busy, last = now, time.perf_counter()

    def use(self) -> Use:
        memory = cpu = 0.0
        count = 0
        root = psutil.Process(self.process.pid)
        for process in [root, *root.children(recursive=True)]:
            try:
                memory += process.memory_full_info().pss
                times = process.cpu_times()
            except psutil.Error:
                continue
            cpu += times.user + times.system
            count += 1
        return Use(memory / 2**20, cpu, count)
