"""Another box: its setup comes first, and stands in no command that `ps` shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from mltui.actions.executors.box import Box
from mltui.sources.runner import ProcessRunner

SECRET = "of-nobody-else"


@pytest.mark.parametrize("ending", ["", ";", " # a remark", " && :"])
def test_setup_comes_first_and_is_seen_by_nobody(tmp_path: Path, ending: str) -> None:
    runner = ProcessRunner()
    box = Box(runner, tmp_path, setup=f"export TELLS='{SECRET}  \\n'{ending}")
    done = box.shell('printf "%s|" "$TELLS"; tr a-z A-Z', stdin=b"whole\nas it came")
    assert done.stdout == f"{SECRET}  \\n|WHOLE\nAS IT CAME".encode(), done.stderr
    assert not [word for done in runner.log for word in done.argv if SECRET in word]


def test_the_end_of_setup_is_no_end_of_the_script(tmp_path: Path) -> None:
    box = Box(ProcessRunner(), tmp_path, setup="false")
    assert box.shell("echo went on").stdout == b"went on\n"
