"""What stands in a title or in a field that asks is text, whatever it looks like to a markup or a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.screen import Screen
from textual.widgets import Input
from tui_fakes import churn

from mltui.present.text import safe
from mltui.tui.app import MltuiApp
from mltui.tui.screens.asking_text import AskText
from mltui.tui.screens.chooser import Chooser, Option
from mltui.tui.screens.reading import ReadingScreen
from mltui.tui.screens.typing_to_confirm import TypeToConfirm

#: Markup that Textual would raise for, that it would obey, and what a terminal would.
NAMES = ("run [/] a", "[bold red]run[/]", "[@click=app.bell]run[/]", "run \x1b]52;c;AA==\x07\x9b\u202e\u3164")
DIALOGS = {
    "asks": lambda name: AskText(f"Name of {name}", name, ask="a name"),
    "lets choose": lambda name: Chooser(f"Edit {name}", (Option(name, name, name),)),
    "tells": lambda name: ReadingScreen(name, list),
    "is typed": lambda name: TypeToConfirm(f"Delete {name}", name, "deletes"),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", DIALOGS)
async def test_a_name_is_shown_to_the_letter(tmp_path: Path, settle, name: str, kind: str) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 24)) as pilot:
        await settle(pilot)
        screen: Screen[object] = DIALOGS[kind](name)  # type: ignore[no-untyped-call]
        app.push_screen(screen)
        await settle(pilot)
        drawn = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert safe(name) in drawn
        assert drawn.replace("\n", "").isprintable()
        if kind == "asks":
            assert app.screen.query_one(Input).value == name, "what is edited is the name itself"
