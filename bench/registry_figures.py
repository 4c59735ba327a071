"""Models of a registry of 500 models and 20,000 versions: from the spawn and from the key to its rows, and memory."""

from __future__ import annotations

import sys
from pathlib import Path

from bench import registry_store
from bench.measure import Figure, in_turn
from bench.projects import MLTUI
from bench.registry_store import MODELS, VERSIONS
from bench.terminal import Terminal

LABEL = [sys.executable, str(Path(__file__).with_name("label.py"))]
RUNS = 5
#: The first model's row with who holds what, below the title that counts them all.
ROWS = rf"(?s){MODELS} models, {MODELS * VERSIONS:,} versions.*team_00\.model_0000.*@champion {VERSIONS - 2}"


def registry() -> list[Figure]:
    """The key is pressed as soon as keys act; and once everything was read."""
    place = registry_store.registry()
    command = [MLTUI]

    def begun() -> float:
        with Terminal(command, place.path, place.env) as terminal:
            terminal.wait("6 Models")
            terminal.press("6")
            return terminal.since_spawn(ROWS) * 1000

    def opened() -> float:
        with Terminal(command, place.path, place.env) as terminal:
            terminal.wait("6 Models")
            terminal.settle(0.5)
            terminal.press("6")
            return terminal.wait(ROWS) * 1000

    def label() -> float:
        with Terminal(LABEL, place.path, place.env) as terminal:
            return terminal.since_spawn("useful paint") * 1000

    with Terminal(command, place.path, place.env) as terminal:  # mltui has seen the project, as on any second visit
        terminal.wait("6 Models")
        terminal.settle()
    spawn, key, peer = in_turn(RUNS, begun, opened, label)
    with Terminal(command, place.path, place.env) as terminal:
        terminal.wait("6 Models")
        terminal.press("6")
        terminal.wait(ROWS)
        terminal.settle()
        used = terminal.use()
    what = f"{MODELS} models, {MODELS * VERSIONS:,} versions on screen"
    return [
        Figure(f"{what}, from the key", key, None, "", 500),
        Figure(f"{what}, from the spawn", spawn, peer, "Textual label", None),
        Figure(f"memory with them, {used.processes} process, PSS", used.memory, None, "", 180, "MiB"),
    ]
