"""`mltui keys` and `mltui doctor` with a keys.toml, and what a command line names a key by."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

pytestmark = pytest.mark.real


def mltui(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mltui", *arguments]
    return subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config" / "mltui").mkdir(parents=True)
    path = tmp_path / "config" / "mltui" / "keys.toml"
    path.write_text('retrain = "ctrl+e"\nstop = ""\nundo = "P"\n', encoding="utf-8")
    return path


def test_keys_are_printed_as_they_are_in_force(tmp_path: Path, keys: Path) -> None:
    done = mltui(tmp_path, "keys", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    jsonschema.validate(
        found, json.loads(resources.files("mltui.schema").joinpath("keys.schema.json").read_text("utf-8"))
    )
    assert found["file"] == str(keys)
    commands = {each["id"]: each for each in found["commands"]}
    assert (commands["retrain"]["keys"], commands["retrain"]["rebound"]) == (["ctrl+e"], True)
    assert (commands["stop"]["keys"], commands["stop"]["rebound"]) == ([], True)
    assert (commands["undo"]["keys"], commands["undo"]["rebound"]) == (["z"], False)
    assert commands["move.up"]["fixed"]
    assert [each["path"] for each in found["problems"]] == [f"{keys}:3"]


def test_a_person_reads_them_with_what_is_wrong(tmp_path: Path, keys: Path) -> None:
    done = mltui(tmp_path, "keys")
    assert done.returncode == 0
    (line,) = (line for line in done.stdout.splitlines() if " retrain " in line)
    assert line.split() == ["ctrl+e", "retrain", "Retrain", "yours"]
    assert done.stderr.startswith(f"mltui: {keys}:3: P can't be the key of undo: promote (Promote) has it\n")


def test_doctor_lists_the_file_and_its_problems(tmp_path: Path, keys: Path) -> None:
    found = json.loads(mltui(tmp_path, "doctor", "--json").stdout)
    assert found["configuration"]["files"] == [str(keys)]
    (problem,) = (each for each in found["problems"] if each["source"] == "config")
    assert problem["path"] == f"{keys}:3"


def test_a_command_line_that_judges_keys_imports_no_textual(tmp_path: Path, keys: Path) -> None:
    code = (
        "import sys\nfrom mltui.cli.options import Options\nfrom mltui.cli.opening import open_told\n"
        "open_told(Options()).close()\nfrom mltui.model.key_names import key_of\n"
        "assert key_of('retrain') == 'ctrl+e'\nassert 'textual' not in sys.modules, 'textual'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600
    )
    assert (done.returncode, done.stderr) == (0, "")
