"""A dataset directory of a million files, and what `mltui status` makes of it: `python -m tests.fuzz.million [COUNT]`.

Real git, real dvc. The files are made in memory where there is such, and taken away again. Printed are seconds
(of the clock, and of computing), the memory of the process tree at its largest, and what the status says of the
dataset. It fails where the memory is more than `MOST`.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
#: What the tree of processes may take (bytes).
MOST = 400 << 20


def make(top: Path, count: int) -> None:
    """A project whose ``images`` has so many empty files, and a .dvc file that names a directory of as many."""
    for command in (["git", "init", "-q"], ["dvc", "init", "-q"]):
        subprocess.run(command, cwd=top, check=True)
    (top / "images.dvc").write_text(
        f"outs:\n- md5: {'a' * 32}.dir\n  size: 0\n  nfiles: {count}\n  hash: md5\n  path: images\n"
    )
    (top / ".gitignore").write_text("/images\n")
    subprocess.run(["git", "add", "-A"], cwd=top, check=True)
    subprocess.run(["git", "commit", "-qm", "images"], cwd=top, check=True)
    for folder in range(0, count, 1000):
        directory = top / "images" / f"{folder:07d}"
        directory.mkdir(parents=True)
        for number in range(folder, min(count, folder + 1000)):
            os.close(os.open(f"{directory}/{number}.png", os.O_CREAT | os.O_WRONLY))


def _pages(pid: int) -> int:
    """Resident bytes of a process and all below it."""
    try:
        own = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0
    return own + sum(_pages(int(each)) for each in below)


def ask(top: Path) -> tuple[dict[str, object], float, int]:
    """The status, how long it took, and how large it became."""
    began, largest = time.monotonic(), 0
    process = subprocess.Popen(
        [sys.executable, "-m", "mltui", "status", "--json"], cwd=top, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    over = threading.Event()

    def look() -> None:
        nonlocal largest
        while not over.wait(0.02):
            largest = max(largest, _pages(process.pid))

    looking = threading.Thread(target=look)
    looking.start()
    said, _ = process.communicate()
    over.set()
    looking.join()
    return json.loads(said), time.monotonic() - began, largest


def _computed() -> float:
    """Seconds that all processes waited for have computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    top = Path(tempfile.mkdtemp(prefix="mltui-million-", dir=MEMORY))
    os.environ["MLTUI_CACHE_DIR"] = str(top / "cache")
    try:
        project = top / "project"
        project.mkdir()
        make(project, count)
        failed = False
        for which in ("first", "second"):
            before = _computed()
            said, seconds, largest = ask(project)
            (dataset,) = said["data"]["datasets"]  # type: ignore[index]
            took = f"{seconds:.1f} s, {_computed() - before:.1f} s of it computing"
            print(f"{count:,} files, {which} status: {took}, {largest >> 20} MB, {dataset['status']}")
            failed |= largest > MOST
        return int(failed)
    finally:
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
