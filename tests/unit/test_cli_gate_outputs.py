"""What a gate command that does not hold printed last is said beside the answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from mltui.cli.gate_outputs import say_outputs
from mltui.model.gates import Gate, GateReport, GateResult, Policy
from mltui.present.text import ASCII


def test_only_of_those_that_ran_and_do_not_hold(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "1.log"
    log.write_bytes(b"".join(b"row %d\x1b[31m\x07\n" % number for number in range(40)))
    gate = Gate("command", "make \x1b[2Jcheck", argv=("make",))
    told = (
        GateResult(gate, "failed", why="exit code 2", output=str(log)),
        GateResult(gate, "passed", output=str(log)),
        GateResult(gate, "unknown", why="no commit"),
    )
    say_outputs(GateReport(Policy(), told), ASCII)
    out, err = capfd.readouterr()
    assert out == "" and "\x1b" not in err and "\x07" not in err
    lines = err.splitlines()
    assert lines[0] == "mltui: make \\x1b[2Jcheck: exit code 2" and str(log) in lines[1]
    assert lines[2:] == [f"  row {number}\\x07" for number in range(20, 40)]
