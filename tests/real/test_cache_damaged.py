"""Every file of the cache damaged, in every way: the answers are those of a fresh cache, and it is said once."""

from __future__ import annotations

import os
import random
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from cli_projects import log_runs

from mltui.cli import run
from mltui.sources import cachedir

pytestmark = pytest.mark.real

#: What is asked; together they read each file that mltui keeps of this project.
ASKED = (
    "status",
    "data",
    "runs",
    "runs --store ../files",
    "models",
    "lineage tumour-screening@champion",
    "trend auc",
    "exp list",
)
#: Times of reading: of each answer another one.
READ_AT = re.compile(r'"(at|as_of)": \d+')


def flipped(path: Path) -> None:
    """One digit is another one: what still parses, and is not true."""
    data = bytearray(path.read_bytes())
    digits = [at for at, byte in enumerate(data) if chr(byte).isdigit()]
    for at in random.Random(7).sample(digits, min(len(digits), 40)):
        data[at] = ord("0") + (data[at] - ord("0") + 1) % 10
    path.write_bytes(data)


def torn(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def rubbish(path: Path) -> None:
    path.write_bytes(random.Random(7).randbytes(path.stat().st_size))


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "something").write_text("of somebody's")


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def to_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("/nowhere/at/all")


DAMAGES = (flipped, torn, emptied, rubbish, directory, pipe, to_nowhere)
Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def project(demo_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project, and a file store beside, of which there is a mirror in the cache."""
    root = tmp_path_factory.mktemp("damaged") / "project"
    shutil.copytree(demo_project, root, symlinks=True)
    log_runs((root.parent / "files").as_uri(), cwd=root.parent)
    return root


@pytest.fixture
def cache(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(project)
    cachedir.news()
    yield tmp_path / "cache"
    cachedir.news()


Answers = Callable[[], dict[str, str]]


@pytest.fixture
def answers(capfd: pytest.CaptureFixture[str]) -> Answers:
    def asked() -> dict[str, str]:
        found = {}
        for words in ASKED:
            code = run([*words.split(), "--json"])
            out, err = capfd.readouterr()
            assert code == 0, (words, err)
            found[words] = READ_AT.sub("", out)
        return found

    return asked


def files(cache: Path) -> list[Path]:
    return [path for path in cache.rglob("*") if not path.is_dir() and stat.S_ISREG(path.lstat().st_mode)]


def is_dvcs(path: Path) -> bool:
    """Of the databases that DVC's own code keeps for the child, or a mirror's."""
    return ".db" in path.name


def spoil(paths: Iterable[Path], damage: Damage, *, databases: bool) -> int:
    """Damage what is ours, or the databases; with those nothing that is remembered stands, so that they are asked.
    The number of files that were damaged."""
    spoiled = 0
    for path in paths:
        if is_dvcs(path) is databases:
            damage(path)
            spoiled += 1
        elif databases and path.name != "btime":  # which DVC calls its directory by
            path.unlink()
    return spoiled


def test_the_answers_are_those_of_a_fresh_cache(cache: Path, answers: Answers) -> None:
    """All damages in turn on one cache, which each time was healed before."""
    fresh = answers()
    for databases in (False, True):
        for damage in DAMAGES:
            answers()
            if databases and damage is flipped:
                spared = [path for path in files(cache) if "mirrors" not in path.parts]  # docs/hardening.md, "Faults"
            else:
                spared = files(cache)
            what = f"{damage.__name__}, {'databases' if databases else 'entries'}"
            cachedir.news()
            assert spoil(spared, damage, databases=databases) > 2
            again = answers()
            assert again == fresh, what
            said = [summary for summary, _ in cachedir.news()]
            assert len(said) <= 1, what
            if databases is False and damage is not to_nowhere:  # to which nothing was there
                assert said, what
                assert said[0].startswith("the cache was damaged and is made anew: "), what
            odd = [path for path in cache.rglob("*") if not path.is_dir() and not path.is_file()]
            assert odd == [], what
            assert answers() == fresh, what
            assert cachedir.news() == [], what


def test_it_is_said_once_beside_the_answer(cache: Path) -> None:
    def status(*words: str) -> str:
        argv = [sys.executable, "-m", "mltui", "status", "--json", *words]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stderr

    assert status() == ""
    (pipeline,) = cache.glob("*/pipeline.json")
    torn(pipeline)
    assert status("--store", "../files") == "mltui: the cache was damaged and is made anew: pipeline.json\n"
    assert status("--store", "../files") == ""


def test_a_file_in_the_place_of_a_directory(cache: Path, answers: Answers) -> None:
    fresh = answers()
    folders = [cache / "standing", *cache.glob("*/mirrors"), *cache.glob("*/dvc")]
    assert len(folders) == 3
    for folder in [*folders, next(cache.glob("*/dvc")).parent]:
        for path in (*cache.glob("standing/*"), *cache.glob("*/pipeline.json")):
            path.unlink()  # so that DVC is asked
        shutil.rmtree(folder)
        folder.write_text("no directory")
        assert answers() == fresh
        assert folder.is_dir()
