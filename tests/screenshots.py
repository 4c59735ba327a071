"""`make screenshots`: build the sample project, open the real app on it, save what a person sees, and a minute of it.

    python -m tests.screenshots [PROJECT]

PROJECT is a sample project built before. Pictures are SVG, so that a README shows them sharp at any size; they name
only fonts a reader may have, and load none.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cast import record

from mltui.actions.opening import open_workspace
from mltui.demo import build
from mltui.tui.app import MltuiApp
from mltui.tui.screens.main import MainScreen

PICTURES = Path(__file__).parents[1] / "screenshots"
FONTS = "'Fira Code', 'DejaVu Sans Mono', 'Cascadia Mono', Menlo, Consolas, monospace"
NAME = "tumour-screening"


@dataclass(frozen=True, slots=True)
class Shot:
    """`keys` pressed in a terminal of `size` (columns, rows), seen in `theme`."""

    name: str
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (120, 36)
    theme: str = ""


#: The six learning rates of the sweep marked.
SWEEP = ("5", *"jjjjjjjjjjjjjjj", *["space"] * 6)
SHOTS = (
    Shot("overview"),
    Shot("overview", size=(80, 24)),
    Shot("overview-light", theme="light"),
    Shot("overview-contrast", theme="high contrast"),
    Shot("history", ("2", "j", "j")),
    Shot("data", ("3", "enter", "j")),
    Shot("pipeline", ("4", "right", "right")),
    Shot("pipeline", ("4",), size=(80, 24)),
    Shot("retrain", ("4", "R")),
    Shot("retrain", ("4", "R"), size=(80, 24)),
    Shot("runs", ("5", "j")),
    Shot("runs", ("5", "j", "enter"), size=(80, 24)),
    Shot("charts", (*SWEEP, "C", "f", *["shift+right"] * 3), size=(160, 45)),
    Shot("charts", (*SWEEP, "C", "f", "down", "down", "enter"), size=(80, 24)),
    Shot("compare", ("5", "j", "space", "space", "space", "c")),
    Shot("columns", ("5", "v")),
    Shot("lineage", ("6", "j", "l")),
    Shot("lineage", ("6", "j", "l"), size=(80, 24)),
    Shot("lineage-drawing", ("6", "j", "l", "w"), size=(160, 30)),
    Shot("difference", ("6", "j", "d")),
    Shot("trend", ("T",)),
    Shot("artifacts", ("5", *"jjjjjjjjjj", "A", "tab", "right", "down", "down")),
    Shot("models", ("6", "j")),
    Shot("promote", ("6", "j", "P", "enter")),
    Shot("promote", ("6", "j", "P", "enter"), size=(80, 24)),
    Shot("help", ("question_mark",)),
    Shot("palette", ("ctrl+p",)),
)
#: What is to be seen once something was retrained from here.
AFTER = (
    Shot("jobs", ("7",)),
    Shot("jobs", ("7", "enter"), size=(80, 24)),
    Shot("job-log", ("7", "L")),
    Shot("journal", ("J",)),
)


async def calm(pilot: Any) -> None:
    """Wait until nothing is being read, listed or drawn."""
    screen = next(each for each in pilot.app.screen_stack if isinstance(each, MainScreen))
    for _ in range(4):
        await asyncio.to_thread(screen.feeds.wait_idle, 60)
        while any(not worker.is_finished for worker in pilot.app.workers):
            await pilot.pause(0.05)
        await pilot.pause(0.1)


async def take(project: Path, shot: Shot) -> Path:
    app = MltuiApp(open_workspace(project))
    async with app.run_test(size=shot.size) as pilot:
        if shot.theme:
            app.theme = shot.theme
        await calm(pilot)
        for key in shot.keys:
            await pilot.press(key)
            await calm(pilot)
        drawn = app.export_screenshot(title="mltui")
    app.workspace.close()
    path = PICTURES / f"{shot.name}-{shot.size[0]}x{shot.size[1]}.svg"
    path.write_text(plain_fonts(drawn))
    return path


def plain_fonts(svg: str) -> str:
    """Without the fonts Textual asks another host for."""
    svg = re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.S)
    return re.sub(r"font-family:\s*Fira Code[^;\"]*", f"font-family: {FONTS}", svg)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"MLTUI_CACHE_DIR": f"{home}/cache", "XDG_STATE_HOME": f"{home}/state", "COLORTERM": "truecolor"}
        os.environ.pop("NO_COLOR", None)
        project = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(home) / NAME
        if not project.exists():
            build(project)
        for shot in SHOTS:
            print(asyncio.run(take(project, shot)).name, flush=True)
        command = [sys.executable, "-m", "mltui", "retrain", "-C", str(project), "--yes", "--wait"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for shot in AFTER:
            print(asyncio.run(take(project, shot)).name, flush=True)
        minute(Path(home))


def minute(home: Path) -> None:
    """The recording, on a sample project in which nothing was done yet."""
    project = home / "recorded" / NAME
    project.parent.mkdir()
    build(project)
    print(record(project, home).name, flush=True)


if __name__ == "__main__":
    main()
