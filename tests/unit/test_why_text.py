"""The one line of `mltui why`."""

from __future__ import annotations

from mltui.model.lineage.graph import Node
from mltui.model.lineage.why import Read, Why
from mltui.present.why_text import why_line


def test_data_of_which_nobody_knows_the_content_has_no_hash() -> None:
    """Its node is called after the run: that is no hash."""
    run = Node("run", "run:85157e4fb49046e09dbac7cf9a9d79f3", "lamb")
    told = Read(Node("data", "data:a.csv@md5:0123456789abcdef0123456789abcdef", "a.csv"), "recorded")
    unknown = Read(Node("data", f"data:?@{run.id}", "data it read"), "unknown")
    line = why_line(Why(run, data=(told, unknown)))
    assert "a.csv md5:01234567 (recorded, remote not asked), data it read (unknown)" in line
