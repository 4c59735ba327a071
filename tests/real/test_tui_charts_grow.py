"""A training writes while its chart is on screen: the chart grows, with nobody pressing a key."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.terminal import Terminal
from patient import PATIENT

pytestmark = pytest.mark.real

#: Seconds until a number that does not come fails the test.
PATIENCE = 600
SIZE = {"COLUMNS": "140", "LINES": "40"}


@pytest.fixture
def training(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that runs, in `tmp_path`/mlflow.db, and logs what is written to its input."""
    script = Path(__file__).with_name("chart_writer.py")
    with subprocess.Popen(
        [sys.executable, script, tmp_path / "mlflow.db"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        assert process.stdin is not None
        process.stdin.close()


def test_the_chart_of_a_running_run_grows(tmp_path: Path, own_places: Path, training: subprocess.Popen[str]) -> None:
    assert training.stdin is not None
    command = [*PATIENT, "--store", str(tmp_path / "mlflow.db")]
    with Terminal(command, tmp_path, SIZE, (140, 40)) as terminal:
        terminal.wait("grower")
        terminal.press("5")
        terminal.wait(r"Runs  1")
        terminal.press("Cf")
        terminal.wait(r"loss  0\.0500")
        for value in ("0.8125", "0.3125"):
            training.stdin.write(f"{value}\n")
            training.stdin.flush()
            terminal.wait(rf"loss  {value}", PATIENCE)
