"""mltui on a terminal with a keys.toml of which half makes no sense: it starts, says so, and the other half counts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from bench.terminal import Terminal
from git_repository import commit, make

pytestmark = pytest.mark.real


def test_it_starts_with_what_makes_sense_and_says_what_does_not(
    tmp_path: Path, own_places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config" / "mltui").mkdir(parents=True)
    keys = tmp_path / "config" / "mltui" / "keys.toml"
    keys.write_text('quit = ""\n"place.2" = "F"\nhelp = "f1"\nrefrehs = "f5"\n', encoding="utf-8")
    path = make(tmp_path / "repository")
    commit(path, a_txt="1")
    size = {"COLUMNS": "120", "LINES": "30"}
    with Terminal([sys.executable, "-m", "mltui", "--read-only"], path, size, (120, 30)) as terminal:
        terminal.wait("2 problems")
        terminal.wait(" F History(.|\n)*f1 help")
        terminal.press("F")
        terminal.wait("History  1 ")
        terminal.press("!")
        terminal.wait(r"no command is called refrehs(.|\n)*did you mean refresh")
        assert "keys.toml:1" in terminal.text()
        assert "quit needs a key" in terminal.text()
        terminal.press("\x1bOP")  # f1
        terminal.press("\x1b")
        terminal.wait("History  1 ")
        terminal.press("q")
        while terminal.process.isalive():
            terminal.pump()
        assert terminal.process.exitstatus == 0
