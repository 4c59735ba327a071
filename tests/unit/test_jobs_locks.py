"""Locks that a stop takes: whoever keeps one holds nobody up, and none is made where DVC means its file by it."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

import pytest

from mltui.actions.jobs import runner_stop
from mltui.actions.jobs.runner_turn import mended

#: More than it may take: an upper bound (s).
LONG = 60.0


def test_a_stop_is_written_though_somebody_keeps_the_lock(tmp_path: Path) -> None:
    """A runner that gets a signal while it writes one, or another mltui that is stopped (``ctrl+z``) meanwhile."""
    said: list[bool] = []
    kept = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(kept, fcntl.LOCK_EX)
        asks = threading.Thread(
            target=lambda: said.append(runner_stop.ask(str(tmp_path), {"how": "TERM"})), daemon=True
        )
        asks.start()
        asks.join(LONG)
        assert said == [True]
    finally:
        os.close(kept)
    assert runner_stop.read(str(tmp_path))["how"] == "TERM"


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    found = tmp_path / ".dvc" / "tmp"
    found.mkdir(parents=True)
    return found


@pytest.mark.parametrize("text", ['{"read": {}, "write": {}}', '{"read": {'])
def test_no_lock_of_dvcs_is_left_where_its_file_is_the_lock(temporary: Path, text: str) -> None:
    """With `core.hardlink_lock` it is: every dvc would find it taken."""
    (temporary / "rwlock").write_text(text)
    torn = not text.endswith("}")
    assert bool(mended(str(temporary), workspace=False)) is torn
    assert [path.name for path in temporary.iterdir()] == ([] if torn else ["rwlock"])


def test_an_rwlock_that_another_dvc_just_writes_is_left_alone(temporary: Path) -> None:
    (temporary / "rwlock").write_text('{"read": {')
    with (temporary / "rwlock.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        assert mended(str(temporary), workspace=False) == []
    assert (temporary / "rwlock").exists()
    assert mended(str(temporary), workspace=False), "nobody has it any more"
    assert not (temporary / "rwlock").exists()
