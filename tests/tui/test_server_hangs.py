"""A tracking server that hangs: every place draws what is known at once, and nothing that mltui joins waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from misbehaving import RUN, Misbehaving, serving
from mltui.config import Config
from mltui.present.text import plain
from mltui.sources.places import Project
from mltui.sources.workspace import Workspace
from mltui.tui.app import MltuiApp
from mltui.tui.screens.chooser import Chooser


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[Callable[[], Workspace]]:
    """A server whose run is mirrored, and that has just stopped to answer."""
    with serving() as server:
        config = Config(store=server.uri, store_origin="flag", experiments=("*",), primary="loss")

        def workspace() -> Workspace:
            return Workspace(Project(tmp_path, tmp_path), config)

        known = workspace()
        assert known.reader() is not None
        known.close()
        server.replies = {"": lambda _: hang(server)}
        yield workspace


def hang(server: Misbehaving) -> None:
    server.released.wait()


async def drawn(pilot: Any, look: Callable[[], bool]) -> None:
    """Wait until `look`, while the server is still being waited for."""
    while not look():
        assert pilot.app.workspace.stores.trouble() is None, "drawn only after the server was given up"
        await pilot.pause(0.02)


def waiting(app: MltuiApp) -> list[str]:
    """Textual's threads that are at work: they are joined at exit."""
    return [worker.description for worker in app.workers if worker.is_running and worker._thread_worker]


async def test_what_is_known_is_drawn_while_the_server_hangs(hanging: Callable[[], Workspace]) -> None:
    app = MltuiApp(hanging())
    async with app.run_test(size=(140, 36)) as pilot:
        await drawn(pilot, lambda: screen_has(app, "from the tag"))
        await pilot.press("5")
        await drawn(pilot, lambda: RUN in detail(app))
        await drawn(pilot, lambda: app.screen.active_store() is not None)
        await pilot.press("E")
        await drawn(pilot, lambda: isinstance(app.screen, Chooser))
        await drawn(pilot, lambda: not waiting(app))
        assert isinstance(app.screen, Chooser)
        assert waiting(app) == []
    app.workspace.close()


def screen_has(app: MltuiApp, word: str) -> bool:
    rows = [table.rows.row(at) for table in app.screen.query("#newest") for at in range(len(table.rows))]
    return any(word in " ".join(map(plain, row.cells)) for row in rows)


def detail(app: MltuiApp) -> str:
    return "\n".join(plain(line) for pane in app.screen.query("#detail") for line in pane.lines)
