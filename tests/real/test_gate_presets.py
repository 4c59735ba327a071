"""The presets, with real pytest, real frictionless, and data of real git and DVC."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

import pytest
from gate_world import World, dvc, frictionless, output, program, shell
from git_repository import commit, git, make

from mltui.model.gates import Gate, GateResult
from mltui.sources.places import cache_root

pytestmark = pytest.mark.real

SCHEMA = '{"fields":[{"name":"id","type":"integer"},{"name":"age","type":"integer"}]}'
GOOD = "id,age\n" + "".join(f"{number},30\n" for number in range(1200))
BAD = "id,age\n1,30\n2,x\n3,y\n"
#: The programs of the environment that the tests run in come first.
PATH = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("PATH", PATH)
    root = make(tmp_path / "project")
    (root / "schema.json").write_text(SCHEMA)
    commit(root)
    return World(root)


# pytest


def pytest_gate(world: World, tests: str, *options: str) -> GateResult:
    (world.root / "test_it.py").write_text(tests)
    commit(world.root)
    (told,) = world.run(program("pytest", "-q", "-p", "no:cacheprovider", *options, "test_it.py", preset="pytest"))
    assert sorted(cache_root().glob("*/gates/*")) == []
    return told


def test_pytest_tells_how_many_passed(world: World) -> None:
    told = pytest_gate(world, "import pytest\n@pytest.mark.parametrize('n', range(31))\ndef test_a(n): pass\n")
    assert (told.verdict, told.figure, told.why) == ("passed", "31 passed", "")
    assert told.subject == f"pytest at {git(world.root, 'rev-parse', 'HEAD')[:7]}, clean worktree"
    assert b"31 passed" in output(told)


def test_pytest_tells_the_first_that_failed(world: World) -> None:
    tests = """
import pytest
def test_a(): pass
def test_b(): assert 1 == 2, "not\\nso"
class TestC:
    def test_ü(self): raise ValueError("x")
@pytest.mark.skip
def test_d(): pass
@pytest.fixture
def broken(): raise RuntimeError
def test_e(broken): pass
"""
    told = pytest_gate(world, tests)
    assert (told.verdict, told.figure) == ("failed", "2 failed, 1 passed, 1 skipped, 1 error")
    assert told.why.startswith("first test_it::test_b: AssertionError: not so"), told.why


def test_pytest_without_tests_fails_with_that_reason(world: World) -> None:
    told = pytest_gate(world, "")
    assert (told.verdict, told.figure, told.why) == ("failed", "no tests", "no tests were found")
    told = pytest_gate(world, "def test_a(: pass")
    assert told.verdict == "failed" and told.figure == "1 error" and "test_it" in told.why
    told = pytest_gate(world, "def test_a(): pass", "--no-such-option")
    assert told.verdict == "failed" and told.why == "pytest was called wrongly"


def test_a_report_that_is_a_trap_leaves_the_exit_code(world: World) -> None:
    bomb = '<!DOCTYPE t [<!ENTITY a "aaaa">]><testsuites>&a;</testsuites>'
    script = f"""for each; do case $each in --junitxml=*) printf '%s' '{bomb}' > "${{each#*=}}";; esac; done; exit $1"""
    for code, verdict in (("0", "passed"), ("1", "failed")):
        gate = Gate("command", "sh", argv=("sh", "-c", script, "sh", code), preset="pytest")
        (told,) = world.run(gate)
        assert (told.verdict, told.figure) == (verdict, f"exit code {code}, no JUnit XML")


def test_failures_count_whatever_the_exit_code_says(world: World) -> None:
    (world.root / "test_it.py").write_text("def test_a(): assert 0\n")
    commit(world.root)
    gate = Gate("command", "sh", argv=("sh", "-c", 'pytest -q test_it.py "$@" || true', "sh"), preset="pytest")
    (told,) = world.run(gate)
    assert (told.verdict, told.figure) == ("failed", "1 failed")


# frictionless


def write(world: World, name: str, text: str) -> None:
    path = world.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_table_that_git_has(world: World) -> None:
    write(world, "data/ü b.csv", GOOD)
    write(world, "-bad.csv", BAD)
    commit(world.root)
    write(world, "data/ü b.csv", BAD)  # not committed
    good, bad = world.run(frictionless("data/ü b.csv"), frictionless("./-bad.csv"))
    assert (good.verdict, good.figure, good.why) == ("passed", "1,200 rows, 0 errors", "")
    assert good.subject == f"frictionless at {git(world.root, 'rev-parse', 'HEAD')[:7]}, clean worktree"
    assert (bad.verdict, bad.figure) == ("failed", "3 rows, 2 errors")
    assert bad.why.startswith('Type error in the cell "x" in row "3"'), bad.why
    assert b'"valid": false' in output(bad)


def test_each_file_of_a_directory_is_held_against_the_schema(world: World) -> None:
    """frictionless itself applies no schema to a directory, and says that it is valid."""
    for name, text in (("a.csv", GOOD), ("sub/b.csv", BAD), ("read.me", "")):
        write(world, f"data/{name}", text)
    commit(world.root)
    (told,) = world.run(frictionless("data"))
    assert (told.verdict, told.figure) == ("failed", "1,203 rows in 2 of 3 files, 2 errors")
    assert told.why.startswith("data/sub/b.csv: Type error")


def test_what_is_no_table_does_not_pass(world: World) -> None:
    write(world, "data.json", '[{"id": 1, "age": "x"}]')
    write(world, "texts/a.txt", "")
    commit(world.root)
    one, several, missing, schema = world.run(
        frictionless("data.json"),
        frictionless("texts"),
        frictionless("none.csv"),
        frictionless("data.json", "none.json"),
    )
    assert one.verdict == "unknown" and "the schema was not applied" in one.why
    assert several.verdict == "unknown" and "nothing in texts is a table" in several.why
    assert missing.verdict == "unknown" and "there is no none.csv at" in missing.why
    assert schema.verdict != "passed"


def test_without_frictionless_nobody_can_tell(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(world, "data.csv", GOOD)
    commit(world.root)
    (tmp_path / "env" / "bin").mkdir(parents=True)  # an environment that lacks it, and comes first
    (tmp_path / "env" / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "env"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    (told,) = world.run(frictionless("data.csv"))
    assert told.verdict == "unknown" and "there is no program frictionless" in told.why


# Data that DVC has


@pytest.fixture(scope="module")
def once(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DVC takes seconds for each of its commands: made once, copied for each test."""
    world = World(make(tmp_path_factory.mktemp("tracked") / "project"))
    (world.root / "schema.json").write_text(SCHEMA)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", PATH)
        dvc(world.root, "init", "-q")
        write(world, "data.csv", GOOD)
        write(world, "many/a.csv", GOOD)
        write(world, "many/sub/b.csv", GOOD)
        dvc(world.root, "add", "-q", "data.csv", "many")
        commit(world.root)
        write(world, "data.csv", BAD)
        dvc(world.root, "add", "-q", "data.csv")
        commit(world.root)
    return world.root


@pytest.fixture
def tracked(world: World, once: Path) -> World:
    """churn/5's commit is HEAD~1: data.csv is good there, and bad at HEAD."""
    shutil.rmtree(world.root)
    shutil.copytree(once, world.root, symlinks=True)
    return world


def cache_state(world: World) -> dict[str, tuple[int, str]]:
    files = [path for path in (world.root / ".dvc" / "cache").rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_mode, hashlib.md5(path.read_bytes()).hexdigest()) for path in files}


def test_it_is_the_data_of_that_commit(tracked: World) -> None:
    before, cached = tracked.state(), cache_state(tracked)
    old, new = git(tracked.root, "rev-parse", "HEAD~1"), git(tracked.root, "rev-parse", "HEAD")
    (good,) = tracked.run(frictionless("data.csv"), commit=old)
    assert (good.verdict, good.figure) == ("passed", "1,200 rows, 0 errors"), good.why
    (bad,) = tracked.run(frictionless("data.csv"), commit=new)
    assert (bad.verdict, bad.figure) == ("failed", "3 rows, 2 errors")
    whole, inner, file = tracked.run(frictionless("many"), frictionless("many/sub"), frictionless("many/sub/b.csv"))
    assert (whole.verdict, whole.figure) == ("passed", "2,400 rows in 2 files, 0 errors"), whole.why
    assert (inner.figure, file.figure) == ("1,200 rows, 0 errors", "1,200 rows, 0 errors"), (inner.why, file.why)
    assert tracked.state() == before and cache_state(tracked) == cached


def test_nothing_can_write_into_the_cache(tracked: World) -> None:
    cached = cache_state(tracked)
    script = "echo evil >> data.csv && echo evil > many/a.csv && ls -l data.csv many; exit 0"
    gate = frictionless("data.csv")
    for dataset in ("data.csv", "many"):
        argv = ("sh", "-c", script, "sh", dataset)
        (told,) = tracked.run(
            Gate("command", "x", argv=argv, preset="frictionless", dataset=dataset, schema=gate.schema)
        )
        assert b"-> " not in output(told)
    assert cache_state(tracked) == cached


def test_what_the_cache_lacks_or_has_damaged_is_not_known(tracked: World) -> None:
    old = git(tracked.root, "rev-parse", "HEAD~1")
    md5 = hashlib.md5(GOOD.encode()).hexdigest()
    place = tracked.root / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]
    place.chmod(0o644)
    place.write_text(BAD)
    (told,) = tracked.run(frictionless("data.csv"), commit=old)
    assert told.verdict == "unknown" and "DVC's cache is damaged" in told.why
    place.unlink()
    (told,) = tracked.run(frictionless("data.csv"), commit=old)
    assert told.verdict == "unknown" and "data.csv of that commit is not in DVC's cache" in told.why
    (told,) = tracked.run(frictionless("many"), commit=old)
    assert told.verdict == "unknown" and "not in DVC's cache" in told.why
    for path in (tracked.root / ".dvc" / "cache").rglob("*.dir"):
        path.unlink()
    (told,) = tracked.run(frictionless("many/a.csv"), commit=old)
    assert told.verdict == "unknown" and "many of that commit is not in DVC's cache" in told.why


def test_no_link_of_the_commit_leads_data_out_of_the_worktree(tracked: World, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.csv").write_text(GOOD)
    (tracked.root / "out").symlink_to(tmp_path / "outside")
    pointer = (tracked.root / "data.csv.dvc").read_text().replace("path: data.csv", "path: y.csv\nwdir: out")
    (tracked.root / "y.csv.dvc").write_text(pointer)
    commit(tracked.root)
    told, other = tracked.run(frictionless("out/x.csv"), frictionless("out/y.csv"))
    assert told.verdict == "unknown" and "leads out of the worktree" in told.why
    assert other.verdict == "unknown"
    assert sorted(path.name for path in (tmp_path / "outside").iterdir()) == ["x.csv"]


def test_a_dataset_of_a_project_in_a_subdirectory(world: World) -> None:
    write(world, "models/churn/schema.json", SCHEMA)
    dvc(world.root, "init", "-q")
    write(world, "models/churn/data/c.csv", GOOD)
    dvc(world.root / "models" / "churn", "add", "-q", "data/c.csv")
    commit(world.root)
    shutil.rmtree(world.root / "models" / "churn" / "data")
    (told,) = world.run(frictionless("data/c.csv"), folder="models/churn")
    assert (told.verdict, told.figure) == ("passed", "1,200 rows, 0 errors"), told.why


def test_another_command_finds_no_data_of_dvc(tracked: World) -> None:
    (told,) = tracked.run(shell("ls"))
    assert b"data.csv\n" not in output(told) and b"data.csv.dvc\n" in output(told)
