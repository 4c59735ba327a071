"""Terminals of sixteen colours, of none, and without Unicode: everything can be read, whatever the background is."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.color import Color as Shade
from rich.color import ColorSystem
from textual.color import Color
from tui_fakes import churn

from mltui.config import Config
from mltui.present.charset import asked_for_c
from mltui.tui.ansi_themes import SIXTEEN
from mltui.tui.app import MltuiApp
from mltui.tui.roles import ROLES
from mltui.tui.themes import THEMES, fitting_theme, fitting_themes

NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
#: The shades of xterm and of a PC's console (Linux, VGA), the plain ones and then the bright ones.
XTERM = ("000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5", "7f7f7f f00 0f0 ff0 5c5cff f0f 0ff fff")
VGA = ("000 a00 0a0 a50 00a a0a 0aa aaa", "555 f55 5f5 ff5 55f f5f 5ff fff")
#: WCAG asks for 3 of large or bold text; dark red on black, which is bold here, has not more in any palette.
LEAST = 2.7


def shades(palette: tuple[str, str]) -> dict[str, str]:
    named = zip(("ansi_", "ansi_bright_"), palette, strict=True)
    return {prefix + name: f"#{shade}" for prefix, row in named for name, shade in zip(NAMES, row.split(), strict=True)}


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours."""
    light, dark = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: Color) -> float:
    parts = [each / 255 for each in (color.r, color.g, color.b)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", [XTERM, VGA], ids=["xterm", "vga"])
@pytest.mark.parametrize("theme", SIXTEEN, ids=lambda theme: theme.name)
def test_every_role_can_be_read_on_the_ground_of_its_theme(theme, palette) -> None:
    known = shades(palette)
    grounds = [known["ansi_black"], "#ffffff"] if theme.background == "ansi_default" else [known[theme.background]]
    variables = {**theme.to_color_system().generate(), **theme.variables}
    for role, (variable, _) in ROLES.items():
        if (colour := variables[variable]) != "ansi_default":
            for ground in grounds:
                assert contrast(known[colour], ground) >= LEAST, (role, colour, ground)


@pytest.mark.parametrize("theme", [theme for theme in THEMES if not theme.ansi], ids=lambda theme: theme.name)
def test_the_cursor_stands_out_in_256_colours_and_more_so_where_the_focus_is(theme) -> None:
    grounds = [theme.background, theme.variables["cursor-idle"], theme.variables["cursor"]]
    shown = [Shade.parse(each).downgrade(ColorSystem.EIGHT_BIT) for each in grounds]
    assert len({each.number for each in shown}) == len(shown)
    _, idle, cursor = (each.get_truecolor() for each in shown)
    assert max(idle) - min(idle) < max(cursor) - min(cursor)


def test_the_same_names_whatever_the_terminal_can_do() -> None:
    assert [theme.name for theme in SIXTEEN] == [theme.name for theme in THEMES]
    assert all(theme.ansi for theme in fitting_themes({"TERM": "xterm"}))
    assert fitting_themes({"TERM": "xterm", "COLORTERM": "truecolor"}) is THEMES


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"TERM": "xterm"}, "terminal"),
        ({"TERM": "screen"}, "terminal"),
        ({"TERM": "linux"}, "dark"),
        ({"TERM": "rxvt", "COLORFGBG": "0;15"}, "light"),
        ({"TERM": "rxvt", "COLORFGBG": "15;default;0"}, "dark"),
        ({"TERM": "screen-256color"}, "dark"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "terminal"),
    ],
)
def test_the_theme_fits_what_is_known_of_the_background(environment, name) -> None:
    assert fitting_theme("", environment) == name


def test_a_chosen_theme_holds_wherever_there_is_colour() -> None:
    assert fitting_theme("light", {"TERM": "xterm"}) == "light"
    assert fitting_theme("light", {"TERM": "xterm", "NO_COLOR": "1"}) == "terminal"


@pytest.mark.parametrize(
    ("environment", "found_c", "asked"),
    [
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, True, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False, False),
        ({"LC_CTYPE": "C.UTF-8"}, True, False),
        ({"LANG": "en_US.UTF-8"}, False, False),
    ],
)
def test_ascii_is_for_who_asked_for_the_c_locale(environment, found_c, asked) -> None:
    assert asked_for_c(environment, found_c) is asked


@pytest.mark.parametrize("theme", [theme.name for theme in SIXTEEN])
async def test_what_is_typed_and_the_cursor_stand_out_in_sixteen_colours(
    tmp_path: Path, settle, monkeypatch, theme
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLORTERM")
    app = MltuiApp(churn(tmp_path, config=Config(theme=theme)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5", "s", *"au")
        await settle(pilot)
        strips = app.screen._compositor.render_strips()
        segments = [segment for strip in strips for segment in strip]
        typed = next(segment for segment in segments if segment.text == "au")
        assert typed.style.color.is_default or typed.style.color != typed.style.bgcolor
        field = next(strip for strip in strips if "au" in strip.text and "auc" not in strip.text)
        assert any(segment.style.reverse for segment in field if segment.style)
        assert any(segment.style.reverse for segment in segments if segment.style and "auc" in segment.text)
