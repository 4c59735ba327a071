"""The last line of `mltui demo`: what opens the sample project in the shell that it is read in."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

import mltui.demo
from mltui.cli.demo import print_demo


def script(directory: Path) -> Path:
    directory.mkdir(parents=True)
    path = directory / "mltui"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """What is said to open it, for a python in .venv/bin and this PATH."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(mltui.demo, "build", lambda _directory, _tell: None)
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))

    def said(path: Path) -> str:
        monkeypatch.setenv("PATH", os.fspath(path))
        print_demo(Path("my demo"))
        return capsys.readouterr().out.strip().rpartition("Open it: ")[2]

    return said


def test_by_name_where_the_shell_finds_it(tmp_path: Path, opens) -> None:
    script(tmp_path / ".venv" / "bin")
    assert opens(script(tmp_path / "bin").parent) == "mltui -C 'my demo'"


def test_by_path_where_it_does_not(tmp_path: Path, opens) -> None:
    script(tmp_path / ".venv" / "bin")
    assert opens(tmp_path / "empty") == ".venv/bin/mltui -C 'my demo'"


def test_without_a_script(tmp_path: Path, opens) -> None:
    assert opens(tmp_path / "empty") == f"{tmp_path}/.venv/bin/python -m mltui -C 'my demo'"


def test_the_examples_of_the_readme_say_something_of_the_sample_project() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    headless = readme.partition("## Headless")[2].partition("## ")[0]
    known = (Path(mltui.demo.__file__).parent / "project" / "params.yaml").read_text(encoding="utf-8")
    used = re.findall(r"params\.(\w+)", headless)
    assert used
    for key in used:
        assert f"  {key}: " in known
