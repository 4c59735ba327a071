"""What a killed mltui leaves of its cache, half-written files and stand-ins, is removed by a later one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mltui.sources import cachedir
from mltui.sources.places import LEFT_S, Project, cache_dir

#: Takes a stand-in for the cache, says where, and ends without a word once its input does.
TAKES = """
import os, sys
from pathlib import Path
from mltui.sources.places import Project, stand_in
print(stand_in(Project(Path("/"), Path("/"))).parent, flush=True)
sys.stdin.read()
os._exit(9)
"""


def test_half_written_files_go_an_hour_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path / "cache"))
    project = Project(tmp_path, tmp_path)
    place = tmp_path / "cache" / project.key
    (tmp_path / "cache" / "standing").mkdir(parents=True)
    place.mkdir()
    old, olds, new = (
        place / "a.json.1.2.part",
        tmp_path / "cache" / "standing" / "b.1.2.part",
        place / "c.json.3.4.part",
    )
    for path in (old, olds, new, place / "a.json"):
        path.write_bytes(b"x")
    for path in (old, olds, place / "a.json"):
        ago = path.stat().st_mtime - LEFT_S - 1
        os.utime(path, (ago, ago))
    assert cache_dir(project) == place
    assert sorted(path.name for path in (tmp_path / "cache").rglob("*.part")) == [new.name]
    assert (place / "a.json").exists()


def test_stand_ins_of_the_dead_go_and_those_of_the_living_stay(tmp_path: Path) -> None:
    def start() -> tuple[subprocess.Popen[str], Path]:
        env = {**os.environ, "TMPDIR": str(tmp_path)}
        process = subprocess.Popen(
            [sys.executable, "-c", TAKES], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        return process, Path(process.stdout.readline().strip())

    others = tmp_path / "mltui-cache-of-nobody"
    others.mkdir()
    first, dead = start()
    second, living = start()
    assert dead.exists() and living.exists()
    first.communicate()
    third, newest = start()
    assert not dead.exists()
    assert living.exists() and newest.exists() and others.exists()
    for each in (second, third):
        each.communicate()


def test_what_is_unsealed_or_sealed_wrongly_is_none(tmp_path: Path) -> None:
    path = str(tmp_path / "entry")
    cachedir.news()
    for data in (b"", b"{}", b"x" * 100_000):
        cachedir.keep(path, data)
        assert cachedir.get(path) == data
    whole = Path(path).read_bytes()
    for broken in (b"", whole[:-1], whole[1:], b"y" + whole[1:], whole + b"\n", whole[:-1] + b"z"):
        Path(path).write_bytes(broken)
        with pytest.raises(cachedir.Damaged):
            cachedir.get(path)
        assert not Path(path).exists()
    assert [summary for summary, _ in cachedir.news()] == ["the cache was damaged and is made anew: entry"]
    assert cachedir.news() == []
