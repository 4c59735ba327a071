"""Threads of mltui share what the C library allocates from, those too that read before there is a screen."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from bench.terminal import Terminal

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(platform.libc_ver()[0] != "glibc" or sys.maxsize < 2**32, reason="arenas are glibc's"),
]

#: What an arena other than the first one reserves, and begins and ends at a multiple of.
RESERVED = 64 * 2**20


def arenas(pid: int) -> int:
    """Those that threads were given beside the first: each is a reserve, most of which nothing may touch yet."""
    found = 0
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        where, rights, *_, inode = line.split()[:5]
        begin, end = (int(each, 16) for each in where.split("-"))
        found += rights == "---p" and inode == "0" and not end % RESERVED and 2**20 < end - begin < RESERVED
    return found


def test_a_first_start_has_two_arenas(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    words = [sys.executable, "-m", "mltui"]
    with Terminal(words, tmp_path, dict(os.environ), (100, 30)) as terminal:
        terminal.wait("Overview", 600)
        assert arenas(terminal.process.pid) <= 1
