"""Requirement files as packages and versions."""

from __future__ import annotations

import contextlib

import pytest

from mltui.sources.sides.requirements import is_requirements, required


@pytest.mark.parametrize(
    ("path", "content", "found"),
    [
        (
            "requirements.txt",
            "# all\nScikit_Learn==1.9.0  # pinned\nnumpy>=1.2,<2\npandas[excel] ; python_version > '3'\n-r more.txt\n"
            "git+https://example.org/x.git@main\ntorch==2.1 --hash=sha256:ab\n"
            "own @ git+https://token@example.org/own.git\n-f https://ada:pw@index.example.org/simple\n",
            {
                "scikit-learn": "1.9.0",
                "numpy": ">=1.2,<2",
                "pandas": "any",
                "-r more.txt": "as written",
                "git+https://example.org/x.git@main": "as written",
                "torch": "2.1",
                "own": "@ git+https://example.org/own.git",
                "-f https://index.example.org/simple": "as written",
            },
        ),
        (
            "sub/pyproject.toml",
            '[project]\nrequires-python=">=3.11"\ndependencies=["a==1", "b>2"]\n'
            '[tool.poetry.dependencies]\nc = "^1"\nd = {git = "x"}\n[tool.poetry.group.dev.dependencies]\ne = "1"\n',
            {"python": ">=3.11", "a": "1", "b": ">2", "c": "^1", "d": '{"git": "x"}', "e": "1"},
        ),
        (
            "poetry.lock",
            '[[package]]\nname = "A.b"\nversion = "1"\n[metadata]\npython-versions = "^3.9"\n',
            {"a-b": "1", "python": "^3.9"},
        ),
        ("uv.lock", 'requires-python = "3"\n[[package]]\nname="x"\nversion="2"\n', {"python": "3", "x": "2"}),
        (
            "Pipfile.lock",
            '{"default": {"a": {"version": "==1"}}, "develop": {"b": {"ref": "f"}}}',
            {"a": "1", "b": "f"},
        ),
        (
            "environment.yml",
            "dependencies:\n- python=3.11\n- conda-forge::numpy=1.2=py\n- pip:\n  - a==1\n",
            {"python": "3.11", "numpy": "1.2=py", "a": "1"},
        ),
        (".python-version", "3.11.4\n", {"python": "3.11.4"}),
    ],
)
def test_packages(path: str, content: str, found: dict[str, str]) -> None:
    assert is_requirements(path)
    assert required(path, content.encode()) == found


@pytest.mark.parametrize("path", ["setup.py", "src/train.py", "data/envelope.yml.txt", "notes.txt", "params.yaml"])
def test_other_files_are_none(path: str) -> None:
    assert not is_requirements(path)


@pytest.mark.parametrize("path", ["pyproject.toml", "uv.lock", "Pipfile.lock", "environment.yml"])
@pytest.mark.parametrize("content", [b"{", b"[project]\ndependencies = 3", b"- : :"])
def test_nonsense_is_a_value_error_or_nothing(path: str, content: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert required(path, content) == {}
