"""Objects of DVC's cache by their hash: where the cache is, what is not taken for an object."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from mltui.sources.dvc.cached import Cache


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def put(cache: Path, content: bytes, name: str = "", *, old: bool = False) -> str:
    """An object as DVC 3 (or, `old`, DVC 2) keeps it; its hash."""
    name = name or md5(content)
    place = (cache if old else cache / "files" / "md5") / name[:2] / name[2:]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return name


@pytest.mark.parametrize("old", [False, True])
def test_both_layouts(tmp_path: Path, old: bool) -> None:
    name = put(tmp_path / ".dvc" / "cache", b"{}", old=old)
    cache = Cache(tmp_path)
    assert cache.has(name)
    assert cache.read(name, 10) == b"{}"
    assert cache.read(name, 1) is None, "too long"


def test_a_text_of_dvc_2_is_hashed_by_its_lines(tmp_path: Path) -> None:
    name = put(tmp_path / ".dvc" / "cache", b"a: 1\r\n", md5(b"a: 1\n"), old=True)
    assert Cache(tmp_path).read(name, 10) == b"a: 1\r\n"


def test_what_is_not_what_its_name_says(tmp_path: Path) -> None:
    name = put(tmp_path / ".dvc" / "cache", b"damaged", md5(b"whole"))
    assert Cache(tmp_path).read(name, 10) is None


def test_a_file_in_a_directory(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    rows = b'[{"md5": "11", "relpath": "a.json"}, {"md5": "22", "relpath": "deep/b.json"}]'
    name = put(tmp_path / ".dvc" / "cache", rows, f"{md5(rows)}.dir")
    assert cache.inside(name, "deep/b.json") == "22"
    assert cache.inside(name, "b.json") is None
    for number, odd in enumerate((b"", b"[1]", b"{", b"7")):
        name = put(tmp_path / ".dvc" / "cache", odd, f"{md5(odd)}.dir")
        assert cache.inside(name, "a.json") is None, number


@pytest.mark.parametrize("name", ["../../../../etc/passwd", "d41d8cd98f00b204e9800998ecf8427e.di", "", "XY" * 16])
def test_what_is_no_hash(tmp_path: Path, name: str) -> None:
    cache = Cache(tmp_path)
    assert not cache.has(name)
    assert cache.read(name, 10) is None


def test_a_pipe_holds_nobody_up(tmp_path: Path) -> None:
    name = "a" * 32
    place = tmp_path / ".dvc" / "cache" / "files" / "md5" / name[:2]
    place.mkdir(parents=True)
    os.mkfifo(place / name[2:])
    assert Cache(tmp_path).read(name, 10) is None


@pytest.mark.parametrize(
    ("said", "local", "where"),
    [
        ("", "", ".dvc/cache"),
        ("[core]\n    autostage = true\n[cache]\n    type = copy\n    dir = ../../shared\n", "", "../shared"),
        ("[cache]\ndir = /elsewhere\n", "[cache]\n    dir = here\n", ".dvc/here"),
        ("['remote \"x\"']\n    url = y\n[cache]\ndir = 'a b'\n", "", ".dvc/a b"),
        ("[cache\n", "", ".dvc/cache"),
        ("[cache]\ndir = ~/c\n", "", "/home/ada/c"),
    ],
)
def test_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, local: str, where: str) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "none"))
    root = tmp_path / "project"
    (root / ".dvc").mkdir(parents=True)
    (root / ".dvc" / "config").write_text(said)
    (root / ".dvc" / "config.local").write_text(local)
    assert Path(os.path.normpath(Cache(root).path)) == Path(os.path.normpath(root / where))


def test_the_users_own_configuration_is_the_weakest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config" / "dvc").mkdir(parents=True)
    (tmp_path / "config" / "dvc" / "config").write_text("[cache]\ndir = /mine\n")
    (tmp_path / ".dvc").mkdir()
    assert Cache(tmp_path).path == Path("/mine")
    (tmp_path / ".dvc" / "config").write_text("[cache]\ndir = ours\n")
    assert Cache(tmp_path).path == tmp_path / ".dvc" / "ours"
