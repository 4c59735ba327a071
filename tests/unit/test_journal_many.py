"""A hundred processes write into the journal at the same moment, and no line is lost or torn."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from mltui.config import Config
from mltui.sources.places import Project
from mltui.sources.workspace import Workspace

WRITERS, EACH = 100, 5

#: Each is a process of its own, forked of one that imported everything; all wait for one pipe to be closed.
WRITING = f"""
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_journal import Doing
from mltui.actions.gateway import gateway_of
from mltui.config import Config
from mltui.model.outcome import Outcome
from mltui.sources.places import Project
from mltui.sources.workspace import Workspace

root = Path(sys.argv[1])
workspace = Workspace(Project(root, root, root / ".git", root / ".git"), Config())
ready, go = os.pipe()
children = []
for number in range({WRITERS}):
    pid = os.fork()
    if pid == 0:
        os.close(go)
        os.read(ready, 1)
        for at in range({EACH}):
            outcome = Outcome("done", f"{{number}}.{{at}} " + "x" * 5000)
            gateway_of(workspace).perform(Doing(lambda outcome=outcome: outcome), lambda: True)
        os._exit(0)
    children.append(pid)
os.close(go)
sys.exit(sum(os.waitpid(pid, 0)[1] != 0 for pid in children))
"""


def test_a_hundred_writers_at_once_lose_no_line(tmp_path: Path) -> None:
    root = tmp_path / "churn"
    root.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    done = subprocess.run([sys.executable, "-c", WRITING, str(root), str(Path(__file__).parent)], check=False)
    assert done.returncode == 0
    workspace = Workspace(Project(root, root, root / ".git", root / ".git"), Config())
    (written, _) = workspace.journal.files()
    lines = [json.loads(line) for line in written.read_bytes().splitlines()]
    assert len(lines) == WRITERS * EACH * 2
    entries = workspace.journal.load().entries
    assert len({entry.id for entry in entries}) == WRITERS * EACH
    said = {entry.summary.split()[0] for entry in entries if entry.state == "done"}
    assert said == {f"{number}.{at}" for number in range(WRITERS) for at in range(EACH)}
