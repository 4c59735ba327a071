"""keys.toml: what it says is in force, and what of it makes no sense is said with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from mltui.config.loading import load_config
from mltui.config.rebinding import read_keys
from mltui.tui.commands import COMMANDS
from mltui.tui.key_words import person, textual
from mltui.tui.rebinding import Judged, judged


def judge(tmp_path: Path, text: str) -> Judged:
    path = tmp_path / "keys.toml"
    path.write_text(text, encoding="utf-8")
    lines, problems = read_keys(path)
    assert problems == []
    return judged(lines)


def said(found: Judged) -> list[str]:
    return [f"{Path(each.path or '').name}: {each.summary}" for each in found.problems]


def test_a_key_a_list_and_none(tmp_path: Path) -> None:
    found = judge(
        tmp_path, '"retrain" = "ctrl+e"\n"copy.as" = ["f5", "ctrl+x"]\nstop = ""\npalette = ["?"]\nhelp = "f1"\n'
    )
    assert found.problems == ()
    assert found.keys == {
        "retrain": ("ctrl+e",), "copy.as": ("f5", "ctrl+x"), "stop": (), "palette": ("question_mark",), "help": ("f1",),
    }  # fmt: skip
    assert found.keymap()["stop"] == "unbound"
    assert found.shown()["palette"] == ("?",)


def test_two_commands_may_change_places(tmp_path: Path) -> None:
    found = judge(tmp_path, 'retrain = "K"\nstop = "R"\n')
    assert found.problems == ()
    assert found.keys == {"retrain": ("K",), "stop": ("R",)}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('retrian = "x"', "no command is called retrian"),
        ('retrain = "kontrol+t"', "retrain: 'kontrol+t' is no key"),
        ('retrain = "ctrl+i"', "retrain: 'ctrl+i' is tab to a terminal"),
        ('retrain = "K"', "K can't be the key of retrain: stop (Stop) has it"),
        ('retrain = "i"', "i can't be the key of retrain: charts.outliers (Ignore outliers) has it in Charts"),
        ('"charts.log" = "i"', "i can't be the key of charts.log: charts.outliers (Ignore outliers) has it in Charts"),
        ('"log.wrap" = "j"', "j can't be the key of log.wrap: move.down (Down) has it"),
        ('"move.up" = "i"', "move.up can't be rebound: its keys belong to the panel that has the focus"),
        ('quit = ""', "quit needs a key: nobody could get out"),
        ("leave = []", "leave needs a key: nobody could get out"),
        ('retrain = "ctrl+c"', "retrain: ctrl+c is taken, it says how to quit"),
        ('retrain = "esc"', "retrain: esc is taken, it leaves"),
    ],
)
def test_what_makes_no_sense_is_ignored_and_said_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    found = judge(tmp_path, f'# mine\nhelp = "f1"\n{text}\n')
    assert found.keys == {"help": ("f1",)}, "the rest counts"
    assert said(found) == [f"keys.toml:3: {why}"]


def test_of_two_lines_for_one_key_the_later_one_gives_way(tmp_path: Path) -> None:
    found = judge(tmp_path, 'retrain = "f5"\nrefresh = "f5"\n')
    assert found.keys == {"retrain": ("f5",)}
    assert said(found) == ["keys.toml:2: f5 can't be the key of refresh: retrain (Retrain) has it"]


def test_what_is_taken_back_may_clash_in_its_turn(tmp_path: Path) -> None:
    """`stop` can't have ``P``, so ``K`` stays its own, which `retrain` took."""
    found = judge(tmp_path, 'retrain = "K"\nstop = "P"\n')
    assert found.keys == {}
    assert [each.summary.split(":")[0] for each in found.problems] == [
        "P can't be the key of stop",
        "K can't be the key of retrain",
    ]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('retrain = "x"\nstop = \n', 2, "keys.toml is not valid TOML"),
        ('retrain = "f5"\n"copy.as" = 3\n', 2, 'copy.as must be a key like "ctrl+t", a list of keys, or "" for none'),
    ],
)
def test_what_is_no_key_at_all_is_a_problem_of_the_configuration(
    tmp_path: Path, text: str, line: int, why: str
) -> None:
    (tmp_path / "mltui").mkdir()
    path = tmp_path / "mltui" / "keys.toml"
    path.write_text(text, encoding="utf-8")
    config = load_config(tmp_path, tmp_path, environ={"XDG_CONFIG_HOME": str(tmp_path)})
    (problem,) = config.problems
    assert problem.path == f"{path}:{line}"
    assert problem.summary.startswith(why)
    assert config.files == (str(path),), "mltui doctor lists it"


def test_keys_are_called_as_textual_calls_them() -> None:
    for command in COMMANDS:
        for key in filter(None, command.keys.split(",")):
            assert textual(person(key)) == key
            assert textual(key) == key
    for name, replaced in KEY_NAME_REPLACEMENTS.items():
        assert textual(replaced) == replaced, name
    letters = [each.value for each in Keys if each.value.startswith("ctrl+") and len(each.value) == len("ctrl+a")]
    for key in letters:
        if key[-1].isalpha() and key not in ("ctrl+i", "ctrl+m", "ctrl+h"):
            assert textual(key) == key
    assert textual("Ctrl+T") == "ctrl+t"
    assert textual("shift+r") == "R"
    assert textual("ctrl++") == "ctrl+plus"
    assert textual("PgUp") == "pageup"
    assert textual("é") == "é"
