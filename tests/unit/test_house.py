"""The house's own rules, held against the files."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mltui.cli.commands import mltui
from mltui.model.run_attributes import ATTRIBUTES

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
#: What goes into the environment of a training.
RECORDER = sorted((ROOT / "recorder" / "src").rglob("*.py"))
HEAVY = {"mlflow", "dvc", "dvc_data", "pandas", "numpy", "git", "httpx", "watchfiles", "plotext", "sklearn"}
#: The training scripts that `mltui demo` copies out are a user's code, not mltui's.
SHIPPED = ROOT / "src" / "mltui" / "demo" / "project"


def _tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name.decode() for name in names.split(b"\0") if name]


def _top_level_imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", [*SOURCES, *RECORDER], ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_readable(path: Path) -> None:
    assert path.read_text().count("\n") <= 400, "split it along a seam a reader would expect"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_modules_are_imported_when_needed(path: Path) -> None:
    if not path.is_relative_to(SHIPPED):
        assert not _top_level_imports(path) & HEAVY


def test_the_recorder_is_standard_library_only_and_by_itself() -> None:
    for path in RECORDER:
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(path.read_text()))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert imported <= sys.stdlib_module_names | {"mltui_recorder"}, path.name
    project = tomllib.loads((ROOT / "recorder" / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == []


def test_textual_is_known_in_tui_only() -> None:
    knowing = {path for path in SOURCES if "textual" in _top_level_imports(path)}
    assert knowing
    assert all(path.is_relative_to(ROOT / "src" / "mltui" / "tui") for path in knowing)


def test_no_package_registry_is_named() -> None:
    host = re.compile(rb"(?:pypi|pythonhosted|npmjs|debian)\.(?:org|com)" + rb"|--index-url|--extra-index")
    here = Path(__file__)
    assert [path for path in _tracked() if path != here and path.is_file() and host.search(path.read_bytes())] == []


def test_pins_are_exact_and_live_in_constraints_only() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert not [name for name in project["dependencies"] if "==" in name]
    pins = (ROOT / "constraints.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[^\s;]+", pin) for pin in pins if not pin.startswith("#"))
    assert "mlflow==3.17.2" in pins


def test_what_readme_and_ci_call_exists() -> None:
    targets = set(re.findall(r"^([a-z]+(?: [a-z]+)*):", (ROOT / "Makefile").read_text(), re.M))
    targets = {name for group in targets for name in group.split()}
    readme = (ROOT / "README.md").read_text()
    called = set(re.findall(r"\bmake ([a-z]+)", readme))
    assert {"demo", "test"} <= called <= targets
    script = (ROOT / ".ci" / "run").read_text()
    assert script.rstrip().endswith("make test")


def test_the_options_that_readme_names_exist() -> None:
    block = (ROOT / "README.md").read_text().partition("## Headless")[2].split("```")[1]
    named = set()
    for line in filter(None, block.splitlines()):
        program, command, *_ = line.split()
        assert program == "mltui"
        options = {option for each in mltui.commands[command].params for option in each.opts}
        named |= (words := set(re.findall(r"(?<!\S)--[a-z-]+", line)))
        assert words <= options, line
    assert {"--baseline", "--column", "--filter"} <= named


def test_the_help_of_runs_names_attributes_that_there_are() -> None:
    told = " ".join((mltui.commands["runs"].help or "").split())
    (listed,) = re.findall(r"attribute \(([^)]*)\)", told)
    attributes = {part.split()[0] for part in re.split("[,;]", listed)}
    assert {"models", "read"} <= attributes <= ATTRIBUTES.keys()


def test_coroutine_workers_begin_in_one_place() -> None:
    """A coroutine that is made before its worker begins can end an import on another thread (`tui/working.py`)."""
    for path in SOURCES:
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "run_worker" and path.name != "working.py":
                threaded = any(word.arg == "thread" and ast.unparse(word.value) == "True" for word in call.keywords)
                assert threaded, f"{path.relative_to(ROOT)}:{call.lineno}: use working.begin"


def test_what_changes_something_passes_the_gateway() -> None:
    """An action acts where the gateway lets it, and a gateway is made with the project's journal, in one place."""
    gateway = ROOT / "src" / "mltui" / "actions" / "gateway.py"
    acted = 0
    demo = ROOT / "src" / "mltui" / "demo"  # builds a project of its own
    for path in (each for each in SOURCES if not each.is_relative_to(demo)):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            where = f"{path.relative_to(ROOT)}:{call.lineno}"
            if isinstance(call.func, ast.Attribute) and call.func.attr == "act":
                acted += 1
                assert path == gateway, f"{where} acts around the gateway"
            named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            assert named not in ("Gateway", "FileJournal") or path.name in ("gateway.py", "finding_out.py"), (
                f"{where}: gateway_of(workspace) makes it"
            )
    assert acted == 1


def test_test_files_have_names_of_their_own() -> None:
    """pytest imports them by their names alone: with two that share one, no run of all of them begins."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
