"""`mltui status --short` in real prompts: at once, plain, and silent where there is nothing to say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_projects import make_pipeline
from git_repository import commit, make

pytestmark = pytest.mark.real

MLTUI = (sys.executable, "-m", "mltui")
DOCS = Path(__file__).parents[2] / "docs" / "shell.md"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make(tmp_path_factory.mktemp("short") / "project")
    make_pipeline(path)
    commit(path, "everything")
    return path


def short(cwd: Path, *words: str, **env: str) -> tuple[str, int, set[str]]:
    """What it prints, its exit code, and the modules that it imported."""
    argv = [sys.executable, "-X", "importtime", "-m", "mltui", "status", "--short", *words]
    done = subprocess.run(argv, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.stdout, done.returncode, set(re.findall(r"\|\s+([\w.]+)$", done.stderr, re.MULTILINE))


def test_outside_of_any_project_it_says_nothing(tmp_path: Path) -> None:
    said, code, imported = short(tmp_path, "--exit-code")
    assert (said, code) == ("", 0)
    assert not imported & {"click", "json", "pathlib", "mltui.sources.workspace"}
    assert short(tmp_path, "-C", "nowhere")[:2] == ("", 0)


def test_what_is_not_known_yet_then_what_stands_then_what_is_remembered(project: Path, tmp_path: Path) -> None:
    cache = {"MLTUI_CACHE_DIR": str(tmp_path / "cache")}
    said, code, imported = short(project, "--exit-code", **cache)
    assert (said, code) == ("?\n", 0), "nobody asked DVC yet"
    assert "mltui.sources.dvc.client" not in imported, "it does not wait for DVC"

    env = {**os.environ, **cache}
    subprocess.run([*MLTUI, "status"], cwd=project, env=env, capture_output=True, check=True)
    said, code, imported = short(project, "--exit-code", **cache)
    assert (said, code) == ("train~\n", 1)
    assert not imported & {"click", "json", "dataclasses", "pathlib", "typing", "mltui.sources.workspace"}
    assert short(project, **cache, LC_ALL="C")[:2] == ("train~\n", 0), (
        "another locale: made anew, from what is remembered"
    )

    (project / "data.csv").write_text("a,b\n1,3\n")
    said, code, imported = short(project, **cache)
    assert (said, code) == ("train~ ?\n", 0), "files moved since"
    assert not imported & {"click", "mltui.sources.dvc.client"}
    assert short(project / ".dvc", **cache)[0] == "train~ ?\n", "below it, too"


def recipe(language: str) -> str:
    """The lines that docs/shell.md has for it, run with this mltui."""
    prompts = DOCS.read_text(encoding="utf-8").partition("## Completion")[0]
    (found,) = re.findall(rf"```{language}\n(.*?)```", prompts, re.S)
    return str(found)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_recipes_show_it_and_obey_nothing(shell: str, tmp_path: Path) -> None:
    """With an mltui whose line a shell would obey, if it were asked to."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed (tests/apt-packages.txt)")
    script = "#!/bin/sh\nprintf '%s\\n' '$(touch gone) `touch gone` train~'\n"
    (tmp_path / "mltui").write_text(script)
    (tmp_path / "mltui").chmod(0o755)
    show = {"bash": 'echo "${PS1@P}"', "zsh": "mltui_prompt; print -P $PROMPT"}[shell]
    options = {"bash": ["--norc"], "zsh": ["-f"]}[shell]
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        [shell, *options, "-c", recipe(shell) + show], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert "$(touch gone) `touch gone` train~" in done.stdout, done
    assert not (tmp_path / "gone").exists()
