"""Whose Python works with dvc, and what the child may not do."""

from __future__ import annotations

import ast
import os
import shutil
import sys
from pathlib import Path

import pytest

from mltui.config import Config
from mltui.sources.dvc import child
from mltui.sources.dvc.child.guard import Within
from mltui.sources.dvc.python import interpreter
from mltui.sources.places import Project
from mltui.sources.recorder import recorder


def environment(path: Path, **versions: str) -> Path:
    """What a virtual environment looks like."""
    packages = path / "lib" / "python3.11" / "site-packages"
    (path / "bin").mkdir(parents=True)
    packages.mkdir(parents=True)
    (path / "bin" / "python").write_text("")
    for name, version in versions.items():
        (packages / f"{name}-{version}.dist-info").mkdir()
    return path


def test_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root"
    root.mkdir()
    project = Project(root, root)
    assert interpreter(project, Config()).path == sys.executable
    assert interpreter(project, Config()).dvc
    own = environment(root / ".venv", dvc="3.1.0")
    assert (interpreter(project, Config()).origin, interpreter(project, Config()).dvc) == (".venv", "3.1.0")
    monkeypatch.setenv("CONDA_PREFIX", str(environment(tmp_path / "conda", dvc="3.2.0", mlflow="2.9.0")))
    found = interpreter(project, Config())
    assert (found.origin, found.dvc, found.mlflow) == ("$CONDA_PREFIX", "3.2.0", "2.9.0")
    monkeypatch.setenv("VIRTUAL_ENV", str(environment(tmp_path / "bare")))
    assert interpreter(project, Config()).origin == "$VIRTUAL_ENV"
    found = interpreter(project, Config(), "dvc")
    assert (found.origin, found.note) == ("$CONDA_PREFIX", "no dvc in $VIRTUAL_ENV")
    found = interpreter(project, Config(python=".venv"), "dvc")
    assert (found.path, found.origin) == (str(own / "bin" / "python"), "configuration")


def test_names_that_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "gone"))
    found = interpreter(Project(tmp_path, tmp_path), Config(python="nowhere"))
    assert found.path == sys.executable
    assert found.note == "configuration names no interpreter; $VIRTUAL_ENV names no interpreter"


def test_the_recorder_is_told_by_its_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(tmp_path, tmp_path)
    monkeypatch.setenv("VIRTUAL_ENV", str(environment(tmp_path / "bare env", mlflow="3.1.0")))
    found = recorder(project, Config())
    assert (found.version, found.python) == (None, str(tmp_path / "bare env/bin/python"))
    assert found.install == f"'{found.python}' -m pip install {Path(__file__).parents[2] / 'recorder'}"
    monkeypatch.setenv("VIRTUAL_ENV", str(environment(tmp_path / "full", mlflow="3.1.0", mltui_recorder="0.1.0")))
    assert recorder(project, Config()).version == "0.1.0"


@pytest.fixture
def guard(tmp_path: Path) -> Within:
    (tmp_path / "cache").mkdir()
    return Within(str(tmp_path / "cache"))


def answer(guard: Within, base: Path, event: str, args: tuple[object, ...]) -> Exception | None:
    """What the guard raises at an event of Python's audit hooks whose paths are below `base`; None lets it pass."""
    try:
        guard(event, tuple(arg.format(base) if isinstance(arg, str) else arg for arg in args))
    except Exception as error:
        return error
    return None


@pytest.mark.parametrize(
    ("event", "args"),
    [
        ("open", ("{}/x", "w", os.O_WRONLY | os.O_CREAT)),
        ("open", ("{}/x", None, os.O_RDWR)),
        ("open", ("{}/cache/../x", "a", os.O_APPEND)),
        ("open", ("{}/cache-of-others/x", "w", os.O_WRONLY)),
        ("os.remove", ("{}/x", -1)),
        ("os.rename", ("{}/cache/x", "{}/x", -1, -1)),
        ("os.rename", ("{}/x", "{}/cache/x", -1, -1)),
        ("os.link", ("{}/cache/x", "{}/x", -1, -1)),
        ("os.chmod", ("{}/x", 0o644, -1)),
        ("os.mkdir", ("{}/x", 0o777, -1)),
        ("sqlite3.connect", ("{}/x",)),
        ("subprocess.Popen", ("git", ["git"], None, None)),
        ("os.system", (b"true",)),
        ("socket.connect", (None, ("127.0.0.1", 1))),
        ("socket.getaddrinfo", ("example.org", 80, 0, 0, 0)),
    ],
)
def test_what_is_refused(guard: Within, tmp_path: Path, event: str, args: tuple[object, ...]) -> None:
    assert isinstance(answer(guard, tmp_path, event, args), PermissionError)


@pytest.mark.parametrize(
    ("event", "args"),
    [
        ("open", ("{}/x", "r", os.O_RDONLY)),
        ("open", ("{}/cache/x", "w", os.O_WRONLY | os.O_CREAT)),
        ("open", ("/dev/null", "w", os.O_WRONLY)),
        ("open", (1, "w", os.O_WRONLY)),
        ("os.rename", ("{}/cache/x", "{}/cache/y", -1, -1)),
        ("sqlite3.connect", (":memory:",)),
        ("sqlite3.connect", ("{}/cache/x",)),
        ("import", ("x", None, None, None, None)),
    ],
)
def test_what_is_allowed(guard: Within, tmp_path: Path, event: str, args: tuple[object, ...]) -> None:
    assert answer(guard, tmp_path, event, args) is None


def test_a_link_out_of_the_cache_is_seen_through(guard: Within, tmp_path: Path) -> None:
    (tmp_path / "cache" / "out").symlink_to(tmp_path)
    with pytest.raises(PermissionError):
        guard("open", (str(tmp_path / "cache" / "out" / "x"), "w", os.O_WRONLY))
    shutil.rmtree(tmp_path / "cache")


def test_no_neighbour_of_the_child_takes_the_place_of_a_standard_module() -> None:
    """It is run as a script: what lies beside it is found first by its own imports."""
    beside = {path.stem for path in Path(child.__file__).parent.glob("*.py")}
    assert "start" in beside
    assert not beside & sys.stdlib_module_names


def test_the_child_needs_nothing_but_the_standard_library_and_dvc() -> None:
    """It runs in the project's environment, where there is no mltui."""
    for path in Path(child.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            roots = {name.partition(".")[0] for name in names}
            assert roots <= sys.stdlib_module_names | {"dvc", "dvc_data", "fsspec", "ruamel", "voluptuous"}, path.name
