"""kill -9 of mltui at random moments: a few of what `make kills` does 500 times. KILLS and SEED choose others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bench.soak.killing import VICTIMS, kill

pytestmark = pytest.mark.real

TIMES, SEED = int(os.environ.get("KILLS", "24")), int(os.environ.get("SEED", "7"))


@pytest.mark.timeout(3600)
def test_the_next_start_finds_all_in_order(demo_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    killing = kill(demo_project, tmp_path, TIMES, SEED)
    print(f"seed {SEED}: {dict(killing.killed)}, torn lines {killing.torn}")
    assert not killing.wrong, "\n".join(killing.wrong)
    assert killing.killed.total() == TIMES
    assert set(killing.killed) & set(VICTIMS), "somebody was slower than the signal"
