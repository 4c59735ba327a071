"""What requirement files ask for: package -> version or bounds, as written; what a file resolves besides is read too.

Formats: pip's requirements, PEP 621 and Poetry in pyproject.toml, poetry.lock, uv.lock, Pipfile.lock, conda's
environment.yml, ``.python-version``. Read as text; no tool is asked, no setup.py is run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mltui.model.documents import from_json, from_toml
from mltui.model.redacting import addresses_redacted
from mltui.sources.dvc import readable

#: A lock of a thousand packages has some hundred kB (bytes).
LARGEST = 8 << 20
_PIP = re.compile(
    r"(?:^|/)(?:[^/]*requirements[^/]*|constraints[^/]*)\.(?:txt|in)$|(?:^|/)requirements/[^/]+\.(?:txt|in)$"
)
_CONDA = re.compile(r"(?:^|/)(?:conda|env(?:ironment)?)[^/]*\.ya?ml$")
_LINE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(.*)$")
Pairs = Iterator[tuple[str, str]]


def is_requirements(path: str) -> bool:
    """Whether a file says what is to be installed."""
    return _reader(path) is not None


def required(path: str, content: bytes) -> dict[str, str]:
    """Package to version (``==`` left out, other bounds as written but for logins, "any" without one). Raises
    ValueError where the file makes no sense."""
    read = _reader(path)
    if read is None or len(content) > LARGEST:
        raise ValueError(f"{path} is no requirement file that mltui reads")
    try:
        pairs = read(content.decode("utf-8", "replace"))
        return {addresses_redacted(name): addresses_redacted(version or "any") for name, version in pairs}
    except (AttributeError, TypeError, KeyError) as error:
        raise ValueError(f"{path} is of an unknown shape: {error}") from error


def _reader(path: str) -> Callable[[str], Pairs] | None:
    name = path.rpartition("/")[2]
    if name in _BY_NAME:
        return _BY_NAME[name]
    return _pip if _PIP.search(path) else _conda if _CONDA.search(path) else None


def normal(name: str) -> str:
    """A package's name as PEP 503 compares them."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _requirement(text: str) -> tuple[str, str] | None:
    text = text.partition(";")[0].strip()
    found = _LINE.match(text)
    if found is None:
        return None
    bounds = found[2].strip()
    return normal(found[1]), bounds.removeprefix("==").strip() if bounds.count(",") == 0 else bounds


def _pip(text: str) -> Pairs:
    for raw in text.replace("\\\n", " ").splitlines():
        line = re.sub(r"(?:^|\s)#.*$", "", raw).strip()
        line = re.sub(r"\s--hash=\S+", "", line).strip()
        if not line:
            continue
        if line.startswith(("-", "git+", "http:", "https:", ".", "/")):
            yield line, "as written"  # an option, an address, a file: the line itself is what may differ
        elif pair := _requirement(line):
            yield pair


def _pyproject(text: str) -> Pairs:
    content = _toml(text)
    project = content.get("project", {})
    yield from _python(project.get("requires-python"))
    groups: dict[str, Any] = {"": project.get("dependencies", []), **project.get("optional-dependencies", {})}
    groups.update(content.get("dependency-groups", {}))
    for listed in groups.values():
        yield from (pair for each in listed if isinstance(each, str) and (pair := _requirement(each)))
    poetry = content.get("tool", {}).get("poetry", {})
    tables = [poetry.get("dependencies", {}), poetry.get("dev-dependencies", {})]
    tables += [group.get("dependencies", {}) for group in poetry.get("group", {}).values()]
    for table in tables:
        for name, value in table.items():
            version = value.get("version", json.dumps(value, sort_keys=True)) if isinstance(value, Mapping) else value
            yield normal(name), str(version)


def _locked_toml(text: str) -> Pairs:
    """poetry.lock and uv.lock."""
    content = _toml(text)
    yield from _python(content.get("requires-python") or content.get("metadata", {}).get("python-versions"))
    for each in content.get("package", []):
        yield normal(each["name"]), str(each.get("version", "any"))


def _pipfile_lock(text: str) -> Pairs:
    content = from_json(text)
    for section in ("default", "develop"):
        for name, value in content.get(section, {}).items():
            yield normal(name), str(value.get("version") or value.get("ref") or "any").removeprefix("==")


def _pipfile(text: str) -> Pairs:
    content = _toml(text)
    yield from _python(content.get("requires", {}).get("python_version"))
    for section in ("packages", "dev-packages"):
        for name, value in content.get(section, {}).items():
            yield (
                normal(name),
                value.removeprefix("==") if isinstance(value, str) else json.dumps(value, sort_keys=True),
            )


def _conda(text: str) -> Pairs:
    content = readable.parse(text)
    listed = content.get("dependencies") if isinstance(content, Mapping) else None
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, str):
            name, _, version = re.sub(r"\s", "", each).replace("==", "=").partition("=")
            yield name.rpartition("::")[2].lower(), version
        elif isinstance(each, Mapping):
            yield from _pip("\n".join(map(str, each.get("pip") or ())))


def _python_version(text: str) -> Pairs:
    yield from _python(text.strip().splitlines()[0] if text.strip() else None)


def _python(version: object) -> Pairs:
    if version:
        yield "python", str(version).removeprefix("python-")


def _toml(text: str) -> dict[str, Any]:
    return from_toml(text)


_BY_NAME: Mapping[str, Callable[[str], Pairs]] = {
    "pyproject.toml": _pyproject,
    "poetry.lock": _locked_toml,
    "uv.lock": _locked_toml,
    "Pipfile": _pipfile,
    "Pipfile.lock": _pipfile_lock,
    ".python-version": _python_version,
    "runtime.txt": _python_version,
}
