"""The code of a stage: files that its command and its deps name, and the project's own modules they import."""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from mltui.model.dvc import Stage

#: Files with code in them, and files that settings stand in.
CODE = (".py", ".sh", ".bash", ".ipynb")
SETTINGS = (".yaml", ".yml", ".toml", ".json", ".ini", ".cfg")
#: Bounds: so many files of one stage's code, of at most so many bytes.
FILES, BYTES = 300, 1 << 20
_SKIPPED = frozenset({".git", ".dvc", ".venv", "venv", "node_modules", "__pycache__", "mlruns", "mlartifacts"})
_MODULE = re.compile(r"(?:^|\s)-m\s+([A-Za-z_][\w.]*)")


def code_files(root: Path, stages: Sequence[Stage]) -> tuple[str, ...]:
    """Paths from `root`, each once; only what is there."""
    found: dict[str, None] = {}
    for stage in stages:
        for path in (*_of_command(root, stage), *_of_deps(root, stage)):
            if len(found) < FILES:
                found.setdefault(path)
    for path in list(found):
        for imported in _imported(root, path, found):
            found.setdefault(imported)
    return tuple(found)


def text_of(path: Path) -> str:
    """What a file of code says; "" if it can't be read or is too large to be code."""
    try:
        if not path.is_file() or path.stat().st_size > BYTES:
            return ""
        return path.read_text(errors="replace")
    except OSError:
        return ""


def parsed(text: str) -> ast.Module | None:
    """Python as a tree; None if it is none (of another version, with a conflict in it)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about somebody's escapes
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _of_command(root: Path, stage: Stage) -> Iterator[str]:
    """Files that the words of the command name, as they stand and as modules."""
    cmd = stage.cmd or ""
    words = [word.strip("'\"();&|") for word in cmd.split()]
    modules = [match.replace(".", "/") for match in _MODULE.findall(cmd)]
    names = [*(word for word in words if word.endswith(CODE)), *(f"{each}.py" for each in modules)]
    names += [f"{each}/__main__.py" for each in modules]
    for name in names:
        for folder in dict.fromkeys((stage.wdir, f"{stage.wdir}/src" if stage.wdir else "src")):
            path = os.path.normpath(PurePosixPath(folder) / name)
            if not path.startswith(("..", "/")) and (root / path).is_file():
                yield path


def _of_deps(root: Path, stage: Stage) -> Iterator[str]:
    for dep in stage.deps:
        if dep.path.endswith(CODE):
            if (root / dep.path).is_file():
                yield dep.path
        elif "://" not in dep.path and (root / dep.path).is_dir():
            yield from _below(root, dep.path)


def _below(root: Path, folder: str) -> Iterator[str]:
    """Code in a directory; what is no code's (a directory of a million images) is left after a while."""
    seen = 0
    for top, folders, names in os.walk(root / folder):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED)
        for name in names:
            if name.endswith(CODE):
                yield (Path(top) / name).relative_to(root).as_posix()
        seen += len(names)
        if seen > 20 * FILES:
            return


def _imported(root: Path, path: str, known: dict[str, None]) -> Iterator[str]:
    """Modules of the project that a file imports: beside it, or from the root or src."""
    tree = parsed(text_of(root / path)) if path.endswith(".py") else None
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module or ''}.{alias.name}".strip(".") for alias in node.names)]
        else:
            continue
        for name in filter(None, names):
            for base in dict.fromkeys((os.path.dirname(path), "", "src")):  # noqa: PTH120 - a relative name
                for suffix in (".py", "/__init__.py"):
                    there = os.path.normpath(os.path.join(base, name.replace(".", "/") + suffix))  # noqa: PTH118
                    if there not in known and (root / there).is_file():
                        yield there
