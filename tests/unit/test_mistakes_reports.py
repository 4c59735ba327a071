"""The file that somebody sends when mltui made a mistake."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mltui.sources import mistakes
from mltui.sources.mistakes import MOST, note, problem_of, traceback_of


@pytest.fixture
def crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "cache" / "crashes"


def raised(message: str, cause: str = "") -> Exception:
    def fail() -> None:
        raise RuntimeError(message) from (ValueError(cause) if cause else None)

    with pytest.raises(RuntimeError) as caught:
        fail()
    return caught.value


def test_the_same_mistake_is_one_file(crashes: Path) -> None:
    assert note(raised("a"), "reading") == note(raised("a")) != ""
    assert len(list(crashes.iterdir())) == 1


def test_the_path_is_told_from_home(crashes: Path) -> None:
    told = note(raised("a"))
    assert told.startswith("~/cache/crashes/crash-")
    assert (crashes / Path(told).name).stat().st_mode & 0o777 == 0o600


def test_only_the_newest_are_kept(crashes: Path) -> None:
    for at in range(MOST + 5):
        told = note(raised(f"mistake {at}"))
        os.utime(crashes / Path(told).name, (at, at))
    assert len(list(crashes.iterdir())) == MOST
    assert (crashes / Path(told).name).exists()


def test_causes_are_told_and_values_of_variables_are_not(crashes: Path) -> None:
    text = traceback_of(raised("outer", "inner"))
    assert "ValueError: inner" in text and "RuntimeError: outer" in text and "in raised" in text
    assert "message = " not in text


def test_no_secret_and_no_control_character_gets_in(crashes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "s3cr3t-token")
    monkeypatch.setattr("sys.argv", ["mltui", "--store", "postgresql://ada:pw-of-ada@db/mlflow"])
    told = note(raised("at https://ada:pw-of-ada@host s3cr3t-token \x1b[31mred\x9b\u202e", "password=pw-of-ada"))
    text = (crashes / Path(told).name).read_text()
    assert "s3cr3t-token" not in text and "pw-of-ada" not in text
    assert text.isascii() or not any(char in text for char in "\x1b\x9b\u202e")
    assert "postgresql://" in text and "\\x1b[31mred" in text


def test_a_cache_that_cannot_be_written_is_no_second_mistake(crashes: Path) -> None:
    crashes.parent.write_text("in the way")
    assert note(raised("a")) == ""
    problem = problem_of("runs", raised("a"))
    assert problem.hint == "MLTUI_DEBUG=1 shows where; please report it"


def test_a_source_that_fails_unexpectedly_names_the_file(crashes: Path) -> None:
    problem = problem_of("runs", raised("a"))
    assert problem.summary == "mltui made a mistake reading runs: RuntimeError: a"
    assert problem.hint.startswith("please send ~/cache/crashes/")


def test_an_endless_traceback_is_cut_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mistakes, "LONGEST", 200)
    text = traceback_of(raised("x" * 1000 + "END"))
    assert len(text) < 250 and text.startswith("Traceback") and text.rstrip().endswith("END")
